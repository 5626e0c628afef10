"""Lists of all that there is."""

from __future__ import annotations

from typing import Annotated

import typer

from crosscheck.cli.delivery import deliver
from crosscheck.cli.options import FormatOption, lists
from crosscheck.report.pages import lists as page
from crosscheck.report.render import Format


@lists.command("models")
def list_models(
    family: Annotated[str | None, typer.Option("--family", help="Only this family, with sources and whole descriptions.")] = None,
    output: FormatOption = Format.table,
) -> None:
    """Every network, a line each by family; --family, json and csv have whole descriptions and sources."""
    from crosscheck.studies import lists as study

    deliver(page.models(study.models(family), whole=family is not None), output)


@lists.command("networks")
def list_networks(output: FormatOption = Format.table) -> None:
    """Every Caffe network that comes along: Caffe's layers, parameters and memory, in tests."""
    from crosscheck.studies import lists as study

    deliver(page.listed("networks", study.networks()), output)


@lists.command("tools")
def list_tools(output: FormatOption = Format.table) -> None:
    """Every counting tool, its framework, metrics and convention."""
    from crosscheck.studies import lists as study

    deliver(page.listed("tools", study.tools()), output)


@lists.command("zoo")
def list_zoo(output: FormatOption = Format.table) -> None:
    """Every network that a framework brings itself, our description of it, and whether its package is installed."""
    from crosscheck.studies import lists as study

    deliver(page.listed("zoo", study.zoo()), output)


@lists.command("conventions")
def list_conventions(output: FormatOption = Format.table) -> None:
    """Every counting convention, the tool and versions that it holds for."""
    from crosscheck.studies import lists as study

    deliver(page.listed("conventions", study.conventions()), output)


@lists.command("frameworks")
def list_frameworks(output: FormatOption = Format.table) -> None:
    """Every framework, whether it is installed, and the command that installs it."""
    from crosscheck.studies import lists as study

    deliver(page.listed("frameworks", study.frameworks()), output)
