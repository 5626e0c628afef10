"""Files put to the tools that read them, and what they say printed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from crosscheck.cli.delivery import deliver
from crosscheck.errors import UsageError
from crosscheck.report.render import Format

if TYPE_CHECKING:
    from crosscheck.subjects.subject import Subject


def measure(
    subject: Subject, *, layers: bool = False, output: Format = Format.table, tools: Sequence[str] = (), timeout: float = 600.0
) -> int:
    """Print what each tool says of an ONNX file beside its prediction; the exit code. Raises UsageError where no tool is here."""
    from crosscheck.report.pages import file as page
    from crosscheck.studies.file import measure as study

    assert subject.path is not None and subject.imported is not None  # noqa: S101, PT018 - the caller has a file
    found = study.measure(subject.path, subject.imported, layers=layers, only=tools, timeout=timeout)
    if not found.rows:
        raise UsageError("no tool here counts ONNX files. Hint: pip install -c constraints.txt -e '.[onnxtools]'")
    deliver(page.brief(found, subject.notes), output)
    return 3 if subject.partial else found.exit_code
