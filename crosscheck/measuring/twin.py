"""Work shared with a copy of this process, where the system can make one: for pure work on what is known already."""

from __future__ import annotations

import gc
import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

Here = TypeVar("Here")
There = TypeVar("There")
Piece = TypeVar("Piece")
Found = TypeVar("Found")
TOKEN = 2  # bytes of a piece's number: a pipe holds those of 32,768


def possible() -> bool:
    """True where a copy of this process is safe and gains something: Linux, one thread, a second processor."""
    return sys.platform == "linux" and threading.active_count() == 1 and len(os.sched_getaffinity(0)) > 1


def both(here: Callable[[], Here], there: Callable[[], There]) -> tuple[Here, There]:
    """What two pieces of work give, ``there`` at the same time in a copy of this process; what it gives must be fit for pickle.

    Where no copy can be made, or it comes to nothing, ``there`` runs in this process, after ``here``.
    """
    if not possible():
        return here(), there()
    source, sink = os.pipe()
    try:
        twin = os.fork()
    except OSError:  # no more processes or memory
        os.close(source)
        os.close(sink)
        return here(), there()
    if not twin:
        _send(there, sink)
    os.close(sink)
    try:
        with os.fdopen(source, "rb") as pipe:
            mine, sent = here(), pipe.read()
    except BaseException:
        os.kill(twin, signal.SIGKILL)
        os.waitpid(twin, 0)
        raise
    whole = os.waitpid(twin, 0)[1] == 0
    return mine, pickle.loads(sent) if whole else there()  # noqa: S301 - written by our own copy


def each(work: Callable[[Piece], Found], pieces: Sequence[Piece]) -> list[Found]:
    """What ``work`` makes of each piece, in their order; this process and a copy take the next piece whenever they are free.

    Both read the numbers of pieces from one pipe, so that none is taken twice. Pieces that a lost copy took are worked on here.
    """
    source, sink = os.pipe()
    try:
        with os.fdopen(sink, "wb") as pipe:
            pipe.write(b"".join(k.to_bytes(TOKEN, "big") for k in range(len(pieces))))

        def taken() -> dict[int, Found]:
            numbers = (int.from_bytes(token, "big") for token in iter(lambda: os.read(source, TOKEN), b""))
            return {k: work(pieces[k]) for k in numbers}

        mine, others = both(taken, taken)
    finally:
        os.close(source)
    found = mine | others
    return [found[k] if k in found else work(piece) for k, piece in enumerate(pieces)]


def _send(work: Callable[[], object], sink: int) -> None:
    """Do the work, write what it gives, and end this process at once: buffers and handlers are the other one's.

    Garbage is left to the end: a walk would copy every page, and swallow an interruption that comes during it.
    """
    gc.disable()
    code = 1
    try:
        with os.fdopen(sink, "wb") as pipe:
            pickle.dump(work(), pipe, pickle.HIGHEST_PROTOCOL)
        code = 0
    finally:
        os._exit(code)
