"""One file a format: ``render(report)`` gives file contents by relative path and computes nothing. Files are the registry."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from crosscheck.report.view import Report


def render_all(report: Report) -> dict[str, str]:
    """Contents of every report file by path relative to the report folder."""
    files: dict[str, str] = {}
    for path in sorted(Path(__file__).parent.glob("[a-z]*.py")):
        module: Any = importlib.import_module(f"{__name__}.{path.stem}")
        files |= module.render(report)
    return files
