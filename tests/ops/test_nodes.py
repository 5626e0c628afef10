"""What nodes of a TensorFlow graph multiply, counted again by loops over positions."""

from __future__ import annotations

from itertools import product

import pytest

from crosscheck.contract.call import Call, Level, Shape
from crosscheck.ops import calls
from crosscheck.ops.calls import node
from crosscheck.ops.calls.families import OF_NODES, UNKNOWN, family


def counted(name: str, ins: tuple[Shape, ...], out: Shape, **attrs: object) -> dict[str, int]:
    return calls.counts(Call(Level.NODE, name, "x", ins, (out,), attrs))


def visited(*sizes: int) -> int:
    return sum(1 for _ in product(*map(range, sizes)))


@pytest.mark.parametrize(("groups", "first"), [(1, False), (2, False), (2, True)])
def test_a_convolution_meets_its_weight_at_every_position(groups: int, first: bool) -> None:
    n, h, w, c, o = 2, 4, 3, 4, 6
    x, y = ((n, c, 6, 5), (n, o, h, w)) if first else ((n, 6, 5, c), (n, h, w, o))
    found = counted("Conv2D", (x, (3, 2, c // groups, o)), y, data_format="NCHW" if first else "NHWC")
    assert found["mac"] == visited(n, h, w) * visited(3, 2, c // groups, o)


def test_a_depthwise_convolution_keeps_channels_apart() -> None:
    assert counted("DepthwiseConv2dNative", ((1, 6, 6, 3), (3, 3, 3, 2)), (1, 4, 4, 6))["mac"] == visited(4, 4, 3, 3, 3, 2)


@pytest.mark.parametrize("size", [7, 8])
def test_a_transposed_convolution_meets_its_weight_from_every_position(size: int) -> None:
    weight, met = (3, 3, 2, 5), (1, 4, 4, 5)
    found = counted("Conv2DBackpropInput", ((4,), weight, met), (1, size, size, 2), strides=(1, 2, 2, 1))
    assert found["mac"] == visited(4, 4) * visited(*weight)
    assert found["grid_products"] == 2 * visited(size, size) * visited(*weight) // 4
    first = counted("Conv2DBackpropInput", ((4,), weight, (1, 5, 4, 4)), (1, 2, 8, 8), strides=(1, 1, 2, 2), data_format="NCHW")
    assert first["mac"] == found["mac"]
    assert "grid_products" not in first


@pytest.mark.parametrize(("name", "flag"), [("MatMul", "transpose_a"), ("BatchMatMulV2", "adj_x")])
def test_a_product_of_matrices_sums_what_both_sides_have(name: str, flag: str) -> None:
    assert counted(name, ((3, 4), (4, 5)), (3, 5))["mac"] == visited(3, 4, 5)
    turned = counted(name, ((4, 3), (4, 5)), (3, 5), **{flag: True})
    assert turned["mac"] == visited(3, 4, 5)
    assert turned.get("turned_mac", 0) == (visited(3, 5) * (3 - 4) if name != "MatMul" else 0)


def test_what_nothing_reads_is_no_multiplication() -> None:
    found = counted("MatMul", ((3, 4), (4, 5)), (3, 5), unread=True)
    assert "mac" not in found
    assert found["unread_mac"] == visited(3, 4, 5)


def test_every_node_that_is_counted_is_known_and_none_twice() -> None:
    assert set(node.NODES) - set(node.PRODUCTS) <= set(OF_NODES)
    assert not set(OF_NODES) & set(node.PRODUCTS), "a formula and the word that there is nothing to count"
    assert [family(name) for name in ("MatMul", "AddV2", "Reshape")] == ["product", "elementwise", "movement"]
    assert family("XlaCallModule") == UNKNOWN
