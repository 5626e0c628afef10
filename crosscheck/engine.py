"""The engine: counts × weights. ``tally`` counts a network once; ``predict`` weighs the counts as one convention does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crosscheck import ops
from crosscheck.convention import Convention, MetricTable
from crosscheck.rows import TOTAL, UNATTRIBUTED, Prediction
from crosscheck.spec import Layer, Model

Sums = Mapping[str, Mapping[str, int]]  # op -> primitive -> count


@dataclass(frozen=True)
class Tally:
    """Primitive counts of a network: per layer, and summed per op, calls without a module of their own apart."""

    model: Model
    layers: tuple[tuple[Layer, Mapping[str, int]], ...]
    totals: Sums
    functional: Sums
    first: Mapping[str, str]  # op -> id of the first layer that has it, for error messages

    def sum(self, primitive: str) -> int:
        """One primitive over the whole network."""
        return sum(counts.get(primitive, 0) for sums in (self.totals, self.functional) for counts in sums.values())

    def seen_by(self, table: MetricTable) -> Sums:
        """The sums that a tool sees: with or without functional calls."""
        if not self.functional or table.functional == "ignored":
            return self.totals
        merged = {op: dict(counts) for op, counts in self.totals.items()}
        for op, counts in self.functional.items():
            sums = merged.setdefault(op, {})
            for primitive, value in counts.items():
                sums[primitive] = sums.get(primitive, 0) + value
        return merged


def tally(model: Model) -> Tally:
    """Count every primitive of every layer once."""
    layers = tuple((layer, ops.counts(layer)) for layer in model.layers)
    totals: dict[str, dict[str, int]] = {}
    functional: dict[str, dict[str, int]] = {}
    first: dict[str, str] = {}
    for layer, counts in layers:
        first.setdefault(layer.op, layer.id)
        sums = (functional if layer.functional else totals).setdefault(layer.op, {})
        for primitive, value in counts.items():
            sums[primitive] = sums.get(primitive, 0) + value
    return Tally(model, layers, totals, functional, first)


def total(counted: Tally, convention: Convention, metric: str) -> int:
    """What the convention says the whole network costs, in its own unit. Raises ConventionError for an unknown op."""
    table = convention.table(metric)
    return sum(
        w.weight * counts.get(w.primitive, 0)
        for op, counts in counted.seen_by(table).items()
        for w in table.weights(op, convention.id, counted.first[op])
    )


def layer_value(table: MetricTable, convention: str, layer: Layer, counts: Mapping[str, int]) -> int:
    """What the convention charges for one layer, in its own unit."""
    if layer.functional and table.functional == "ignored":
        return 0
    return sum(w.weight * counts.get(w.primitive, 0) for w in table.weights(layer.op, convention, layer.id))


def predict(counted: Tally, convention: Convention) -> list[Prediction]:
    """What the convention says a tool prints: a row per metric and layer, and the totals. Raises ConventionError.

    What a tool charges to the container of a functional call is ``(unattributed)``.
    """
    rows: list[Prediction] = []
    name, shape = counted.model.name, counted.model.input_text
    for metric, table in convention.metrics.items():
        sum_ = loose = 0
        for layer, counts in counted.layers:
            value = layer_value(table, convention.id, layer, counts)
            sum_ += value
            if layer.functional and table.functional == "container":
                loose, value = loose + value, 0
            rows.append(Prediction(name, shape, convention.id, layer.id, layer.op, metric, value, table.unit))
        if loose:
            rows.append(Prediction(name, shape, convention.id, UNATTRIBUTED, "(model)", metric, loose, table.unit))
        rows.append(Prediction(name, shape, convention.id, TOTAL, "(model)", metric, sum_, table.unit))
    return rows
