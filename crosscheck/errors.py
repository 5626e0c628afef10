"""The exceptions of crosscheck; every message says what to do next.

CrosscheckError                 shown as one line, never as a traceback
├── UsageError                  the request cannot be met as it was put (exit code 2)
│   ├── UnknownNameError        no such model, tool, framework or convention; suggests the nearest
│   ├── FileError               a file is not what it should be, is damaged, or asks for what it must not
│   ├── ShapeError              a layer does not fit its input; names the layer
│   └── OutputError             a file or folder cannot be written
├── RequirementError            a network is beyond a limit that it was to keep; names the number, the limit, layers to blame
├── SpecError                   a network description contradicts itself; names the layer
├── ConventionError             a convention file is wrong or silent about an op; names the file
└── RowError                    a row that crosses a boundary is malformed or repeats a key
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence


class CrosscheckError(Exception):
    """Anything that crosscheck itself reports; ``exit_code`` is what the command line ends with."""

    exit_code = 1


MOST_NAMES = 40  # that an error lists


class UsageError(CrosscheckError):
    """The request cannot be met as it was put."""

    exit_code = 2


class UnknownNameError(UsageError):
    """A name that is in no registry; the message lists the nearest ones that are, ``near`` first.

    ``kinds`` says what such a name may be, where that is more than a list.
    """

    def __init__(self, what: str, name: str, known: Iterable[str], *, near: Sequence[str] = (), kinds: str = "") -> None:
        names = sorted(known)
        close = [*near, *difflib.get_close_matches(name.lower(), names, n=3, cutoff=0.5)]
        more = f" and {len(names) - MOST_NAMES} more; crosscheck list has all" if len(names) > MOST_NAMES else ""
        hints = [f"did you mean {' or '.join(list(dict.fromkeys(close))[:4])}?"] if close else []
        hints += [f"A {what} is {kinds}"] if kinds else []
        listed = f"known: {', '.join(names[:MOST_NAMES])}{more}"
        super().__init__(f"unknown {what} {name!r}. Hint: {' '.join(hints) or listed}")


class FileError(UsageError):
    """A file is not what it should be, is damaged, or asks for what it must not; the message names the file."""


class ShapeError(UsageError):
    """A layer does not fit what comes into it; the message names the layer."""


class OutputError(UsageError):
    """A file or folder cannot be written."""


class RequirementError(CrosscheckError):
    """A network is beyond a limit that it was to keep."""


class SpecError(CrosscheckError):
    """A network description contradicts itself."""


class ConventionError(CrosscheckError):
    """A convention file is malformed, or says nothing about an op that it meets."""


class RowError(CrosscheckError):
    """A row that crosses a boundary is malformed or repeats a key."""
