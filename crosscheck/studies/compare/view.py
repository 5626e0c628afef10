"""The view: finished tables and facts of one run, frozen. Renderers take them as they are."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from crosscheck.contract.network import Model
from crosscheck.contract.rows import TOTAL, UNATTRIBUTED
from crosscheck.conventions.table import Convention
from crosscheck.counting.engine import Tally
from crosscheck.explain import terms
from crosscheck.explain.number import MEASURED, Known, Number, prediction, step
from crosscheck.ops import described as ops
from crosscheck.studies.compare import frames
from crosscheck.studies.compare.frames import Conventions, Tallies

METRIC_TITLES = {
    "compute": "Compute",
    "params": "Parameters",
    "params_trainable": "Trainable parameters",
    "params_nontrainable": "Non-trainable parameters",
    "memory": "Memory",
    "memory_input": "Memory of the input",
    "memory_activations": "Memory of activations",
    "memory_params": "Memory of parameters",
    "neurons": "Neurons",
    "depth": "Depth",
    "layers": "Layers",
    "connections": "Connections",
    "activations": "Activations",
    "mul": "Multiplications",
    "add": "Additions",
    "compare": "Comparisons",
    "divide": "Divisions",
    "exp": "Exponentials",
    "sqrt": "Square roots",
    "power": "Powers",
    "erf": "Error functions",
}
PART_OF_MEMORY = "memory_"  # the way from tool to tool is told of the whole, which has every term of its parts


@dataclass(frozen=True, slots=True)
class Column:
    """One tool's answer to one metric: what it calls it, in which unit, and by which convention it is read."""

    tool: str
    title: str
    version: str
    framework: str
    metric: str
    unit: str
    label: str
    convention: str
    says: str


@dataclass(frozen=True, slots=True)
class Sum:
    """One tool's number on one model."""

    column: Column
    number: Number


@dataclass(frozen=True, slots=True)
class Same:
    """Tools that print the same number for the same reasons."""

    sums: tuple[Sum, ...]

    @property
    def names(self) -> str:
        """Their names, joined."""
        return " = ".join(s.column.title for s in self.sums)


@dataclass(frozen=True, slots=True)
class Stair:
    """The way from one tool's number to the next larger one; its number is the difference."""

    below: Sum
    above: Sum
    number: Number


@dataclass(frozen=True)
class Page:
    """All about one model: the description, per-layer tables by metric, the sums and the staircase between tools."""

    name: str
    input: str
    family: str
    says: str
    source: str
    macs: int
    params: int
    layers: pd.DataFrame
    values: Mapping[str, pd.DataFrame]
    sums: tuple[Sum, ...]
    same: tuple[Same, ...]
    stairs: tuple[Stair, ...]


@dataclass(frozen=True)
class Report:
    """One run, finished: raw tables, the summary per metric, quirks that mattered, cells without an answer, pages per model.

    ``residuals`` sums the cells of each (tool, metric); ``off`` the absolute residuals per (tool, metric, model, input).
    """

    measurements: pd.DataFrame
    discrepancies: pd.DataFrame
    columns: tuple[Column, ...]
    models: pd.DataFrame
    numbers: Mapping[str, pd.DataFrame]
    residuals: pd.DataFrame
    off: Mapping[tuple[str, str, str, str], int]
    quirks: pd.DataFrame
    problems: pd.DataFrame
    pages: tuple[Page, ...]
    run: Mapping[str, Any]


def build(
    frame: pd.DataFrame,
    tallies: Tallies,
    conventions: Conventions,
    run: Mapping[str, Any],
) -> Report:
    """The report of measured cells ``frame`` (see frames.measurements)."""
    columns = _columns(frame, conventions)
    differences = frames.discrepancies(frame, tallies, conventions)
    pages = tuple(_page(frame, counted, conventions, columns) for counted in tallies.values())
    counted_rows = frame[frame["status"].isin(frames.COUNTED)]
    residuals = (
        counted_rows.assign(cells=1, off=(counted_rows["residual"] != 0).astype("Int64"), size=counted_rows["residual"].abs())
        .groupby(["tool", "metric"], sort=False)[["cells", "off", "size"]]
        .sum()
        .reset_index()
    )
    bad = frame[~frame["status"].isin(frames.COUNTED)]
    return Report(
        measurements=frame,
        discrepancies=differences,
        columns=columns,
        models=pd.DataFrame(
            [{"model": p.name, "input": p.input, "says": p.says, "macs": p.macs, "params": p.params} for p in pages]
        ),
        numbers={m: _numbers(pages, columns, m) for m in METRIC_TITLES if any(c.metric == m for c in columns)},
        residuals=residuals,
        off=_off(counted_rows),
        quirks=_quirks(pages, tallies, conventions),
        problems=bad[["model", "framework", "tool", "metric", "status", "message"]].reset_index(drop=True),
        pages=pages,
        run=run,
    )


