"""The command line: parses, delegates, prints; computes nothing."""

from __future__ import annotations

import signal
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from crosscheck import __version__
from crosscheck.errors import CrosscheckError, UnknownNameError, UsageError

EXIT_HELP = (
    "Exit codes: 0 all explained, 1 a residual or a failed cell, 2 bad request, 3 partial (something skipped), 130 interrupted."
)
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


class Format(StrEnum):
    """How a command prints its answer."""

    table = "table"
    json = "json"
    csv = "csv"


class Tried(StrEnum):
    """How a trial is printed."""

    table = "table"
    json = "json"
    csv = "csv"
    markdown = "markdown"


class Phase(StrEnum):
    """Which layers of a Caffe network are set up."""

    train = "train"
    test = "test"


class Explained(StrEnum):
    """How an explanation is printed."""

    table = "table"
    json = "json"
    markdown = "markdown"


Batch = Annotated[int, typer.Option("--batch", "-b", help="Images per batch, N.")]
InputShape = Annotated[
    str | None, typer.Option("--input", "-i", help="Input as CxHxW, e.g. 3x224x224; the model's own if left out.")
]
Classes = Annotated[int | None, typer.Option("--classes", help="Outputs of the last layer; the model's own if left out.")]
FormatOption = Annotated[Format, typer.Option("--format", "-f", help="How to print the answer.")]


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def main() -> None:
    """Entry point: every known error becomes one line and its exit code; a request to end is an interrupt, as Ctrl-C is."""
    signal.signal(signal.SIGTERM, _interrupt)
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


@app.command()
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
    from crosscheck import convention, models, terminal

    shape = models.parse_input(input_shape) if input_shape else None
    built = models.build(model, batch=batch, input_shape=shape, classes=classes)
    chosen = tuple(convention.of_described(name).id for name in dict.fromkeys(conventions or ["mac"]))
    terminal.show_count(built, chosen, layers, output.value, metrics or ())


@app.command("onnx")
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
    from crosscheck import counted_file, terminal
    from crosscheck.importers import onnx

    found = onnx.load(file, onnx.parse_inputs(inputs or []))
    if measure:
        _measure_onnx(file, found, layers, output)
    chosen, left_out = counted_file.choose(found.model, conventions or (), every)
    terminal.show_count(found.model, chosen, layers, output.value)
    for note in (*found.notes, *left_out):
        typer.echo(f"crosscheck: {note}", err=True)
    raise typer.Exit(3 if found.partial else 0)


@app.command("caffe")
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
    from crosscheck import account, counted_file, shown, terminal
    from crosscheck.importers import onnx, prototxt

    if batch is not None and batch < 1:
        raise UsageError(f"batch {batch} is below 1. Hint: --batch takes a whole number from 1")
    if metric and output is Format.csv:
        raise UsageError("an explanation is no table of cells. Hint: --format table or json")
    stated = onnx.parse_inputs(inputs or [])
    found = prototxt.load(prototxt.find(file), stated, phase=phase.name.upper(), batch=batch, stages=tuple(stage or ()))
    chosen, left_out = counted_file.choose(found.model, conventions or ("caffe" if metric else "mac", "caffe"), every)
    if metric:
        subjects = counted_file.subjects(found.model, chosen)
        answer = account.account(subjects, account.common_metric(subjects, metric), account.predicted)
        shown.show_account(answer, output.value)
    else:
        terminal.show_count(found.model, chosen, layers, output.value)
    for note in (*found.notes, *left_out):
        typer.echo(f"crosscheck: {note}", err=True)
    raise typer.Exit(3 if found.partial else 0)


def _measure_onnx(file: Path, found: Any, layers: bool, output: Format) -> NoReturn:
    from crosscheck import measured_file, terminal

    done = measured_file.measure(file, found.model, layers=layers)
    if not done.rows:
        raise UsageError("no tool here counts ONNX files. Hint: pip install -c constraints.txt -e '.[onnxtools]'")
    rows = done.rows if output is not Format.table else [{k: v for k, v in r.items() if k != "note"} for r in done.rows]
    terminal.show_rows(rows, output.value, f"{found.model.name}: {found.model.variant}")
    notes = (*found.notes, *done.unexplained, *done.failed, *done.uncounted)
    notes += tuple(dict.fromkeys(f"{r['tool']}: {r['note']}" for r in done.rows if r["status"] == "known gap"))
    for note in notes:
        typer.echo(f"crosscheck: {note}", err=True)
    raise typer.Exit(3 if found.partial else done.exit_code)


