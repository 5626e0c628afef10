"""A table as it stands in a file: named fields, and rows of text, so that every number keeps its digits."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from crosscheck.errors import UsageError

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under their fields; a cell that is not there is empty."""

    name: str
    fields: tuple[str, ...]
    rows: tuple[Row, ...]

    def place(self, field: str) -> int:
        """Where a field stands in a row. Raises UsageError where the table has none of this name."""
        if field not in self.fields:
            raise UsageError(f"the table {self.name} has no column {field!r}. Hint: it is damaged, or another table of this name")
        return self.fields.index(field)


def load(folder: Path) -> tuple[Table, ...]:
    """Every table of a report folder, those of the folder below it named after both. Raises UsageError where there is none."""
    found = [*sorted(folder.glob("*.csv")), *sorted(folder.glob("zoos/*.csv"))]
    if not found:
        raise UsageError(f"no tables in {str(folder)!r}. Hint: make compare writes them, or name the folder with --reports")
    return tuple(read(path, path.relative_to(folder).with_suffix("").as_posix()) for path in found)


def read(path: Path, name: str) -> Table:
    """One CSV file. Raises UsageError for a row that does not fit its heading, and for what is no text."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = [tuple(row) for row in csv.reader(file)]
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{str(path)!r} is no table: {error}") from None
    head, *body = rows or [()]
    odd = next((k for k, row in enumerate(body, 2) if len(row) != len(head)), None)
    if odd is not None:
        raise UsageError(f"{str(path)!r}: row {odd} has {len(body[odd - 2])} cells under {len(head)} headings")
    return Table(name, tuple(head), tuple(body))