def _columns(frame: pd.DataFrame, conventions: Conventions) -> tuple[Column, ...]:
    found: dict[tuple[str, str], Column] = {}
    for r in frames.totals(frame).itertuples(index=False):
        tool, metric = str(r.tool), str(r.metric)
        table = conventions[str(r.convention)].table(metric)
        found.setdefault(
            (tool, metric),
            Column(
                tool,
                conventions[str(r.convention)].title,
                str(r.tool_version),
                str(r.framework),
                metric,
                str(r.unit),
                table.label,
                str(r.convention),
                conventions[str(r.convention)].says,
            ),
        )
    return tuple(found.values())


def _numbers(pages: Sequence[Page], columns: Sequence[Column], metric: str) -> pd.DataFrame:
    """Rows (model, tool, value, unit, mac ratio, residual) of one metric; the ratio only for compute."""
    rows = [
        {
            "model": page.name,
            "input": page.input,
            "tool": s.column.tool,
            "value": s.number.value,
            "unit": s.number.unit,
            "ratio": s.number.value / page.macs if metric == "compute" and page.macs else None,
            "residual": s.number.residual,
        }
        for page in pages
        for s in page.sums
        if s.column.metric == metric
    ]
    return pd.DataFrame(rows, columns=["model", "input", "tool", "value", "unit", "ratio", "residual"])


def _page(frame: pd.DataFrame, counted: Tally, conventions: Conventions, columns: Sequence[Column]) -> Page:
    model = counted.model
    mine = frame[(frame["model"] == model.name) & (frame["input"] == model.input_text)]
    said = frames.totals(mine).set_index(["tool", "metric"])["value"]
    sums = tuple(
        _sum(c, int(said[c.tool, c.metric]), counted, conventions[c.convention])
        for c in columns
        if (c.tool, c.metric) in said.index
    )
    inner = mine[mine["layer"] != TOTAL]
    values = {
        str(metric): _merged(
            rows.pivot(index="layer", columns="tool", values="value").reindex(_places(rows, model)), columns, str(metric)
        )
        for metric, rows in inner.groupby("metric", sort=False)
        if any(s.column.metric == metric for s in sums)
    }
    return Page(
        name=model.name,
        input=model.input_text,
        family=model.family,
        says=model.variant,
        source=model.source,
        macs=counted.sum("mac"),
        params=sum(counted.sum(p) for p in ("weight", "bias", "norm_scale", "norm_shift")),
        layers=pd.DataFrame(
            [
                {
                    "layer": layer.id,
                    "op": layer.op,
                    "output": "×".join(map(str, layer.y)),
                    "formula": ops.formula(layer, "mac"),
                    "mac": counts.get("mac", 0),
                    "params": sum(counts.get(p, 0) for p in ("weight", "bias", "norm_scale", "norm_shift")),
                }
                for layer, counts in counted.layers
            ]
        ),
        values=values,
        sums=sums,
        same=_same(sums),
        stairs=_stairs(sums, counted, conventions),
    )


def _places(mine: pd.DataFrame, model: Model) -> list[str]:
    """Row names of the per-layer tables: layers in order, containers that a tool charges before what is in them, the rest."""
    layers = [x.id for x in model.layers]
    extra = set(mine["layer"]) - {*layers, TOTAL, UNATTRIBUTED}
    places: list[str] = []
    for layer in layers:
        parts = layer.split(".")
        inside = (".".join(parts[:k]) for k in range(1, len(parts)))
        places += [c for c in inside if c in extra and c not in places]
        places.append(layer)
    places += sorted(extra - set(places))
    return places + ([UNATTRIBUTED] if (mine["layer"] == UNATTRIBUTED).any() else [])


