"""A file counted by the tools that read such files: measured beside predicted, node by node, with the residual."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crosscheck.contract.network import Model
from crosscheck.contract.rows import TOTAL, UNATTRIBUTED, Measurement
from crosscheck.conventions import read as convention
from crosscheck.conventions.editions import pick
from crosscheck.counting import engine
from crosscheck.explain.wording import unexplained
from crosscheck.known import gaps
from crosscheck.known.gaps import Gap
from crosscheck.measuring import catalog, runner
from crosscheck.measuring.plan import Plan

EXPLAINED, DIFFERS, PARTIAL = 0, 1, 3
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Measured:
    """What every tool said: the rows to show, and those that are unexplained, failed, or were not counted at all."""

    rows: Rows
    unexplained: tuple[str, ...]
    failed: tuple[str, ...]
    uncounted: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """0 all explained, 1 a residual or a failure, 3 a tool that cannot read the file or is not installed."""
        if self.unexplained or self.failed:
            return DIFFERS
        return PARTIAL if self.uncounted else EXPLAINED


def tools(format: str = "onnx") -> list[catalog.FrameworkInfo]:
    """The rooms whose tools count files of a format."""
    return [info for info in catalog.frameworks().values() if info.reads == format and info.tools]


def measure(
    file: Path,
    model: Model,
    *,
    layers: bool = False,
    only: Sequence[str] = (),
    known: Sequence[Gap] | None = None,
    timeout: float = 600.0,
) -> Measured:
    """Run every tool, or ``only`` some, on the file that ``model`` was imported from, and set its numbers against its convention.

    Residuals that ``known`` (the known gaps) covers are shown with their reason. Raises ConventionError for an op without a word.
    """
    found = Measured([], (), (), ())
    chosen = [(info, tuple(t for t in info.tools if not only or t.id in only)) for info in tools()]
    path = (str(file.resolve()),)
    plans = [Plan(info, (model,), mine, files=path, zero_ok=True) for info, mine in chosen if mine]
    with tempfile.TemporaryDirectory(prefix="crosscheck-") as folder:
        outcomes = runner.run(plans, logs=Path(folder), timeout=timeout) if plans else []
    counted = engine.tally(model)
    listed = gaps.load() if known is None else known
    said = [row for outcome in outcomes for row in outcome.rows]
    predicted: dict[str, dict[tuple[str, str], int]] = {}
    for row in said:
        c = pick(row.convention, row.tool_version)
        if c.id not in predicted:
            predicted[c.id] = {(p.metric, p.layer): p.value for p in engine.predict(counted, convention.load(c.id))}
        found = _with(found, row, predicted[c.id].get((row.metric, row.layer), 0), listed, layers)
    return found


def _with(found: Measured, row: Measurement, predicted: int, known: Sequence[Gap], layers: bool) -> Measured:
    bad, failed, lost = list(found.unexplained), list(found.failed), list(found.uncounted)
    value = 0 if row.status == "absent" else row.value
    residual = None if value is None else value - predicted
    gap = next((g for g in known if g.covers(row.model, row.tool, row.metric, row.layer)), None)
    where = f"{row.tool} × {row.layer} × {row.metric}"
    note = row.message
    if residual:
        note = f"known gap: {gap.reason}" if gap else "unexplained"
        bad += [] if gap else [unexplained(where, value, predicted, row.unit)]
    elif residual is None:
        (failed if row.status == "error" else lost).append(f"{row.status}: {where}: {row.message}")
    if layers or row.layer in (TOTAL, UNATTRIBUTED):
        found.rows.append(
            {
                "tool": f"{row.tool} {row.tool_version}".strip(),
                **({"node": row.layer} if layers else {}),
                "metric": row.metric,
                "measured": row.value,
                "predicted": predicted,
                "residual": residual,
                "unit": row.unit,
                "status": row.status if not residual else "known gap" if gap else "unexplained",
                "note": note if residual or residual is None else "",
            }
        )
    return Measured(found.rows, tuple(bad), tuple(failed), tuple(lost))
