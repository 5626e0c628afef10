"""The process of one worker: started in a group of its own, ended with all that came of it, also when this process is killed."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO

from crosscheck.contract.processes import GUARD, MARK, end_all
from crosscheck.contract.text import printable

TAIL = 1 << 16  # bytes at the end of a log that are looked through
SHOWN = 200  # characters of a line of it
_ERROR = re.compile(r"[\w.]*(?:Error|Exception|Exit|Interrupt)\b|[\w.]+\.so\b|(?i:error|fatal|cannot|could not)\b")


@dataclass(frozen=True)
class Worker:
    """A worker under way; ``held`` is the end of the pipe that only this process has: it closes with it, however it ends."""

    process: subprocess.Popen[bytes]
    mark: str
    held: BinaryIO

    def running(self) -> bool:
        """False once it has ended by itself."""
        return self.process.poll() is None

    def end(self) -> int:
        """End it and all that it started, also what it left behind when it ended by itself; gives its exit code."""
        if not self.held.closed:
            end_all(self.process.pid, self.mark)
            self.held.close()
        return self.process.wait()


def start(command: Sequence[str], log: TextIO, env: Mapping[str, str]) -> Worker:
    """Start a worker whose words go to the log. Raises OSError."""
    mark, (watched, held) = uuid.uuid4().hex, os.pipe()
    try:
        process = subprocess.Popen(  # noqa: S603 - the command is our own
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env={**env, GUARD: str(watched), MARK: mark},
            pass_fds=(watched,),
        )
    except OSError:
        os.close(held)
        raise
    finally:
        os.close(watched)
    return Worker(process, mark, os.fdopen(held, "wb"))


def how(code: int, log: Path, since: int) -> str:
    """How a worker ended, and the last line of its log, from ``since`` on, that says what was wrong."""
    if code < 0:
        with contextlib.suppress(ValueError):
            return f"the worker was ended by {signal.Signals(-code).name}"
    said = _last_error(log, since)
    return f"the worker ended with exit code {code}" + (f": {said}" if said else "")


def _last_error(log: Path, since: int) -> str:
    with log.open("rb") as file:
        file.seek(max(since, os.fstat(file.fileno()).st_size - TAIL))
        text = file.read(TAIL).decode("utf-8", "replace")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    found = next((line for line in reversed(lines) if _ERROR.match(line)), lines[-1] if lines else "")
    return printable(found)[:SHOWN]
