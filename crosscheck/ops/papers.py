"""Op kinds of historic papers that no framework has a layer for: the engine's own conventions count them, adapters refuse them.

A tool never meets such an op, so a tool's convention has no word on it.
"""

from __future__ import annotations

from collections.abc import Sequence

from crosscheck.contract.network import Layer, Shape
from crosscheck.ops import geometry
from crosscheck.ops.kind import REQUIRED, Attrs, Counts, Op, elements


def _grid(attrs: Attrs, x: Shape) -> Shape:
    """Windows without padding over every spatial axis; the stride is the window's length unless told otherwise."""
    if len(x) < 3:
        raise ValueError(f"needs an input of (N, C, spatial…), got {x}")
    attrs["kernel"] = geometry.per_axis(attrs["kernel"], len(x) - 2, "kernel")
    attrs["stride"] = geometry.per_axis(attrs["stride"] or attrs["kernel"], len(x) - 2, "stride")
    if min(*attrs["kernel"], *attrs["stride"]) < 1:
        raise ValueError(f"kernel {attrs['kernel']} and stride {attrs['stride']} must be at least 1")
    axes = zip(x[2:], attrs["kernel"], attrs["stride"], strict=True)
    return tuple(geometry.window_out(n, k, s, (0, 0)) for n, k, s in axes)


def _table_conv(attrs: Attrs, xs: Sequence[Shape]) -> Shape:
    out = _grid(attrs, xs[0])
    table = attrs["table"] = tuple(tuple(int(c) for c in row) for row in attrs["table"])
    if not table or any(not row or len(set(row)) < len(row) for row in table):
        raise ValueError("table must name, for each output channel, one or more input channels, each once")
    odd = sorted({c for row in table for c in row} - set(range(xs[0][1])))
    if odd:
        raise ValueError(f"table names channel {odd[0]}; the input has {xs[0][1]}, from 0")
    return (xs[0][0], len(table), *out)


def _count_table_conv(layer: Layer) -> Counts:
    a, y = layer.attrs, layer.y
    pairs = sum(len(row) for row in a["table"])
    counts = elements(layer) | {"mac": (y[0], pairs, *a["kernel"], *y[2:]), "weight": (pairs, *a["kernel"])}
    return counts | {"bias": (y[1],), "bias_add": y}


def _trainable_pool(attrs: Attrs, xs: Sequence[Shape]) -> Shape:
    return (*xs[0][:2], *_grid(attrs, xs[0]))


def _count_trainable_pool(layer: Layer) -> Counts:
    y = layer.y
    counts = elements(layer) | {"window_elements": (*y, *layer.attrs["kernel"]), "bias_add": y}
    return counts | {"weight": (y[1],), "bias": (y[1],)}


def _rbf(attrs: Attrs, xs: Sequence[Shape]) -> Shape:
    if len(xs[0]) != 2 or attrs["out_features"] < 1:
        raise ValueError(f"needs an input of (N, features) and at least one output, got {xs[0]}")
    return (xs[0][0], attrs["out_features"])


def _count_rbf(layer: Layer) -> Counts:
    return elements(layer) | {"distance_terms": (*layer.y, layer.x[1])}


def _same(_: Attrs, xs: Sequence[Shape]) -> Shape:
    return xs[0]


PAPER_OPS: dict[str, Op] = {
    "table_conv": Op(
        "convolution, no padding, with bias; a table names the input channels that each output channel sees",
        {"table": REQUIRED, "kernel": REQUIRED, "stride": 1},
        _table_conv,
        _count_table_conv,
    ),
    "trainable_pool": Op(
        "sum over a window times a learned coefficient plus a learned bias, one of each a channel",
        {"kernel": REQUIRED, "stride": None},
        _trainable_pool,
        _count_trainable_pool,
    ),
    "scaled_tanh": Op("amplitude * tanh(slope * x)", {"amplitude": 1.7159, "slope": 2 / 3}, _same, elements),
    "rbf": Op(
        "squared distance between the input and one fixed vector an output",
        {"out_features": REQUIRED},
        _rbf,
        _count_rbf,
    ),
}
