"""Runs one worker process per framework and turns every ending into rows: finished, crashed, hung, killed, half a line.

A worker that dies takes only the cell it was in with it: that cell becomes ``error`` rows, and a new worker does the rest.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from crosscheck.contract.job import Cell, Kind
from crosscheck.errors import CrosscheckError
from crosscheck.measuring import process
from crosscheck.measuring.catalog import installed_version
from crosscheck.measuring.plan import Launch, Outcome, Plan, Watch, environment, launch_adapter, quiet
from crosscheck.measuring.process import Worker
from crosscheck.measuring.reader import Reader, failed
from crosscheck.output import scratch

POLL_SECONDS = 0.02
CHUNK = 1 << 20  # characters of rows that are taken at once
MOST_LOG = 64 << 20  # bytes that one worker may print
MOST_ROWS = 64 << 20  # characters of rows that one cell may have


def run(
    plans: Sequence[Plan],
    *,
    run_id: str = "run",
    logs: Path,
    timeout: float = 600.0,
    parallel: int = 2,
    launch: Launch = launch_adapter,
    watch: Watch = quiet,
) -> list[Outcome]:
    """Run the plans, ``parallel`` workers side by side, in the plans' order; ``timeout`` seconds is the limit of one cell.

    An interrupt ends every worker and is raised again.
    """
    how = _Run(run_id, logs, timeout, launch, watch, threading.Event())
    with ThreadPoolExecutor(max_workers=max(1, parallel)) as pool:
        work = [pool.submit(_framework, p, how) for p in plans]
        try:
            wait(work, return_when=FIRST_EXCEPTION)
            return [f.result() for f in work]
        except BaseException:
            how.stop.set()
            for f in work:
                f.cancel()
            raise


@dataclass(frozen=True)
class _Run:
    """How the plans of one run are carried out; ``stop`` ends every worker."""

    id: str
    logs: Path
    timeout: float
    launch: Launch
    watch: Watch
    stop: threading.Event


def _framework(plan: Plan, how: _Run) -> Outcome:
    outcome = Outcome(plan.name, log=str(how.logs / f"{plan.name}.log"))
    missing = _missing(plan)
    for cell, why in missing.items():
        for row in failed(plan, how.id, cell, "skipped", why):
            outcome.add(row)
        how.watch(plan.name, plan.subject(cell).name, cell.label, "skipped")
    left = [cell for cell in plan.cells if cell not in missing]
    if not left:
        return outcome
    with scratch() as temp, _emptied(outcome.log).open("a", encoding="utf-8") as log:
        while left and not how.stop.is_set():
            left = _worker(plan, left, how, Path(temp), log, outcome)
    return outcome


def _missing(plan: Plan) -> Mapping[Cell, str]:
    """Cells that cannot run here, and what to do about it."""
    fw = plan.framework
    if not fw.installed:
        return dict.fromkeys(plan.cells, f"{fw.title} is not installed. Install it with: {fw.install_hint}")
    tools = {t.id: f"{t.package} is not installed. Install it with: {fw.hint_for(t)}" for t in plan.tools if not t.version}
    lost = {c: tools[c.name] for c in plan.cells if c.kind is Kind.TOOL and c.name in tools}
    for needed in (p for p in fw.needs if not installed_version(p)):
        why = f"{needed} is not installed. Install it with: {fw.install_hint}"
        lost |= {cell: why for cell in plan.writes if fw.reads or cell.kind is Kind.EXPORT}
    return {cell: lost[cell] for cell in plan.cells if cell in lost}


def _worker(plan: Plan, cells: Sequence[Cell], how: _Run, temp: Path, log: TextIO, outcome: Outcome) -> list[Cell]:
    """Start one worker on ``cells`` and read its rows until it ends; gives the cells that are still to do."""
    tag = f"{plan.name}-{len(outcome.exit_codes)}"
    job, rows = temp / f"{tag}.json", temp / f"{tag}.jsonl"
    plan.job(how.id, str(rows), cells).write(job)
    rows.touch()
    reader = Reader(plan, how.id, cells, outcome, how.watch)
    command = how.launch(plan.framework.id)
    log.write(f"# {' '.join(command[1:])}: {len(cells)} cells\n")
    log.flush()
    since = Path(outcome.log).stat().st_size
    env = environment(plan) | {"TMPDIR": str(temp)}  # so that what a worker leaves behind goes with it
    try:
        worker = process.start([*command, str(job)], log, env)
    except OSError as error:
        raise CrosscheckError(f"{plan.framework.id}: the worker cannot be started: {error}") from None
    try:
        ending = _followed(worker, rows, reader, how, _Growth(Path(outcome.log), since))
    finally:
        code = worker.end()
    outcome.exit_codes.append(code)
    log.seek(0, os.SEEK_END)
    log.write(f"# exit code {code}\n")
    return reader.finish(ending or process.how(code, Path(outcome.log), since))


def _emptied(log: str) -> Path:
    """A log's file, with nothing in it."""
    Path(log).write_text("", encoding="utf-8")
    return Path(log)


@dataclass(frozen=True)
class _Growth:
    """The log of one worker, which begins ``since`` so many bytes."""

    log: Path
    since: int

    def trim(self) -> None:
        """Leave out what a worker has printed beyond its limit: whoever writes appends."""
        if self.log.stat().st_size - self.since > MOST_LOG:
            os.truncate(self.log, self.since)
            with self.log.open("a", encoding="utf-8") as log:
                log.write(f"# {MOST_LOG >> 20} MiB of what it printed are left out here\n")


def _followed(worker: Worker, rows: Path, reader: Reader, how: _Run, growth: _Growth) -> str:
    """Read rows until the worker ends or has to be ended; gives the reason where it had to be."""
    ending = ""
    with rows.open("r", encoding="utf-8", errors="replace") as file:
        last = time.monotonic()
        while worker.running() and not ending:
            if reader.feed(file.read(CHUNK)):
                last = time.monotonic()
            if how.stop.is_set() or time.monotonic() - last > how.timeout:
                ending = "interrupted" if how.stop.is_set() else f"no answer within {how.timeout:g} s, so it was ended"
            growth.trim()
            ending = ending or _beyond(reader)
            if not ending:
                time.sleep(POLL_SECONDS)
        worker.end()
        while reader.taken <= MOST_ROWS and (text := file.read(CHUNK)):
            reader.feed(text)
    return ending or _beyond(reader)


def _beyond(reader: Reader) -> str:
    """Why a worker has to be ended whose rows have grown beyond their limit; empty where they have not."""
    return f"it wrote more than {MOST_ROWS >> 20} MiB of rows, so it was ended" if reader.taken > MOST_ROWS else ""
