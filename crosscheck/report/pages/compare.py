"""``summary.md`` and ``models/<model>.md``: the pages that people read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd
from tabulate import tabulate

from crosscheck.explain import wording
from crosscheck.studies.compare.view import METRIC_TITLES, Column, Page, Report

NONE = "–"
FAMILIES = {"lenet": "LeNet", "alexnet": "AlexNet", "vgg": "VGG", "resnet": "ResNet"}
PARTS = {
    "params_trainable": ", trainable",
    "params_nontrainable": ", not trainable",
    "memory": ", all three",
    "memory_input": ", input",
    "memory_activations": ", activations",
    "memory_params": ", parameters",
}


def number(value: Any) -> str:
    """An exact count with thousands separated; a dash where there is none."""
    return NONE if value is None or pd.isna(value) else f"{int(value):,}"


def ratio(value: Any) -> str:
    """A ratio to MACs, four decimals."""
    return NONE if value is None or pd.isna(value) else f"{value:.4f}"


def table(headers: Sequence[str], rows: Iterable[Sequence[Any]], align: str = "") -> str:
    """A Markdown table; ``align`` has l, c or r per column, right where it is too short."""
    how = [{"l": "left", "c": "center"}.get(c, "right") for c in align.ljust(len(headers), "r")]
    clean = [[str(cell).replace("|", "\\|") for cell in row] for row in rows]
    return tabulate(clean, headers=list(headers), tablefmt="pipe", colalign=how, disable_numparse=True) if clean else ""


def _summary(report: Report, env: jinja2.Environment) -> str:
    quirks = [
        [q["tool"], q["op"], q["quirk"], _effect(q), _some(q["models"], len(report.pages)), q["source"]]
        for q in report.quirks.to_dict("records")
    ]
    problems = report.problems.to_numpy().tolist()
    families = list(dict.fromkeys(p.family for p in report.pages))
    return env.get_template("summary.md.j2").render(
        r=report,
        names=FAMILIES,
        ratios=_ratios(report),
        compute=[(f, _family(report, f, ["compute"])) for f in families],
        params=[(f, _family(report, f, [m for m in METRIC_TITLES if m.startswith("params")])) for f in families],
        others=_others(report, families),
        quirks=table(["tool", "op", "what", "largest effect", "networks", "source"], quirks, "lllrll"),
        problems=table(["network", "framework", "tool", "metric", "status", "why"], problems, "llllll"),
    )


def _others(report: Report, families: Sequence[str]) -> list[tuple[str, str, str]]:
    """What is neither compute nor parameters: title of the metrics, family, table; metrics that no tool gave are left out."""
    given = {c.metric for c in report.columns}
    groups = {"Memory": [m for m in METRIC_TITLES if m.startswith("memory")]}
    groups |= {t: [m] for m, t in METRIC_TITLES.items() if not m.startswith(("compute", "params", "memory"))}
    found = ((t, f, _family(report, f, metrics)) for t, metrics in groups.items() for f in families if given & set(metrics))
    return [(title, family, text) for title, family, text in found if text]


def _link(page: Page) -> str:
    return f"[{page.name}](models/{page.name}.md)"


def _cells(report: Report, metric: str, what: str) -> dict[tuple[str, str, str], Any]:
    numbers = report.numbers.get(metric)
    rows = () if numbers is None else numbers.itertuples(index=False)
    return {(str(r.tool), str(r.model), str(r.input)): getattr(r, what) for r in rows}


def _ratios(report: Report) -> str:
    """Tool × model, the lowest ratios first."""
    cells = _cells(report, "compute", "ratio")
    columns = [c for c in report.columns if c.metric == "compute"]
    rows = []
    for c in columns:
        mine = [cells.get((c.tool, p.name, p.input)) for p in report.pages]
        known = [v for v in mine if v is not None]
        rows.append((sum(known) / len(known) if known else 0.0, [_name(c), *map(ratio, mine)]))
    return table(["tool", *map(_link, report.pages)], [row for _, row in sorted(rows, key=lambda r: r[0])], "l")


def _name(c: Column) -> str:
    return c.title if c.title.endswith(c.version) else f"{c.title} {c.version}"


def _family(report: Report, family: str, metrics: Sequence[str]) -> str:
    """One family's exact numbers: tool × model, and each tool's residual over all cells of these models."""
    pages = [p for p in report.pages if p.family == family]
    rows = []
    if metrics == ["compute"]:
        rows.append(["engine", "MACs", *(number(p.macs) for p in pages), NONE])
    for c in report.columns:
        cells = _cells(report, c.metric, "value")
        if c.metric not in metrics or not any((c.tool, p.name, p.input) in cells for p in pages):
            continue
        off = sum(int(report.off.get((c.tool, c.metric, p.name, p.input), 0)) for p in pages)
        unit = c.unit + PARTS.get(c.metric, "")
        rows.append([_name(c), unit, *(number(cells.get((c.tool, p.name, p.input))) for p in pages), f"**{number(off)}**"])
    heads = [f"{_link(p)}<br>{p.input}" for p in pages]
    return table(["tool", "unit", *heads, "residual"], rows, "ll")


def _effect(quirk: dict[Any, Any]) -> str:
    return wording.signed(int(quirk["effect"])) if quirk["effect"] else f"0 for {number(quirk['left_out'])} {quirk['primitive']}"


def _some(names: Sequence[str], everything: int) -> str:
    return "all" if len(names) == everything else ", ".join(names)


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
        loader=jinja2.FileSystemLoader(Path(__file__).with_name("templates")),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    filters: dict[str, Any] = {"number": number, "signed": wording.signed, "equation": wording.equation, "size": wording.size}
    env.filters |= filters
    env.globals |= {"table": table, "step_text": wording.step_text, "NOTHING": wording.NOTHING}
    files = {"summary.md": _summary(report, env)}
    for page in report.pages:
        tables = {m: _layers(page, m) for m in page.values}
        files[f"models/{page.name}.md"] = env.get_template("model.md.j2").render(p=page, tables=tables, titles=METRIC_TITLES)
    return files
