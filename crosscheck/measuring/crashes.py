"""Rows of tools that died where they are known to: the tool's finding, no failure of the run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from crosscheck.contract.rows import Measurement
from crosscheck.known import crashes
from crosscheck.known.crashes import Crash


def judged(rows: Iterable[Measurement], known: Sequence[Crash] | None = None) -> tuple[list[Measurement], tuple[Crash, ...]]:
    """The rows, known crashes with the status ``crashed`` and their reason, and the crashes that were met but have closed.

    ``known`` is what crosscheck/known/crashes.toml lists, unless given.
    """
    listed = crashes.load() if known is None else known
    pairs = [(row, _crash(row, listed)) for row in rows]
    alive = [row for row, _ in pairs if row.status in ("ok", "absent")]
    met = {c for row in alive for c in listed if c.covers(row.tool, row.model)}
    closed = tuple(c for c in listed if c in met - {crash for _, crash in pairs})
    return [row if crash is None else _excused(row, crash) for row, crash in pairs], closed


def _crash(row: Measurement, listed: Sequence[Crash]) -> Crash | None:
    died = row.status == "error"
    return next((c for c in listed if died and c.explains(row.tool, row.model, row.message)), None)


def _excused(row: Measurement, crash: Crash) -> Measurement:
    return replace(row, status="crashed", message=f"{row.message}: {crash.reason}")
