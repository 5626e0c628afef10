"""Commands that count without any framework: networks, files, output sizes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from crosscheck.cli.delivery import conduct, deliver
from crosscheck.cli.options import COUNTING, Batch, Classes, FormatOption, InputShape, Phase, app
from crosscheck.errors import UsageError
from crosscheck.report.render import Format


@app.command(rich_help_panel=COUNTING)
def count(
    model: Annotated[str, typer.Argument(help="A name from `crosscheck list models`.")],
    conventions: Annotated[
        list[str] | None, typer.Option("--convention", "-c", help="Count as this convention does; may be repeated.")
    ] = None,
    layers: Annotated[bool, typer.Option("--layers", "-l", help="One row per layer.")] = False,
    metrics: Annotated[
        list[str] | None, typer.Option("--metric", "-m", help="Only this metric, e.g. memory; may be repeated.")
    ] = None,
    batch: Batch = 1,
    input_shape: InputShape = None,
    classes: Classes = None,
    output: FormatOption = Format.table,
) -> None:
    """Count a network with the engine alone; no framework is imported.

    Examples: `crosscheck count resnet50` · `crosscheck count resnet50 --layers -c torchinfo` ·
    `crosscheck count vgg16 -c mac -c flop_counter --input 3x256x256 --format json` ·
    `crosscheck count resnet50 -c arithmetic` · `crosscheck count resnet18 -b 64 -c torchsummary_151 -m memory`
    """
    from crosscheck import models
    from crosscheck.conventions import read as convention
    from crosscheck.report.pages import count as page
    from crosscheck.studies import count as study

    shape = models.parse_input(input_shape) if input_shape else None
    built = models.build(model, batch=batch, input_shape=shape, classes=classes)
    chosen = tuple(convention.of_described(name).id for name in dict.fromkeys(conventions or ["mac"]))
    deliver(page.brief(study.count(built, chosen, metrics or (), layers=layers)), output)


@app.command("onnx", rich_help_panel=COUNTING)
def count_onnx(
    file: Annotated[Path, typer.Argument(metavar="FILE.onnx", help="An ONNX file; its weights are not read, nothing is run.")],
    inputs: Annotated[
        list[str] | None, typer.Option("--input", "-i", help="Shape of an input, x=1x3x224x224; may be repeated.")
    ] = None,
    conventions: Annotated[
        list[str] | None, typer.Option("--convention", "-c", help="Count as this convention does; may be repeated.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", "-a", help="Count by every convention that knows all ops of the file.")] = False,
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
    from crosscheck.importers.onnx import load as onnx
    from crosscheck.report.pages import count as page
    from crosscheck.studies import count as study
    from crosscheck.studies.file import count as counted_file

    found = onnx.load(file, onnx.parse_inputs(inputs or []))
    if measure:
        _measure_onnx(file, found, layers, output)
    chosen, left_out = counted_file.choose(found.model, conventions or (), every)
    deliver(page.brief(study.count(found.model, chosen, layers=layers), (*found.notes, *left_out)), output)
    raise typer.Exit(3 if found.partial else 0)


def _measure_onnx(file: Path, found: Any, layers: bool, output: Format) -> NoReturn:
    from crosscheck.report.pages import file as page
    from crosscheck.studies.file import measure as measured_file

    done = measured_file.measure(file, found.model, layers=layers)
    if not done.rows:
        raise UsageError("no tool here counts ONNX files. Hint: pip install -c constraints.txt -e '.[onnxtools]'")
    deliver(page.brief(done, found.notes), output)
    raise typer.Exit(3 if found.partial else done.exit_code)


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
    conventions: Annotated[
        list[str] | None, typer.Option("--convention", "-c", help="Count as this convention does; may be repeated.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", "-a", help="Count by every convention that knows all ops of the file.")] = False,
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
    from crosscheck.explain import account
    from crosscheck.importers.caffe import load as prototxt
    from crosscheck.importers.onnx import load as onnx
    from crosscheck.report.pages import count as page
    from crosscheck.report.pages import explain as shown
    from crosscheck.studies import count as study
    from crosscheck.studies.file import count as counted_file

    if batch is not None and batch < 1:
        raise UsageError(f"batch {batch} is below 1. Hint: --batch takes a whole number from 1")
    stated = onnx.parse_inputs(inputs or [])
    found = prototxt.load(prototxt.find(file), stated, phase=phase.name.upper(), batch=batch, stages=tuple(stage or ()))
    chosen, left_out = counted_file.choose(found.model, conventions or ("caffe" if metric else "mac", "caffe"), every)
    notes = (*found.notes, *left_out)
    if metric:
        counts = counted_file.counts(found.model, chosen)
        answer = account.account(counts, account.common_metric(counts, metric))
        deliver(shown.brief(answer, notes), output)
    else:
        deliver(page.brief(study.count(found.model, chosen, layers=layers), notes), output)
    raise typer.Exit(3 if found.partial else 0)


@app.command(rich_help_panel=COUNTING)
def sizes(
    size: Annotated[str | None, typer.Option("--input", "-i", help="Ask about one input HxW, e.g. 12x6.")] = None,
    kernel: Annotated[str | None, typer.Option("--kernel", "-k", help="Window, 3 or 3x5.")] = None,
    stride: Annotated[str | None, typer.Option("--stride", "-s", help="2 or 3x2; left out, the layer's own.")] = None,
    padding: Annotated[str | None, typer.Option("--padding", "-p", help="1, 1x2, 0x1x0x1, SAME or VALID.")] = None,
    dilation: Annotated[str | None, typer.Option("--dilation", "-d", help="2 or 2x1.")] = None,
    op: Annotated[str | None, typer.Option("--op", help="conv, maxpool or avgpool; all if left out.")] = None,
    ceil: Annotated[bool, typer.Option("--ceil", help="Round up, as ceil_mode does.")] = False,
    framework: Annotated[list[str] | None, typer.Option("--framework", help="Only this framework; may be repeated.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for pooling.md and pooling.csv; none if left out.")
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
    import tempfile

    from crosscheck.report.pages import windows as page
    from crosscheck.studies.windows import questions, study

    asked = questions.questions()
    with tempfile.TemporaryDirectory(prefix="crosscheck-") as logs:
        found = conduct(lambda watch: study.study(asked, frameworks, logs=Path(logs), watch=watch), steps=len(asked), folder=out)
    deliver(page.brief(found), how, pages=(page.full(found),), folder=out)
    raise typer.Exit(found.exit_code)
