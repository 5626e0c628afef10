"""Commands that run the real tools and frameworks and write reports."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from crosscheck.cli.delivery import conduct, deliver
from crosscheck.cli.options import (
    MEASURING,
    Batch,
    Classes,
    FormatOption,
    Frameworks,
    InputShape,
    OneBatch,
    OneInput,
    ReportFolder,
    Tools,
    app,
    options,
    place,
    positive,
    say,
)
from crosscheck.cli.zoos import differences
from crosscheck.errors import UsageError
from crosscheck.output import scratch
from crosscheck.report.render import Format

if TYPE_CHECKING:
    from crosscheck.subjects.subject import Options

Described = Annotated[
    list[str] | None, typer.Argument(metavar="[MODEL]…", help="Described networks; the default set if left out.")
]
SELECTION = Path("reports/selection")
INSTEAD = {
    "CAFFE": "crosscheck count FILE.prototxt and explain say what Caffe counts",
    "EXPORT": "crosscheck verify MODEL --export NAME --keep-onnx writes the file, which compare takes",
}


@app.command(rich_help_panel=MEASURING)
def compare(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[MODEL]…", help="Networks: described, of zoos, ONNX files, your own; the default set if left out."
        ),
    ] = None,
    framework: Frameworks = None,
    tool: Tools = None,
    batch: Batch = None,
    input_shape: InputShape = None,
    classes: Classes = None,
    out: ReportFolder = None,
    timeout: Annotated[float, typer.Option("--timeout", help="Seconds that one model × tool may take.")] = 600.0,
    output: FormatOption = Format.table,
) -> None:
    """Let every framework's own tool count the models, and explain each number and difference.

    Examples: `crosscheck compare` · `crosscheck compare resnet50 vgg16 --framework pytorch` ·
    `crosscheck compare lenet --batch 2 --tool torchinfo --out /tmp/lenet` · `crosscheck compare torchvision:resnet18` ·
    `crosscheck compare model.onnx` · `crosscheck compare nets.py:make_net --input 1x3x224x224`

    Exit codes: 0 all explained, 1 a residual or a failed cell, 2 bad request, 3 partial, 130 interrupted.
    """
    from crosscheck.subjects import tools
    from crosscheck.subjects.reference import one_kind
    from crosscheck.subjects.subject import Kind

    positive(timeout)
    chosen, setup = tools.tools(tool), options(batch, input_shape, classes)
    kind, refs = one_kind(names) if names else (Kind.DESCRIBED, [])
    if kind is Kind.DESCRIBED:
        _compare_described(names or (), framework or (), chosen, setup, out, timeout, output)
    for ref in refs:
        setup.refuse(ref, "batch", "classes", *(["input"] if kind is Kind.ZOO else []))
    if kind is Kind.ZOO:
        _survey([r.target for r in refs], framework or (), chosen, out or SELECTION, timeout, output)
    if kind is Kind.ONNX:
        _compare_files([r.text for r in refs], framework or (), chosen, setup, out, timeout, output)
    if kind is Kind.OWN:
        _compare_own([r.text for r in refs], framework or (), chosen, setup, out, timeout, output)
    raise UsageError(f"no tool here runs {refs[0].text!r}, {kind.article}. Hint: {INSTEAD[kind.name]}")


def _compare_described(
    names: Sequence[str],
    frameworks: Sequence[str],
    tools: Sequence[str],
    setup: Options,
    out: Path | None,
    timeout: float,
    output: Format,
) -> NoReturn:
    from crosscheck import models
    from crosscheck.report.pages import compare as page
    from crosscheck.studies.compare import run as study

    if len(setup.inputs) > 1:
        raise UsageError("described networks have one input. Hint: give --input once, as 3x224x224")
    shape = models.parse_input(setup.inputs[0]) if setup.inputs else None
    batch = 1 if setup.batch is None else setup.batch
    asked = study.request(names, batch=batch, input_shape=shape, classes=setup.classes, frameworks=frameworks, tools=tools)
    whole = not (names or frameworks or tools or shape or setup.classes) and batch == 1
    folder = out or (Path("reports") if whole else SELECTION)
    report, verdict = conduct(
        lambda watch: study.run(asked, logs=folder / "logs", timeout=timeout, watch=watch),
        steps=len(asked.models),
        folder=folder,
        within=("logs", "models"),
    )
    deliver(page.brief(report, verdict), output, pages=page.full(report), folder=folder)
    if output is Format.table:
        typer.echo(f"Reports: {folder / 'summary.md'} and {folder / 'models'}/")
    raise typer.Exit(verdict.exit_code)


def _compare_files(
    paths: Sequence[str],
    frameworks: Sequence[str],
    tools: Sequence[str],
    setup: Options,
    out: Path | None,
    timeout: float,
    output: Format,
) -> NoReturn:
    from crosscheck.cli import files
    from crosscheck.measuring import catalog
    from crosscheck.subjects.resolve import resolve_all

    if out or frameworks:
        raise UsageError("--out and --framework are not for files. Hint: --format prints what they say as CSV, JSON …")
    odd = [t for t in tools if catalog.framework(catalog.tool(t).framework).reads != "onnx"]
    if odd:
        raise UsageError(f"{odd[0]} counts no ONNX files. Hint: crosscheck explain FILE {odd[0]} predicts what it would say")
    codes = [files.measure(s, tools=tools, timeout=timeout, output=output) for s in resolve_all(paths, setup)]
    raise typer.Exit(next((c for c in (1, 3) if c in codes), 0))


def _compare_own(
    names: Sequence[str],
    frameworks: Sequence[str],
    tools: Sequence[str],
    setup: Options,
    out: Path | None,
    timeout: float,
    output: Format,
) -> NoReturn:

    from crosscheck.report.pages import own as page
    from crosscheck.studies.own import run as study
    from crosscheck.subjects import own

    if len(names) > 1 or frameworks:
        raise UsageError("a network of your own is compared alone, in its own framework. Hint: name one, without --framework")
    network = own.named(names[0], setup.inputs)
    with scratch() as temp:
        how: dict[str, Any] = {"tools": tools or None, "timeout": timeout, "logs": (out or Path(temp)) / "logs"}
        found = conduct(lambda watch: study.run(network, watch=watch, **how), steps=1, folder=out)
    deliver(page.brief(found), output, pages=(page.full(found),), folder=out)
    raise typer.Exit(found.exit_code)


@app.command(rich_help_panel=MEASURING)
def doctor(
    framework: Frameworks = None,
    tool: Tools = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", parser=place, help="Folder for doctor.md and doctor.csv; none if left out.")
    ] = None,
    timeout: Annotated[float, typer.Option("--timeout", help="Seconds that one micro-model × tool may take.")] = 120.0,
    output: FormatOption = Format.table,
) -> None:
    """Run every installed tool on a grid of micro-models: what it counts right, otherwise, silently as 0, or not at all.

    Ends with 1 where a tool gives a number that its convention does not predict.

    Examples: `crosscheck doctor` · `crosscheck doctor --tool torchinfo` · `crosscheck doctor --out reports`
    """
    from crosscheck.report.pages import doctor as page
    from crosscheck.studies.doctor import cases, examine
    from crosscheck.subjects import tools

    chosen = tools.tools(tool)
    with scratch() as logs:
        found = conduct(
            lambda watch: examine.examine(framework or (), chosen, logs=Path(logs), timeout=timeout, watch=watch),
            steps=len(cases.cases()),
            folder=out,
        )
    deliver(page.brief(found), output, pages=(page.full(found),), folder=out)
    raise typer.Exit(1 if found.unexplained else 0)


@app.command("verify", rich_help_panel=MEASURING)
def verify_networks(
    names: Described = None,
    framework: Frameworks = None,
    export: Annotated[
        list[str] | None,
        typer.Option("--export", "-e", help="Only this export, e.g. torch-script; may be repeated; none for no export."),
    ] = None,
    batch: OneBatch = 1,
    input_shape: OneInput = None,
    keep_onnx: Annotated[
        bool,
        typer.Option("--keep-onnx", help="Keep every file in .cache/onnx; those above 16 MiB are removed otherwise."),
    ] = False,
    out: ReportFolder = None,
    timeout: Annotated[float, typer.Option("--timeout", help="Seconds that one export or run may take.")] = 600.0,
    output: FormatOption = Format.table,
) -> None:
    """Prove that it is one network: same weights, same input, outputs compared across frameworks and ONNX exports.

    Every exported graph is also counted, and explained node by node by what its exporter is known to do. Without MODEL, the
    default set of `compare` runs in every framework and every export, but for the few that `reports/graphs.md` names as left
    out. With MODEL, everything of these.

    Examples: `crosscheck verify` · `crosscheck verify resnet50 --export torch --export paddle` ·
    `crosscheck verify vgg16 --export none` · `crosscheck verify lenet --batch 2 --keep-onnx`

    Exit codes: 0 all agree, 1 a path or graph differs or failed, 2 bad request, 3 partial (something skipped), 130 interrupted.
    """
    from crosscheck import models
    from crosscheck.measuring.exports import CACHE
    from crosscheck.report.pages import exports, verify
    from crosscheck.studies.verify import run as study

    positive(timeout)
    shape = models.parse_input(input_shape) if input_shape is not None else None
    asked = framework or ()
    jobs = study.request(names or (), exports=export or (), batch=batch, input_shape=shape, frameworks=asked)
    whole = not (names or framework or export or shape) and batch == 1
    folder = out or Path("reports" if whole else "reports/selection")
    cache = (out or Path()) / CACHE
    setup: dict[str, Any] = {"logs": folder / "logs", "frameworks": asked, "keep": keep_onnx, "timeout": timeout, "cache": cache}
    proof = conduct(lambda watch: study.run(jobs, watch=watch, **setup), steps=len(jobs), folder=folder)
    deliver(verify.brief(proof), output, pages=(verify.full(proof), *exports.full(proof)), folder=folder)
    raise typer.Exit(proof.exit_code)


@app.command(rich_help_panel=MEASURING)
def architecture(
    names: Described = None,
    framework: Frameworks = None,
    batch: OneBatch = 1,
    input_shape: OneInput = None,
    out: ReportFolder = None,
    timeout: Annotated[float, typer.Option("--timeout", help="Seconds that one network may take.")] = 600.0,
    output: FormatOption = Format.table,
) -> None:
    """Prove the architecture: what each framework really built, seen as it runs, against its description and the others'.

    Examples: `crosscheck architecture` · `crosscheck architecture resnet50 --framework pytorch`

    Exit codes: 0 all the same, 1 something differs or failed, 2 bad request, 3 partial (something skipped), 130 interrupted.
    """
    from crosscheck import models
    from crosscheck.report.pages import architecture as page
    from crosscheck.studies import architecture as study

    positive(timeout)
    shape = models.parse_input(input_shape) if input_shape is not None else None
    asked = framework or ()
    wanted = study.request(names or (), frameworks=asked, batch=batch, input_shape=shape)
    folder = out or Path("reports/selection" if names or framework or shape or batch != 1 else "reports")
    setup: dict[str, Any] = {"logs": folder / "logs" / "architecture", "frameworks": asked, "timeout": timeout}
    found = conduct(lambda watch: study.run(wanted, watch=watch, **setup), steps=len(wanted), folder=folder)
    deliver(page.brief(found), output, pages=(page.full(found),), folder=folder)
    raise typer.Exit(found.exit_code)


@app.command("zoo", rich_help_panel=MEASURING)
def count_zoo(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]…", help="keras:ResNet50, resnet50 in every zoo, or a zoo: keras.")
    ] = None,
    framework: Frameworks = None,
    out: ReportFolder = None,
    timeout: Annotated[float, typer.Option("--timeout", help="Seconds that one network × tool may take.")] = 600.0,
    output: FormatOption = Format.table,
) -> None:
    """Count the networks that frameworks bring themselves, with their own tools, and set them against our descriptions.

    Networks get random weights: nothing is downloaded. Examples: `crosscheck zoo` · `crosscheck zoo keras:ResNet50` ·
    `crosscheck zoo resnet50 vgg16` · `crosscheck zoo paddle`

    Exit codes: 0 all explained, 1 a residual or a failure, 2 bad request, 3 partial (skipped, or an op without a name), 130
    interrupted.
    """
    positive(timeout)
    _survey(names or (), framework or (), (), out or (SELECTION if names or framework else Path("reports")), timeout, output)


def _survey(
    names: Sequence[str],
    frameworks: Sequence[str],
    tools: Sequence[str],
    folder: Path,
    timeout: float,
    output: Format = Format.table,
) -> NoReturn:
    from crosscheck.report.pages import zoo as page
    from crosscheck.studies.zoo import survey as study
    from crosscheck.subjects import zoo

    wanted = zoo.select(names, frameworks)
    setup: dict[str, Any] = {"logs": folder / "logs" / "zoo", "tools": tools or None, "timeout": timeout}
    found = conduct(lambda watch: study.run(wanted, watch=watch, **setup), steps=len(wanted), folder=folder)
    deliver(page.brief(found), output, pages=(page.full(found),), folder=folder)
    changed = differences(found, folder)
    for text in changed:
        say(f"changed: {text}")
    raise typer.Exit(1 if changed else found.exit_code)
