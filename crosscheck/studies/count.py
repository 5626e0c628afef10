"""A network as conventions count it: in total or layer by layer, and what a total leaves open where an op is not known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from crosscheck.contract.metrics import METRICS
from crosscheck.contract.network import CONTAINER, Layer, numel, show_shape
from crosscheck.conventions.table import Convention
from crosscheck.counting import engine
from crosscheck.counting.engine import Tally
from crosscheck.errors import UnknownNameError, UsageError
from crosscheck.explain import wording
from crosscheck.ops import described as ops
from crosscheck.subjects import conventions as words
from crosscheck.subjects import lost
from crosscheck.subjects.subject import Subject

UNKNOWN = "unknown"  # the op of a call that the engine does not know
SHAPELESS = ("layers", "depth")  # metrics that no shape goes into


@dataclass(frozen=True, slots=True)
class Total:
    """What a convention says of a metric; ``caveat`` tells what is missing where the value is only a lower bound.

    ``by_parts`` where the metric is the sum of others. ``reading`` tells what else it could be, where a tool that looks at
    modules is asked of a file.
    """

    convention: str
    metric: str
    unit: str
    value: int
    by_parts: bool
    caveat: str = ""
    reading: str = ""


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


@dataclass(frozen=True, slots=True)
class _Column:
    """One convention and metric, and the network as that convention meets it."""

    convention: Convention
    metric: str
    counted: Tally
    reading: str
    nodes: Mapping[str, str]  # the node of the file that a layer of it is, where it is a reading of a file
    lost: str  # what of the network could not be seen

    @property
    def values(self) -> dict[str, int]:
        """What is charged for every layer and container, by its id; of a file, by node."""
        found: Counter[str] = Counter()
        table = self.convention.table(self.metric)
        for layer, counts in (*self.counted.containers, *self.counted.layers):
            value = engine.layer_value(self.counted, table, self.convention.id, layer, counts)
            found[self.nodes.get(layer.id, layer.id)] += value
        return found


def count(subject: Subject, ids: Sequence[str], metrics: Sequence[str] = (), *, layers: bool = False) -> Count:
    """Count by the conventions ``ids``: all metrics that each has, or those asked for; ``layers`` adds a row for each.

    Raises UnknownNameError and UsageError.
    """
    asked = [(c, m) for c, m in _columns(subject, ids, metrics) if not layers or m != "layers"]  # each row is one
    columns = [_column(subject, c, m) for c, m in asked]
    totals = tuple(map(_total, columns))
    model = subject.model
    of_file = any(x.origin.file for x in model.layers)
    rows = tuple(_rows(subject.counted, columns)) if layers else ()
    return Count(model.name, model.input_text, model.variant, of_file, totals, rows)


def _column(subject: Subject, c: Convention, metric: str) -> _Column:
    counted = subject.seen_by(c)
    nodes = {} if subject.imported is None or c.reads_files else subject.imported.modules.nodes
    unseen = "; ".join(says for says in (subject.open, words.missing(subject, c.id)) if says)
    return _Column(c, metric, counted, lost.caveat(subject, c, metric), nodes, unseen)


def _columns(subject: Subject, ids: Sequence[str], metrics: Sequence[str]) -> list[tuple[Convention, str]]:
    odd = [m for m in metrics if m not in METRICS]
    if odd:
        raise UnknownNameError("metric", odd[0], METRICS)
    loaded = [words.by(subject, name) for name in ids]
    for c, metric in ((c, m) for c in loaded for m in metrics):
        if metric not in c.metrics:
            raise UsageError(f"convention {c.id!r} gives no {metric}. Hint: it gives {', '.join(c.metrics)}")
    return [(c, metric) for c in loaded for metric in (dict.fromkeys(metrics) or c.metrics)]


def _total(column: _Column) -> Total:
    counted, c, metric = column.counted, column.convention, column.metric
    table = c.table(metric)

    def missing(layer: Layer) -> bool:
        """Whether nothing of it is in the total, or what is there comes from a shape that nobody knows."""
        free = not engine.layer_value(counted, table, c.id, layer, counted.by_id[layer.id][1])
        return free or (layer.origin.unshaped and metric not in SHAPELESS)

    caveat = left_open([layer for layer, _ in counted.layers if layer.op == UNKNOWN and missing(layer)])
    caveat = "; ".join(says for says in (caveat, column.lost and f"not counted: {column.lost}") if says)
    return Total(c.id, metric, table.unit, engine.total(counted, c, metric), bool(table.parts), caveat, column.reading)


def _rows(counted: Tally, columns: Sequence[_Column]) -> Iterator[Row]:
    charged = [column.values for column in columns]
    for layer, _ in (*counted.containers, *counted.layers):
        values = tuple(found.get(layer.id, 0) for found in charged)
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
