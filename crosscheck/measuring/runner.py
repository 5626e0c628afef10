"""Runs one worker process per framework and turns every ending into rows: finished, crashed, hung, killed, half a line.

A worker that dies takes only the cell it was in with it: that cell becomes ``error`` rows, and a new worker does the rest.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

from crosscheck.contract.rows import (
    to_dict,
)
from crosscheck.errors import CrosscheckError
from crosscheck.measuring.catalog import installed_version
from crosscheck.measuring.plan import EXPORT, Cell, Launch, Outcome, Plan, Watch, environment, launch_adapter, quiet
from crosscheck.measuring.reader import Reader, fail

POLL_SECONDS = 0.02


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
    stop = threading.Event()
    with ThreadPoolExecutor(max_workers=max(1, parallel)) as pool:
        work = [pool.submit(_framework, p, run_id, logs, timeout, launch, watch, stop) for p in plans]
        try:
            wait(work, return_when=FIRST_EXCEPTION)
            return [f.result() for f in work]
        except BaseException:
            stop.set()
            for f in work:
                f.cancel()
            raise


def _framework(
    plan: Plan, run_id: str, logs: Path, timeout: float, launch: Launch, watch: Watch, stop: threading.Event
) -> Outcome:
    name = plan.framework.id
    outcome = Outcome(plan.name, log=str(logs / f"{plan.name}.log"))
    missing = _missing(plan)
    left = [cell for cell in plan.cells if cell[1] not in missing]
    for cell in plan.cells:
        if cell[1] in missing:
            fail(outcome, plan, run_id, cell, "skipped", missing[cell[1]])
            watch(plan.name, plan.subject(cell).name, cell[1], "skipped")
    if not left:
        return outcome
    with tempfile.TemporaryDirectory(prefix="crosscheck-") as temp, Path(outcome.log).open("w", encoding="utf-8") as log:
        while left and not stop.is_set():
            left = _worker(plan, run_id, left, Path(temp), log, timeout, launch(name), watch, stop, outcome)
    return outcome


def _missing(plan: Plan) -> dict[str, str]:
    """Tools that cannot run here, and what to do about it."""
    fw = plan.framework
    if not fw.installed:
        reason = f"{fw.title} is not installed. Install it with: {fw.install_hint}"
        return {tool: reason for _, tool in plan.cells}
    lost = {t.id: f"{t.package} is not installed. Install it with: {fw.hint_for(t)}" for t in plan.tools if not t.version}
    for needed in (p for p in fw.needs if not installed_version(p)):
        reason = f"{needed} is not installed. Install it with: {fw.install_hint}"
        lost |= {name: reason for _, name, _ in plan.writes if fw.reads or name.startswith(EXPORT)}
    return lost


def _worker(
    plan: Plan,
    run_id: str,
    cells: list[Cell],
    temp: Path,
    log: Any,
    timeout: float,
    command: list[str],
    watch: Watch,
    stop: threading.Event,
    outcome: Outcome,
) -> list[Cell]:
    """Start one worker on ``cells`` and read its rows until it ends; gives the cells that are still to do."""
    tag = f"{plan.name}-{len(outcome.exit_codes)}"
    job, rows = temp / f"{tag}.json", temp / f"{tag}.jsonl"
    job.write_text(
        json.dumps(
            {
                "run": run_id,
                "rows": str(rows),
                "models": [m.to_json() for m in plan.models],
                "cells": cells,
                "zero_ok": plan.zero_ok,
                "writes": plan.writes,
                "files": plan.files,
                "questions": [to_dict(q) for q in plan.questions],
                "zoo": plan.zoo,
            }
        ),
        encoding="utf-8",
    )
    rows.touch()
    reader = Reader(plan, run_id, cells, outcome, watch)
    log.write(f"# {' '.join(command[1:])}: {len(cells)} cells\n")
    log.flush()
    try:
        process = subprocess.Popen(  # noqa: S603 - the command is our own
            [*command, str(job)], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, env=environment(plan)
        )
    except OSError as error:
        raise CrosscheckError(f"{plan.framework.id}: the worker cannot be started: {error}") from None
    ending = ""
    try:
        with rows.open("r", encoding="utf-8", errors="replace") as file:
            last = time.monotonic()
            while process.poll() is None:
                if reader.feed(file.read()):
                    last = time.monotonic()
                if stop.is_set() or time.monotonic() - last > timeout:
                    ending = "interrupted" if stop.is_set() else f"no answer within {timeout:g} s, so it was ended"
                    break
                time.sleep(POLL_SECONDS)
            _end(process)
            reader.feed(file.read())
    finally:
        _end(process)
    code = process.wait()
    outcome.exit_codes.append(code)
    log.write(f"# exit code {code}\n")
    return reader.finish(ending or _how(code))


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _how(code: int) -> str:
    if code < 0:
        with contextlib.suppress(ValueError):
            return f"the worker was ended by {signal.Signals(-code).name}"
    return f"the worker ended with exit code {code}"
