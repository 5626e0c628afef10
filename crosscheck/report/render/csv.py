"""Data as CSV: a heading and a line a row; what is not there is empty."""

from __future__ import annotations

import csv

from crosscheck.report.document import Data, Document


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
    writer.writerows(data.rows)
    return "".join(out.lines)


_END = "\r\n"  # so that a field with either character is quoted; a line of the file ends with the second alone


class _Lines:
    """What a writer of CSV writes to: a line at a time."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def write(self, line: str) -> None:
        """Take one line."""
        self.lines.append(line.removesuffix(_END) + "\n")
