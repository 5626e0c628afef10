"""Data as CSV: a heading and a line a row; what is not there is empty, and no text is a formula to a spreadsheet."""

from __future__ import annotations

import csv
import re

from crosscheck.report.document import Data, Document, Plain


def text(document: Document) -> str:
    """The first data of a document; nothing where it has none."""
    return _lines(document.data[0]) if document.data else ""


def files(document: Document) -> dict[str, str]:
    """A file for each of its data."""
    return {f"{d.name}.csv": _lines(d) for d in document.data}


def _lines(data: Data) -> str:
    out = _Lines()
    writer = csv.writer(out, lineterminator=_END)
    writer.writerow(data.fields)
    writer.writerows([plain(cell) for cell in row] for row in data.rows)
    return "".join(out.lines)


_FORMULA = re.compile(r"[=@\t\r]|[+-](?![+-]*[\d.,]*(?: [\w ()]*)?\Z)")  # a number, and in words what it is, starts none


def plain(cell: Plain) -> Plain:
    """A cell as it is, a text that a spreadsheet would work out behind an apostrophe, which it shows to nobody."""
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell


_END = "\r\n"  # so that a field with either character is quoted; a line of the file ends with the second alone


class _Lines:
    """What a writer of CSV writes to: a line at a time."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def write(self, line: str) -> None:
        """Take one line."""
        self.lines.append(line.removesuffix(_END) + "\n")
