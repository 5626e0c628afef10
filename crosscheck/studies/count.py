"""A network as conventions count it: in total or layer by layer, and what a total leaves open where an op is not known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crosscheck.contract.network import CONTAINER, Layer, Model, numel, show_shape
from crosscheck.contract.rows import METRICS
from crosscheck.conventions import read as convention
from crosscheck.conventions.table import Convention
from crosscheck.counting import engine
from crosscheck.counting.engine import Tally
from crosscheck.errors import UnknownNameError, UsageError
from crosscheck.explain import wording
from crosscheck.ops import described as ops

UNKNOWN = "unknown"  # the op of a call that the engine does not know
SHAPELESS = ("layers", "depth")  # metrics that no shape goes into


@dataclass(frozen=True, slots=True)
class Total:
    """What a convention says of a metric; ``caveat`` tells what is missing where the value is only a lower bound.

    ``by_parts`` where the metric is the sum of others.
    """

    convention: str
    metric: str
    unit: str
    value: int
    by_parts: bool
    caveat: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A layer, or a container that is charged for itself: a value for each total."""

    layer: str
    op: str
    output: str
    formula: str
    values: tuple[int, ...]
    caveat: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """The totals of a network, and its rows where they were asked for; ``of_file`` where it was read from one."""

    name: str
    input: str
    says: str
    of_file: bool
    totals: tuple[Total, ...]
    rows: tuple[Row, ...] = ()


def count(model: Model, ids: Sequence[str], metrics: Sequence[str] = (), *, layers: bool = False) -> Count:
    """Count by the conventions ``ids``: all metrics that each has, or those asked for; ``layers`` adds a row for each.

    Raises UnknownNameError and UsageError.
    """
    columns = [(c, m) for c, m in _columns(ids, metrics) if not layers or m != "layers"]  # each row is one
    counted = engine.tally(model)
    totals = tuple(_total(counted, c, m) for c, m in columns)
    of_file = any(x.origin.file for x in model.layers)
    rows = tuple(_rows(counted, columns)) if layers else ()
    return Count(model.name, model.input_text, model.variant, of_file, totals, rows)


def _columns(ids: Sequence[str], metrics: Sequence[str]) -> list[tuple[Convention, str]]:
    odd = [m for m in metrics if m not in METRICS]
    if odd:
        raise UnknownNameError("metric", odd[0], METRICS)
    loaded = [convention.load(name) for name in ids]
    for c, metric in ((c, m) for c in loaded for m in metrics):
        if metric not in c.metrics:
            raise UsageError(f"convention {c.id!r} gives no {metric}. Hint: it gives {', '.join(c.metrics)}")
    return [(c, metric) for c in loaded for metric in (dict.fromkeys(metrics) or c.metrics)]


def _total(counted: Tally, c: Convention, metric: str) -> Total:
    table = c.table(metric)

    def missing(layer: Layer) -> bool:
        """Whether nothing of it is in the total, or what is there comes from a shape that nobody knows."""
        free = not engine.layer_value(counted, table, c.id, layer, counted.by_id[layer.id][1])
        return free or (layer.origin.unshaped and metric not in SHAPELESS)

    caveat = left_open([layer for layer, _ in counted.layers if layer.op == UNKNOWN and missing(layer)])
    return Total(c.id, metric, table.unit, engine.total(counted, c, metric), bool(table.parts), caveat)


def _rows(counted: Tally, columns: Sequence[tuple[Convention, str]]) -> Iterator[Row]:
    for layer, counts in (*counted.containers, *counted.layers):
        values = tuple(engine.layer_value(counted, c.table(m), c.id, layer, counts) for c, m in columns)
        if layer.op != CONTAINER or any(values):
            formula = ops.formula(layer, "mac") if layer.op != CONTAINER else ""
            caveat = left_open([layer]) if layer.op == UNKNOWN else ""
            yield Row(layer.id, layer.op, show_shape(layer.y), formula, values, caveat)


def left_open(layers: Sequence[Layer]) -> str:
    """``not counted: 1 FusedConv, at most 27,648 MACs``: what is missing of calls that are not known; empty for none."""
    if not layers:
        return ""
    kinds = ", ".join(f"{n} {kind}" for kind, n in Counter(x.origin.native for x in layers).items())
    known = [numel(x.origin.bound) for x in layers if x.origin.bound is not None]
    most = f"at most {wording.count(sum(known))} MACs" if len(known) == len(layers) else "no bound is known"
    return f"not counted: {kinds}, {most}"
