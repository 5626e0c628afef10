"""Numbers that an earlier run measured, read back from its ``measurements.csv``; standard library only, so answers stay fast."""

from __future__ import annotations

import csv
from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass
from pathlib import Path

FOLDERS = (Path("reports"), Path("reports/selection"))
FILE = "measurements.csv"
COLUMNS = ("input", "tool", "metric", "layer", "status", "value", "unit", "tool_version")  # that are read of it


@dataclass(frozen=True, slots=True)
class Stored:
    """One measured number, its unit, the tool's version and the file that holds it."""

    value: int
    unit: str
    version: str
    file: str


def look_up(
    model: str,
    shape: str,
    tool: str,
    metric: str,
    layer: str,
    folders: Iterable[Path] = FOLDERS,
    damaged: MutableMapping[str, str] | None = None,
) -> Stored | None:
    """The newest stored value of one cell, an ``absent`` row counting as 0; None where no run has it.

    A file that cannot be read is passed over; ``damaged`` gets its name and what is wrong with it.
    """
    wanted = (shape, tool, metric, layer)
    for path in sorted((p for f in folders if (p := f / FILE).is_file()), key=lambda p: -p.stat().st_mtime):
        try:
            found = _in_file(path, model, wanted)
        except (ValueError, KeyError, TypeError, csv.Error, OSError) as reason:
            if damaged is not None:
                damaged[str(path)] = f"{type(reason).__name__}: {reason}"
            continue
        if found is not None:
            return found
    return None


def _in_file(path: Path, model: str, wanted: tuple[str, str, str, str]) -> Stored | None:
    with path.open(encoding="utf-8", newline="") as file:
        prefix = f"{model},"
        header = next(csv.reader([next(file, "")]), [])
        if lacking := [name for name in COLUMNS if name not in header]:
            raise ValueError(f"it has no column {lacking[0]!r}")
        lines = (line for line in file if line.startswith(prefix))
        for row in csv.DictReader(lines, fieldnames=header):
            if tuple(row[name] for name in COLUMNS[:4]) == wanted and row["status"] in ("ok", "absent"):
                return Stored(int(row["value"] or 0), row["unit"], row["tool_version"], str(path))
    return None
