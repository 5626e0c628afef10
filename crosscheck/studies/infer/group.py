"""Rows of a file that share how they were made: those of one source and column, unless somebody says otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from crosscheck.errors import UnknownNameError
from crosscheck.studies.figures import growth
from crosscheck.studies.figures.claim import bare, claims, numbers, spelled
from crosscheck.studies.figures.fits import other_scale
from crosscheck.studies.figures.label import FILE, SHAPE, Label, labels
from crosscheck.studies.figures.printed import Number
from crosscheck.studies.figures.record import COLUMNS, Figure, UnreadableError
from crosscheck.studies.infer.column import Name, sums

BY = ("source", "path", "metric", "unit", "convention")
ALWAYS = ("metric", "unit")  # a group is of one column, whoever says how rows are grouped
Meaning = tuple[str, int]  # a metric, and what one of the printed unit is in ones


@dataclass(frozen=True)
class Row:
    """One figure that can be judged: its network's counts, and each number that it may mean."""

    figure: Figure
    label: Label
    counts: Mapping[Name, int]
    meanings: Mapping[Meaning, Number]


@dataclass(frozen=True)
class Group:
    """Rows that are judged together; ``key`` tells by which columns, and what stands in them."""

    key: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]

    @property
    def name(self) -> str:
        """What the rows have in common, in a few words."""
        return ", ".join(f"{column} {value}" for column, value in self.key if value) or "all rows"

    @property
    def meanings(self) -> tuple[Meaning, ...]:
        """What the column may mean: every meaning that all its rows may have, those first that are written so."""
        first = self.rows[0].meanings
        return tuple(m for m in first if all(m in row.meanings for row in self.rows))


@dataclass(frozen=True, slots=True)
class Skipped:
    """A figure that goes into no group, and why."""

    figure: Figure
    says: str


def groups(figures: Iterable[Figure], by: Sequence[str] = ()) -> tuple[list[Group], list[Skipped]]:
    """The groups of a file in the order of their first rows, and what goes into none. Raises UnknownNameError."""
    columns = dict.fromkeys((*by, *ALWAYS)) if by else dict.fromkeys(BY)
    odd = next((c for c in columns if c not in COLUMNS), None)
    if odd is not None:
        raise UnknownNameError("column", odd, COLUMNS)
    found: dict[tuple[tuple[str, str], ...], list[Row]] = {}
    skipped: list[Skipped] = []
    for figure in figures:
        row = _row(figure)
        if isinstance(row, str):
            skipped.append(Skipped(figure, row))
        else:
            found.setdefault(tuple((c, str(getattr(figure, c))) for c in columns), []).append(row)
    return [Group(key, tuple(_once(rows))) for key, rows in found.items()], skipped


def _once(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows without those that say of the same counts the same again."""
    seen = set()
    for row in rows:
        key = (tuple(sorted(row.counts.items())), tuple(row.meanings.items()))
        if key not in seen:
            seen.add(key)
            yield row


def _row(figure: Figure) -> Row | str:
    """The row of a figure, or why it is none."""
    try:
        return figure.damage or _read(figure)
    except UnreadableError as error:
        return f"line {figure.line}: {error}"


def _read(figure: Figure) -> Row | str:
    spelt = spelled(figure)
    asked = labels(spelt)
    if isinstance(asked, str):
        return asked
    told, printed = asked[0], numbers(spelt)
    if told.place or told.metric in (FILE, SHAPE):
        return "of a part of a network, a file or a shape: only totals of networks tell of weights"
    if len(printed) != 1:
        return "a range: neither end is a figure of its own" if printed else "no figure is printed"
    if printed[0].bound:
        return "a limit, no figure"
    known = growth.sums(told.network, told.shape, told.classes)
    if known is None:
        return f"an input of {told.input} does not fit {told.network}"
    meanings = _meanings(asked, printed[0], bare=bare(spelt))
    return Row(figure, told, sums(known), meanings) if meanings else "a fraction of one: its unit is missing"


def _meanings(asked: Sequence[Label], printed: Number, *, bare: bool) -> dict[Meaning, Number]:
    found = {(c.label.metric, c.number.scale): c.number for c in claims(asked, printed, bare=bare)}
    for (metric, _), number in list(found.items()):
        other = other_scale(number)
        if other and metric.startswith("memory"):
            found.setdefault((metric, other), number)
    return found
