"""The application, its groups, and the options that commands share."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from crosscheck.errors import UsageError
from crosscheck.report.render import Format

EXIT_HELP = (
    "Exit codes: 0 all explained, 1 a residual or a failed cell, 2 bad request, 3 partial (something skipped), 130 interrupted."
)
COUNTING, MEASURING, ASKING = "Count, without any framework", "Measure, with the real tools", "Ask why"
app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="Two tools count one network and print different FLOPs and parameters: **crosscheck** says why, to the last operation.",
    epilog=EXIT_HELP,
)
lists = typer.Typer(
    no_args_is_help=True, help="What there is: models, networks of Caffe, zoo networks, tools, conventions, frameworks."
)
app.add_typer(lists, name="list")


class Phase(StrEnum):
    """Which layers of a Caffe network are set up."""

    train = "train"
    test = "test"


Batch = Annotated[int, typer.Option("--batch", "-b", help="Images per batch, N.")]
InputShape = Annotated[
    str | None, typer.Option("--input", "-i", help="Input as CxHxW, e.g. 3x224x224; the model's own if left out.")
]
Classes = Annotated[int | None, typer.Option("--classes", help="Outputs of the last layer; the model's own if left out.")]
FormatOption = Annotated[Format, typer.Option("--format", "-f", help="How to print the answer.")]


def positive(timeout: float) -> None:
    """Raises UsageError for a time limit that is none."""
    if timeout <= 0:
        raise UsageError("--timeout must be above 0 seconds")


def interrupted() -> typer.Exit:
    """What ends a command that was interrupted; says that nothing is lost."""
    typer.echo("crosscheck: interrupted; the reports are as they were", err=True)
    return typer.Exit(130)
