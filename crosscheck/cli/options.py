"""The application, its groups, and the options that commands share."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crosscheck.cli import streams
from crosscheck.contract.text import printable
from crosscheck.errors import UsageError
from crosscheck.report.render import Format

if TYPE_CHECKING:
    from crosscheck.subjects.subject import Options

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


NETWORK = "resnet50, model.onnx, deploy.prototxt, torchvision:resnet18, resnet50@onnx:torch, or your own: nets.py:make_net."
Network = Annotated[str, typer.Argument(help=NETWORK)]
Conventions = Annotated[
    list[str] | None,
    typer.Option("--convention", "-c", help="Count as this convention does, or your own, ./found.toml; may be repeated."),
]
Every = Annotated[bool, typer.Option("--all", "-a", help="Count by every convention that knows all ops of the network.")]
Batch = Annotated[int | None, typer.Option("--batch", "-b", help="Images per batch, N; 1, or a file's own, if left out.")]
OneBatch = Annotated[int, typer.Option("--batch", "-b", help="Images per batch, N.")]
InputShape = Annotated[
    list[str] | None,
    typer.Option(
        "--input",
        "-i",
        help="Input as CxHxW, e.g. 3x224x224, of a file x=1x3x224x224; its own if left out. Of your own network 1x3x224x224, "
        "ids=1x128:int64 by keyword; may be repeated.",
    ),
]
OneInput = Annotated[str | None, typer.Option("--input", "-i", help="Input as CxHxW, e.g. 3x224x224; its own if left out.")]
Classes = Annotated[int | None, typer.Option("--classes", help="Outputs of the last layer; the model's own if left out.")]
Frameworks = Annotated[list[str] | None, typer.Option("--framework", help="Only this framework; may be repeated.")]
Tools = Annotated[list[str] | None, typer.Option("--tool", help="Only this tool; may be repeated.")]


def place(text: str | Path) -> Path:
    """A file or folder to write. Raises UsageError for no name at all, which would be the folder that one is in."""
    if not str(text).strip():
        raise UsageError("--out '' names nothing. Hint: give a name, or . for this folder")
    return Path(text)


ReportFolder = Annotated[
    Path | None,
    typer.Option("--out", "-o", parser=place, help="Report folder; reports/ for the whole default set, else reports/selection/."),
]
FormatOption = Annotated[Format, typer.Option("--format", "-f", help="How to print the answer.")]


def options(batch: int | None = None, inputs: Sequence[str] | None = None, classes: int | None = None) -> Options:
    """How a subject is to be set up."""
    from crosscheck.subjects.subject import Options

    return Options(batch, tuple(inputs or ()), classes)


def positive(timeout: float) -> None:
    """Raises UsageError for a time limit that is none."""
    if not timeout > 0:  # which is true of what is no number
        raise UsageError("--timeout must be above 0 seconds")


def say(note: str) -> None:
    """One line beside the answer; what others wrote in it stays text."""
    streams.say(printable(note))


def interrupted() -> typer.Exit:
    """What ends a command that was interrupted; says that nothing is lost."""
    say("interrupted; the reports are as they were")
    return typer.Exit(130)
