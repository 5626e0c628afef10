"""Standard output and error as they are: closed, full, or of an encoding that lacks what answers are written with."""

from __future__ import annotations

import codecs
import contextlib
import errno
import os
import sys

from crosscheck.errors import OutputError

LOST = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG, errno.EBADF))  # ways in which an answer is not written
PLAIN = {
    "×": "x", "·": "*", "−": "-", "–": "-", "—": "-", "→": "->", "…": "...", "≥": ">=", "≤": "<=", "≈": "~", "≠": "!=", "±": "+-",
    "√": "sqrt", "²": "^2", "³": "^3", "Σ": "sum", "∑": "sum", "✓": "yes", "✗": "no", "“": '"', "”": '"', "‘": "'", "’": "'",
    "─": "-", "━": "-", "│": "|", "█": "#", "▓": "#", "▒": "+", "░": ".",
    **dict.fromkeys("▉▊▋▌", "#"), **dict.fromkeys("▍▎▏", "."),
}  # fmt: skip
_NAME = "crosscheck.plain"


def _spelled(error: UnicodeError) -> tuple[str, int]:
    """What an encoding does not have, in letters that every one has."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lost = error.object[error.start : error.end]
    return "".join(PLAIN.get(c) or c.encode("ascii", "backslashreplace").decode() for c in lost), error.end


def prepare() -> None:
    """Make both streams write what they can. Raises OutputError where there is no standard output."""
    codecs.register_error(_NAME, _spelled)
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - it stays open
    if sys.stdout is None:
        raise OutputError("standard output is closed. Hint: send it to /dev/null")
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):  # what stands in for a stream may have no such thing
            stream.reconfigure(errors=_NAME)  # type: ignore[union-attr]


def say(line: str) -> None:
    """One line on standard error, if that takes it."""
    with contextlib.suppress(OSError, AttributeError):
        sys.stderr.write(f"crosscheck: {line}\n")
        sys.stderr.flush()


def unwritten(error: OSError) -> OutputError:
    """What is to be said where an answer could not be written; any other error is raised again."""
    if error.filename is not None or error.errno not in LOST:
        raise error
    with contextlib.suppress(OSError):  # what is left goes nowhere, so that the end of the process has nothing to say of it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return OutputError(f"the answer cannot be written: {error.strerror}")
