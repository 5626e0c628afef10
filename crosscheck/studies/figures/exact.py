"""Exact numbers behind figures: what a convention says of a network, a layer of it, or a part of it; each worked out once."""

from __future__ import annotations

import difflib
import re
from functools import cache

from crosscheck import models
from crosscheck.contract.network import Shape, show_shape
from crosscheck.conventions import read as convention
from crosscheck.conventions.table import Convention
from crosscheck.counting import engine
from crosscheck.errors import ConventionError, CrosscheckError, ShapeError
from crosscheck.ops import described as ops
from crosscheck.studies.figures import tables

INPUT = "(input)"
CONVOLUTIONS = "convolutions only"
ALL_BUT = "all but "
ROW = "row "
WRAPS = "_int32"  # conventions of machines whose integers overflow


@cache
def counted(network: str, shape: Shape, classes: int | None = None) -> engine.Tally | None:
    """A network counted for an input of (N, C, H, W); None where the input does not fit it."""
    try:
        return engine.tally(models.build(network, batch=shape[0], input_shape=shape[1:], classes=classes))
    except ShapeError:
        return None


@cache
def problem(network: str, shape: Shape, classes: int | None, place: str, by: str) -> str:
    """Why there can be no number: an input that does not fit, a place that is not there; empty where there can."""
    known = counted(network, shape, classes)
    if known is None:
        return f"an input of {show_shape(shape)} does not fit {network}. Hint: its own is {show_shape(models.get(network).input)}"
    if place.startswith(ROW):
        told = re.fullmatch(rf"{ROW}[0-9]{{1,6}}( depth [0-9]+)?", place)
        return "" if told and by in tables.tools() else f"{place!r} is no row of a table of {' or '.join(tables.tools())}"
    layer = place.removeprefix(ALL_BUT)
    if layer in ("", INPUT, CONVOLUTIONS) or layer in known.model.by_id:
        return ""
    near = difflib.get_close_matches(layer, known.model.by_id, n=3) or list(known.model.by_id)[:3]
    return f"column 'place': {network} has no layer {layer!r}. Hint: it has {', '.join(near)} and others"


@cache
def value(network: str, shape: Shape, classes: int | None, place: str, by: str, metric: str) -> int | None:
    """What convention ``by`` says of a place, in its own unit; None where it says nothing or nothing is there.

    For more than two samples it is worked out from one and two of them: every primitive is affine in the batch, but for those
    that wrap around.
    """
    if shape[0] > 2 and not by.endswith(WRAPS):
        one = value(network, (1, *shape[1:]), classes, place, by, metric)
        two = value(network, (2, *shape[1:]), classes, place, by, metric)
        return None if one is None or two is None else one + (shape[0] - 1) * (two - one)
    known = counted(network, shape, classes)
    c = convention.load(by)
    if known is None or metric not in c.metrics:
        return None
    try:
        if not place:
            return engine.total(known, c, metric)
        if place == INPUT:
            return _of_input(known, c, metric)
        if place.startswith(ALL_BUT):
            rest = value(network, shape, classes, place.removeprefix(ALL_BUT), by, metric)
            return None if rest is None else engine.total(known, c, metric) - rest
        table = c.table(metric)
        if place == CONVOLUTIONS:
            chosen = [x for x in known.layers if x[0].op == "conv"]
        else:
            chosen = [known.by_id[place]] if place in known.by_id else []
        return sum(engine.layer_value(known, table, by, *x) for x in chosen) if chosen else None
    except ConventionError:
        return None


def _of_input(known: engine.Tally, c: Convention, metric: str) -> int:
    """What the convention says of the network's input: what it charges the whole network for besides its layers."""
    table = c.table(metric)
    root = known.by_id.get("(root)")
    return 0 if root is None else engine.layer_value(known, table, c.id, *root)


def arithmetic(network: str, shape: Shape, place: str, by: str, metric: str) -> str:
    """The sum behind a layer's number, ``1000·4096 + 1000``, each count with its weight; empty for a place that is no layer."""
    known = counted(network, shape)
    layer = None if known is None else known.model.by_id.get(place)
    if layer is None:
        return ""
    weights = convention.load(by).table(metric).weights(layer.op, by, layer.id)
    parts = ((w.weight, ops.formula(layer, w.primitive)) for w in weights)
    terms = [text if weight == 1 else f"{weight}·{text}" for weight, text in parts if text]
    return " + ".join(terms)


def last_layer(network: str) -> str:
    """The last layer with weights, which classifies; empty where the last layer is none."""
    known = counted(network, (1, *models.get(network).input))
    layers = [] if known is None else [x for x, counts in known.layers if "weight" in counts]
    return layers[-1].id if layers else ""


@cache
def table(network: str, shape: Shape, by: str) -> tuple[tables.Row, ...]:
    """The rows that a tool prints of a network. Raises CrosscheckError where the tool's table is not known."""
    known = counted(network, shape)
    if known is None or by not in tables.tools():
        raise CrosscheckError(f"no table of {by} on {network}. Hint: tables are known of {', '.join(tables.tools())}")
    return tuple(tables.rows(known, convention.load(by)))


def pooled(place: str, shape: Shape) -> Shape:
    """Output shape of one pooling, written ``avgpool kernel=3x5 stride=1 padding=1x2``, on an input of (N, C, H, W)."""
    op, *words = place.split()
    given = dict(w.split("=") for w in words)
    attrs = {k: v if v in ("same", "valid") else tuple(map(int, v.split("x"))) for k, v in given.items()}
    single = {k: v[0] if isinstance(v, tuple) and len(v) == 1 else v for k, v in attrs.items()}
    return ops.complete(op, single, (shape,))[1]
