"""Every op: its output shape and counts against a layer that is worked through one element at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from crosscheck.contract.network import Layer, Shape
from crosscheck.conventions import read as convention
from crosscheck.errors import ShapeError, UnknownNameError
from crosscheck.models.writer import Graph
from crosscheck.ops import described as ops
from crosscheck.ops.described import OPS
from crosscheck.ops.primitives import CALLED, PRIMITIVES, SIZES
from tests.counting import naive, naive_parts
from tests.helpers import same

Draw = Any
SMALL = st.integers(1, 3)


# What depends on containers is in tests/counting, what only files have in test_files.py beside this; what is rounded is below.
ELSEWHERE = {p for p in PRIMITIVES if p.startswith("container_") or "held" in p} | {"displaced_params", "float_cut"}
ELSEWHERE |= {"operand", "literals", "unused_elements", "node_held", "unshaped"}
ELSEWHERE |= {p for p in SIZES if p.removeprefix("beyond_") not in ("param_out_elements", "repeated_out_elements")}
ELSEWHERE |= {"distance_terms"}  # tests/counting/test_arithmetic.py
ELSEWHERE |= {"calls", "later_out_elements", "stats_factor"}  # of layers that were read from files
ELSEWHERE |= {
    "instance_elements",
    "lead_rows",
    "flatten_elements",
    "reshape_elements",
    "made_elements",
    "product_bias_elements",
    "renamed_mac",
    "capped_elements",
    "beyond_capped_elements",
    "renamed_out_elements",
    "first_elements",
    "linear_elements",
    "cubic_elements",
    "gate_elements",
    "state_elements",
}
TABLES = [t for name in convention.ids() for m in convention.load(name).metrics.values() for t in m.tables]
BY_OP = {w.primitive for t in TABLES for row in t.weighed.values() for w in row}
BY_CALL = {w.primitive for t in TABLES if t.calls for row in (*t.calls.rules.values(), t.calls.rest) for w in row}
COUNTED = set(PRIMITIVES) - ELSEWHERE - set(CALLED) - (BY_CALL - BY_OP)


def layer(op: str, attrs: dict[str, Any], *shapes: Shape, call_of: str | None = None, functional: bool = False) -> Layer:
    full, out = ops.complete(op, attrs, shapes)
    return Layer("it", op, full, tuple(f"in{k}" for k in range(len(shapes))), shapes, (out,), call_of, functional)


def axis_values(draw: Draw, values: st.SearchStrategy[int], rank: int) -> Any:
    """One number for all axes, or one for each."""
    return draw(st.one_of(values, st.tuples(*[values] * rank)))


@st.composite
def calls(draw: Draw, op: str) -> tuple[dict[str, Any], Sequence[Shape]]:
    """Attributes and input shapes of one small call, fitting or not."""
    rank = draw(st.sampled_from([1, 2, 2, 2, 3]))
    x = (draw(SMALL), draw(st.integers(1, 4)), *(draw(st.integers(1, 6 if rank < 3 else 3)) for _ in range(rank)))
    pairs = st.tuples(*[st.tuples(st.integers(0, 2), st.integers(0, 2))] * rank)
    if op == "conv":
        groups = draw(st.sampled_from([g for g in range(1, x[1] + 1) if x[1] % g == 0]))
        attrs = {
            "out_channels": groups * draw(st.integers(1, 2)),
            "kernel": axis_values(draw, SMALL, rank),
            "stride": axis_values(draw, SMALL, rank),
            "dilation": axis_values(draw, st.integers(1, 2), rank),
            "padding": draw(st.one_of(st.sampled_from(["same", "valid"]), st.integers(0, 2), pairs)),
            "groups": groups,
            "bias": draw(st.booleans()),
        }
        return attrs, [x]
    if op == "conv_transpose":
        groups = draw(st.sampled_from([g for g in range(1, x[1] + 1) if x[1] % g == 0]))
        attrs = {
            "out_channels": groups * draw(st.integers(1, 2)),
            "kernel": axis_values(draw, SMALL, rank),
            "stride": axis_values(draw, SMALL, rank),
            "dilation": axis_values(draw, st.integers(1, 2), rank),
            "padding": draw(st.one_of(st.integers(0, 1), st.tuples(*[st.tuples(st.integers(0, 1), st.integers(0, 1))] * rank))),
            "output_padding": axis_values(draw, st.integers(0, 1), rank),
            "groups": groups,
            "bias": draw(st.booleans()),
        }
        return attrs, [x]
    if op in ("maxpool", "avgpool"):
        attrs = {"kernel": axis_values(draw, SMALL, rank), "padding": draw(st.one_of(st.sampled_from([0, 1, "same"]), pairs))}
        if draw(st.booleans()):
            attrs["stride"] = axis_values(draw, SMALL, rank)
        return attrs | {"ceil_mode": draw(st.booleans())}, [x]
    if op == "linear":
        return {"out_features": draw(st.integers(1, 5)), "bias": draw(st.booleans())}, [x[: draw(st.integers(2, len(x)))]]
    if op in ("batchnorm", "layernorm"):
        return {"affine": draw(st.booleans())}, [x[: draw(st.integers(2, len(x)))]]
    if op == "groupnorm":
        return {"affine": draw(st.booleans()), "groups": draw(st.sampled_from([1, x[1]]))}, [x]
    if op == "add":
        return {"inplace": draw(st.booleans())}, [x] * draw(st.integers(2, 3))
    if op == "scale":
        return {}, [x, (*x[:2], *(1 for _ in x[2:]))]
    if op == "concat":
        axis = draw(st.integers(1, rank + 1))
        return {"axis": axis}, [x, (*x[:axis], draw(SMALL), *x[axis + 1 :]), x]
    extra = {
        "adaptive_avgpool": {"output_size": axis_values(draw, st.integers(1, 4), rank)},
        "subsample": {"stride": axis_values(draw, SMALL, rank)},
        "zero_pad": {"pads": (draw(st.tuples(st.integers(0, 3), st.integers(0, 3))), *draw(pairs))},
    }
    return extra.get(op, {}), [x]


@pytest.mark.parametrize("op", list(OPS))
def test_shape_and_counts_are_what_doing_the_work_gives(op: str) -> None:
    assert op in naive.COUNT, f"tests/counting/naive.py cannot do {op!r} yet"
    done = []

    @settings(max_examples=60, deadline=None)
    @given(calls(op), st.sampled_from([None, "other"]), st.booleans())
    def law(call: tuple[dict[str, Any], Sequence[Shape]], again: str | None, functional: bool) -> None:
        attrs, shapes = call
        try:
            it = layer(op, attrs, *shapes, call_of=again, functional=functional)
        except ValueError:
            reject()
        got = {k: v for k, v in ops.counts(it).items() if k in COUNTED}
        same({"shape": it.y} | got, {"shape": naive.shape(it)} | naive_parts.counts(it), f"{op} {dict(it.attrs)} {shapes}")
        done.append(it)

    law()
    assert len(done) >= 20, "too few calls fit their inputs to prove anything"


X = (2, 4, 7, 6)
CASES: list[tuple[str, dict[str, Any], list[Shape]]] = [
    ("conv", {"out_channels": 4, "kernel": 3, "groups": 2}, [(2, 4, 7)]),
    ("conv", {"out_channels": 4, "kernel": 3, "padding": 1, "groups": 2, "dilation": 2}, [X]),
    ("conv", {"out_channels": 4, "kernel": 3, "groups": 4, "dilation": 2}, [(*X, 6)]),
    ("conv_transpose", {"out_channels": 6, "kernel": 3, "groups": 2}, [X]),
    ("linear", {"out_features": 3}, [X]),
    ("batchnorm", {}, [X]),
    ("batchnorm", {"affine": False}, [X[:3]]),
    ("layernorm", {}, [X]),
    ("layernorm", {"affine": False}, [X]),
    ("lrn", {}, [X]),
    ("maxpool", {"kernel": 2, "stride": 1, "padding": ((0, 1), (0, 0))}, [X]),
    ("avgpool", {"kernel": 2}, [(*X, 6)]),
    ("adaptive_avgpool", {"output_size": (7, 3)}, [X]),
    ("adaptive_avgpool", {"output_size": 4}, [X[:3]]),
    ("adaptive_avgpool", {"output_size": X[2:]}, [X]),
    ("adaptive_avgpool", {"output_size": 2}, [(2, 4, 1)]),
    ("add", {"inplace": True}, [X, X]),
]


def test_every_primitive_is_counted_by_visiting_and_is_the_product_of_its_factors() -> None:
    seen: set[str] = set()
    for op, attrs, shapes in CASES:
        for again in (None, "other"):
            it = layer(op, attrs, *shapes, call_of=again)
            found = ops.counts(it)
            same({k: v for k, v in found.items() if k in COUNTED}, naive_parts.counts(it), f"{op} {attrs}")
            for primitive, parts in ops.factors(it).items():
                value = 1
                for part in parts:
                    value *= part
                assert found.get(primitive, 0) == value
            seen |= set(found)
    same(
        dict.fromkeys(seen - ELSEWHERE),
        dict.fromkeys(COUNTED),
        "primitives that a case has; add cases, and words in tests/counting/naive_parts.py",
    )


def test_the_arithmetic_shown_of_a_count_is_the_count() -> None:
    for op, attrs, shapes in CASES:
        for batch in (1, 2):
            it = layer(op, attrs, *((batch, *s[1:]) for s in shapes))
            for primitive, value in ops.counts(it).items():
                product = 1
                for part in ops.formula(it, primitive).split("·"):
                    product *= int(part)
                assert product == value, (op, primitive)
            assert ops.formula(it, "mac").startswith("2·") or batch == 1 or "mac" not in ops.counts(it)
    assert ops.formula(layer("relu", {}, X), "mac") == ""


def test_double_precision_cuts_at_most_one_off_and_nothing_where_windows_tile() -> None:
    cuts = {}
    for n in range(1, 30):
        for out in range(1, 12):
            cuts[n, out] = ops.counts(layer("adaptive_avgpool", {"output_size": (out, 1)}, (1, 1, n, 1))).get("float_cut", 0)
    assert set(cuts.values()) == {0, 1}
    assert not any(cut for (n, out), cut in cuts.items() if n % out == 0), "a whole ratio is exact"


def test_every_error_of_a_layer_names_it_its_op_and_its_input() -> None:
    wrong: list[tuple[str, dict[str, Any], str]] = [
        ("conv", {"out_channels": 8, "kernel": 3, "color": 1}, "no attribute 'color'"),
        ("conv", {"kernel": 3}, "needs out_channels"),
        ("conv", {"out_channels": 8, "kernel": 9}, "window of 9 does not fit"),
        ("conv", {"out_channels": 8, "kernel": 1, "groups": 3}, "do not divide into 3 groups"),
        ("conv", {"out_channels": 7, "kernel": 1, "groups": 2}, "do not divide into 2 groups"),
        ("conv", {"out_channels": 8, "kernel": 1, "groups": 0}, "do not divide into 0 groups"),
        ("conv", {"out_channels": 0, "kernel": 1}, "0 output channels"),
        ("conv", {"out_channels": 8, "kernel": 0}, "kernel .* at least 1"),
        ("conv", {"out_channels": 8, "kernel": 3, "stride": 0}, "stride .* at least 1"),
        ("conv", {"out_channels": 8, "kernel": 3, "padding": -1}, "not be negative"),
        ("conv", {"out_channels": 8, "kernel": (3, 3, 3)}, "2 spatial axes"),
        ("conv_transpose", {"out_channels": 8, "kernel": 3, "groups": 0}, "do not divide into 0 groups"),
        ("conv_transpose", {"out_channels": 8, "kernel": 3, "padding": -1}, "must not be negative"),
        ("conv_transpose", {"out_channels": 8, "kernel": 1, "padding": 3}, "is empty"),
        ("groupnorm", {"groups": 3}, "do not divide into 3 groups"),
        ("maxpool", {"kernel": 2, "padding": 2}, "more than half the window"),
        ("adaptive_avgpool", {"output_size": 0}, "is empty"),
        ("linear", {"out_features": 0}, "at least one output feature"),
        ("zero_pad", {"pads": ((1, 1),)}, "one .before, after. for each of 3 axes"),
        ("zero_pad", {"pads": ((0, 0), (0, -1), (0, 0))}, "pads"),
        ("add", {}, "two or more inputs"),
        ("scale", {}, "one number for each sample and channel"),
        ("concat", {}, "differ"),
    ]
    for op, attrs, reason in wrong:
        with pytest.raises(ShapeError, match=rf"net: layer 'odd' \({op}\) does not fit its input 1x4x5x6.*{reason}"):
            Graph("net", (1, 4, 5, 6)).add("odd", op, **attrs)


@pytest.mark.parametrize("axis", [-1, 4, 7])
def test_concat_along_an_axis_that_is_not_there_is_refused(axis: int) -> None:
    with pytest.raises(ValueError, match=f"axis {axis}"):
        layer("concat", {"axis": axis}, (1, 2, 3, 4), (1, 2, 3, 4))


def test_shapes_that_differ_where_they_must_not_are_refused() -> None:
    with pytest.raises(ValueError, match=r"one shape"):
        layer("add", {}, (1, 2, 3, 4), (1, 2, 3, 1))
    with pytest.raises(ValueError, match=r"more than axis 1"):
        layer("concat", {}, (1, 2, 3, 4), (1, 2, 3, 5))
    with pytest.raises(ValueError, match=r"below 1"):
        layer("relu", {}, (1, 0, 3))
    with pytest.raises(ValueError, match=r"spatial"):
        layer("conv", {"out_channels": 1, "kernel": 1}, (1, 8))


def test_an_op_that_nobody_knows_suggests_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match=r"unknown op 'convv'. Hint: did you mean conv"):
        Graph("net", (1, 1, 5, 5)).add("odd", "convv")
