"""The command line: parses, delegates, prints; computes nothing.

Commands are imported once one is asked for, so that the version is there at once.
"""

from __future__ import annotations

import atexit
import gc
import signal
import sys

from crosscheck import __version__

VERSION = ("--version", "-V")


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def main() -> None:
    """Entry point: every known error becomes one line and its exit code; a request to end is an interrupt, as Ctrl-C is.

    Both are heard even where whoever started the process ignores them (``nohup``, a job in the background), and as they are
    handled and not ignored, the processes that it starts have them as the system gives them.
    """
    words = sys.argv[1:]
    if len(words) == 1 and words[0] in VERSION:
        sys.stdout.write(f"crosscheck {__version__}\n")
        sys.exit(0)
    before = {asked: signal.signal(asked, _interrupt) for asked in (signal.SIGINT, signal.SIGTERM)}
    gc.disable()  # importing and parsing leave nothing to collect, and ask for it a dozen times; a command starts with it on
    atexit.register(gc.freeze)  # what is left at the end goes with the process: nobody needs to walk it for cycles
    from crosscheck.cli.commands import asked_for
    from crosscheck.contract.text import printable
    from crosscheck.errors import CrosscheckError

    try:
        asked_for(words)()
    except CrosscheckError as error:
        sys.stderr.write(f"crosscheck: {printable(str(error))}\n")
        sys.exit(error.exit_code)
    finally:
        gc.enable()
        for asked, handler in before.items():
            signal.signal(asked, handler)
