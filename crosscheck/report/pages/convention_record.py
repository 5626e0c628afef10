"""A convention as machines read it: nested for JSON, and a row a weight for CSV."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crosscheck.conventions.table import Convention, MetricTable
from crosscheck.report.document import Data, Plain, data

FIELDS = ("metric", "unit", "op", "primitive", "weight", "says", "quirk", "source")
HEAD = ("id", "title", "tool", "framework", "package", "versions", "extends", "says")


def record(c: Convention) -> dict[str, Any]:
    """All of it, a metric after the other."""
    return {k: getattr(c, k) for k in HEAD} | {"metrics": {m: _metric(t) for m, t in c.metrics.items()}}


def entries(c: Convention) -> Data:
    """A row a weight; an op that is left out on purpose has a weight of 0 on nothing, a sum of metrics no row."""
    return data(
        f"conventions/{c.id}", (dict(zip(FIELDS, row, strict=True)) for t in c.metrics.values() for row in _rows(t)), FIELDS
    )


def _metric(t: MetricTable) -> dict[str, Any]:
    return {
        "unit": t.unit,
        "label": t.label,
        "functional": t.functional,
        "sum": [part.metric for part in t.parts],
        "bare": t.bare._asdict() if t.bare else None,
        "weigh": [w._asdict() for weights in t.weighed.values() for w in weights],
        "ignore": [i._asdict() for i in t.ignored.values()],
    }


def _rows(t: MetricTable) -> Iterator[tuple[Plain, ...]]:
    for weights in t.weighed.values():
        yield from ((t.metric, t.unit, w.op, w.primitive, w.weight, w.says, w.quirk, w.source) for w in weights)
    yield from ((t.metric, t.unit, i.op, "", 0, i.says, i.quirk, i.source) for i in t.ignored.values())
