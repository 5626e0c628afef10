"""All about one network under every tool: each layer, each number as a sum, and the way from one tool's number to the next."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from crosscheck.contract.metrics import METRICS
from crosscheck.contract.network import Model
from crosscheck.contract.rows import TOTAL, UNATTRIBUTED
from crosscheck.conventions.table import Convention
from crosscheck.counting.engine import Tally
from crosscheck.explain import terms
from crosscheck.explain.number import MEASURED, Known, Number, prediction, step
from crosscheck.ops import described as ops
from crosscheck.studies.compare import frames
from crosscheck.studies.compare.frames import Conventions

LEARNABLE = ("weight", "bias", "norm_scale", "norm_shift")
Values = Mapping[str, Mapping[str, int | None]]  # tool -> layer -> what it says
PART_OF_MEMORY = "memory_"  # the way from tool to tool is told of the whole, which has every term of its parts


@dataclass(frozen=True, slots=True)
class Answer:
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
    """One tool's number on one network."""

    answer: Answer
    number: Number


@dataclass(frozen=True, slots=True)
class Stair:
    """The way from one tool's number to the next larger one; its number is the difference."""

    below: Sum
    above: Sum
    number: Number


@dataclass(frozen=True, slots=True)
class LayerRow:
    """A layer as described: its output, how its MACs are reckoned, its MACs and learnable parameters."""

    id: str
    op: str
    output: str
    formula: str
    macs: int
    params: int


@dataclass(frozen=True, slots=True)
class LayerTable:
    """What tools say of each layer under one metric; those that say the same of every layer share a column.

    ``rows`` are the name of a layer, container or rest, and a value for each group of ``tools``, None where it has no row.
    """

    metric: str
    tools: tuple[tuple[Answer, ...], ...]
    rows: tuple[tuple[str, tuple[int | None, ...]], ...]


@dataclass(frozen=True, slots=True)
class Network:
    """One network: the description, per-layer tables, sums grouped where they are the same, and the stairs between tools."""

    name: str
    input: str
    family: str
    says: str
    source: str
    macs: int
    params: int
    layers: tuple[LayerRow, ...]
    tables: tuple[LayerTable, ...]
    sums: tuple[Sum, ...]
    same: tuple[tuple[Sum, ...], ...]
    stairs: tuple[Stair, ...]

    def ratio(self, tool: str) -> float | None:
        """A tool's compute over the engine's MACs; None where there is none of either."""
        found = (s.number.value for s in self.sums if (s.answer.tool, s.answer.metric) == (tool, "compute"))
        value = next(found, None)
        return value / self.macs if value is not None and self.macs else None


def build(frame: pd.DataFrame, counted: Tally, conventions: Conventions, answers: Sequence[Answer]) -> Network:
    """The network that ``counted`` is of, from the measured cells ``frame`` of a run."""
    model = counted.model
    mine = frame[(frame["model"] == model.name) & (frame["input"] == model.input_text)]
    said = {(str(r.tool), str(r.metric)): int(str(r.value)) for r in frames.totals(mine).itertuples(index=False)}
    sums = tuple(_sum(a, said[key], counted, conventions) for a in answers if (key := (a.tool, a.metric)) in said)
    return Network(
        name=model.name,
        input=model.input_text,
        family=model.family,
        says=model.variant,
        source=model.source,
        macs=counted.sum("mac"),
        params=sum(map(counted.sum, LEARNABLE)),
        layers=_layers(counted),
        tables=_tables(mine[mine["layer"] != TOTAL], model, sums),
        sums=sums,
        same=_same(sums),
        stairs=_stairs(sums, counted, conventions),
    )


def _sum(answer: Answer, value: int, counted: Tally, conventions: Conventions) -> Sum:
    predicted = prediction(counted, conventions[answer.convention], answer.metric)
    return Sum(answer, predicted.measured(Known(value, MEASURED)))


def _layers(counted: Tally) -> tuple[LayerRow, ...]:
    return tuple(
        LayerRow(
            layer.id,
            layer.op,
            "×".join(map(str, layer.y)),
            ops.formula(layer, "mac"),
            counts.get("mac", 0),
            sum(counts.get(p, 0) for p in LEARNABLE),
        )
        for layer, counts in counted.layers
    )


def _tables(inner: pd.DataFrame, model: Model, sums: Sequence[Sum]) -> tuple[LayerTable, ...]:
    """A table for each metric that a tool has a total of, in the order of the rows."""
    answers: dict[str, dict[str, Answer]] = {}
    for s in sums:
        answers.setdefault(s.answer.metric, {})[s.answer.tool] = s.answer
    metrics = (m for m in map(str, inner["metric"].unique()) if m in answers)
    values: dict[str, dict[str, dict[str, int | None]]] = {m: {} for m in metrics}
    for metric, tool, layer, value in inner[["metric", "tool", "layer", "value"]].itertuples(index=False):
        if metric in values:
            values[metric].setdefault(tool, {})[layer] = None if pd.isna(value) else int(value)
    return tuple(_table(metric, by_tool, answers[metric], model) for metric, by_tool in values.items())


def _table(metric: str, values: Values, answers: Mapping[str, Answer], model: Model) -> LayerTable:
    places = _places({layer for by_layer in values.values() for layer in by_layer}, model)
    groups: dict[tuple[int, ...], list[str]] = {}
    for tool in sorted(values):
        groups.setdefault(tuple(values[tool].get(place) or 0 for place in places), []).append(tool)
    firsts = [values[tools[0]] for tools in groups.values()]
    return LayerTable(
        metric,
        tuple(tuple(answers[t] for t in tools if t in answers) for tools in groups.values()),
        tuple((place, tuple(first.get(place) for first in firsts)) for place in places),
    )


def _places(named: set[str], model: Model) -> list[str]:
    """Rows of a table: layers in order, containers that a tool charges before what is in them, then the rest."""
    layers = [x.id for x in model.layers]
    extra = named - {*layers, UNATTRIBUTED}
    places: list[str] = []
    for layer in layers:
        parts = layer.split(".")
        inside = (".".join(parts[:k]) for k in range(1, len(parts)))
        places += [c for c in inside if c in extra and c not in places]
        places.append(layer)
    places += sorted(extra - set(places))
    return places + ([UNATTRIBUTED] if UNATTRIBUTED in named else [])


def _same(sums: Sequence[Sum]) -> tuple[tuple[Sum, ...], ...]:
    """Sums grouped by number and reasons; by metric, the smallest number first."""
    groups: dict[tuple[object, ...], list[Sum]] = {}
    for s in sorted(sums, key=lambda s: (METRICS.index(s.answer.metric), s.number.value)):
        reasons = frozenset((t.op, t.primitive, t.weight_a) for t in s.number.terms)
        groups.setdefault((s.answer.metric, s.number.value, reasons), []).append(s)
    return tuple(map(tuple, groups.values()))


def _stairs(sums: Sequence[Sum], counted: Tally, conventions: Mapping[str, Convention]) -> tuple[Stair, ...]:
    stairs: list[Stair] = []
    for metric in dict.fromkeys(s.answer.metric for s in sums if not s.answer.metric.startswith(PART_OF_MEMORY)):
        groups = _same([s for s in sums if s.answer.metric == metric])
        ordered = sorted((group[0] for group in groups), key=lambda s: (s.number.value, s.answer.tool))
        for below, above in itertools.pairwise(ordered):
            a, b = conventions[above.answer.convention], conventions[below.answer.convention]
            way = terms.difference(counted, a, counted, b, metric)
            stairs.append(Stair(below, above, step(below.number, above.number, way)))
    return tuple(stairs)