@app.command()
def compare(
    names: Annotated[list[str] | None, typer.Argument(metavar="[MODEL]…", help="Models; the default set if left out.")] = None,
    framework: Annotated[list[str] | None, typer.Option("--framework", help="Only this framework; may be repeated.")] = None,
    tool: Annotated[list[str] | None, typer.Option("--tool", help="Only this tool; may be repeated.")] = None,
    batch: Batch = 1,
    input_shape: InputShape = None,
    classes: Classes = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Report folder; reports/ for the whole default set, else reports/selection/."),
    ] = None,
    timeout: Annotated[float, typer.Option("--timeout", help="Seconds that one model × tool may take.")] = 600.0,
) -> None:
    """Let every framework's own tool count the models, and explain each number and difference.

    Examples: `crosscheck compare` · `crosscheck compare resnet50 vgg16 --framework pytorch` ·
    `crosscheck compare lenet --batch 2 --tool torchinfo --out /tmp/lenet`

    Exit codes: 0 all explained, 1 a residual or a failed cell, 2 bad request, 3 partial, 130 interrupted.
    """
    from crosscheck import compare as job
    from crosscheck import models, terminal

    if timeout <= 0:
        raise UsageError("--timeout must be above 0 seconds")
    shape = models.parse_input(input_shape) if input_shape else None
    req = job.request(names or (), batch=batch, input_shape=shape, classes=classes, frameworks=framework or (), tools=tool or ())
    whole = not (names or framework or tool or shape or classes) and batch == 1
    folder = out or Path("reports" if whole else "reports/selection")
    try:
        with terminal.progress(len(req.models)) as watch:
            report, verdict = job.run(req, folder, timeout=timeout, watch=watch)
    except KeyboardInterrupt:
        typer.echo("crosscheck: interrupted; the reports are as they were", err=True)
        raise typer.Exit(job.INTERRUPTED) from None
    terminal.show_report(report, folder)
    for line in [*job.outside(report.measurements), *job.describe(verdict)]:
        typer.echo(f"crosscheck: {line}", err=True)
    raise typer.Exit(verdict.exit_code)


@app.command()
def explain(
    model: Annotated[str, typer.Argument(help="A name from `crosscheck list models`.")],
    tools: Annotated[
        list[str],
        typer.Argument(metavar="TOOL…", help="Tools, conventions or exports (onnx:torch); OTHER:TOOL for another model."),
    ],
    layer: Annotated[str | None, typer.Option("--layer", "-l", help="Only this layer, e.g. layer1.0.conv1.")] = None,
    metric: Annotated[
        str | None, typer.Option("--metric", "-m", help="compute, params, memory …; the first that all give if left out.")
    ] = None,
    predicted: Annotated[
        bool, typer.Option("--predicted", help="From conventions alone: no tool needs to be installed.")
    ] = False,
    batch: Batch = 1,
    input_shape: InputShape = None,
    classes: Classes = None,
    output: Annotated[Explained, typer.Option("--format", "-f", help="How to print the answer.")] = Explained.table,
) -> None:
    """Explain one tool's number as a sum, or the way from one tool's number to the next, term by term.

    Examples: `crosscheck explain resnet50 calflops` · `crosscheck explain resnet50 torchinfo paddle_flops` ·
    `crosscheck explain resnet50 torchinfo resnet50-v1:torchinfo` · `crosscheck explain resnet50 torchinfo onnx:torch -m params` ·
    `crosscheck explain vgg16 torchinfo flop_counter -l features.0`

    Numbers come from stored reports, else from a run now, else (`--predicted`) from conventions alone.
    """
    from crosscheck import account, models, shown, sources, stored
    from crosscheck.rows import TOTAL

    shape = models.parse_input(input_shape) if input_shape else None
    models.get(model)
    wanted = sources.subjects(model, tools, batch=batch, input_shape=shape, classes=classes)
    asked = account.common_metric(wanted, metric)
    place = layer or TOTAL
    if predicted:
        source = sources.predicted_source()
    else:
        source = sources.best_source(wanted, asked, place, classes is None, stored.FOLDERS)
    shown.show_account(account.account(wanted, asked, source, place), output.value)


