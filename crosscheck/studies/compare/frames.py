"""Rows become typed DataFrames here, and only here are column names known: joining, diffing, judging."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import pandas as pd

from crosscheck.contract.rows import TOTAL, Measurement
from crosscheck.conventions.table import Convention
from crosscheck.counting.engine import Tally, predict
from crosscheck.errors import RowError
from crosscheck.explain import terms as sums
from crosscheck.explain.number import total
from crosscheck.explain.terms import Term
from crosscheck.known.gaps import Gap

MEASUREMENT_COLUMNS = [
    "model",
    "framework",
    "tool",
    "tool_version",
    "convention",
    "input",
    "layer",
    "op",
    "metric",
    "value",
    "unit",
    "predicted",
    "residual",
    "status",
    "message",
]
DISCREPANCY_COLUMNS = [
    "model",
    "input",
    "metric",
    "tool_a",
    "value_a",
    "unit_a",
    "tool_b",
    "value_b",
    "unit_b",
    "difference",
    "cause",
    "op",
    "primitive",
    "weight_a",
    "weight_b",
    "count",
    "term",
    "residual",
    "says",
    "quirk",
]
INTEGERS = {"value", "predicted", "residual", "value_a", "value_b", "difference", "weight_a", "weight_b", "count", "term"}
COUNTED = ("ok", "absent")
Tallies = Mapping[tuple[str, str], Tally]
Conventions = Mapping[str, Convention]
Plain = str | int | None


@dataclass(frozen=True, slots=True)
class Problem:
    """A cell without an answer: which, in what status, and why."""

    model: str
    framework: str
    tool: str
    metric: str
    status: str
    message: str


@dataclass(frozen=True, slots=True)
class Unexplained:
    """A cell whose residual is not 0; ``value`` is None where the tool has no row, which counts as 0."""

    model: str
    tool: str
    layer: str
    metric: str
    value: int | None
    predicted: int
    unit: str


def rows(frame: pd.DataFrame) -> tuple[tuple[Plain, ...], ...]:
    """A frame as exact integers and strings, None for what is not there."""
    columns = [frame[c].astype(object).where(frame[c].notna(), None).tolist() for c in frame.columns]
    return tuple(zip(*columns, strict=True))


def _typed(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> pd.DataFrame:
    """A frame of exact integers and strings; columns are typed one by one, as an inferred one with gaps would become floats."""
    held = list(rows)
    kinds: dict[str, Any] = {c: "Int64" if c in INTEGERS else "string" for c in columns}
    return pd.DataFrame({c: pd.array([row.get(c) for row in held], dtype=kinds[c]) for c in columns}, columns=list(columns))


def measurements(rows: Sequence[Measurement], tallies: Tallies, conventions: Conventions) -> pd.DataFrame:
    """Every measured cell beside its prediction; ``residual`` is measured minus predicted, an absent row counting as 0.

    ``tallies`` are keyed by (model, input). Raises RowError where two rows share a key.
    """
    given = [c for c in MEASUREMENT_COLUMNS if c not in ("predicted", "residual")]
    measured = _typed(({c: getattr(r, c) for c in given} for r in rows), given)
    key = ["model", "input", "tool", "layer", "metric"]
    if measured.duplicated(key).any():
        twice = measured[measured.duplicated(key)].iloc[0]
        raise RowError("two rows for " + " × ".join(str(twice[k]) for k in key))
    wanted = sorted({(r.model, r.input, r.convention) for r in rows if r.status in COUNTED})
    columns = ["model", "input", "convention", "layer", "metric", "value"]
    predicted = _typed(
        ({c: getattr(p, c) for c in columns} for m, i, c in wanted for p in predict(tallies[m, i], conventions[c])), columns
    ).rename(columns={"value": "predicted"})
    joined = measured.merge(predicted, how="left", on=["model", "input", "convention", "layer", "metric"], validate="many_to_one")
    counted = joined["status"].isin(COUNTED)
    joined.loc[counted, "predicted"] = joined.loc[counted, "predicted"].fillna(0)
    joined["residual"] = (joined["value"].fillna(0) - joined["predicted"]).where(counted, pd.NA)
    joined.loc[~counted, "predicted"] = pd.NA
    return joined[MEASUREMENT_COLUMNS].astype({"predicted": "Int64", "residual": "Int64"})


def totals(frame: pd.DataFrame) -> pd.DataFrame:
    """The whole-model rows that were counted."""
    return frame[(frame["layer"] == TOTAL) & (frame["status"] == "ok")]


def discrepancies(frame: pd.DataFrame, tallies: Tallies, conventions: Conventions) -> pd.DataFrame:
    """For every pair of tools on a model and metric, the difference of their totals as terms, and what is left of it."""
    rows: list[dict[str, Any]] = []
    for (model, shape, metric), group in totals(frame).groupby(["model", "input", "metric"], sort=False):
        tools = list(group.itertuples(index=False))
        seen = tallies[str(model), str(shape)]
        for k, a in enumerate(tools):
            for b in tools[k + 1 :]:
                terms = sums.difference(seen, conventions[str(a.convention)], seen, conventions[str(b.convention)], str(metric))
                rows += _pair(str(model), str(shape), str(metric), a, b, terms)
    return _typed(rows, DISCREPANCY_COLUMNS)


def _pair(model: str, shape: str, metric: str, a: Any, b: Any, terms: Sequence[Term]) -> list[dict[str, Any]]:
    difference = int(a.value) - int(b.value)
    head = {
        "model": model,
        "input": shape,
        "metric": metric,
        "tool_a": a.tool,
        "value_a": int(a.value),
        "unit_a": a.unit,
        "tool_b": b.tool,
        "value_b": int(b.value),
        "unit_b": b.unit,
        "difference": difference,
        "residual": difference - total(terms),
    }
    if not terms:
        return [head | {"cause": "none", "term": 0, "says": "both tools charge the same here"}]
    return [
        head
        | {
            "cause": t.cause,
            "op": t.op,
            "primitive": t.primitive,
            "weight_a": t.weight_a,
            "weight_b": t.weight_b,
            "count": t.count,
            "term": t.value,
            "says": t.says,
            "quirk": t.quirk,
        }
        for t in terms
    ]


def problems(frame: pd.DataFrame) -> tuple[Problem, ...]:
    """The cells that were not counted, in the order of the frame."""
    bad = frame[~frame["status"].isin(COUNTED)]
    return tuple(Problem(*map(str, cells)) for cells in rows(bad[[f.name for f in fields(Problem)]]))


def unexplained(frame: pd.DataFrame, gaps: Sequence[Gap]) -> tuple[tuple[Unexplained, ...], list[Gap]]:
    """Cells whose residual is not 0 and that no gap covers, and the gaps that were met by the run but have closed."""
    odd = frame[frame["residual"].fillna(0) != 0]
    open_gaps: set[Gap] = set()
    keep: list[Unexplained] = []
    for model, tool, layer, metric, value, predicted, unit in rows(odd[[f.name for f in fields(Unexplained)]]):
        said = None if value is None else int(value)
        found = Unexplained(str(model), str(tool), str(layer), str(metric), said, int(predicted or 0), str(unit))
        covering = [g for g in gaps if g.covers(found.model, found.tool, found.metric, found.layer)]
        open_gaps.update(covering)
        keep += [] if covering else [found]
    counted = frame[frame["status"].isin(COUNTED)]
    cells_met = counted[["model", "tool", "metric", "layer"]].itertuples(index=False)
    met = {g for cell in (cells_met if gaps else ()) for g in gaps if g.covers(*cell)}
    return tuple(keep), [g for g in gaps if g in met and g not in open_gaps]
