"""All commands; of those, a call puts together the one that it asks for."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from copy import copy
from typing import Annotated

import typer

from crosscheck import __version__
from crosscheck.cli import VERSION, asking, counting, infer, listing, measuring, site, zoos
from crosscheck.cli.options import app

__all__ = ["app", "asked_for"]
COMMANDS = (counting, measuring, zoos, asking, infer, site, listing)  # importing them registers what they have


def asked_for(words: Sequence[str]) -> typer.Typer:
    """The application with the command alone that the first word names, or with all where it names none."""
    word = words[0] if words else ""
    commands = [c for c in app.registered_commands if word == (c.name or getattr(c.callback, "__name__", "").replace("_", "-"))]
    groups = [g for g in app.registered_groups if word == g.name]
    if not commands and not groups:
        return app
    one = copy(app)
    one.registered_commands, one.registered_groups = commands, groups
    return one


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option(*VERSION, help="Print the version and end.", is_eager=True)] = False,
) -> None:
    gc.freeze()  # what was imported is old, and not walked at once
    gc.unfreeze()
    gc.enable()
    if version:
        typer.echo(f"crosscheck {__version__}")
        raise typer.Exit
