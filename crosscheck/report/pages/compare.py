"""What every tool says of every network, and why: the summary of a run, its chart of ratios, and all tables of numbers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from crosscheck.explain.wording import unexplained
from crosscheck.known.crashes import Crash
from crosscheck.known.gaps import Gap
from crosscheck.report.document import (
    Bar,
    Bullets,
    Cell,
    Chart,
    Column,
    Data,
    Document,
    Form,
    Kind,
    Number,
    Paragraph,
    Part,
    Section,
    Table,
    Text,
    Tone,
    prose,
    strong,
    table,
)
from crosscheck.report.pages import network
from crosscheck.report.pages.network import METRIC_TITLES
from crosscheck.studies.compare import frames
from crosscheck.studies.compare.frames import Problem
from crosscheck.studies.compare.network import Answer, Network
from crosscheck.studies.compare.verdict import Verdict
from crosscheck.studies.compare.view import Ratio, Report

SCALE = 2.5  # where the chart of ratios ends, so that one tool far off does not make all others look alike
TONES = ((1.5, Tone.plain), (3.0, Tone.info))
FEW = 3  # networks whose every number a terminal has room for
FAMILIES = {"lenet": "LeNet", "alexnet": "AlexNet", "vgg": "VGG", "resnet": "ResNet"}
PARTS = {
    "params_trainable": ", trainable",
    "params_nontrainable": ", not trainable",
    "memory": ", all three",
    "memory_input": ", input",
    "memory_activations": ", activations",
    "memory_params": ", parameters",
}
INTRO = """\
{networks} networks, {tools} tools. Every number below was printed by the tool itself; the engine predicted each one from shapes
alone, and every cell was compared."""
READING = (
    """One multiply-add is one **MAC**. The engine's MACs count every product of an input element and a weight, padding zeros
included, and nothing else.""",
    """**Ratio to MACs** shows a tool's unit at once: near 1 it prints MACs (whatever it calls them), near 2 it counts
multiplication and addition apart.""",
    """What is left of the ratio are the things that a tool adds or leaves out: biases, normalisation, pooling.
[What each tool charges](#what-each-tool-charges) lists them.""",
    """Exact numbers stand under [Compute](#compute) and [Parameters](#parameters), with the unit in the tool's own word and the
input shape `N×C×H×W` beside them.""",
    """The **residual** column is measured minus predicted, summed in absolute value over all layers of these networks. 0 means:
nothing is unexplained.""",
    "A dash is a cell without a number: the tool does not give it, or [could not](#cells-without-an-answer).",
    """A model's name leads to its page: every layer with its arithmetic, every tool's value, and the way from one tool's number
to the next.""",
    """**Quirks** are places where a tool contradicts what its users expect; they are named and counted, not corrected.""",
    """`measurements.csv` has every cell, `discrepancies.csv` every pair of tools with the terms that add up to their
difference.""",
    "To reproduce: `make compare`.",
)


def brief(report: Report, verdict: Verdict) -> Document:
    """The run in a few lines: every number for a few networks, one line a tool otherwise; beside it, what went wrong."""
    few = len(report.networks) <= FEW
    parts: tuple[Part, ...] = (
        *((_numbers(n) for n in report.networks if n.sums) if few else [_agreements(report)]),
        *_chart(report.ratios),
    )
    return Document("compare", "", parts, _data(report), notes=notes(verdict))


def full(report: Report) -> tuple[Document, ...]:
    """The summary, a page a network, and the facts of the run."""
    run = Document("run", "", (), record=report.run)
    return (_summary(report), *map(network.full, report.networks), run)


def notes(verdict: Verdict) -> tuple[str, ...]:
    """Versions that nobody read a convention from, then what went wrong, one line a cell, the worst first."""
    return (
        *(
            f"note: {o.tool} ran in version {o.version}; its convention was read from {o.package} {o.versions}"
            for o in verdict.outside
        ),
        *(
            unexplained(f"{u.model} × {u.tool} × {u.layer} × {u.metric}", u.value, u.predicted, u.unit)
            for u in verdict.unexplained
        ),
        *(g.closed if isinstance(g, Crash) else _closed(g) for g in verdict.closed),
        *_without_answer(verdict.failed),
        *_without_answer(verdict.crashed),
        *_without_answer(verdict.skipped),
    )