def _merged(values: pd.DataFrame, columns: Sequence[Column], metric: str) -> pd.DataFrame:
    """Tools that say the same of every layer share a column, named after all of them."""
    mine = {c.tool: c for c in columns if c.metric == metric}
    groups: dict[tuple[Any, ...], list[str]] = {}
    for tool in values.columns:
        groups.setdefault(tuple(values[tool].fillna(0)), []).append(str(tool))
    return pd.DataFrame({_heading([mine[t] for t in names if t in mine]): values[names[0]] for names in groups.values()})


def _heading(columns: Sequence[Column]) -> str:
    """Titles, and the units that they are in, each in the tool's own word."""
    units = dict.fromkeys(c.unit for c in columns)
    return f"{' = '.join(c.title for c in columns)}<br>{' / '.join(units)}"


def _off(rows: pd.DataFrame) -> dict[tuple[str, str, str, str], int]:
    """Absolute residuals summed over all cells of each (tool, metric, model, input)."""
    key = ["tool", "metric", "model", "input"]
    sums = rows.assign(size=rows["residual"].abs()).groupby(key, sort=False)["size"].sum().reset_index()
    return {(str(t), str(m), str(n), str(i)): int(v) for t, m, n, i, v in sums.itertuples(index=False)}


def _sum(column: Column, value: int, counted: Tally, convention: Convention) -> Sum:
    return Sum(column, prediction(counted, convention, column.metric).measured(Known(value, MEASURED)))


def _same(sums: Sequence[Sum]) -> tuple[Same, ...]:
    """Sums grouped by number and reasons; by metric, the smallest number first."""
    groups: dict[Any, list[Sum]] = {}
    metrics = list(METRIC_TITLES)
    for s in sorted(sums, key=lambda s: (metrics.index(s.column.metric), s.number.value)):
        reasons = frozenset((t.op, t.primitive, t.weight_a) for t in s.number.terms)
        groups.setdefault((s.column.metric, s.number.value, reasons), []).append(s)
    return tuple(Same(tuple(g)) for g in groups.values())


def _stairs(sums: Sequence[Sum], counted: Tally, conventions: Conventions) -> tuple[Stair, ...]:
    stairs: list[Stair] = []
    for metric in dict.fromkeys(s.column.metric for s in sums if not s.column.metric.startswith(PART_OF_MEMORY)):
        groups = _same([s for s in sums if s.column.metric == metric])
        ordered = sorted((g.sums[0] for g in groups), key=lambda s: (s.number.value, s.column.tool))
        for below, above in itertools.pairwise(ordered):
            a, b = conventions[above.column.convention], conventions[below.column.convention]
            way = terms.difference(counted, a, counted, b, metric)
            stairs.append(Stair(below, above, step(below.number, above.number, way)))
    return tuple(stairs)


def _quirks(pages: Sequence[Page], tallies: Tallies, conventions: Conventions) -> pd.DataFrame:
    """Where a tool contradicts its documentation or its users' expectation, on which models, and by how much at most.

    ``effect`` is what the quirk adds to or takes from the tool's number; ``left_out`` is how many units of the primitive it
    charges nothing for.
    """
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for page in pages:
        counted = tallies[page.name, page.input]
        for s in page.sums:
            tables = conventions[s.column.convention].table(s.column.metric).tables
            for table, op, counts in ((t, op, counts) for t in tables for op, counts in counted.seen_by(t).items()):
                for w in table.weighed.get(op, ()):
                    n = counts.get(w.primitive, 0)
                    if not w.quirk or not n:
                        continue
                    row = rows.setdefault(
                        (s.column.tool, w.quirk),
                        {
                            "tool": s.column.tool,
                            "op": op,
                            "primitive": w.primitive,
                            "quirk": w.quirk,
                            "source": w.source,
                            "models": [],
                            "effect": 0,
                            "left_out": 0,
                        },
                    )
                    row["models"] = list(dict.fromkeys([*row["models"], page.name]))
                    row["effect"] = max(row["effect"], w.weight * n, key=abs)
                    row["left_out"] = max(row["left_out"], 0 if w.weight else n)
    return pd.DataFrame(
        list(rows.values()), columns=["tool", "op", "primitive", "quirk", "effect", "left_out", "models", "source"]
    )
