"""``run.json``: versions, platform and exit codes of the run; the one file that differs from machine to machine."""

from __future__ import annotations

import json

from crosscheck.studies.compare.view import Report


def render(report: Report) -> dict[str, str]:
    """JSON files by name."""
    return {"run.json": json.dumps(report.run, indent=2, sort_keys=True) + "\n"}