def _closed(gap: Gap) -> str:
    row = json.dumps({"model": gap.model, "tool": gap.tool, "metric": gap.metric, "layer": gap.layer})
    return f"known gap has closed, remove its row from crosscheck/known/gaps.toml: {row}"


def _without_answer(problems: Iterable[Problem]) -> Iterator[str]:
    """A line for all tools and networks that one reason kept from an answer."""
    cells: dict[tuple[str, str], tuple[dict[str, None], dict[str, None]]] = {}
    for p in problems:
        tools, names = cells.setdefault((p.status, p.message), ({}, {}))
        tools[p.tool] = names[p.model] = None
    return (f"{status}: {', '.join(t)} on {', '.join(n)}: {message}" for (status, message), (t, n) in cells.items())


def _data(report: Report) -> tuple[Data, ...]:
    """Every cell, and every term of every difference."""
    held = (("measurements", report.measurements), ("discrepancies", report.discrepancies))
    return tuple(Data(name, tuple(frame.columns), frames.rows(frame)) for name, frame in held)


def _numbers(n: Network) -> Table:
    """Every tool's numbers on one network; of memory the whole, the parts are in the report."""
    sums = [s for s in n.sums if not s.answer.metric.startswith("memory_")]
    rows: list[tuple[Cell, ...]] = []
    for s in sums:
        ratio: Cell = Number(n.ratio(s.answer.tool), kind=Kind.ratio) if s.answer.metric == "compute" else ""
        rows.append((s.answer.tool, s.answer.metric, s.number.value, s.number.unit, ratio, s.number.residual))
    caption = (Text(f"{n.name}, input {n.input}, "), Number(n.macs, "MACs"))
    return table(["tool", "metric", "value", "unit", "× MACs", "residual"], rows, caption=caption)


def _agreements(report: Report) -> Table:
    heads = ["tool", "metric", "cells", "cells with a residual"]
    rows = [(a.tool, a.metric, a.cells, _odd(a.off)) for a in report.agreements]
    return table(heads, rows, caption=f"{len(report.networks)} networks")


def _odd(n: int) -> Number:
    return Number(n, tone=Tone.bad if n else Tone.plain)


def _summary(report: Report) -> Document:
    """The page that leads to all others."""
    tools = {a.tool for a in report.answers}
    intro = prose(INTRO, networks=len(report.networks), tools=len(tools))
    groups = {"Compute": ["compute"], "Parameters": [m for m in METRIC_TITLES if m.startswith("params")]}
    groups |= {"Memory": [m for m in METRIC_TITLES if m.startswith("memory")]}
    groups |= {t: [m] for m, t in METRIC_TITLES.items() if not m.startswith(("compute", "params", "memory"))}
    parts: tuple[Part, ...] = (
        Paragraph(intro),
        Section("How to read this", (Bullets(tuple(map(prose, READING)), numbered=True),)),
        *([Section("At a glance: ratio to MACs", (*_chart(report.ratios), _ratios(report)))] if report.ratios else []),
        *(part for title, metrics in groups.items() for part in _group(report, title, metrics)),
        Section("What each tool charges", (Bullets(_charges(report.answers)),)),
        Section("Quirks that mattered", _or_none(_quirks(report))),
        Section("Cells without an answer", _or_none(_problems(report.problems))),
    )
    return Document("summary", "What each tool says, and why", parts, _data(report))


