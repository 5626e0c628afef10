"""Accounts of numbers: one tool's number as a sum of terms, and the way from one tool's number to the next.

What is accounted for is a *count*, a network as a tool counts it: ``torchinfo``, or ``resnet50-v1:torchinfo`` for another network
than the one asked about; or an export of a network, counted under a convention: ``onnx:torch``, ``onnx:torch:onnx_tool``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from crosscheck.contract.network import Model
from crosscheck.contract.rows import TOTAL
from crosscheck.conventions.table import Convention
from crosscheck.counting.engine import Tally
from crosscheck.errors import UsageError
from crosscheck.explain import number, rewrites, terms
from crosscheck.explain.number import Known, Number
from crosscheck.explain.terms import Term
from crosscheck.exports.recipe import Lowered

LEDGER = {
    "weight": "weights",
    "bias": "biases",
    "norm_scale": "scales (γ)",
    "norm_shift": "shifts (β)",
    "running_stats": "running mean and variance",
}


@dataclass(frozen=True, slots=True)
class Count:
    """A tool on a network, or on an export of it, which then is ``lowered``; ``name`` is how the user wrote it.

    ``network`` is how the user named the network alone.

    ``described`` marks the network that exports start from, before any exporter touched it.
    """

    name: str
    network: str
    counted: Tally
    tool: str
    convention: Convention
    lowered: Lowered | None = None
    described: bool = False

    @property
    def model(self) -> Model:
        """The network."""
        return self.counted.model

    @property
    def title(self) -> str:
        """What readers know it as: the tool, or the export and what it is counted in."""
        if self.described:
            return "as described" + (f", by {self.convention.title}" if self.convention.tool else "")
        if self.lowered is None:
            return self.convention.title
        return self.tool if self.convention.tool == "" else f"{self.tool} by {self.convention.title}"

    @property
    def elsewhere(self) -> bool:
        """True where the user named a network for it."""
        return self.name.startswith(f"{self.network}:")


@dataclass(frozen=True, slots=True)
class Answer:
    """A count and its number."""

    count: Count
    number: Number


@dataclass(frozen=True, slots=True)
class Step:
    """The way from one answer to the next; its number is ``after`` minus ``before``."""

    before: Answer
    after: Answer
    number: Number


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the parameter ledger: what kind of elements, how many there are, and how many each tool counted."""

    what: str
    counted: tuple[int, ...]


@dataclass(frozen=True)
class Account:
    """The answer to ``explain``."""

    metric: str
    layer: str
    answers: tuple[Answer, ...]
    steps: tuple[Step, ...]
    ledger: tuple[Entry, ...]


Source = Callable[[Count], Known | None]  # what was measured; None where the prediction is all there is


def nothing_measured(_: Count) -> None:
    """The source of who asks conventions alone."""


def common_metric(counts: Sequence[Count], asked: str | None) -> str:
    """The metric asked for, else the first that every tool gives. Raises UsageError."""
    metrics = [m for m in counts[0].convention.metrics if all(m in s.convention.metrics for s in counts)]
    if asked is not None and asked not in metrics:
        lacking = next((s for s in counts if asked not in s.convention.metrics), counts[0])
        raise UsageError(f"{lacking.name} gives no {asked}. Hint: it gives {', '.join(lacking.convention.metrics)}")
    if not metrics:
        raise UsageError(f"{' and '.join(s.name for s in counts)} have no metric in common. Hint: see crosscheck list tools")
    return asked or metrics[0]


def account(counts: Sequence[Count], metric: str, source: Source = nothing_measured, layer: str = TOTAL) -> Account:
    """Explain each tool's number and each step between neighbours. Raises UsageError for a layer that is not there."""
    for c in counts:
        if layer != TOTAL and layer not in c.model.by_id:
            raise UsageError(f"{c.network} has no layer {layer!r}. Hint: crosscheck count {c.network} --layers lists them")
        if layer != TOTAL and c.lowered:
            raise UsageError(f"{c.name} is a file, whose nodes are no layers of {c.network}. Hint: leave out --layer")
    answers = [Answer(c, predict(c, metric, layer).measured(source(c))) for c in counts]
    steps = [_step(a, b, layer) for a, b in pairwise(answers)]
    return Account(metric, layer, tuple(answers), tuple(steps), _ledger(answers) if metric.startswith("params") else ())


def predict(c: Count, metric: str, layer: str = TOTAL) -> Number:
    """The number from the convention alone."""
    who = f"the recipe of export {c.lowered.recipe.export}" if c.lowered else f"convention {c.convention.id}"
    detail = f"predicted by {who}, nothing was run"
    return number.prediction(c.counted, c.convention, metric, layer, rewrites=_rewrites(c, metric), detail=detail)


def _step(before: Answer, after: Answer, layer: str) -> Step:
    a, b, metric = after.count, before.count, after.number.metric
    way = (
        *terms.difference(a.counted, a.convention, b.counted, b.convention, metric, layer),
        *rewrites.between(_rewrites(a, metric), _rewrites(b, metric)),
    )
    return Step(before, after, number.step(before.number, after.number, way))


def _rewrites(c: Count, metric: str) -> list[Term]:
    return rewrites.terms(c.lowered, c.convention, metric) if c.lowered else []


def _ledger(answers: Sequence[Answer]) -> tuple[Entry, ...]:
    names: dict[str, None] = {}
    sums: list[dict[str, int]] = []
    for a in answers:
        mine: dict[str, int] = {}
        for t in (t for t in a.number.terms if t.value):
            kind = "separate" if t.op == "bias" else t.op  # a node of its own that only adds a bias
            what = f"{kind} {LEDGER.get(t.primitive, t.primitive)}"
            mine[what] = mine.get(what, 0) + t.value
            names[what] = None
        sums.append(mine)
    return tuple(Entry(what, tuple(mine.get(what, 0) for mine in sums)) for what in names)
