"""What people see in a terminal: tables of at most 100 columns and progress that stays quiet in a pipe."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from typing import Any

from rich.console import Console

WIDTH = 100


def console() -> Console:
    """Standard output, 100 columns where it is no terminal or a wider one."""
    plain = Console()
    return plain if plain.is_terminal and plain.width <= WIDTH else Console(width=WIDTH)


def show_rows(rows: Sequence[dict[str, Any]]) -> None:
    """Rows as CSV on standard output."""
    writer = csv.DictWriter(sys.stdout, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
