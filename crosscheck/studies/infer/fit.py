"""The search for weights: the fewest that fit, what else would fit as well, and what the other rows say of each row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import ceil, floor

from crosscheck.studies.infer import program
from crosscheck.studies.infer.column import Column, Member, columns
from crosscheck.studies.infer.group import Meaning, Row
from crosscheck.studies.infer.program import Bounds, Problem

MOST = 6  # the size of the greatest weight
SPARE = 6  # of so many rows one may be wrong
LEVELS = (0, 1, 2, 4, 8)  # rows that may be wrong, the fewest first
OTHERS, LOOK = 5, 400  # fits beside the first that are looked for, and nodes that the solver looks at for each
AT_ONCE = 20  # rows that the solver sees at a time; the others are checked, and come in where they do not obey
ROUNDS = 6


@dataclass(frozen=True, slots=True)
class Reading:
    """How a column is read: what it counts in which unit, rounded or cut, by whole weights or by halves."""

    metric: str
    scale: int
    cut: bool = False
    parts: int = 1

    @property
    def meaning(self) -> Meaning:
        """The metric and the unit."""
        return self.metric, self.scale


@dataclass(frozen=True, slots=True)
class Term:
    """What a fit says of one column: the likeliest ``charges``, weights of its members that come to the column's own weight.

    ``others`` are members that the rows cannot tell from these.
    """

    charges: tuple[tuple[int, Member], ...]
    others: tuple[Member, ...] = ()


@dataclass(frozen=True)
class Fit:
    """Weights by column of a table, and the rows that they do not yield."""

    weights: tuple[int, ...]
    left: tuple[int, ...]
    price: int


@dataclass(frozen=True)
class Table:
    """Rows read in one way: their columns, and for each row the totals that are printed so, in parts of one."""

    rows: tuple[Row, ...]
    reading: Reading

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """What may be weighed."""
        return columns([row.counts for row in self.rows], self.reading.metric)

    @cached_property
    def counts(self) -> tuple[tuple[int, ...], ...]:
        """The counts of each row, a column each."""
        return tuple(tuple(c.counts[k] for c in self.columns) for k in range(len(self.rows)))

    @cached_property
    def bounds(self) -> tuple[Bounds, ...]:
        """The least and the greatest total of each row that is printed as its figure."""
        return tuple(self.bound(row) for row in self.rows)

    def bound(self, row: Row) -> Bounds:
        """The same of one row, which may be empty."""
        r = self.reading
        low, high = row.meanings[r.meaning].halves(r.scale, cut=r.cut)
        return ceil(low * r.parts / 2), floor(high * r.parts / 2)

    @property
    def most(self) -> tuple[int, ...]:
        """The size of the greatest weight of each column."""
        return tuple(MOST * self.reading.parts * c.most_ratio for c in self.columns)

    def terms(self, fit: Fit) -> tuple[Term, ...]:
        """The weights of a fit in words, none of them where one of them is no small weight of anything."""
        used = [(c, w) for c, w in zip(self.columns, fit.weights, strict=True) if w]
        named = [c.named(w, MOST * self.reading.parts) for c, w in used]
        told = (_term(c, w, n, once=self.reading.metric.startswith("params")) for (c, w), n in zip(used, named, strict=True))
        return tuple(told) if all(named) else ()

    def total(self, fit: Fit, k: int) -> int:
        """What the weights give for a row, in parts of one."""
        return sum(w * c for w, c in zip(fit.weights, self.counts[k], strict=True))

    def holds(self, weights: Sequence[int], k: int) -> bool:
        """Whether weights yield a row as it is printed."""
        return program.holds(weights, self.counts[k], self.bounds[k])


def _term(column: Column, weight: int, named: tuple[Member, ...], *, once: bool) -> Term:
    """A weight in words; ``once`` where things are counted once each rather than several times, as parameters are."""
    charges: tuple[tuple[int, Member], ...] = ((weight // named[0].ratio, named[0]),)
    if once and weight > 1:
        each: list[tuple[int, Member]] = []
        left = weight
        for m in column.members:
            if m.ratio <= left:
                each, left = [*each, (1, m)], left - m.ratio
        charges = charges if left else tuple(each)
    return Term(charges, tuple(m for m in column.members if m not in [member for _, member in charges]))


@dataclass(frozen=True)
class Found:
    """Fits of one price, the first being what the solver found first; ``all`` is False where there may be more."""

    table: Table
    fits: tuple[Fit, ...]
    all: bool
    proved: bool = True


def search(table: Table, first: Fit, spare: int = 0) -> Found:
    """The cheapest fit, and what else costs as little. ``spare`` rows may be wrong."""
    fits, complete = [first], False
    while len(fits) <= OTHERS:
        cuts = tuple(_support(f.weights) for f in fits)
        other, complete = cheapest(table, spare, cuts, first.price, LOOK)
        if other is None:
            break
        fits.append(other)
        complete = False
    return Found(table, tuple(fits), complete)


def ranges(table: Table, fit: Fit) -> tuple[Bounds, ...]:
    """The least and the greatest weight that the rows leave to each column that a fit uses, in their order."""
    used = _support(fit.weights)
    goals = ([int(k == place) for k in range(len(used))] for place in range(len(used)))
    return tuple(_reach(table, fit, used, goal) or (fit.weights[j], fit.weights[j]) for j, goal in zip(used, goals, strict=True))


def unseen(table: Table, fit: Fit) -> tuple[Column, ...]:
    """What is so small in every row that counting it once more would change no figure."""
    rows = [k for k in range(len(table.rows)) if k not in fit.left]
    one = table.reading.parts

    def changes(j: int) -> bool:
        weights = [w + one * (k == j) for k, w in enumerate(fit.weights)]
        return not all(table.holds(weights, k) for k in rows)

    return tuple(c for j, c in enumerate(table.columns) if not fit.weights[j] and not changes(j))


def alone(table: Table, fit: Fit, k: int) -> bool:
    """Whether a row is the only one that tells of something that the fit counts."""
    others = [counts for place, counts in enumerate(table.counts) if place != k]
    return any(not any(counts[j] for counts in others) for j in _support(fit.weights))


def predicted(table: Table, fit: Fit, k: int, *, sure: bool) -> Bounds | None:
    """The least and the greatest total that the other rows leave to a row, by weights of what the fit counts; None for none.

    The other rows decide on the weights; what is weighed was found with all of them. ``sure`` where the first
    rows of the table leave no choice.
    """
    if sure and k not in first_rows(table):  # the weights were found without it
        return (table.total(fit, k),) * 2
    used = _support(fit.weights)
    return _reach(table, fit, used, [table.counts[k][j] for j in used], without=k)


def _reach(table: Table, fit: Fit, used: Sequence[int], goal: Sequence[int], without: int | None = None) -> Bounds | None:
    rows = [k for k in first_rows(table) if k != without and k not in fit.left]
    counts = [[table.counts[k][j] for j in used] for k in rows]
    return program.reach(counts, [table.bounds[k] for k in rows], goal, [table.most[j] for j in used])


def levels(rows: int) -> list[int]:
    """How many rows may be wrong, of so many: none at first."""
    return [n for n in LEVELS if n <= rows // SPARE]


def _support(weights: Sequence[int]) -> tuple[int, ...]:
    return tuple(j for j, w in enumerate(weights) if w)


def cheapest(
    table: Table, spare: int = 0, cuts: tuple[tuple[int, ...], ...] = (), budget: int | None = None, nodes: int = program.NODES
) -> tuple[Fit | None, bool]:
    """The cheapest fit of all rows: of some of them first, then with those that did not obey; and whether that is certain."""
    seen = first_rows(table)
    if any(low > high for low, high in table.bounds):
        return None, True
    for _ in range(ROUNDS):
        problem = problem_of(table, seen, spare, cuts, budget, nodes)
        found = program.solve(problem)
        if not found.weights:
            return None, found.proved
        fit = _fit(table, found.weights)
        if not table.terms(fit):
            cuts = (*cuts, _support(fit.weights))
        elif len(fit.left) <= spare:
            return fit, found.proved
        else:
            wrong = [k for k in fit.left if k not in seen]
            seen = sorted({*seen, *wrong[: AT_ONCE // 2]})
            if not wrong:
                return None, False
    return None, False


def problem_of(
    table: Table, seen: Sequence[int], spare: int, cuts: tuple[tuple[int, ...], ...], budget: int | None, nodes: int
) -> Problem:
    """The program of some rows of a table."""
    prices = tuple(c.price for c in table.columns)
    counts, bounds = tuple(table.counts[k] for k in seen), tuple(table.bounds[k] for k in seen)
    plain = Problem(counts, bounds, prices, table.most, cuts=cuts, nodes=nodes)
    return replace(plain, spare=min(spare, len(seen) // SPARE), budget=budget)


def _fit(table: Table, weights: tuple[int, ...]) -> Fit:
    left = tuple(k for k in range(len(table.rows)) if not table.holds(weights, k))
    return Fit(weights, left, sum(c.price for c, w in zip(table.columns, weights, strict=True) if w))


def first_rows(table: Table) -> list[int]:
    """Rows enough for a start: of each column the first that has it, and rows spread over all sizes."""
    order = sorted(range(len(table.rows)), key=table.bounds.__getitem__)
    if len(order) <= AT_ONCE:
        return sorted(order)
    step = len(order) / AT_ONCE
    spread = [order[int(i * step)] for i in range(AT_ONCE)]
    first = [next(k for k, n in enumerate(c.counts) if n) for c in table.columns]
    return sorted({*spread, *first})


def readings(meanings: Sequence[Meaning], rows: Sequence[Row]) -> Iterator[Reading]:
    """The ways in which a column may be read, the likeliest first: rounded before cut."""
    for metric, scale in meanings:
        yield Reading(metric, scale)
        if any(n.ulp * scale > 1 for n in (row.meanings[metric, scale] for row in rows)):
            yield Reading(metric, scale, cut=True)
