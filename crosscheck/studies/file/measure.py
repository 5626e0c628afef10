"""A file counted by the tools that read such files: measured beside predicted, node by node, with the residual."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from crosscheck.contract.rows import TOTAL, UNATTRIBUTED, Measurement
from crosscheck.conventions import read as convention
from crosscheck.conventions.editions import pick
from crosscheck.counting import engine
from crosscheck.explain.wording import unexplained
from crosscheck.importers.imported import Imported
from crosscheck.known import gaps
from crosscheck.known.gaps import Gap
from crosscheck.measuring import catalog, crashes, runner
from crosscheck.measuring.plan import Plan
from crosscheck.output import scratch

EXPLAINED, DIFFERS, PARTIAL = 0, 1, 3
CRASHED = "crashed"  # the status of a tool that died as it is known to
KNOWN_GAP, UNEXPLAINED = "known gap", "unexplained"  # statuses of rows beside those of measurements


@dataclass(frozen=True, slots=True)
class Row:
    """What a tool said of the file or of a node of it, beside what was predicted; ``note`` tells why where they differ."""

    tool: str
    node: str
    metric: str
    measured: int | None
    predicted: int
    residual: int | None
    unit: str
    status: str
    note: str


@dataclass(frozen=True, slots=True)
class Measured:
    """What every tool said: the rows to show, and those that are unexplained, failed, or were not counted at all.

    ``layers`` where the rows of nodes are among them.
    """

    name: str
    says: str
    layers: bool
    rows: tuple[Row, ...] = ()
    unexplained: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    uncounted: tuple[str, ...] = ()

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
    imported: Imported,
    *,
    layers: bool = False,
    only: Sequence[str] = (),
    known: Sequence[Gap] | None = None,
    timeout: float = 600.0,
) -> Measured:
    """Run every tool, or ``only`` some, on the file that was imported, and set its numbers against its convention.

    Residuals that ``known`` (the known gaps) covers are shown with their reason. Raises ConventionError for an op without a word.
    """
    model = imported.model
    found = Measured(model.name, model.variant, layers)
    chosen = [(info, tuple(t for t in info.tools if not only or t.id in only)) for info in tools()]
    path = (str(file.resolve()),)
    plans = [Plan(info, (model,), mine, files=path, zero_ok=True) for info, mine in chosen if mine]
    with scratch() as folder:
        outcomes = runner.run(plans, logs=Path(folder), timeout=timeout) if plans else []
    listed = gaps.load() if known is None else known
    said, closed = crashes.judged(row for outcome in outcomes for row in outcome.rows)
    predicted: dict[str, dict[tuple[str, str], int]] = {}
    for row in said:
        c = pick(row.convention, row.tool_version)
        if c.id not in predicted:
            counted = engine.tally(imported.walked(c.walks))
            predicted[c.id] = {(p.metric, p.layer): p.value for p in engine.predict(counted, convention.load(c.id))}
        found = _with(found, row, predicted[c.id].get((row.metric, row.layer), 0), listed)
    return replace(found, failed=(*found.failed, *(c.closed for c in closed)))


def _with(found: Measured, row: Measurement, predicted: int, known: Sequence[Gap]) -> Measured:
    """The same with one more row; what is not explained, failed or is not counted is also told in words."""
    value = 0 if row.status == "absent" else row.value
    residual = None if value is None else value - predicted
    gap = next((g for g in known if g.covers(row.model, row.tool, row.metric, row.layer)), None)
    where = f"{row.tool} × {row.layer} × {row.metric}"
    status, note = row.status, row.message if residual is None else ""
    if residual:
        status, note = (KNOWN_GAP, f"known gap: {gap.reason}") if gap else (UNEXPLAINED, UNEXPLAINED)
    if found.layers or row.layer in (TOTAL, UNATTRIBUTED):
        tool = f"{row.tool} {row.tool_version}".strip()
        shown = Row(tool, row.layer, row.metric, row.value, predicted, residual, row.unit, status, note)
        found = replace(found, rows=(*found.rows, shown))
    if status == UNEXPLAINED:
        return replace(found, unexplained=(*found.unexplained, unexplained(where, value, predicted, row.unit)))
    if residual is None and row.status != CRASHED:
        lost = f"{row.status}: {where}: {row.message}"
        failed = row.status == "error"
        return replace(found, failed=(*found.failed, lost)) if failed else replace(found, uncounted=(*found.uncounted, lost))
    return found
