"""Files put to the tools that read them, and what they say printed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from crosscheck.cli.options import tell
from crosscheck.errors import UsageError
from crosscheck.report.render import Format

if TYPE_CHECKING:
    from crosscheck.subjects.subject import Subject


def measure(
    subject: Subject, *, layers: bool = False, output: Format = Format.table, tools: Sequence[str] = (), timeout: float = 600.0
) -> int:
    """Print what each tool says of an ONNX file beside its prediction; the exit code. Raises UsageError where no tool is here."""
    from crosscheck.report.pages import legacy
    from crosscheck.studies.file import measure as study

    assert subject.path is not None  # noqa: S101 - the caller has a file
    done = study.measure(subject.path, subject.model, layers=layers, only=tools, timeout=timeout)
    if not done.rows:
        raise UsageError("no tool here counts ONNX files. Hint: pip install -c constraints.txt -e '.[onnxtools]'")
    rows = done.rows if output is not Format.table else [{k: v for k, v in r.items() if k != "note"} for r in done.rows]
    legacy.show_rows(rows, output.value, f"{subject.model.name}: {subject.model.variant}")
    gaps = dict.fromkeys(f"{r['tool']}: {r['note']}" for r in done.rows if r["status"] == "known gap")
    tell([*subject.notes, *done.unexplained, *done.failed, *done.uncounted, *gaps])
    return 3 if subject.partial else done.exit_code
