"""The command line: parses, delegates, prints; computes nothing.

Commands are imported once one is asked for, so that the version is there at once.
"""

from __future__ import annotations

import atexit
import gc
import signal
import sys

from crosscheck import __version__
from crosscheck.cli import streams

VERSION = ("--version", "-V")
ENDS = ("SIGINT", "SIGTERM", "SIGHUP")  # Ctrl-C, a request to end, a terminal that was closed


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def main() -> None:
    """Entry point: every known error becomes one line and its exit code; a request to end is an interrupt, as Ctrl-C is.

    Both are heard even where whoever started the process ignores them (a job in the background), but for a closed terminal,
    which ``nohup`` asks to ignore. As they are handled and not ignored, the processes that it starts have them as the system
    gives them.
    """
    before = {asked: signal.signal(asked, _interrupt) for asked in _heard()}
    gc.disable()  # importing and parsing leave nothing to collect, and ask for it a dozen times; a command starts with it on
    atexit.register(gc.freeze)  # what is left at the end goes with the process: nobody needs to walk it for cycles
    try:
        code = _ended(sys.argv[1:])
    except KeyboardInterrupt:  # also while libraries are imported
        streams.say("interrupted")
        code = 130
    finally:
        gc.enable()
        for asked, handler in before.items():
            signal.signal(asked, handler)
    sys.exit(code)


def _heard() -> list[signal.Signals]:
    """The signals that ask to end, of those that the system has."""
    known = [signal.Signals[name] for name in ENDS if hasattr(signal, name)]
    return [s for s in known if s.name != "SIGHUP" or signal.getsignal(s) is not signal.SIG_IGN]


def _ended(words: list[str]) -> int:
    """The exit code of a command."""
    from crosscheck.contract.text import printable
    from crosscheck.errors import CrosscheckError

    try:
        try:
            streams.prepare()
            return _run(words)
        except OSError as error:
            raise streams.unwritten(error) from None
    except CrosscheckError as error:
        streams.say(printable(str(error)))
        return error.exit_code


def _run(words: list[str]) -> int:
    """Do what the words ask for, and see that it is written."""
    code: int | str | None = 0
    if len(words) == 1 and words[0] in VERSION:
        sys.stdout.write(f"crosscheck {__version__}\n")
    else:
        from crosscheck.cli.commands import asked_for

        try:
            asked_for(words)()
        except SystemExit as ended:
            code = ended.code
    sys.stdout.flush()
    return code if isinstance(code, int) else 0 if code is None else 1
