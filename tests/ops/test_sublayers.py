"""Layers by their settings and operators by their shapes, counted again by loops or from other operators."""

from __future__ import annotations

from itertools import product
from math import prod

import pytest

from crosscheck.contract.call import Call, Level, Shape
from crosscheck.ops import calls
from crosscheck.ops.calls.families import FAMILIES, OF_PHI, family


def layer(name: str, x: Shape, y: Shape, params: dict[str, Shape], **settings: object) -> dict[str, int]:
    held = tuple((n, s, "bias" if n == "bias" else "weight", True) for n, s in params.items())
    attrs = {"path": "a", "began": 1, "leaf": True, "params": held, "settings": settings}
    return calls.counts(Call(Level.MODULE, name, "a", (x,), (y,), attrs))


def kernel(name: str, ins: tuple[Shape, ...], y: Shape, **attrs: object) -> int:
    return calls.counts(Call(Level.KERNEL, name, "a", ins, (y,), attrs)).get("mac", 0)


def taps(positions: Shape, weight: Shape) -> int:
    return sum(1 for _ in product(*map(range, (*positions, *weight))))


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("last", [False, True])
def test_a_convolution_meets_its_weight_at_every_position_wherever_its_channels_are(groups: int, last: bool) -> None:
    weight = (6, 4 // groups, 3, 2)
    x, y = ((2, 5, 7, 4), (2, 3, 6, 6)) if last else ((2, 4, 5, 7), (2, 6, 3, 6))
    settings = {"in_channels": 4, "out_channels": 6, "groups": groups, "kernel_size": (3, 2)}
    found = layer("nn.Conv2D", x, y, {"weight": weight, "bias": (6,)}, **settings)
    assert found["mac"] == taps((2, 3, 6), weight) == kernel("conv2d", (x, weight), y)
    assert found["bias_add"] == 2 * 3 * 6 * 6
    height = x[1]  # or the channels, where they are second
    assert found["mac"] + found["bias_add"] + found.get("second_size_mac", 0) == prod(y) * (height * 6 // groups + 1)
    assert ("second_size_mac" in found) is last


def test_a_transposed_convolution_scatters_its_weight_from_every_position() -> None:
    x, weight, y = (2, 4, 3, 5), (4, 3, 2, 2), (2, 6, 6, 10)
    settings = {"in_channels": 4, "out_channels": 6, "groups": 2, "kernel_size": (2, 2)}
    found = layer("nn.Conv2DTranspose", x, y, {"weight": weight}, **settings)
    assert found["mac"] == taps((2, 3, 5), weight) == kernel("conv2d_transpose", (x, weight), y)
    assert found["output_grid_mac"] == taps(y, (2, 2, 2))
    assert "bias_add" not in found


def test_windows_of_an_average_that_do_not_tile_are_cut() -> None:
    found = layer("nn.AdaptiveAvgPool2D", (1, 2, 7, 5), (1, 2, 3, 2), {})
    assert found["floor_cut_elements"] == sum(1 for _ in product(range(2), range(7 * 5))) - 2 * 3 * 2 * (2 * 2)


def test_products_of_matrices_as_they_lie_and_transposed() -> None:
    assert kernel("matmul", ((2, 3, 4), (2, 4, 5)), (2, 3, 5)) == taps((2, 3, 5), (4,))
    assert kernel("matmul", ((2, 4, 3), (2, 4, 5)), (2, 3, 5), transpose_x=True) == taps((2, 3, 5), (4,))
    assert kernel("matmul", ((4,), (4, 5)), (5,), transpose_x=True) == 4 * 5
    assert kernel("einsum", ((2, 3, 4), (2, 5, 4)), (2, 3, 5), equation="bik,bjk->bij") == taps((2, 3, 5), (4,))
    assert kernel("einsum", ((2, 3),), (3, 2), equation="ij->ji") == 0


def test_a_recurrent_operator_meets_each_weight_at_every_step_and_sample() -> None:
    weights = ((20, 8), (20, 5), (20,), (20,))
    assert kernel("rnn", ((6, 2, 8), (1, 2, 5), (1, 2, 5), *weights), (6, 2, 5)) == sum(taps((6, 2), w) for w in weights[:2])


def test_running_statistics_that_are_parameters_are_told_apart() -> None:
    attrs = {
        "path": "a",
        "leaf": True,
        "params": (("weight", (4,), "norm_scale", True),),
        "kept": (("_mean", (4,)), ("_v", (4,))),
    }
    found = calls.counts(Call(Level.MODULE, "nn.BatchNorm2D", "a", ((2, 4, 3, 3),), ((2, 4, 3, 3),), attrs))
    assert (found["norm_scale"], found["running_stats"], found["in_elements"]) == (4, 8, 72)
    again = Call(Level.MODULE, "nn.BatchNorm2D", "a", ((2, 4, 3, 3),), ((2, 4, 3, 3),), attrs | {"again": True})
    assert "running_stats" not in calls.counts(again)


def test_what_operators_do_that_multiply_nothing_is_known() -> None:
    names = ("concat", "layer_norm", "getitem", "swish", "rnn", "multi_dot")
    assert [family(n) for n in names] == ["movement", "reduction", "movement", "elementwise", "product", "unknown"]
    assert not set(FAMILIES) & set(OF_PHI), "one name, one word"
