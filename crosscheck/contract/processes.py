"""What a worker and whoever started it agree on, so that none outlives the other: a pipe and a mark.

A worker's processes are found by the mark in their environment, also those that left its group. Linux has /proc for that; where
there is none, the group alone is ended.
"""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

GUARD = "CROSSCHECK_GUARD"  # names the descriptor whose other end the one who started it holds open
MARK = "CROSSCHECK_WORKER"  # names the worker that a process comes from
_PROC = Path("/proc")


def end_all(group: int, mark: str) -> None:
    """End every process of a group, and every other one that has the mark; this one last, if it is among them."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if group != os.getpgrp():
            os.killpg(group, signal.SIGKILL)
    for pid in _marked(mark):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    if group == os.getpgrp():
        os.killpg(group, signal.SIGKILL)


def _marked(mark: str) -> list[int]:
    """Other processes with the mark, as far as their environments may be read."""
    wanted, found = f"{MARK}={mark}".encode(), []
    for entry in _PROC.glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if int(entry.name) != os.getpid() and wanted in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
    return found
