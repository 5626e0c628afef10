"""How a column is read: rounded or cut, in which unit, by whole weights or halves: the reading that needs the fewest weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crosscheck.studies.infer import fit as fitting
from crosscheck.studies.infer.chance import affordable
from crosscheck.studies.infer.fit import Fit, Found, Reading, Table, Term
from crosscheck.studies.infer.group import Group
from crosscheck.studies.infer.program import FINE


@dataclass(frozen=True)
class Rival:
    """Other weights, as few, under another reading of the column."""

    reading: Reading
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class Choice:
    """What was found under the best reading, ``rivals`` under others, and in how many ways the column was read."""

    found: Found
    rivals: tuple[Rival, ...]
    ways: int


def choose(group: Group) -> Choice:
    """The cheapest weights under any reading: with no wrong row if that can be, then with few, then by halves."""
    ways = list(fitting.readings(group.meanings, group.rows))
    halves = [Reading(r.metric, r.scale, r.cut, 2) for r in ways if r.metric == "compute" and not r.cut]
    steps = [*((ways, n) for n in fitting.levels(len(group.rows))), (halves, 0)]
    tried, proved = 0, True
    for readings, spare in steps:
        tables = [Table(group.rows, r) for r in readings]
        firsts = [(t, *fitting.cheapest(t, spare, budget=affordable(t) + FINE * spare)) for t in tables]
        tried, proved = tried + len(tables), proved and all(sure for _, _, sure in firsts)
        fits = [(t, fit) for t, fit, _ in firsts if fit is not None]
        if fits:
            table, best = min(fits, key=lambda pair: pair[1].price)
            return Choice(fitting.search(table, best, spare), _rivals(table, best, fits), tried)
    return Choice(Found(Table(group.rows, Reading("", 1)), (), True, proved), (), tried)


def _rivals(table: Table, best: Fit, fits: Sequence[tuple[Table, Fit]]) -> tuple[Rival, ...]:
    own = table.terms(best)
    found = (Rival(t.reading, t.terms(fit)) for t, fit in fits if t is not table and fit.price == best.price)
    return tuple(r for r in found if r.terms != own or r.reading.meaning != table.reading.meaning)
