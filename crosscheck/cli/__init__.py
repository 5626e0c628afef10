"""The command line: parses, delegates, prints; computes nothing."""

from __future__ import annotations

import signal
import sys
from typing import Annotated

import typer

from crosscheck import __version__
from crosscheck.cli import asking, counting, listing, measuring
from crosscheck.cli.options import app
from crosscheck.errors import CrosscheckError

__all__ = ["app", "main"]
COMMANDS = (counting, measuring, asking, listing)  # importing them registers what they have


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def main() -> None:
    """Entry point: every known error becomes one line and its exit code; a request to end is an interrupt, as Ctrl-C is.

    Both are heard even where whoever started the process ignores them (``nohup``, a job in the background), and as they are
    handled and not ignored, the processes that it starts have them as the system gives them.
    """
    for asked in (signal.SIGINT, signal.SIGTERM):
        signal.signal(asked, _interrupt)
    try:
        app()
    except CrosscheckError as error:
        typer.echo(f"crosscheck: {error}", err=True)
        sys.exit(error.exit_code)


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", "-V", help="Print the version and end.", is_eager=True)] = False,
) -> None:
    if version:
        typer.echo(f"crosscheck {__version__}")
        raise typer.Exit