@app.command("diff")
def diff_networks(
    here: Annotated[str, typer.Argument(help="A model, an ONNX file, or a zoo network such as keras:ResNet50.")],
    there: Annotated[str, typer.Argument(help="What to compare it with: any of these.")],
    batch: Batch = 1,
    input_shape: InputShape = None,
    classes: Classes = None,
    output: Annotated[Explained, typer.Option("--format", "-f", help="How to print the answer.")] = Explained.table,
) -> None:
    """Compare two architectures in words: aligned layer by layer, every difference named, with its MACs and parameters.

    Examples: `crosscheck diff resnet50 resnet50-v1` · `crosscheck diff resnet50 keras:ResNet50` ·
    `crosscheck diff vgg16 model.onnx --format markdown`

    Exit codes: 0 the same architecture, 1 they differ, 2 bad request.
    """
    from crosscheck import models, sides
    from crosscheck.report import differing
    from crosscheck.structure import compare as compare_networks

    shape = models.parse_input(input_shape) if input_shape else None
    pair, notes = sides.resolve([here, there], batch=batch, input_shape=shape, classes=classes)
    found = compare_networks(*pair)
    differing.show(found, output.value)
    for note in notes:
        typer.echo(f"crosscheck: {note}", err=True)
    raise typer.Exit(0 if found.same else 1)


@app.command()
def identify(
    model: Annotated[str, typer.Argument(help="A name from `crosscheck list models`.")],
    value: Annotated[list[str], typer.Argument(metavar="VALUE", help='As printed: 4.11G, "8.19 GFLOPs", 25.56M, 61,100,840.')],
    metric: Annotated[
        str | None, typer.Option("--metric", "-m", help="compute, params, memory …; from the unit if left out.")
    ] = None,
    most: Annotated[int, typer.Option("--most", help="How many explanations to show.")] = 10,
    output: FormatOption = Format.table,
) -> None:
    """Find the convention, variant, input, batch, unit and scale that yield a printed figure.

    Examples: `crosscheck identify resnet50 3.8 GFLOPs` · `crosscheck identify resnet50 25.61M` ·
    `crosscheck identify vgg16 15.5G --format json`
    """
    from crosscheck import identify as asking
    from crosscheck import shown
    from crosscheck.rows import METRICS

    if metric is not None and metric not in METRICS:
        raise UnknownNameError("metric", metric, METRICS)
    shown.show_answer(asking.identify(model, " ".join(value), metric), most, output.value)


@app.command("figures")
def try_figures(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE.csv]", help="Your own figures: columns model, metric, value and any others.")
    ] = None,
    verdict: Annotated[list[str] | None, typer.Option("--verdict", help="Only this verdict; may be repeated.")] = None,
    source: Annotated[
        list[str] | None, typer.Option("--source", help="Only sources whose name contains this; may be repeated.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="End with 1 where a figure is a misprint or unexplained.")] = False,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for figures.md and figures.csv; none if left out.")
    ] = None,
    output: Annotated[Tried, typer.Option("--format", "-f", help="How to print the answer.")] = Tried.table,
) -> None:
    """Try published figures: exact, rounded, explained, misprint, unexplained or out of scope, each with its reason.

    Columns of FILE.csv: model, metric, value; variant, input, unit, source, convention and any others where there are some.

    Examples: `crosscheck figures` · `crosscheck figures --verdict misprint` · `crosscheck figures --source timm --format csv` ·
    `crosscheck figures mine.csv --strict`
    """
    from crosscheck.figures import findings, record, trial
    from crosscheck.report import told, tried, write

    for name in verdict or ():
        if name not in trial.VERDICTS:
            raise UnknownNameError("verdict", name, trial.VERDICTS)
    if out:
        write.ensure_writable(out)
    judged = trial.judge(record.load(file) if file else record.builtin())
    chosen = told.chosen(judged, verdict or (), source or ())
    found = [] if file or verdict or source else findings.all_of(judged)
    tried.put(chosen, found, output.value, each=bool(file or verdict))
    if out:
        write.write(out, tried.files(chosen, found))
    if not chosen:
        typer.echo("crosscheck: no figure is left. Hint: leave out --verdict or --source", err=True)
    failed = strict and any(v.kind in (trial.MISPRINT, trial.UNEXPLAINED) for v in chosen)
    raise typer.Exit(1 if failed else 0)


