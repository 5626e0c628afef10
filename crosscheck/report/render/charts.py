"""A chart as lines of text: bars of block characters on one scale from 0."""

from __future__ import annotations

from collections.abc import Iterator

from crosscheck.contract.text import printable
from crosscheck.report.document import Bar, Cell, Chart, Number, phrase
from crosscheck.report.render.numbers import written

WIDTH, LEAST = 40, 8  # characters of the longest bar, and where there is little room
EIGHTHS = " ▏▎▍▌▋▊▉"
CUT = "▓▒░"  # the end of a bar that is longer than the scale


def drawn(chart: Chart, room: int = 100) -> Iterator[str]:
    """A line a bar: its label, the bar, what is written at its end; bars are shorter where that needs the room."""
    names = [plain(b.label) for b in chart.bars]
    ends = [plain(b.says) for b in chart.bars]
    wide, end = (max(map(len, texts), default=0) for texts in (names, ends))
    long = max(LEAST, min(WIDTH, room - wide - end - 2))
    for name, b, says in zip(names, chart.bars, ends, strict=True):
        yield f"{name:<{wide}} {_bar(b, chart.end, long):<{long}} {says:>{end}}".rstrip()


def plain(cell: Cell) -> str:
    """A cell as text without any form."""
    return "".join(written(p) if isinstance(p, Number) else printable(p.text) for p in phrase(cell))


def _bar(b: Bar, most: float, long: int) -> str:
    if abs(b.value) > most:
        return "█" * (long - len(CUT)) + CUT
    eighths = round(abs(b.value) / most * long * 8)
    return "█" * (eighths // 8) + (EIGHTHS[eighths % 8] if eighths % 8 else "")
