"""A chart as lines of text: bars of block characters on one scale from 0."""

from __future__ import annotations

from collections.abc import Iterator

from crosscheck.report.document import Bar, Cell, Chart, Number, phrase, printable
from crosscheck.report.render.numbers import written

WIDTH = 40  # characters of the longest bar
EIGHTHS = " ▏▎▍▌▋▊▉"


def drawn(chart: Chart) -> Iterator[str]:
    """A line a bar: its label, the bar, what is written at its end."""
    most = max((abs(b.value) for b in chart.bars), default=0) or 1
    names = [plain(b.label) for b in chart.bars]
    wide = max(map(len, names), default=0)
    for name, b in zip(names, chart.bars, strict=True):
        yield f"{name:<{wide}} {_bar(b, most):<{WIDTH}} {plain(b.says)}".rstrip()


def plain(cell: Cell) -> str:
    """A cell as text without any form."""
    return "".join(written(p) if isinstance(p, Number) else printable(p.text) for p in phrase(cell))


def _bar(b: Bar, most: float) -> str:
    eighths = round(abs(b.value) / most * WIDTH * 8)
    return "█" * (eighths // 8) + (EIGHTHS[eighths % 8] if eighths % 8 else "")
