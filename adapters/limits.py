"""What a worker holds a user's code to: it stays one process, takes no more memory than there is, and ends with its work."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crosscheck.contract.processes import GUARD, MARK, end_all

try:
    import resource
except ImportError:  # a system without it has no such limits
    resource = None  # type: ignore[assignment]

FULL = "can't allocate memory"  # what frameworks say where memory ends; Python says nothing


@contextmanager
def one_process() -> Iterator[None]:
    """Of a process that forks inside, only the one that went in comes out; what it forked ends here."""
    mine = os.getpid()
    try:
        yield
    finally:
        if os.getpid() != mine:
            os._exit(0)


def end_with_parent() -> None:
    """Have a process beside this one that ends it, and all that came of it, when the one who started it is gone.

    The pipe's other end closes with its holder, also where that is killed. It is nobody's child, so that nobody waits for it.
    """
    watched = int(os.environ.pop(GUARD, "-1"))
    if watched < 0:
        return
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        os.close(watched)
    elif os.fork():
        os._exit(0)
    else:
        _wait(watched)


def _wait(watched: int) -> None:
    """Wait for the end of the pipe; then end all of the group."""
    try:
        for asked in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(asked, signal.SIG_IGN)
        os.read(watched, 1)
        end_all(os.getpgrp(), os.environ.get(MARK, "-"))
    finally:
        os._exit(0)


def room() -> int:
    """Bytes of memory that are free."""
    return 1024 * _told("/proc/meminfo", "MemAvailable") or sys.maxsize


def keep_to_memory() -> None:
    """Refuse this process more memory than is free now, before the system ends another one for want of it."""
    if resource is None or room() == sys.maxsize:
        return
    most, hard = room() + 1024 * _told("/proc/self/status", "VmData"), resource.getrlimit(resource.RLIMIT_DATA)[1]
    resource.setrlimit(resource.RLIMIT_DATA, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def memory_told(text: str, error: BaseException) -> str:
    """What an error says, behind the limit where memory ended."""
    if resource is None or not (isinstance(error, MemoryError) or FULL in text):
        return text
    most = resource.getrlimit(resource.RLIMIT_DATA)[0]
    return text if most == resource.RLIM_INFINITY else f"more than the {most / 2**30:.1f} GiB that were free; {text}".strip("; ")


def end() -> None:
    """End this process where threads are left that would keep it."""
    sys.stdout.flush()
    sys.stderr.flush()
    if any(t.is_alive() and not t.daemon and t is not threading.main_thread() for t in threading.enumerate()):
        os._exit(0)


def _told(path: str, name: str) -> int:
    """A number of a file of ``name: number kB`` lines; 0 where there is none."""
    if not Path(path).exists():
        return 0
    lines = (line.split(":") for line in Path(path).read_text(encoding="ascii").splitlines())
    return next((int(rest[0].split()[0]) for key, *rest in lines if key == name), 0)