@app.command()
def doctor(
    framework: Annotated[list[str] | None, typer.Option("--framework", help="Only this framework; may be repeated.")] = None,
    tool: Annotated[list[str] | None, typer.Option("--tool", help="Only this tool; may be repeated.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder for doctor.md and doctor.csv; none if left out.")
    ] = None,
    timeout: Annotated[float, typer.Option("--timeout", help="Seconds that one micro-model × tool may take.")] = 120.0,
    output: FormatOption = Format.table,
) -> None:
    """Run every installed tool on a grid of micro-models: what it counts right, otherwise, silently as 0, or not at all.

    Ends with 1 where a tool gives a number that its convention does not predict.

    Examples: `crosscheck doctor` · `crosscheck doctor --tool torchinfo` · `crosscheck doctor --out reports`
    """
    import tempfile

    from crosscheck import doctor as clinic
    from crosscheck import micro, terminal
    from crosscheck.report import examined, write

    if out:
        write.ensure_writable(out)
    with tempfile.TemporaryDirectory(prefix="crosscheck-") as logs, terminal.progress(len(micro.cases())) as watch:
        found = clinic.examine(framework or (), tool or (), logs=Path(logs), timeout=timeout, watch=watch)
    if output is Format.table:
        examined.show(found)
    else:
        terminal.show_rows(examined.rows(found), output.value)
    if out:
        write.write(out, examined.files(found))
    for f in found.unexplained:
        typer.echo(f"crosscheck: {f.tool} on {f.case}: measured {f.value:,}, {f.rule}", err=True)
    raise typer.Exit(1 if found.unexplained else 0)


@app.command()
def verify(
    names: Annotated[list[str] | None, typer.Argument(metavar="[MODEL]…", help="Models; the default set if left out.")] = None,
    framework: Annotated[list[str] | None, typer.Option("--framework", help="Only this framework; may be repeated.")] = None,
    export: Annotated[
        list[str] | None,
        typer.Option("--export", "-e", help="Only this export, e.g. torch-script; may be repeated; none for no export."),
    ] = None,
    batch: Batch = 1,
    input_shape: InputShape = None,
    keep_onnx: Annotated[
        bool, typer.Option("--keep-onnx", help="Keep every file in .cache/onnx; those above 16 MiB are removed otherwise.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Report folder; reports/ for the whole default set, else reports/selection/."),
    ] = None,
    timeout: Annotated[float, typer.Option("--timeout", help="Seconds that one export or run may take.")] = 600.0,
) -> None:
    """Prove that it is one network: same weights, same input, outputs compared across frameworks and ONNX exports.

    Every exported graph is also counted, and explained node by node by what its exporter is known to do. Without MODEL, the
    default set of `compare` runs in every framework and every export, but for the few that `reports/graphs.md` names as left
    out. With MODEL, everything of these.

    Examples: `crosscheck verify` · `crosscheck verify resnet50 --export torch --export paddle` ·
    `crosscheck verify vgg16 --export none` · `crosscheck verify lenet --batch 2 --keep-onnx`

    Exit codes: 0 all agree, 1 a path or graph differs or failed, 2 bad request, 3 partial (something skipped), 130 interrupted.
    """
    from crosscheck import models, terminal
    from crosscheck import verify as proving
    from crosscheck.report import graphed, verified, write

    if timeout <= 0:
        raise UsageError("--timeout must be above 0 seconds")
    shape = models.parse_input(input_shape) if input_shape else None
    asked = framework or ()
    jobs = proving.request(names or (), exports=export or (), batch=batch, input_shape=shape, frameworks=asked)
    whole = not (names or framework or export or shape) and batch == 1
    folder = out or Path("reports" if whole else "reports/selection")
    write.ensure_writable(folder)
    try:
        with terminal.progress(len(jobs)) as watch:
            proof = proving.run(jobs, logs=folder / "logs", frameworks=asked, keep=keep_onnx, timeout=timeout, watch=watch)
    except KeyboardInterrupt:
        typer.echo("crosscheck: interrupted; the reports are as they were", err=True)
        raise typer.Exit(130) from None
    write.write(folder, verified.files(proof) | graphed.files(proof))
    verified.show(proof)
    if line := graphed.summary(proof):
        typer.echo(line)
    for (name, left), why in proof.left_out.items():
        typer.echo(f"left out: {left} of {name}: {why}")
    for line in [*verified.describe(proof), *graphed.describe(proof)]:
        typer.echo(f"crosscheck: {line}", err=True)
    raise typer.Exit(proof.exit_code)