def _chart(ratios: Sequence[Ratio]) -> tuple[Chart, ...]:
    """A bar a tool, the median over the networks; its colour tells whether it is about 1, about 2, or neither."""
    bars = [
        Bar(
            _name(r.answer),
            r.median,
            Number(r.median, kind=Kind.ratio),
            next((tone for most, tone in TONES if r.median < most), Tone.notable),
        )
        for r in ratios
    ]
    many = len(ratios[0].values) if ratios else 0
    title = f"Compute over MACs{f', median of {many} networks' if many > 1 else ''}: 1 counts a multiply-add once, 2 twice"
    until = SCALE if any(r.median > SCALE for r in ratios) else 0
    return (Chart(title, tuple(bars), until),) if bars else ()


def _name(a: Answer) -> str:
    return a.title if a.title.endswith(a.version) else f"{a.title} {a.version}"


def _link(n: Network) -> Text:
    return Text(n.name, target=f"models/{n.name}.md")


def _ratios(report: Report) -> Table:
    """Tool × network, the lowest median first."""
    rows: list[tuple[Cell, ...]] = [(_name(r.answer), *(Number(v, kind=Kind.ratio) for v in r.values)) for r in report.ratios]
    return table(["tool", *map(_link, report.networks)], rows)


def _group(report: Report, title: str, metrics: Sequence[str]) -> Iterator[Section]:
    """The exact numbers of some metrics, a table a family; nothing where no tool gave them."""
    what = "" if title == "Compute" else f": {title.lower()}"
    families = {f: _family(report, f, metrics) for f in dict.fromkeys(n.family for n in report.networks)}
    found = tuple(Section(FAMILIES.get(f, f) + what, (t,)) for f, t in families.items() if t.rows)
    if found or title in ("Compute", "Parameters"):
        yield Section(title, found)


def _family(report: Report, family: str, metrics: Sequence[str]) -> Table:
    """One family's exact numbers: tool × network, and each tool's residual over all cells of these networks."""
    networks = [n for n in report.networks if n.family == family]
    rows: list[tuple[Cell, ...]] = []
    if "compute" in metrics:
        rows.append(("engine", "MACs", *(n.macs for n in networks), None))
    values = {(s.answer.tool, s.answer.metric, n.name, n.input): s.number.value for n in networks for s in n.sums}
    for a in (a for a in report.answers if a.metric in metrics):
        mine = [values.get((a.tool, a.metric, n.name, n.input)) for n in networks]
        if any(v is not None for v in mine):
            off = _off(report.off, a, networks)
            rows.append((_name(a), a.unit + PARTS.get(a.metric, ""), *mine, strong(_odd(off))))
    heads = [Column((_link(n), Text(f" {n.input}"))) for n in networks]
    return table(["tool", "unit", *heads, "residual"], rows)


def _off(off: Mapping[tuple[str, str, str, str], int], a: Answer, networks: Sequence[Network]) -> int:
    return sum(off.get((a.tool, a.metric, n.name, n.input), 0) for n in networks)


def _charges(answers: Sequence[Answer]) -> tuple[Cell, ...]:
    """What each tool's convention says of itself, beside the tool's own word for what it prints."""
    first = {a.tool: a for a in reversed(answers)} | {a.tool: a for a in answers if a.metric == "compute"}
    chosen = (first[tool] for tool in dict.fromkeys(a.tool for a in answers))
    return tuple((Text(_name(a), Form.strong), Text(f' ({a.framework}, "{a.label}"): {a.says}')) for a in chosen)


def _or_none(found: Table) -> tuple[Part, ...]:
    return (found if found.rows else Paragraph("None in this run."),)


def _quirks(report: Report) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for q in report.quirks:
        none: Cell = (Number(0), Text(" for "), Number(q.left_out, q.primitive))
        names = "all" if len(q.networks) == len(report.networks) else ", ".join(q.networks)
        rows.append((q.tool, q.op, q.says, Number(q.effect, kind=Kind.signed) if q.effect else none, names, q.source))
    return table(["tool", "op", "what", "largest effect", "networks", "source"], rows)


def _problems(problems: Sequence[Problem]) -> Table:
    rows = [(p.model, p.framework, p.tool, p.metric, p.status, p.message) for p in problems]
    return table(["network", "framework", "tool", "metric", "status", "why"], rows)
