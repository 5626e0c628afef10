"""``summary.md`` and ``models/<model>.md``: the pages that people read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd
from tabulate import tabulate

from crosscheck.explain import Term
from crosscheck.report.view import METRIC_TITLES, Column, Page, Report

NONE = "–"


def number(value: Any) -> str:
    """An exact count with thousands separated; a dash where there is none."""
    return NONE if value is None or pd.isna(value) else f"{int(value):,}"


def signed(value: int) -> str:
    """A count with its sign."""
    return f"{value:+,}"


def ratio(value: Any) -> str:
    """A ratio to MACs, four decimals."""
    return NONE if value is None or pd.isna(value) else f"{value:.4f}"


def table(headers: Sequence[str], rows: Iterable[Sequence[Any]], align: str = "") -> str:
    """A Markdown table; ``align`` has l, c or r per column, right where it is too short."""
    how = [{"l": "left", "c": "center"}.get(c, "right") for c in align.ljust(len(headers), "r")]
    clean = [[str(cell).replace("|", "\\|") for cell in row] for row in rows]
    return tabulate(clean, headers=list(headers), tablefmt="pipe", colalign=how, disable_numparse=True) if clean else ""


def term(t: Term) -> str:
    """One term as arithmetic: ``2 × 4,087,136,256 mac of conv``."""
    return f"{t.weight_a - t.weight_b:+d} × {t.count:,} `{t.primitive}` of {t.op}" if t.cause == "weight" else signed(t.value)


def sum_text(terms: Sequence[Term]) -> str:
    """Terms joined as a sum, signs in between."""
    text = " ".join(f"{'-' if t.value < 0 else '+'} {abs(t.weight_a)} × {t.count:,} {t.op} `{t.primitive}`" for t in terms)
    return text.removeprefix("+ ") or "0"


def _summary(report: Report, env: jinja2.Environment) -> str:
    matrices = {}
    for metric, numbers in report.numbers.items():
        tools = [c for c in report.columns if c.metric == metric]
        matrices[metric] = _matrix(report, numbers, tools, "value", number)
    ratios = ""
    if "compute" in report.numbers:
        tools = [c for c in report.columns if c.metric == "compute"]
        ratios = _matrix(report, report.numbers["compute"], tools, "ratio", ratio)
    quirks = [
        [q["tool"], q["op"], q["quirk"], _effect(q), _some(q["models"], len(report.pages)), q["source"]]
        for q in report.quirks.to_dict("records")
    ]
    problems = report.problems.to_numpy().tolist()
    return env.get_template("summary.md.j2").render(
        r=report,
        ratios=ratios,
        matrices=matrices,
        titles=METRIC_TITLES,
        quirks=table(["tool", "op", "what", "largest effect", "networks", "source"], quirks, "lllrll"),
        problems=table(["network", "framework", "tool", "metric", "status", "why"], problems, "llllll"),
    )


def _effect(quirk: dict[Any, Any]) -> str:
    return signed(int(quirk["effect"])) if quirk["effect"] else f"0 for {number(quirk['left_out'])} {quirk['primitive']}"


def _some(names: Sequence[str], everything: int) -> str:
    return "all" if len(names) == everything else ", ".join(names)


def _matrix(report: Report, numbers: pd.DataFrame, tools: Sequence[Column], what: str, show: Any) -> str:
    """Model × tool; the last row holds each tool's residual over all its cells."""
    cells = {(r.model, r.input, r.tool): getattr(r, what) for r in numbers.itertuples(index=False)}
    exact = what == "value"
    headers = ["model", "input"] + [f"{c.title} {c.version}<br>{c.unit if exact else 'ratio to MACs'}" for c in tools]
    compute = exact and tools[0].metric == "compute"
    if compute:
        headers.insert(2, "engine<br>MACs")
    rows = []
    for page in report.pages:
        row = [f"[{page.name}](models/{page.name}.md)", page.input] + ([number(page.macs)] if compute else [])
        rows.append(row + [show(cells.get((page.name, page.input, c.tool))) for c in tools])
    if exact:
        off = {(r.tool, r.metric): r for r in report.residuals.itertuples(index=False)}
        last = ["**residual**", "all cells"] + ([NONE] if compute else [])
        rows.append(last + [f"**{number(off[c.tool, c.metric].size)}**" for c in tools])
    return table(headers, rows, "ll")


def _layers(page: Page, metric: str) -> str:
    """Per layer: shape, arithmetic, and what each tool says; a dash where the tool has no row for the layer."""
    values = page.values[metric]
    tools = list(values.columns)
    own = "mac" if metric == "compute" else "params"
    heads = [
        "layer",
        "op",
        "output",
        *(["MACs ="] if metric == "compute" else []),
        "MACs" if metric == "compute" else "learnable",
    ]
    known = page.layers.set_index("layer")
    rows = []
    for layer in values.index:
        cells = values.loc[layer]
        if layer in known.index:
            x = known.loc[layer]
            row = [layer, x["op"], x["output"], *([x["formula"] or NONE] if metric == "compute" else []), number(x[own] or None)]
        else:
            row = [layer, NONE, NONE, *([NONE] if metric == "compute" else []), NONE]
        rows.append(row + [number(cells[t]) for t in tools])
    return table(heads + tools, rows, "llll" if metric == "compute" else "lll")


def render(report: Report) -> dict[str, str]:
    """Markdown files by path."""
    env = jinja2.Environment(  # noqa: S701 - the output is Markdown
        loader=jinja2.FileSystemLoader(Path(__file__).parent), trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    env.filters |= {"number": number, "signed": signed, "ratio": ratio, "sum_text": sum_text, "term": term}
    env.globals |= {"table": table}
    files = {"summary.md": _summary(report, env)}
    for page in report.pages:
        tables = {m: _layers(page, m) for m in page.values}
        files[f"models/{page.name}.md"] = env.get_template("model.md.j2").render(p=page, tables=tables, titles=METRIC_TITLES)
    return files
