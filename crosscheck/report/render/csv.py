"""Data as CSV: a heading and a line a row; what is not there is empty."""

from __future__ import annotations

import csv
import io

from crosscheck.report.document import Data, Document


def text(document: Document) -> str:
    """The first data of a document; nothing where it has none."""
    return _lines(document.data[0]) if document.data else ""


def files(document: Document) -> dict[str, str]:
    """A file for each of its data."""
    return {f"{d.name}.csv": _lines(d) for d in document.data}


def _lines(data: Data) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(data.fields)
    writer.writerows(data.rows)
    return out.getvalue()