@app.command()
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
    from crosscheck import sizes as study
    from crosscheck import window_questions

    question = (kernel, stride, padding, dilation, op, ceil or None)
    if size is None and any(x is not None for x in question):
        raise UsageError("--kernel, --stride, --padding, --dilation, --op and --ceil ask about one input. Hint: add --input 12x6")
    if size is not None:
        if kernel is None or out is not None:
            raise UsageError("--input asks one question. Hint: it needs --kernel, and writes no report, so no --out")
        asked = window_questions.ask(
            size, kernel, stride=stride, padding=padding or "0", dilation=dilation or "1", ceil=ceil, op=op
        )
        _answer_sizes(study.answer(asked, framework or ()), output)
        return
    _study_sizes(framework or (), out, output)


def _answer_sizes(found: Any, output: Format) -> None:
    from crosscheck import terminal
    from crosscheck.report import sized

    if output is Format.table:
        sized.show_answers(found)
    else:
        terminal.show_rows(sized.rows(found), output.value)


def _study_sizes(frameworks: Any, out: Path | None, output: Format) -> NoReturn:
    import tempfile

    from crosscheck import sizes as study
    from crosscheck import terminal, window_questions
    from crosscheck.report import sized, write

    if out:
        write.ensure_writable(out)
    asked = window_questions.questions()
    with tempfile.TemporaryDirectory(prefix="crosscheck-") as logs, terminal.progress(len(asked)) as watch:
        found = study.study(asked, frameworks, logs=Path(logs), watch=watch)
    if out:
        write.write(out, sized.files(found))
    if output is Format.table:
        sized.show(found)
    else:
        terminal.show_rows(sized.rows(found.findings), output.value)
    for line in sized.told(found.unexplained):
        typer.echo(f"crosscheck: {line}", err=True)
    raise typer.Exit(found.exit_code)


@app.command()
def architecture(
    names: Annotated[list[str] | None, typer.Argument(metavar="[MODEL]…", help="Models; the default set if left out.")] = None,
    framework: Annotated[list[str] | None, typer.Option("--framework", help="Only this framework; may be repeated.")] = None,
    batch: Batch = 1,
    input_shape: InputShape = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Report folder; reports/ for the whole default set, else reports/selection/."),
    ] = None,
    timeout: Annotated[float, typer.Option("--timeout", help="Seconds that one network may take.")] = 600.0,
) -> None:
    """Prove the architecture: what each framework really built, seen as it runs, against its description and the others'.

    Examples: `crosscheck architecture` · `crosscheck architecture resnet50 --framework pytorch`

    Exit codes: 0 all the same, 1 something differs or failed, 2 bad request, 3 partial (something skipped), 130 interrupted.
    """
    from crosscheck import architecture as proving
    from crosscheck import models, terminal
    from crosscheck.report import built, write

    if timeout <= 0:
        raise UsageError("--timeout must be above 0 seconds")
    shape = models.parse_input(input_shape) if input_shape else None
    wanted = proving.request(names or (), frameworks=framework or (), batch=batch, input_shape=shape)
    folder = out or Path("reports/selection" if names or framework or shape or batch != 1 else "reports")
    write.ensure_writable(folder)
    try:
        with terminal.progress(len(wanted)) as watch:
            place = folder / "logs" / "architecture"
            found = proving.run(wanted, logs=place, frameworks=framework or (), timeout=timeout, watch=watch)
    except KeyboardInterrupt:
        typer.echo("crosscheck: interrupted; the reports are as they were", err=True)
        raise typer.Exit(130) from None
    write.write(folder, built.files(found))
    built.show(found)
    for line in built.describe(found):
        typer.echo(f"crosscheck: {line}", err=True)
    raise typer.Exit(found.exit_code)


