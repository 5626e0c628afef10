"""What kernels, recorded operators and traced nodes multiply, counted again by loops over positions or from other operators."""

from __future__ import annotations

from itertools import product
from math import prod

import pytest

from crosscheck.contract.call import Call, Level, Shape
from crosscheck.ops import calls
from crosscheck.ops.calls import einsum
from crosscheck.ops.calls.families import FAMILIES, family
from crosscheck.ops.calls.kernel import KERNELS


def mac(level: Level, name: str, ins: tuple[Shape, ...], *outs: Shape, **attrs: object) -> int:
    return calls.counts(Call(level, name, "x", ins, outs, attrs)).get("mac", 0)


def visited(*sizes: int) -> int:
    return sum(1 for _ in product(*map(range, sizes)))


def taps(weight: Shape, met: Shape) -> int:
    """Every position of every sample meets every weight."""
    return visited(met[0], *met[2:], *weight)


CONV = ((2, 4, 7, 6), (6, 2, 3, 2), (2, 6, 4, 3))


def test_a_convolution_meets_its_weight_at_every_position() -> None:
    x, w, y = CONV
    for level, name in ((Level.KERNEL, "convolution"), (Level.TRACE, "_convolution"), (Level.SCOPED, "_convolution")):
        assert mac(level, name, (x, w, (6,)), y, transposed=False, groups=2) == taps(w, y)
        assert mac(level, name, (y, (6, 2, 3, 2), (4,)), x, transposed=True, groups=2) == taps(w, y)
    assert mac(Level.KERNEL, "conv2d", (x[1:], w), y[1:]) == taps(w, y) // 2


def test_a_recorded_convolution_knows_its_positions_from_its_window() -> None:
    x, w, y = CONV
    window = {"stride": (2, 2), "padding": (1, 0), "dilation": (1, 1), "groups": 2}
    assert mac(Level.OPERATOR, "conv2d", (x, w), **window) == taps(w, y)
    assert mac(Level.OPERATOR, "conv2d", (x[1:], w), **window) == 0
    assert mac(Level.OPERATOR, "conv2d", (x, w), **{**window, "padding": None}) == 0


@pytest.mark.parametrize("level", [Level.KERNEL, Level.TRACE])
def test_a_matrix_product_is_as_many_products_as_loops_do(level: Level) -> None:
    assert mac(level, "matmul", ((2, 3, 4), (2, 4, 5)), (2, 3, 5)) == visited(2, 3, 4, 5)
    assert mac(level, "matmul", ((3, 4), (2, 4, 5)), (2, 3, 5)) == visited(2, 3, 4, 5)
    assert mac(level, "matmul", ((4,), (4,)), ()) == 4
    assert mac(level, "matmul", ((4,), (2, 4, 5)), (2, 5)) == visited(2, 4, 5)
    assert mac(level, "linear", ((2, 3, 4), (5, 4)), (2, 3, 5)) == visited(2, 3, 4, 5)
    assert mac(level, "addmm", ((5,), (3, 4), (4, 5)), (3, 5)) == visited(3, 4, 5)


def test_a_product_in_groups_is_as_many_products_as_loops_over_the_groups_do() -> None:
    rows = (2, 0, 5)  # of each group
    groups, n, k, m = len(rows), sum(rows), 4, 6
    by_rows = sum(visited(r, k, m) for r in rows)
    assert mac(Level.KERNEL, "_grouped_mm", ((n, k), (groups, k, m), (groups,)), (n, m)) == by_rows
    assert mac(Level.KERNEL, "_grouped_mm", ((groups, m, k), (k, n), (groups,)), (m, n)) == by_rows
    assert mac(Level.KERNEL, "_grouped_mm", ((m, n), (n, k), (groups,)), (groups, m, k)) == by_rows
    assert mac(Level.KERNEL, "_grouped_mm", ((groups, n, k), (groups, k, m)), (groups, n, m)) == groups * visited(n, k, m)


def test_what_runs_as_one_operator_multiplies_what_its_parts_do() -> None:
    n, length, width, wide = 2, 3, 8, 16
    x = (n, length, width)
    attention = ((3 * width, width), (3 * width,), (width, width), (width,))
    parts = [mac(Level.KERNEL, "linear", (x, w), (n, length, w[0])) for w in (attention[0], attention[2])]
    heads = (n, 2, length, width // 2)
    parts += [mac(Level.KERNEL, "_scaled_dot_product_flash_attention_for_cpu", (heads, heads, heads), heads)]
    assert mac(Level.KERNEL, "_native_multi_head_attention", (x, x, x, *attention), x) == sum(parts)
    norms = ((width,),) * 4
    linear = ((wide, width), (wide,), (width, wide), (width,))
    inner = (n, length, wide)
    parts += [mac(Level.KERNEL, "linear", (x, linear[0]), inner), mac(Level.KERNEL, "linear", (inner, linear[2]), x)]
    assert mac(Level.KERNEL, "_transformer_encoder_layer_fwd", (x, *attention, *norms, *linear), x) == sum(parts)


def test_recurrent_layers_use_every_weight_at_every_step() -> None:
    x, w, state = (7, 2, 6), (20, 6), (20, 5)
    each = 7 * 2 * (prod(w) + prod(state))
    assert mac(Level.KERNEL, "mkldnn_rnn_layer", (x, w, state, (20,), (20,)), (7, 2, 5)) == each
    both = (w, state, (20,), (20,), w, state, (20,), (20,))
    assert mac(Level.TRACE, "lstm", (x, (2, 2, 5), (2, 2, 5), *both), (7, 2, 10)) == 2 * each


@pytest.mark.parametrize(
    ("equation", "shapes", "orders"),
    [
        ("ij,jk,kl->il", ((3, 4), (4, 5), (5, 2)), (3 * 4 * 5 + 3 * 5 * 2, 4 * 5 * 2 + 3 * 4 * 2)),
        ("...ij,jk,...k", ((6, 3, 4), (4, 5), (6, 5)), (6 * 3 * 4 * 5 + 6 * 3 * 5, 4 * 5 * 6 + 6 * 3 * 4)),
    ],
)
def test_the_cheapest_order_of_an_einsum_is_the_cheapest_of_all_written_out(
    equation: str, shapes: tuple[Shape, ...], orders: tuple[int, ...]
) -> None:
    assert prod(einsum.count(equation, shapes)["path_products"]) == min(orders)


def test_large_products_of_an_einsum_are_rounded_to_four_digits_and_two_forms_are_not() -> None:
    shapes = ((3, 41, 7), (3, 7, 59))
    assert visited(3, 41, 7, 59) == 50_799
    assert prod(einsum.count("bij,bjk->bik", shapes)["path_products"]) == 50_800
    assert prod(einsum.count("xyz,xyw->xzw", ((3, 41, 7), (3, 41, 59)))["path_products"]) == 50_799


def test_every_operator_is_of_one_family_and_others_are_unknown() -> None:
    assert not set(FAMILIES) & set(KERNELS)
    assert len(FAMILIES) > 400
    names = {"addmm_": "product", "relu_": "elementwise", "sum": "reduction", "slice_copy": "movement", "zeros": "creation"}
    assert {name: family(name) for name in (*names, "linalg_svd")} == {**names, "linalg_svd": "unknown"}
