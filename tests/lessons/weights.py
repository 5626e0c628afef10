"""Which weights lessons show, and conventions with one of them changed."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from unittest import mock

from sybil.example import SybilFailure

from crosscheck.contract.network import Layer
from crosscheck.conventions import read
from crosscheck.conventions.table import Convention, MetricTable
from crosscheck.counting import engine
from crosscheck.counting.engine import Tally
from tests.lessons import console, lesson

SEARCHING = ("identify", "figures", "list", "sizes", "convention")  # commands that look at all conventions, and show few


@dataclass(frozen=True, order=True)
class Shown:
    """A weight that is part of a number in a lesson."""

    convention: str
    metric: str
    op: str
    primitive: str


def shown(path: Path) -> set[Shown]:
    """The weights that the lesson's numbers are made of, those of its searches left out."""
    met: dict[int, tuple[MetricTable, set[tuple[str, str]]]] = {}

    def meet(table: MetricTable, op: str, counts: dict[str, int]) -> None:
        keys = {(op, w.primitive) for w in table.weighed.get(op, ()) if w.weight and counts.get(w.primitive)}
        met.setdefault(id(table), (table, set()))[1].update(keys)

    see, put = Tally.seen_by, Tally.place

    def seen_by(self: Tally, table: MetricTable, *places: object) -> engine.Sums:
        found = see(self, table, *places)  # type: ignore[arg-type]
        for op, counts in found.items():
            meet(table, op, dict(counts))
        return found

    def place(self: Tally, table: MetricTable, layer: Layer) -> str:
        if layer.id in self.by_id:
            meet(table, layer.op, dict(self.by_id[layer.id][1]))
        return put(self, table, layer)

    with fresh(), mock.patch.object(Tally, "seen_by", seen_by), mock.patch.object(Tally, "place", place), no_searches():
        lesson.run(path)
        return {Shown(c, m, *key) for k, (_, keys) in met.items() for c, m in _names(k) for key in keys}


@contextmanager
def no_searches() -> Iterator[None]:
    """Commands that look at all conventions say at once what the lesson says: they take long, and show few of them."""
    commands = console.commands

    def others(text: str) -> Iterator[tuple[str, str]]:
        return ((c, wanted) for c, wanted in commands(text) if c.split()[1] not in SEARCHING)

    with mock.patch.object(console, "commands", others):
        yield


def _names(table: int) -> Iterator[tuple[str, str]]:
    """The convention and metric of a table that was met; none for one that a lesson made itself."""
    for name in read.ids():
        for metric, found in read.load(name).metrics.items():
            if id(found) == table:
                yield name, metric


@contextmanager
def fresh() -> Iterator[None]:
    """Nothing is remembered of conventions before and after."""
    _forget()
    try:
        yield
    finally:
        _forget()


def _forget() -> None:
    for name, module in list(sys.modules.items()):
        if name.startswith("crosscheck."):
            for value in list(vars(module).values()):
                if isinstance(value, functools._lru_cache_wrapper):
                    value.cache_clear()


def changed(c: Convention, weight: Shown) -> Convention:
    """The convention with one weight raised by one, in sums of metrics too."""
    old = c.metrics[weight.metric]
    rows = tuple(w._replace(weight=w.weight + 1) if w.primitive == weight.primitive else w for w in old.weighed[weight.op])
    new = replace(old, weighed=MappingProxyType({**old.weighed, weight.op: rows}))
    metrics = {name: _with(t, old, new) for name, t in c.metrics.items()}
    return replace(c, metrics=MappingProxyType(metrics))


def _with(table: MetricTable, old: MetricTable, new: MetricTable) -> MetricTable:
    if table is old:
        return new
    return replace(table, parts=tuple(new if p is old else p for p in table.parts)) if table.parts else table


@contextmanager
def raised(weight: Shown) -> Iterator[None]:
    """A world in which one weight is one more."""
    make: Callable[..., Convention] = read._convention

    def convention(*told: object) -> Convention:
        made = make(*told)
        return changed(made, weight) if made.id == weight.convention else made

    with fresh(), mock.patch.object(read, "_convention", convention):
        yield


def fails(path: Path, weight: Shown) -> bool:
    """True where the lesson does not hold any more with the weight raised by one."""
    with raised(weight), no_searches():
        try:
            lesson.run(path)
        except (SybilFailure, AssertionError):
            return True
    return False
