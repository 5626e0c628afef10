"""Lists of all that there is."""

from __future__ import annotations

from typing import Annotated

import typer

from crosscheck.cli.options import FormatOption, lists
from crosscheck.report.render import Format


@lists.command("models")
def list_models(
    family: Annotated[str | None, typer.Option("--family", help="Only this family, with sources and whole descriptions.")] = None,
    output: FormatOption = Format.table,
) -> None:
    """Every network, a line each by family; --family, json and csv have whole descriptions and sources."""
    from crosscheck.report.pages import legacy as terminal
    from crosscheck.studies import lists as listing

    rows = listing.models(family)
    columns = ("name", "input", "params", "MACs")
    if output is not Format.table:
        terminal.show_rows(rows, output.value)
    elif family:
        terminal.show_entries(rows, columns, ("variant", "source"))
    else:
        terminal.show_lines(rows, "family", (*columns, "variant"))
        terminal.console().print("whole descriptions and sources: crosscheck list models --family NAME", style="dim")


@lists.command("networks")
def list_networks(output: FormatOption = Format.table) -> None:
    """Every Caffe network that comes along: Caffe's layers, parameters and memory, in tests."""
    from crosscheck.report.pages import legacy as terminal
    from crosscheck.studies import lists as listing

    terminal.show_rows(listing.networks(), output.value)


@lists.command("tools")
def list_tools(output: FormatOption = Format.table) -> None:
    """Every counting tool, its framework, metrics and convention."""
    from crosscheck.report.pages import legacy as terminal
    from crosscheck.studies import lists as listing

    terminal.show_rows(listing.tools(), output.value)


@lists.command("zoo")
def list_zoo(output: FormatOption = Format.table) -> None:
    """Every network that a framework brings itself, our description of it, and whether its package is installed."""
    from crosscheck.report.pages import legacy as terminal
    from crosscheck.studies import lists as listing

    terminal.show_rows(listing.zoo(), output.value)


@lists.command("conventions")
def list_conventions(output: FormatOption = Format.table) -> None:
    """Every counting convention, the tool and versions that it holds for."""
    from crosscheck.report.pages import legacy as terminal
    from crosscheck.studies import lists as listing

    terminal.show_rows(listing.conventions(full=output is not Format.table), output.value)


@lists.command("frameworks")
def list_frameworks(output: FormatOption = Format.table) -> None:
    """Every framework, whether it is installed, and the command that installs it."""
    from crosscheck.report.pages import legacy as terminal
    from crosscheck.studies import lists as listing

    terminal.show_rows(listing.frameworks(), output.value)
