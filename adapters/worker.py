"""The loop that every framework's process runs: read a job, do its cells one by one, append their rows.

``python -P -m adapters.<name> JOB.json`` does one job; with ``-`` the paths of jobs come on standard input, one a line. The job
is what crosscheck.contract.job reads and writes; ``adapters/cells/`` has a file for each kind of cell.

The rows file gets one JSON object a line: ``hello``, then for every cell ``start``, its rows and ``end``, at last ``bye``;
``fail`` before ``end`` says why a cell has no rows at all. What a tool prints goes to the log; rows of a cell without ``end``
do not count.
"""

from __future__ import annotations

import importlib
import platform
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from adapters import limits
from adapters.cells.bench import Bench
from adapters.room import Room, reason, version_of
from crosscheck.contract.job import Cell, Job
from crosscheck.contract.rows import EVENTS, RunInfo, dump_line, to_dict


def main(package: str) -> None:
    """Run the jobs named on the command line with the adapter ``package`` (``adapters.<name>``)."""
    limits.end_with_parent()
    limits.keep_to_memory()
    jobs: Iterable[str] = sys.stdin if sys.argv[1:] == ["-"] else sys.argv[1:]
    for path in jobs:
        run_job(package, Job.read(Path(path.strip())))
    limits.end()


def run_job(package: str, job: Job, held: Sequence[Any] = ()) -> None:
    """Run every cell of one job; a cell that fails becomes rows and hides no other. ``held``: see ``Bench``."""
    room = Room(package)
    with Path(job.rows).open("a", encoding="utf-8") as out:
        bench = Bench(room, job, held)
        versions = {name: version_of(name) for name in room.constants.PACKAGES}
        _write(out, "hello", to_dict(RunInfo(bench.framework, versions, platform.platform())))
        for cell in job.cells:
            _write(out, "start", {"cell": asdict(cell)})
            for event, data in _rows(bench, cell):
                _write(out, event, data)
            _write(out, "end", {"cell": asdict(cell)})
        _write(out, "bye", {})


def _rows(bench: Bench, cell: Cell) -> Iterator[tuple[str, dict[str, Any]]]:
    """Events and data of one cell, by the file of its kind."""
    try:
        with limits.one_process():
            rows = [*importlib.import_module(f"adapters.cells.{cell.kind}").rows(bench, cell)]
    except (Exception, SystemExit) as error:  # a tool that cannot be imported, or facts that cannot be had
        yield "fail", {"message": reason(error)}
        return
    yield from ((EVENTS[type(row)], to_dict(row)) for row in rows)


def _write(out: TextIO, event: str, data: dict[str, Any]) -> None:
    out.write(dump_line(event, data))
    out.flush()
