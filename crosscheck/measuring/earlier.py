"""Numbers that an earlier run measured, read back from its ``measurements.csv``; standard library only, so answers stay fast."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

FOLDERS = (Path("reports"), Path("reports/selection"))
FILE = "measurements.csv"


@dataclass(frozen=True, slots=True)
class Stored:
    """One measured number, its unit, the tool's version and the file that holds it."""

    value: int
    unit: str
    version: str
    file: str


def look_up(model: str, shape: str, tool: str, metric: str, layer: str, folders: Iterable[Path] = FOLDERS) -> Stored | None:
    """The newest stored value of one cell, an ``absent`` row counting as 0; None where no run has it."""
    files = [f / FILE for f in folders if (f / FILE).is_file()]
    for path in sorted(files, key=lambda p: -p.stat().st_mtime):
        with path.open(encoding="utf-8", newline="") as file:
            prefix = f"{model},"
            header = next(csv.reader([next(file, "")]), [])
            lines = (line for line in file if line.startswith(prefix))
            for row in csv.DictReader(lines, fieldnames=header):
                same = (row.get("input"), row.get("tool"), row.get("metric"), row.get("layer")) == (shape, tool, metric, layer)
                if same and row["status"] in ("ok", "absent"):
                    return Stored(int(row["value"] or 0), row["unit"], row["tool_version"], str(path))
    return None
