"""One file a format: a document as text. A renderer knows documents alone, and computes nothing."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any

from crosscheck.report.document import Document


class Format(StrEnum):
    """How an answer is printed; each is a file of this folder."""

    table = "table"
    markdown = "markdown"
    csv = "csv"
    json = "json"
    html = "html"
    latex = "latex"


FILES = (Format.markdown, Format.csv)  # what a report folder holds


def text(document: Document, how: Format) -> str:
    """The document in one format, line end included."""
    return str(_renderer(how).text(document))


def files(documents: Iterable[Document], formats: Sequence[Format] = FILES) -> dict[str, str]:
    """Contents of the report files of documents by path relative to the report folder; what is only a record is JSON."""
    return {path: content for d in documents for how in _formats(d, formats) for path, content in _renderer(how).files(d).items()}


def _formats(document: Document, formats: Sequence[Format]) -> Sequence[Format]:
    return formats if document.parts or document.record is None else (Format.json,)


def _renderer(how: Format) -> Any:
    return importlib.import_module(f"{__name__}.{'terminal' if how is Format.table else how.value}")
