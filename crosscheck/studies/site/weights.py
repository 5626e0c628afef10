"""Conventions as rows of weights, for the ops that described networks have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from crosscheck.contract.network import CONTAINER
from crosscheck.conventions import read
from crosscheck.conventions.table import Convention, MetricTable
from crosscheck.ops.described import OPS
from crosscheck.ops.papers import PAPER_OPS

SHOWN = (*OPS, *PAPER_OPS, CONTAINER)


@dataclass(frozen=True, slots=True)
class Weighing:
    """What a convention does with an op under a metric; ``primitive`` is empty where it leaves the op out on purpose."""

    op: str
    primitive: str
    weight: int
    source: str
    says: str
    quirk: str


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric of a convention: where it charges what (see ``MetricTable``), and its weights, or the metrics it adds up."""

    name: str
    unit: str
    label: str
    functional: str
    depth: int | None
    deeper: str
    parts: tuple[str, ...]
    weighings: tuple[Weighing, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """A convention with all its metrics, by name."""

    id: str
    title: str
    tool: str
    framework: str
    package: str
    versions: str
    says: str
    edition_of: str
    metrics: Mapping[str, Metric]


def conventions() -> tuple[Rules, ...]:
    """All conventions."""
    return tuple(_rules(read.load(name)) for name in read.ids())


def _rules(c: Convention) -> Rules:
    metrics = {name: _metric(t) for name, t in c.metrics.items()}
    return Rules(c.id, c.title, c.tool, c.framework, c.package, c.versions, c.says, c.edition_of, metrics)


def _metric(t: MetricTable) -> Metric:
    parts = tuple(part.metric for part in t.parts)
    rows = () if parts else tuple(_weighings(t))
    return Metric(t.metric, t.unit, t.label, t.functional, t.depth, t.deeper, parts, rows)


def _weighings(t: MetricTable) -> Iterator[Weighing]:
    for op in SHOWN:
        for w in t.weighed.get(op, ()):
            yield Weighing(op, w.primitive, w.weight, w.source, w.says, w.quirk)
        if (left := t.ignored.get(op)) is not None:
            yield Weighing(op, "", 0, left.source, left.says, left.quirk)
