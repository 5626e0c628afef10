"""A second look where a number has a residual: what goes by chance can be seen alike many times, and counted otherwise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from crosscheck.errors import UsageError
from crosscheck.studies.own.found import Found, Line

AGAIN = "again"  # folder of the logs of a second look
UNALIKE = "the network does not run alike each time"


def settled(first: Found, look: Callable[[Sequence[str]], Found]) -> Found:
    """What was found; tools with residuals are asked again, and where that differs the line says so, without a prediction.

    A residual that comes back stays.
    """
    odd = list(dict.fromkeys(line.row.tool for line in first.lines if line.residual))
    if not odd:
        return first
    try:
        second = {(line.row.tool, line.row.metric): line for line in look(odd).lines}
    except UsageError as error:
        return replace(first, lines=tuple(_unsure(line, f"{UNALIKE}: a second time {error}") for line in first.lines))
    return replace(first, lines=tuple(_told(line, second.get((line.row.tool, line.row.metric))) for line in first.lines))


def _told(line: Line, then: Line | None) -> Line:
    if then is None or not line.residual or (then.row.value, then.predicted) == (line.row.value, line.predicted):
        return line
    if then.predicted is None and then.why:
        return _unsure(line, then.why)
    if then.predicted != line.predicted:
        return _unsure(line, f"{UNALIKE}: what was seen predicts {line.predicted}, a second look {then.predicted}")
    return _unsure(line, f"{UNALIKE}: a second time the tool says {then.row.value}{then.row.message and f', {then.row.message}'}")


def _unsure(line: Line, why: str) -> Line:
    return replace(line, number=None, why=why) if line.residual else line
