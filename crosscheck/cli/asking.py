"""Commands that answer questions: why two numbers differ, what a printed one is, where networks differ."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crosscheck.cli.delivery import deliver
from crosscheck.cli.options import (
    ASKING,
    Batch,
    Classes,
    FormatOption,
    InputShape,
    Network,
    app,
    options,
    place,
    say,
)
from crosscheck.errors import UnknownNameError
from crosscheck.report.render import Format


@app.command(rich_help_panel=ASKING)
def explain(
    model: Network,
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
    batch: Batch = None,
    input_shape: InputShape = None,
    classes: Classes = None,
    output: FormatOption = Format.table,
) -> None:
    """Explain one tool's number as a sum, or the way from one tool's number to the next, term by term.

    Examples: `crosscheck explain resnet50 calflops` · `crosscheck explain resnet50 torchinfo paddle.flops` ·
    `crosscheck explain model.onnx mac onnx_tool` · `crosscheck explain torchvision:resnet18 thop` ·
    `crosscheck explain resnet50 torchinfo resnet50-v1:torchinfo` · `crosscheck explain resnet50 torchinfo onnx:torch -m params` ·
    `crosscheck explain vgg16 torchinfo flop_counter -l features.0`

    Numbers come from stored reports, else from a run now, else (`--predicted`) from conventions alone. An export is `onnx:torch`,
    or `onnx:torch:onnx_tool` as a tool counts it; the way to the first of several starts at the network as described.
    """
    from crosscheck.contract.rows import TOTAL
    from crosscheck.explain import account
    from crosscheck.measuring import earlier
    from crosscheck.report.pages import explain as page
    from crosscheck.studies.explain import counts, source

    asked = counts.ask(model, tools, options(batch, input_shape, classes))
    wanted = account.common_metric(asked.counts, metric)
    place = layer or TOTAL
    damaged: dict[str, str] = {}
    known = None if predicted else source.best_source(asked, wanted, place, classes is None, earlier.FOLDERS, damaged)
    for file, why in damaged.items():
        say(f"{file} is damaged and was passed over: {why}")
    answer = account.account(asked.counts, wanted, known or account.nothing_measured, place)
    deliver(page.brief(answer, asked.notes), output)


@app.command("diff", rich_help_panel=ASKING)
def diff_networks(
    here: Network,
    there: Annotated[str, typer.Argument(help="What to compare it with: any of these.")],
    batch: Batch = None,
    input_shape: InputShape = None,
    classes: Classes = None,
    output: FormatOption = Format.table,
) -> None:
    """Compare two architectures in words: aligned layer by layer, every difference named, with its MACs and parameters.

    Examples: `crosscheck diff resnet50 resnet50-v1` · `crosscheck diff resnet50 keras:ResNet50` ·
    `crosscheck diff vgg16 model.onnx --format markdown` · `crosscheck diff deploy.prototxt alexnet` ·
    `crosscheck diff resnet50 resnet50@onnx:torch`

    --batch, --input and --classes are for both networks.

    Exit codes: 0 the same architecture, 1 they differ, 2 bad request, or a framework that is not installed.
    """
    from crosscheck.diff import compare as compare_networks
    from crosscheck.report.pages import diff as page
    from crosscheck.subjects.resolve import resolve_all

    pair = resolve_all([here, there], options(batch, input_shape, classes))
    found = compare_networks(pair[0].built, pair[1].built)
    deliver(page.brief(found, tuple(dict.fromkeys(note for subject in pair for note in subject.notes))), output)
    raise typer.Exit(0 if found.same else 1)


@app.command(rich_help_panel=ASKING)
def identify(
    model: Network,
    value: Annotated[list[str], typer.Argument(metavar="VALUE", help='As printed: 4.11G, "8.19 GFLOPs", 25.56M, 61,100,840.')],
    metric: Annotated[
        str | None, typer.Option("--metric", "-m", help="compute, params, memory …; from the unit if left out.")
    ] = None,
    most: Annotated[int, typer.Option("--most", min=1, help="How many explanations to show.")] = 10,
    inputs: Annotated[
        list[str] | None, typer.Option("--input", "-i", help="Input of your own network, as 1x3x224x224; may be repeated.")
    ] = None,
    convention: Annotated[
        str, typer.Option("--convention", "-c", help="Who is said to have counted: an id, or your own, ./found.toml.")
    ] = "",
    output: FormatOption = Format.table,
) -> None:
    """Find the convention, variant, input, batch, unit and scale that yield a printed figure.

    It is the trial of `crosscheck figures` on one figure, with all hypotheses that fit, those first that assume least. A file,
    an export and a zoo's network are tried as they are: by every convention that may count them, at their own input and batch.

    Examples: `crosscheck identify resnet50 3.8 GFLOPs` · `crosscheck identify resnet50 25.61M` ·
    `crosscheck identify resnet18 62.79 MB -m memory_activations` · `crosscheck identify vgg16 15.5G --format json` ·
    `crosscheck identify model.onnx 4.1G` · `crosscheck identify alexnet-deploy 60.97M` ·
    `crosscheck identify resnet50@onnx:torch 25.53M`

    Exit codes: 0 something fits, 1 nothing does and the rows are what comes nearest (marked `fits: no`), 2 bad request.
    """
    from crosscheck.report.pages import identify as page
    from crosscheck.studies.figures import identify as study

    answer = study.identify(model, " ".join(value), metric, inputs or (), convention)
    deliver(page.brief(answer, most), output)
    raise typer.Exit(0 if answer.fits else 1)


@app.command("figures", rich_help_panel=ASKING)
def try_figures(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE.csv]", help="Your own figures: columns model, metric, value and any others.")
    ] = None,
    verdict: Annotated[list[str] | None, typer.Option("--verdict", help="Only this verdict; may be repeated.")] = None,
    source: Annotated[
        list[str] | None, typer.Option("--source", help="Only sources whose name contains this; may be repeated.")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="End with 1 where a figure is a misprint, undecided, unexplained or unreadable.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", parser=place, help="Folder for figures.md and figures.csv; none if left out.")
    ] = None,
    output: FormatOption = Format.table,
) -> None:
    """Try published figures: exact, rounded, explained, undecided, misprint, unexplained, out of scope or unreadable, and why.

    A file's figures are judged by columns: rows of one source and head share how they were made. What its rows prove together
    is believed; what a row says alone is so only where hardly anything else prints like it, and only siblings accuse a misprint.

    FILE.csv has a figure a row, with columns model, metric, value, or a network a row, and columns such as `params`,
    `FLOPs (G)`; variant, input, unit, source, convention and any others where there are some. CSV in any usual encoding, tables
    of Markdown and LaTeX as they are pasted, `25,6M`, `1.234,5`, `~4.1G`, `<5M`, `15.47 GMACs` are read.

    Examples: `crosscheck figures` · `crosscheck figures --verdict misprint` · `crosscheck figures --source timm --format csv` ·
    `crosscheck figures mine.csv --strict`

    A row that cannot be read gets the verdict `unreadable`, with its line and column, and all others are judged.

    Exit codes: 0 all were tried, 1 a figure failed under --strict, 2 bad request, or a file that is no table of figures.
    """
    from crosscheck import output as write
    from crosscheck.report.pages import figures as pages
    from crosscheck.report.pages.figure import chosen, title
    from crosscheck.studies.figures import blind, findings, record, trial
    from crosscheck.studies.figures import verdict as verdicts

    for name in verdict or ():
        if name not in verdicts.VERDICTS:
            raise UnknownNameError("verdict", name, verdicts.VERDICTS)
    if out:
        write.ensure_writable(out)
    judged = trial.judge(record.load(file) if file else record.builtin())
    if source and not chosen(judged, (), source):
        raise UnknownNameError("source", source[0], sorted({title(v) for v in judged}))
    shown = chosen(judged, verdict or (), source or ())
    found = [] if file or verdict or source else findings.all_of(judged)
    none = f"none of {len(judged):,} figures has this verdict" if judged else "no figures"
    brief = pages.brief(shown, found, each=bool(file or verdict), notes=() if shown else (none,))
    whole = bool(out) or output in (Format.markdown, Format.html)
    told = [*found, blind.finding(judged)] if found and whole else found
    report = (pages.full(shown, told),) if whole else ()
    deliver(brief, output, pages=report, folder=out)
    failed = strict and any(v.kind in verdicts.FAILURES for v in shown)
    raise typer.Exit(1 if failed else 0)


@app.command("convention", rich_help_panel=ASKING)
def show_convention(
    name: Annotated[str, typer.Argument(metavar="ID", help="A name from `crosscheck list conventions`.")],
    output: FormatOption = Format.table,
) -> None:
    """Show how one tool counts, on one screen: what it weighs and ignores, its unit, versions, quirks and source lines.

    Examples: `crosscheck convention torchinfo` · `crosscheck convention tf_profiler --format markdown`
    """
    from crosscheck.conventions import read as convention
    from crosscheck.report.pages import convention as page
    from crosscheck.subjects import tools

    deliver(page.brief(convention.load(tools.convention(name))), output)
