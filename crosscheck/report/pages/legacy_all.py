"""One file a format: ``render(report)`` gives file contents by relative path and computes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crosscheck.studies.compare.view import Report


def render_all(report: Report) -> dict[str, str]:
    """Contents of every report file by path relative to the report folder."""
    from crosscheck.report.pages import compare
    from crosscheck.report.pages import legacy_csv as csv
    from crosscheck.report.pages import legacy_json as json

    return csv.render(report) | json.render(report) | compare.render(report)
