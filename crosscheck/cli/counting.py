"""Commands that count without any framework: networks, files, output sizes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from crosscheck.cli.delivery import conduct, deliver
from crosscheck.cli.options import (
    COUNTING,
    Batch,
    Classes,
    Conventions,
    Every,
    FormatOption,
    Frameworks,
    InputShape,
    Network,
    Phase,
    app,
    options,
    place,
)
from crosscheck.errors import UsageError
from crosscheck.output import scratch
from crosscheck.report.render import Format

if TYPE_CHECKING:
    from crosscheck.subjects.subject import Subject


@app.command(rich_help_panel=COUNTING)
def count(
    model: Network,
    conventions: Conventions = None,
    every: Every = False,
    layers: Annotated[bool, typer.Option("--layers", "-l", help="One row per layer.")] = False,
    metrics: Annotated[
        list[str] | None, typer.Option("--metric", "-m", help="Only this metric, e.g. memory; may be repeated.")
    ] = None,
    batch: Batch = None,
    input_shape: InputShape = None,
    classes: Classes = None,
    output: FormatOption = Format.table,
) -> None:
    """Count a network with the engine alone: described here, in a file, exported, or of a zoo, which its framework then builds.

    Examples: `crosscheck count resnet50` · `crosscheck count resnet50 --layers -c torchinfo` ·
    `crosscheck count vgg16 -c mac -c flop_counter --input 3x256x256 --format json` ·
    `crosscheck count resnet50 -c arithmetic` · `crosscheck count resnet18 -b 64 -c torchsummary_151 -m memory` ·
    `crosscheck count model.onnx --all` · `crosscheck count torchvision:resnet50 -c thop` · `crosscheck count lenet@onnx:torch`

    Exit codes: 0 all counted, 2 bad request or bad file, 3 partial: something that is not known is named.
    """
    from crosscheck.subjects.resolve import resolve

    subject = resolve(model, options(batch, input_shape, classes))
    _show(subject, conventions or (), every, layers, output, metrics or ())


def _show(
    subject: Subject, asked: Sequence[str], every: bool, layers: bool, output: Format, metrics: Sequence[str] = ()
) -> NoReturn:
    """Print what conventions say of a subject, and what is to be known of it."""
    from crosscheck.report.pages import count as page
    from crosscheck.studies import count as study
    from crosscheck.subjects import conventions

    chosen, left_out = conventions.choose(subject, asked, every)
    notes = (*subject.notes, *conventions.caveats(subject, chosen), *left_out)
    deliver(page.brief(study.count(subject, chosen, metrics, layers=layers), notes), output)
    raise typer.Exit(3 if subject.partial or conventions.bounds(subject, chosen) else 0)


@app.command("onnx", rich_help_panel=COUNTING)
def count_onnx(
    file: Annotated[Path, typer.Argument(metavar="FILE.onnx", help="An ONNX file; its weights are not read, nothing is run.")],
    inputs: Annotated[
        list[str] | None, typer.Option("--input", "-i", help="Shape of an input, x=1x3x224x224; may be repeated.")
    ] = None,
    conventions: Conventions = None,
    every: Every = False,
    layers: Annotated[bool, typer.Option("--layers", "-l", help="One row per node.")] = False,
    measure: Annotated[
        bool, typer.Option("--measure", "-m", help="Run the tools that count ONNX files, and set their numbers against it.")
    ] = False,
    output: FormatOption = Format.table,
) -> None:
    """Count the network in an ONNX file; no framework is imported.

    Examples: `crosscheck onnx model.onnx` · `crosscheck onnx model.onnx --input x=1x3x224x224 --all` ·
    `crosscheck onnx model.onnx --layers --format csv` · `crosscheck onnx model.onnx --measure`

    Exit codes: 0 all counted, 1 a tool failed or its number is not the predicted one, 2 bad request or bad file, 3 partial: an op
    that is not known is named, with an upper bound, or a tool is not installed or cannot read the file.
    """
    from crosscheck.cli import files
    from crosscheck.subjects import resolve
    from crosscheck.subjects.subject import Kind, Options

    subject = resolve.file(str(file), Kind.ONNX, Options(inputs=tuple(inputs or ())))
    if measure:
        raise typer.Exit(files.measure(subject, layers=layers, output=output))
    _show(subject, conventions or (), every, layers, output)


@app.command("caffe", rich_help_panel=COUNTING)
def count_caffe(
    file: Annotated[
        str, typer.Argument(metavar="FILE.prototxt", help="A Caffe network, or the name of one that comes with this.")
    ],
    inputs: Annotated[
        list[str] | None, typer.Option("--input", "-i", help="Shape of an input, data=10x3x227x227; may be repeated.")
    ] = None,
    batch: Annotated[int | None, typer.Option("--batch", "-b", help="Images per batch; the file's own if left out.")] = None,
    phase: Annotated[Phase, typer.Option("--phase", "-p", help="Which layers are set up.")] = Phase.test,
    stage: Annotated[list[str] | None, typer.Option("--stage", help="A stage that rules may ask for; may be repeated.")] = None,
    conventions: Conventions = None,
    every: Every = False,
    layers: Annotated[
        bool, typer.Option("--layers", "-l", help="One row per layer, splits that Caffe puts in included.")
    ] = False,
    metric: Annotated[
        str | None, typer.Option("--explain", "-e", help="Explain one number term by term: layers, params or memory.")
    ] = None,
    output: FormatOption = Format.table,
) -> None:
    """Count the network in a Caffe prototxt, as Caffe itself would: layers, parameters and memory; and its MACs.

    Examples: `crosscheck caffe deploy.prototxt` · `crosscheck caffe alexnet-train_val --phase train` ·
    `crosscheck caffe train_val.prototxt --input data=10x3x227x227 --layers` · `crosscheck caffe vgg19-deploy --explain memory`

    Exit codes: 0 all counted, 2 bad request or bad file, 3 partial: a layer that is not known is named, with an upper bound, or a
    field that Caffe does not have was passed over.
    """
    from crosscheck.subjects import resolve
    from crosscheck.subjects.subject import Kind, Options

    setup = Options(batch, tuple(inputs or ()), phase=phase.name.upper(), stages=tuple(stage or ()))
    subject = resolve.file(file, Kind.CAFFE, setup)
    if metric:
        _explain_caffe(subject, conventions or ("caffe",), every, metric, output)
    _show(subject, conventions or (), every, layers, output)


def _explain_caffe(subject: Subject, asked: Sequence[str], every: bool, metric: str, output: Format) -> NoReturn:
    from crosscheck.explain import account
    from crosscheck.report.pages import explain as page
    from crosscheck.studies.explain import counts
    from crosscheck.subjects import conventions

    chosen, left_out = conventions.choose(subject, asked, every)
    found = counts.of_file(subject, chosen)
    notes = (*subject.notes, *conventions.caveats(subject, chosen), *left_out)
    deliver(page.brief(account.account(found, account.common_metric(found, metric)), notes), output)
    raise typer.Exit(3 if subject.partial else 0)


@app.command(rich_help_panel=COUNTING)
def sizes(
    size: Annotated[str | None, typer.Option("--input", "-i", help="Ask about one input HxW, e.g. 12x6.")] = None,
    kernel: Annotated[str | None, typer.Option("--kernel", "-k", help="Window, 3 or 3x5.")] = None,
    stride: Annotated[str | None, typer.Option("--stride", "-s", help="2 or 3x2; left out, the layer's own.")] = None,
    padding: Annotated[str | None, typer.Option("--padding", "-p", help="1, 1x2, 0x1x0x1, SAME or VALID.")] = None,
    dilation: Annotated[str | None, typer.Option("--dilation", "-d", help="2 or 2x1.")] = None,
    op: Annotated[str | None, typer.Option("--op", help="conv, maxpool or avgpool; all if left out.")] = None,
    ceil: Annotated[bool, typer.Option("--ceil", help="Round up, as ceil_mode does.")] = False,
    framework: Frameworks = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", parser=place, help="Folder for pooling.md and pooling.csv; none if left out.")
    ] = None,
    output: FormatOption = Format.table,
) -> None:
    """Output sizes of convolutions and poolings: formula against the real layers of every framework.

    Without --input, a grid of kernels, strides, paddings and modes is put to every installed framework's own layers, and every
    size and value compared. With --input and --kernel, one question is answered from the frameworks' rules; none is imported.

    Examples: `crosscheck sizes` · `crosscheck sizes --input 12x6 --kernel 3x5 --padding 1x2` ·
    `crosscheck sizes -i 7x7 -k 2 -s 2 --ceil --op maxpool` · `crosscheck sizes --out reports`

    Exit codes: 0 all explained, 1 a layer does not what its framework's rule says, 2 bad request, 3 a framework is not installed.
    """
    from crosscheck.report.pages import windows_answer
    from crosscheck.studies.windows import questions as window_questions
    from crosscheck.studies.windows import study

    question = (kernel, stride, padding, dilation, op, ceil or None)
    if size is None and any(x is not None for x in question):
        raise UsageError("--kernel, --stride, --padding, --dilation, --op and --ceil ask about one input. Hint: add --input 12x6")
    if size is not None:
        if kernel is None or out is not None:
            raise UsageError("--input asks one question. Hint: it needs --kernel, and writes no report, so no --out")
        asked = window_questions.ask(
            size, kernel, stride=stride, padding=padding or "0", dilation=dilation or "1", ceil=ceil, op=op
        )
        deliver(windows_answer.brief(study.answer(asked, framework or ())), output)
        return
    _study_sizes(framework or (), out, output)


def _study_sizes(frameworks: Any, out: Path | None, how: Format) -> NoReturn:

    from crosscheck.report.pages import windows as page
    from crosscheck.studies.windows import questions, study

    asked = questions.questions()
    with scratch() as logs:
        found = conduct(lambda watch: study.study(asked, frameworks, logs=Path(logs), watch=watch), steps=len(asked), folder=out)
    deliver(page.brief(found), how, pages=(page.full(found),), folder=out)
    raise typer.Exit(found.exit_code)