@app.command("zoo")
def count_zoo(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]…", help="keras:ResNet50, resnet50 in every zoo, or a zoo: keras.")
    ] = None,
    framework: Annotated[list[str] | None, typer.Option("--framework", help="Only this framework; may be repeated.")] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Report folder; reports/ for the whole default selection, else reports/selection/."),
    ] = None,
    timeout: Annotated[float, typer.Option("--timeout", help="Seconds that one network × tool may take.")] = 600.0,
) -> None:
    """Count the networks that frameworks bring themselves, with their own tools, and set them against our descriptions.

    Networks get random weights: nothing is downloaded. Examples: `crosscheck zoo` · `crosscheck zoo keras:ResNet50` ·
    `crosscheck zoo resnet50 vgg16` · `crosscheck zoo paddle`

    Exit codes: 0 all explained, 1 a residual or a failure, 2 bad request, 3 partial (skipped, or an op without a name), 130
    interrupted.
    """
    from crosscheck import terminal
    from crosscheck import zoo as survey
    from crosscheck.report import surveyed, write

    if timeout <= 0:
        raise UsageError("--timeout must be above 0 seconds")
    wanted = survey.select(names or (), framework or ())
    folder = out or Path("reports/selection" if names or framework else "reports")
    write.ensure_writable(folder)
    try:
        with terminal.progress(len(wanted)) as watch:
            found = survey.run(wanted, logs=folder / "logs" / "zoo", timeout=timeout, watch=watch)
    except KeyboardInterrupt:
        typer.echo("crosscheck: interrupted; the reports are as they were", err=True)
        raise typer.Exit(130) from None
    write.write(folder, surveyed.files(found))
    surveyed.show(found)
    for line in surveyed.describe(found):
        typer.echo(f"crosscheck: {line}", err=True)
    raise typer.Exit(found.exit_code)


@app.command("convention")
def show_convention(
    name: Annotated[str, typer.Argument(metavar="ID", help="A name from `crosscheck list conventions`.")],
    output: Annotated[Explained, typer.Option("--format", "-f", help="How to print the answer.")] = Explained.table,
) -> None:
    """Show how one tool counts, on one screen: what it weighs and ignores, its unit, versions, quirks and source lines.

    Examples: `crosscheck convention torchinfo` · `crosscheck convention tf_profiler --format markdown`
    """
    from crosscheck import card, convention

    card.show(convention.load(name), output.value)


@lists.command("models")
def list_models(
    family: Annotated[str | None, typer.Option("--family", help="Only this family, with sources and whole descriptions.")] = None,
    output: FormatOption = Format.table,
) -> None:
    """Every network, a line each by family; --family, json and csv have whole descriptions and sources."""
    from crosscheck import listing, terminal

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
    from crosscheck import listing, terminal

    terminal.show_rows(listing.networks(), output.value)


@lists.command("tools")
def list_tools(output: FormatOption = Format.table) -> None:
    """Every counting tool, its framework, metrics and convention."""
    from crosscheck import listing, terminal

    terminal.show_rows(listing.tools(), output.value)


@lists.command("zoo")
def list_zoo(output: FormatOption = Format.table) -> None:
    """Every network that a framework brings itself, our description of it, and whether its package is installed."""
    from crosscheck import listing, terminal

    terminal.show_rows(listing.zoo(), output.value)


@lists.command("conventions")
def list_conventions(output: FormatOption = Format.table) -> None:
    """Every counting convention, the tool and versions that it holds for."""
    from crosscheck import listing, terminal

    terminal.show_rows(listing.conventions(full=output is not Format.table), output.value)


@lists.command("frameworks")
def list_frameworks(output: FormatOption = Format.table) -> None:
    """Every framework, whether it is installed, and the command that installs it."""
    from crosscheck import listing, terminal

    terminal.show_rows(listing.frameworks(), output.value)
