"""Exact numbers behind figures: what a convention says of a network, a layer of it, or a part of it; each worked out once."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from functools import cache

from crosscheck import models
from crosscheck.contract.network import ROOT, Shape, show_shape
from crosscheck.conventions import read as convention
from crosscheck.conventions.table import Convention
from crosscheck.counting import engine
from crosscheck.counting.batch import grown
from crosscheck.errors import ConventionError, CrosscheckError
from crosscheck.explain import terms, wording
from crosscheck.ops import described as ops
from crosscheck.studies.figures import growth, tables
from crosscheck.studies.figures.growth import counted
from crosscheck.subjects.conventions import choose
from crosscheck.subjects.subject import Subject

INPUT = "(input)"
CONVOLUTIONS = "convolutions only"
ALL_BUT = "all but "
ROW = "row "
TERMS = 4  # in one sentence
WRAPS = "_int32"  # conventions of machines whose integers overflow


@cache
def problem(network: str, shape: Shape, classes: int | None, place: str, by: str) -> tuple[str, str] | None:
    """The column for which there can be no number, and why: an input that does not fit, a place that is not there."""
    known = growth.sums(network, shape, classes)
    if known is None:
        own = show_shape(models.get(network).input)
        return "input", f"an input of {show_shape(shape)} does not fit {network}. Hint: its own is {own}"
    if place.startswith(ROW):
        told = re.fullmatch(rf"{ROW}[0-9]{{1,6}}( depth [0-9]+)?", place)
        says = f"{place!r} is no row of a table of {' or '.join(tables.tools())}"
        return None if told and by in tables.tools() else ("place", says)
    layer = place.removeprefix(ALL_BUT)
    if layer in ("", INPUT, CONVOLUTIONS) or layer in known.model.by_id:
        return None
    near = difflib.get_close_matches(layer, known.model.by_id, n=3) or list(known.model.by_id)[:3]
    return "place", f"{network} has no layer {layer!r}. Hint: it has {', '.join(near)} and others"


class Said(dict[str, int | None]):
    """What conventions say of one thing by one metric, by their ids; each is asked once, and only when it is looked up."""

    def __init__(self, ask: Callable[[str], int | None]) -> None:
        super().__init__()
        self.ask = ask

    def __missing__(self, by: str) -> int | None:
        found = self[by] = self.ask(by)
        return found


@cache
def said(network: str, shape: Shape, classes: int | None, place: str, metric: str) -> Said:
    """What conventions say of a place, each in its own unit; None of one that says nothing or where nothing is there."""
    return Said(lambda by: _value(network, shape, classes, place, by, metric))


def value(network: str, shape: Shape, classes: int | None, place: str, by: str, metric: str) -> int | None:
    """What convention ``by`` says of a place, in its own unit; None where it says nothing or nothing is there."""
    return said(network, shape, classes, place, metric)[by]


def _value(network: str, shape: Shape, classes: int | None, place: str, by: str, metric: str) -> int | None:
    """The same, worked out.

    For more than two samples it is worked out from one and two of them: every number is affine in the batch, but for those that
    wrap around.
    """
    c = convention.load(by)
    if metric not in c.metrics:
        return None
    c.table(metric)  # what is wrong with a table is told, unlike that it says nothing about an op
    if by.endswith(WRAPS) and not place:
        return _wrapped(network, shape, classes, by, metric)
    if shape[0] > 2:
        one = value(network, (1, *shape[1:]), classes, place, by, metric)
        two = value(network, (2, *shape[1:]), classes, place, by, metric)
        return None if one is None or two is None else one + (shape[0] - 1) * (two - one)
    if place == CONVOLUTIONS:
        known = growth.convolutions(network, shape, classes)
    else:
        known = growth.sums(network, shape, classes, layers=bool(place))
    try:
        if known is None or not place.startswith(ALL_BUT):
            return None if known is None else _part(known, shape[0], place, c, metric)
        whole = engine.total(known, c, metric) if by.endswith(WRAPS) else value(network, shape, classes, "", by, metric)
        rest = _of_layer(known, shape[0], c, metric, place.removeprefix(ALL_BUT))
        return None if whole is None or rest is None else whole - rest
    except ConventionError:
        return None


@cache
def of_subject(subject: Subject, metric: str) -> Said:
    """What conventions say of a network in one form only; None of one that says nothing or may not count it."""
    return Said(lambda by: _of_subject(subject, by, metric))


def _of_subject(subject: Subject, by: str, metric: str) -> int | None:
    c = convention.load(by)
    able = by in _able(subject) or convention.names_file(by)
    return engine.total(subject.seen_by(c), c, metric) if metric in c.metrics and able else None


@cache
def _able(subject: Subject) -> tuple[str, ...]:
    """Conventions that may count a subject."""
    return tuple(choose(subject, (), every=True)[0])


def _wrapped(network: str, shape: Shape, classes: int | None, by: str, metric: str) -> int | None:
    """The number of a machine whose integers overflow: what others print, unless the outputs do not fit into 32 bits."""
    twin = by.removesuffix(WRAPS)
    outputs = value(network, shape, classes, "", twin, "memory_activations")
    if outputs is None or outputs < 8 * 2**31:
        return value(network, shape, classes, "", twin, metric)
    known = counted(network, shape, classes)
    return None if known is None else engine.total(known, convention.load(by), metric)


def _part(known: engine.Tally, batch: int, place: str, c: Convention, metric: str) -> int | None:
    """What the convention says of all that is known, of a layer or of the input."""
    if place in ("", CONVOLUTIONS):
        return engine.total(known, c, metric)
    if place == INPUT:
        return _of_layer(known, batch, c, metric, ROOT) or 0
    return _of_layer(known, batch, c, metric, place)


def _of_layer(known: engine.Tally, batch: int, c: Convention, metric: str, place: str) -> int | None:
    """What the convention says of a layer, or of the network's input on the root; None where that is not there."""
    if place not in known.by_id:
        return None
    layer, counts = known.by_id[place]
    return engine.layer_value(known, c.table(metric), c.id, layer, grown(layer.kind, counts, batch))


def arithmetic(network: str, shape: Shape, place: str, by: str, metric: str) -> str:
    """The sum behind a layer's number, ``1000·4096 + 1000``, each count with its weight; empty for a place that is no layer."""
    known = counted(network, shape)
    layer = None if known is None else known.model.by_id.get(place)
    if layer is None:
        return ""
    weights = convention.load(by).table(metric).weights(layer.op, by, layer.id)
    parts = ((w.weight, ops.formula(layer, w.primitive)) for w in weights)
    return " + ".join(text if weight == 1 else f"{weight}·{text}" for weight, text in parts if text)


@cache
def differences(network: str, shape: Shape, metric: str, by: str, plain: str) -> str:
    """What a convention counts beyond another, as ``+53,120 running_stats (batchnorm)``; empty where that cannot be told."""
    known = counted(network, shape) if network else None
    try:
        found = terms.difference(known, convention.load(by), known, convention.load(plain), metric) if known else []
    except ConventionError:
        return ""
    more = f" and {len(found) - TERMS} more terms" if len(found) > TERMS else ""
    return wording.amounts(found[:TERMS]) + more


@cache
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
