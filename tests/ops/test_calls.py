"""Counts of calls from their shapes: definitions worked out by other ways than the code."""

from __future__ import annotations

from itertools import product

import pytest

from crosscheck.contract.call import Call, Level
from crosscheck.ops import calls
from crosscheck.ops.calls import einsum


def function(name: str, *shapes: tuple[int, ...], made: tuple[int, ...], tensors: tuple[str, ...] = (), **attrs: object) -> Call:
    return Call(Level.FUNCTION, name, "f", shapes, (made,), {"tensors": tensors, **attrs})


@pytest.mark.parametrize(
    ("a", "b", "made"),
    [
        ((2, 3, 4), (2, 4, 5), (2, 3, 5)),
        ((3, 4), (2, 4, 5), (2, 3, 5)),
        ((4,), (2, 4, 5), (2, 5)),
        ((2, 3, 4), (4,), (2, 3)),
        ((4,), (4,), ()),
    ],
)
def test_a_matrix_product_multiplies_as_often_as_loops_do(a: tuple[int, ...], b: tuple[int, ...], made: tuple[int, ...]) -> None:
    visited = sum(1 for _ in product(*map(range, made), range(4)))
    found = calls.counts(function("torch.matmul", a, b, made=made))
    assert found["mac"] == visited
    elements = sum(1 for _ in product(*map(range, a)))
    assert found["mac"] - found.get("missed_mac", 0) == elements * b[-1]


def test_a_convolution_with_padding_same_that_does_not_halve_loses_a_row_and_a_column() -> None:
    shape = function(
        "F.conv2d", (2, 3, 5, 5), (4, 3, 2, 2), made=(2, 4, 5, 5), tensors=("input", "weight"), padding="same", groups=1
    )
    found = calls.counts(shape)
    assert found["mac"] == 2 * 4 * 3 * 2 * 2 * 25
    assert found["mac"] - found["odd_same_mac"] == 2 * 4 * 3 * 2 * 2 * 16


@pytest.mark.parametrize(
    ("equation", "shapes", "cost"),
    [
        ("bij,bkj->bik", [(2, 3, 4), (2, 5, 4)], 2 * 3 * 4 * 5 * 2),
        ("i,j->ij", [(3,), (4,)], 3 * 4),
        ("ij->", [(3, 4)], 3 * 4 * 2),
        ("ij,jk", [(3, 4), (4, 5)], 3 * 4 * 5 * 2),
        ("...i,...i->...", [(2, 3), (2, 3)], 2 * 3 * 2),
        ("a,b,c->abc", [(2,), (3,), (4,)], 2 * 3 * 4 * 2),
    ],
)
def test_an_einsum_costs_a_product_for_each_combination_and_a_sum_where_an_axis_goes(
    equation: str, shapes: list[tuple[int, ...]], cost: int
) -> None:
    assert einsum.printed(equation, shapes) == cost + 1


def test_a_recurrent_module_multiplies_every_weight_once_a_step_direction_and_sample() -> None:
    weights = (("weight_ih_l0", (64, 8)), ("weight_hh_l0", (64, 16)), ("bias_ih_l0", (64,)), ("bias_hh_l0", (64,)))
    params = tuple((n, s, "weight", True) for name, s in weights for n in (name, f"{name}_reverse"))
    settings = {"hidden_size": 16, "num_layers": 1, "bidirectional": True}
    call = Call(Level.MODULE, "nn.LSTM", "lstm", ((5, 2, 8),), ((5, 2, 32),), {"params": params, "settings": settings})
    found = calls.counts(call)
    assert found["mac"] == 5 * 2 * 2 * (64 * 8 + 64 * 16)
    assert found["bias_add"] == 5 * 2 * 2 * (64 + 64)
    assert found["hidden_elements"] == 5 * 2 * 2 * 16
