"""A document's answer as JSON: its record, or the rows of its first data."""

from __future__ import annotations

import json
from typing import Any

from crosscheck.report.document import Data, Document


def text(document: Document) -> str:
    """The answer, indented; whole numbers stay exact."""
    answer: Any = document.record if document.record is not None else _rows(document.data[0]) if document.data else []
    return json.dumps(answer, indent=2, ensure_ascii=False) + "\n"


def files(document: Document) -> dict[str, str]:
    """One file, named after the document."""
    return {f"{document.name}.json": text(document)}


def _rows(data: Data) -> list[dict[str, Any]]:
    return [dict(zip(data.fields, row, strict=True)) for row in data.rows]
