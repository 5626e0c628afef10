"""A file's columns, each with the convention that yields it where there is one and no other, else with why there is none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from crosscheck.studies.figures import exact
from crosscheck.studies.figures.record import Figure
from crosscheck.studies.infer import fit as fitting
from crosscheck.studies.infer import program
from crosscheck.studies.infer.chance import Chance, chance
from crosscheck.studies.infer.choice import Rival, choose
from crosscheck.studies.infer.column import Member
from crosscheck.studies.infer.fit import Fit, Reading, Table, Term
from crosscheck.studies.infer.group import Group, Row, Skipped, groups
from crosscheck.studies.infer.program import Bounds

FEWEST = 5
FOUND, SEVERAL, HANGS, CHANCE = "found", "several fit", "hangs on one row", "fits by chance"
NONE, FEW, ENDED = "none fits", "too few rows", "not decided"
VERDICTS = {
    FOUND: "one convention yields the rows, and none with as few weights does",
    SEVERAL: "more than one with as few weights does: none of them is the answer",
    HANGS: "without one of the rows the others leave it open: more rows or more digits are needed",
    NONE: f"no whole weights up to {fitting.MOST} yield the rows, or none so few that made-up figures would not be yielded too",
    CHANCE: "what fits would fit made-up figures too: more rows or more digits are needed",
    FEW: f"fewer than {FEWEST} rows tell nothing",
    ENDED: "the search was ended before it had an answer",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A row beside the first fit: what it yields, in ones, whether that is printed so, and what the other rows say of it.

    ``without`` is whether the weights that the other rows leave yield it too; None for the only row that has something.
    """

    row: Row
    value: float | int
    obeys: bool
    without: bool | None


@dataclass(frozen=True)
class Finding:
    """What was inferred of a group.

    ``fits`` are in words, each weighing ``reading.parts`` of one; ``shared`` is in all of them, and ``rivals`` are as few weights
    under another reading. ``complete`` is False where there may be more fits. ``ranges`` are the least and the greatest weight of
    each term of the first fit. ``ties`` are known conventions that yield the same rows, with the factor that they are multiplied
    with; ``also`` are other readings under which the first fit holds; ``unseen`` is too small in every row to be told.
    """

    group: Group
    verdict: str
    reading: Reading | None = None
    fits: tuple[tuple[Term, ...], ...] = ()
    rivals: tuple[Rival, ...] = ()
    complete: bool = True
    ranges: tuple[Bounds, ...] = ()
    lines: tuple[Line, ...] = ()
    chance: Chance | None = None
    ties: tuple[tuple[str, str], ...] = ()
    also: tuple[Reading, ...] = ()
    unseen: tuple[Member, ...] = ()

    @property
    def shared(self) -> tuple[Term, ...]:
        """The terms that all fits have."""
        return tuple(t for t in self.fits[0] if all(t in f for f in self.fits)) if self.fits else ()

    @property
    def wrong(self) -> tuple[Line, ...]:
        """The rows that do not obey."""
        return tuple(line for line in self.lines if not line.obeys)


@dataclass(frozen=True)
class Answer:
    """Findings in the order of the file, and rows that go into no group."""

    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...] = field(default=())


@engine.no_collection()
def infer(figures: Iterable[Figure], by: Sequence[str] = ()) -> Answer:
    """The convention behind each group of figures. Raises UnknownNameError, and UsageError where scipy is not installed."""
    program.solver()
    found, skipped = groups(figures, by)
    return Answer(tuple(finding(group) for group in found), tuple(skipped))


def finding(group: Group) -> Finding:
    """What can be said of a group."""
    if len(group.rows) < FEWEST:
        return Finding(group, FEW)
    choice = choose(group)
    found = choice.found
    if not found.fits:
        return Finding(group, NONE if found.proved else ENDED)
    table, first = found.table, found.fits[0]
    likely = chance(table, first, choice.ways)
    ranges = fitting.ranges(table, first)
    sure = all(low == high for low, high in ranges)
    lines = tuple(_line(table, first, k, sure=sure) for k in range(len(table.rows)))
    several = choice.rivals or len(found.fits) > 1 or not found.all or not sure
    hangs = any(low < high for low, high in table.bounds) and any(line.obeys and line.without is False for line in lines)
    return Finding(
        group,
        CHANCE if not likely.small else SEVERAL if several else HANGS if hangs else FOUND,
        table.reading,
        tuple(map(table.terms, found.fits)),
        choice.rivals,
        found.all,
        ranges,
        lines,
        likely,
        tuple(_ties(table, first)),
        tuple(_also(group, table, first)),
        tuple(c.members[0] for c in fitting.unseen(table, first) if c.price == 1),
    )


def _line(table: Table, fit: Fit, k: int, *, sure: bool) -> Line:
    total, parts = table.total(fit, k), table.reading.parts
    low, high = table.bounds[k]
    ends = fitting.predicted(table, fit, k, sure=sure)
    yields = ends is not None and low <= ends[0] and ends[1] <= high
    without = None if not yields and fitting.alone(table, fit, k) else yields
    return Line(table.rows[k], total // parts if total % parts == 0 else total / parts, k not in fit.left, without)


def _ties(table: Table, fit: Fit) -> list[tuple[str, str]]:
    """Known conventions, with factors, that yield all the rows that the fit does."""
    metric, rows = table.reading.metric, [k for k in range(len(table.rows)) if k not in fit.left]
    found = []
    for by in convention.ids():
        if metric in convention.load(by).metrics:
            values = [_said(table.rows[k], by, metric) for k in rows]
            found += [(by, name) for name, double in FACTORS if _yields(table, rows, values, double)]
    return found


FACTORS = (("", 2), ("doubled", 4), ("halved", 1))  # with twice the factor


def _said(row: Row, by: str, metric: str) -> int | None:
    return exact.value(row.label.network, row.label.shape, row.label.classes, "", by, metric)


def _yields(table: Table, rows: Sequence[int], values: Sequence[int | None], double: int) -> bool:
    parts, bounds = table.reading.parts, [table.bounds[k] for k in rows]
    if double != 2 and table.reading.metric != "compute":
        return False
    return all(v is not None and 2 * low <= double * v * parts <= 2 * high for v, (low, high) in zip(values, bounds, strict=True))


def _also(group: Group, table: Table, fit: Fit) -> list[Reading]:
    """Other readings of the column under which the fit yields the same rows."""
    found = []
    for r in fitting.readings(group.meanings, group.rows):
        if r.metric == table.reading.metric and r.scale == table.reading.scale and r.cut != table.reading.cut:
            other = Table(group.rows, Reading(r.metric, r.scale, r.cut, table.reading.parts))
            if all(other.holds(fit.weights, k) for k in range(len(group.rows)) if k not in fit.left):
                found.append(r)
    return found
