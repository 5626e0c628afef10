"""Primitives: each has a user, and what only one tool counts is weighed by that tool alone."""

from __future__ import annotations

from crosscheck.conventions import read as convention
from crosscheck.conventions.table import Convention, Weight
from crosscheck.ops.primitives import PRIMITIVES

CONVENTIONS = [convention.load(name) for name in convention.ids()]
WEIGHTS: list[tuple[Convention, Weight]] = [
    (c, w) for c in CONVENTIONS for m in c.metrics.values() for t in m.tables for ws in t.weighed.values() for w in ws
]


def test_every_primitive_is_weighed_by_some_convention() -> None:
    assert len(WEIGHTS) > 1000
    assert set(PRIMITIVES) - {w.primitive for _, w in WEIGHTS} == set(), "nobody weighs it: it goes, with what counts it"
