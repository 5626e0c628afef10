"""Figures as they are kept: one row of a CSV file each, with its source, its printed string and how its label reads it.

``model`` and ``value`` are what every file has, or a column for each metric.

``network``, ``shape``, ``classes``, ``place``, ``counts``,
``convention``, ``scale`` and ``precision`` tell what the label says in our terms; a user's file may leave them out.
"""

from __future__ import annotations

import csv
import io
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path

from crosscheck.contract.text import printable
from crosscheck.errors import FileError
from crosscheck.studies.figures import encoding, markup, written
from crosscheck.studies.figures.columns import LONG, Layout, layout
from crosscheck.studies.figures.markup import Row

DATA = Path(__file__).with_name("data")
SEPARATORS = ",;\t"
MAX_BYTES = 32 * 2**20


@dataclass(frozen=True, slots=True)
class Figure:
    """One published figure. ``file`` and ``line`` are where its row is kept, all else is what the row says.

    ``damage`` tells why the row cannot be read as a row of its table, and is empty where it can. ``decimal`` is a
    comma where other figures of its column have one before their decimals.

    ``shape`` is the input as ``NxCxHxW``; ``place`` is a layer, ``row 17`` of a tool's table, ``all but fc``, or empty for the
    whole network; ``precision`` is the unit of the last digit that is meant, where zeros were appended to it; ``part_of`` and
    ``sum_of`` tell which printed parts a printed sum adds up.
    """

    file: str
    line: int
    source: str = ""
    path: str = ""
    commit: str = ""
    model: str = ""
    variant: str = ""
    input: str = ""
    metric: str = ""
    value: str = ""
    unit: str = ""
    output_shape: str = ""
    note: str = ""
    network: str = ""
    shape: str = ""
    classes: str = ""
    place: str = ""
    counts: str = ""
    convention: str = ""
    scale: str = ""
    precision: str = ""
    part_of: str = ""
    sum_of: str = ""
    damage: str = ""
    decimal: str = ""

    @property
    def at(self) -> str:
        """File and line, for messages."""
        return f"{self.file}:{self.line}"

    @property
    def name(self) -> str:
        """What the figure is of, in the source's own words."""
        return self.variant if self.variant and self.variant != self.model else self.model


COLUMNS = tuple(f.name for f in fields(Figure) if f.name not in ("file", "line", "damage", "decimal"))


class UnreadableError(FileError):
    """One row cannot be read; the message names the column, or what is wrong with the row as a whole."""

    def __init__(self, column: str, says: str) -> None:
        self.says = says
        super().__init__(f"column {column!r}: {says}" if column else says)


def load(path: Path) -> list[Figure]:
    """The figures of a table: CSV, Markdown or LaTeX, in any usual encoding. Raises FileError that names line and column."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # before it is opened: a pipe would wait for who writes
            raise FileError(f"{path}: no regular file. Hint: save the table as a file first")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise FileError(f"{path}: larger than {MAX_BYTES >> 20} MiB. Hint: split the file")
        text = encoding.text(data)
    except OSError as error:
        raise FileError(f"cannot read {str(path)!r}: {error.strerror}. Hint: give a CSV file of figures") from None
    except UnicodeDecodeError as error:
        line, column = data.count(b"\n", 0, error.start) + 1, error.start - data.rfind(b"\n", 0, error.start)
        raise FileError(f"{path}:{line}: column {column}: not UTF-8. Hint: save the file as CSV in UTF-8") from None
    return parse(text, path.name)


def parse(text: str, where: str) -> list[Figure]:
    """Figures of a table's text: commas, semicolons or tabs between its cells, or Markdown, or LaTeX; a damaged row says so.

    Raises FileError that names line and column where the text is no table, or lacks a column that every table has.
    """
    tables: Sequence[Iterable[Row]] = markup.tables(text) or [_records(text, _separator(text))]
    found = [f for rows in tables for f in _table(rows, where)]
    commas = {f.metric for f in found if written.decisive(f.value)}
    return [replace(f, decimal=written.COMMA) if f.metric in commas else f for f in found]


def _separator(text: str) -> str:
    """What stands between the cells of the first line."""
    first = text.lstrip().partition("\n")[0]
    return max(SEPARATORS, key=first.count)


def _table(rows: Iterable[Row], where: str) -> Iterator[Figure]:
    head: list[str] = []
    told = Layout(())
    for line, cells in rows:
        if not head:
            head, told = _head(cells, where, line)
        elif isinstance(cells, str):
            yield Figure(where, line, damage=cells)
        elif any(c.strip() for c in cells):
            yield from _figures(head, told, cells, where, line)
    if not head:
        raise FileError(f"{where}: empty. Hint: its first line names the columns, {' and '.join(LONG)} among them")


def _records(text: str, delimiter: str) -> Iterator[Row]:
    """Rows with the lines that they begin in; for a line that is no CSV what is wrong with it, and it goes on with the next."""
    lines = io.StringIO(text, newline="").readlines()
    start = 0
    while start < len(lines):
        reader = csv.reader(lines[start:], delimiter=delimiter, strict=True)
        first, begun = start, start
        try:
            for cells in reader:
                yield begun + 1, cells
                begun = first + reader.line_num
            start = len(lines)
        except csv.Error as error:
            column = lines[begun].rfind('"') + 1 or 1
            yield begun + 1, f"column {column}: not CSV: {error}. Hint: look for a quote that is not closed"
            start = begun + 1


def _head(cells: list[str] | str, where: str, line: int) -> tuple[list[str], Layout]:
    if isinstance(cells, str):
        raise FileError(f"{where}:{line}: {cells}")
    names = [c.strip().lower() for c in cells]
    twice = next((c for c in COLUMNS if names.count(c) > 1), None)
    if twice:
        raise FileError(f"{where}:{line}: column {twice!r} is there twice. Hint: rename one of them")
    told = layout(cells, COLUMNS)
    if isinstance(told, str):
        raise FileError(
            f"{where}:{line}: column {told!r} is missing. Hint: the first line names the columns: model, metric and value, "
            "a figure a row, or model and what is counted, such as params and FLOPs (G), a network a row; others may follow"
        )
    return names, told


def _figures(head: list[str], told: Layout, cells: list[str], where: str, line: int) -> Iterator[Figure]:
    damage = ""
    if len(cells) != len(head):
        odd = f"column {head[len(cells)]!r} has none" if len(cells) < len(head) else f"column {len(head) + 1} has no name"
        damage = f"{len(cells)} cells under {len(head)} columns: {odd}. Hint: put quotes around cells with a comma"
    for row in told.rows([_text(c) for c in cells]):
        lacking = "" if row.get("model") else "column 'model' is empty. Hint: every figure needs a model"
        yield Figure(where, line, **row, damage=damage or lacking)


def _text(cell: str) -> str:
    """A cell on one line, every character of it one that can be seen, its spaces plain ones."""
    return printable(re.sub(r"\s", " ", cell))


@cache
def builtin() -> tuple[Figure, ...]:
    """Every figure that comes with crosscheck, in the order of files and rows."""
    return tuple(f for path in sorted(DATA.glob("*.csv")) for f in load(path))
