"""A plan carried out in this process, for a network that cannot leave it; its rows are read as those of a worker are."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from crosscheck.contract.job import Cell, Job, Kind
from crosscheck.measuring.plan import Outcome, Plan, quiet
from crosscheck.measuring.reader import Reader, failed

ADAPTERS = "adapters"
ALONE = "an old edition runs in a process of its own, and this network cannot leave the one that it lives in"


def run(plan: Plan, held: Sequence[Any], logs: Path) -> Outcome:
    """Do the plan's cells here, on the networks that are ``held`` with their arguments; what is printed goes to the log."""
    outcome = Outcome(plan.name, log=str(logs / f"{plan.name}.log"))
    left = [c for c in plan.cells if not _lost(plan, c, outcome)]
    job, rows = logs / "inside.json", logs / "inside.jsonl"
    rows.touch()
    plan.job("run", str(rows), left).write(job)
    worker = importlib.import_module(f"{ADAPTERS}.worker")
    reader = Reader(plan, "run", left, outcome, quiet)
    with Path(outcome.log).open("w", encoding="utf-8") as log, contextlib.redirect_stdout(log), contextlib.redirect_stderr(log):
        worker.run_job(f"{ADAPTERS}.{plan.framework.id}", Job.read(job), held)
    reader.feed(rows.read_text(encoding="utf-8"))
    reader.finish("the work ended before its time")
    return outcome


def _lost(plan: Plan, cell: Cell, outcome: Outcome) -> bool:
    """Rows for a cell that cannot run here; True where there are some."""
    tools = {t.id: t for t in plan.tools}
    if cell.kind is not Kind.TOOL or tools[cell.name].version:
        return False
    why = f"{tools[cell.name].package} is not installed. Install it with: {plan.framework.hint_for(tools[cell.name])}"
    for row in failed(plan, "run", cell, "skipped", why):
        outcome.add(row)
    return True


def skipped(plan: Plan) -> Outcome:
    """What a plan comes to that needs a process of its own."""
    outcome = Outcome(plan.name)
    for cell in plan.cells:
        for row in failed(plan, "run", cell, "skipped", ALONE):
            outcome.add(row)
    return outcome
