"""Accounts of numbers: one tool's number as a sum of terms, and the way from one tool's number to the next.

A *subject* is a tool on a network: ``torchinfo``, or ``resnet50-v1:torchinfo`` for another network than the one asked about; or
an export of a network, counted under a convention: ``onnx:torch``, ``onnx:torch:onnx_tool``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from crosscheck.contract.network import Model
from crosscheck.contract.rows import TOTAL
from crosscheck.conventions.table import Convention
from crosscheck.counting import engine
from crosscheck.counting.engine import Tally
from crosscheck.errors import UsageError
from crosscheck.explain import rewrites as rewritten
from crosscheck.explain import terms as explain
from crosscheck.explain.terms import Term
from crosscheck.exports.recipe import Lowered

PREDICTED, STORED, MEASURED = "predicted", "stored", "measured"
LEDGER = {
    "weight": "weights",
    "bias": "biases",
    "norm_scale": "scales (γ)",
    "norm_shift": "shifts (β)",
    "running_stats": "running mean and variance",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """A tool on a network, or an export of it, which then is ``lowered``; ``name`` is how the user wrote it.

    ``described`` marks the network that exports start from, before any exporter touched it.
    """

    name: str
    model: Model
    tool: str
    convention: Convention
    lowered: Lowered | None = None
    described: bool = False

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
        return self.name.startswith(f"{self.model.name}:")


@dataclass(frozen=True, slots=True)
class Known:
    """A number and where it comes from: ``stored``, ``measured`` or ``predicted``, and ``detail`` in words."""

    value: int
    origin: str
    detail: str


@dataclass(frozen=True, slots=True)
class Number:
    """One subject's number as terms; ``residual`` is what the terms leave of it."""

    subject: Subject
    unit: str
    known: Known
    terms: tuple[Term, ...]
    residual: int


@dataclass(frozen=True, slots=True)
class Step:
    """The way from one number to the next: ``after`` minus ``before`` as terms, and what they leave of it."""

    before: Number
    after: Number
    difference: int
    terms: tuple[Term, ...]
    residual: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the parameter ledger: what kind of elements, how many there are, and how many each subject counted."""

    what: str
    counted: tuple[int, ...]


@dataclass(frozen=True)
class Account:
    """The answer to ``explain``."""

    metric: str
    layer: str
    numbers: tuple[Number, ...]
    steps: tuple[Step, ...]
    ledger: tuple[Entry, ...]


Source = Callable[[Subject, str, str], Known]  # subject, metric, layer


def common_metric(subjects: Sequence[Subject], asked: str | None) -> str:
    """The metric asked for, else the first that every subject gives. Raises UsageError."""
    metrics = [m for m in subjects[0].convention.metrics if all(m in s.convention.metrics for s in subjects)]
    if asked is not None and asked not in metrics:
        lacking = next((s for s in subjects if asked not in s.convention.metrics), subjects[0])
        raise UsageError(f"{lacking.name} gives no {asked}. Hint: it gives {', '.join(lacking.convention.metrics)}")
    if not metrics:
        raise UsageError(f"{' and '.join(s.name for s in subjects)} have no metric in common. Hint: see crosscheck list tools")
    return asked or metrics[0]


def account(subjects: Sequence[Subject], metric: str, source: Source, layer: str = TOTAL) -> Account:
    """Explain each subject's number and each step between neighbours. Raises UsageError for a layer that is not there."""
    tallies: dict[int, Tally] = {}
    numbers: list[Number] = []
    for s in subjects:
        if layer != TOTAL and layer not in s.model.by_id:
            raise UsageError(f"{s.model.name} has no layer {layer!r}. Hint: crosscheck count {s.model.name} --layers lists them")
        if layer != TOTAL and s.lowered:
            raise UsageError(f"{s.name} is a file, whose nodes are no layers of {s.model.name}. Hint: leave out --layer")
        counted = tallies.setdefault(id(s.model), engine.tally(s.model))
        terms = (*explain.number(counted, s.convention, metric, layer), *_rewrites(s, metric))
        known = source(s, metric, layer)
        unit = s.convention.table(metric).unit
        numbers.append(Number(s, unit, known, terms, known.value - sum(t.value for t in terms)))
    steps = [_step(a, b, metric, layer, tallies) for a, b in pairwise(numbers)]
    return Account(metric, layer, tuple(numbers), tuple(steps), _ledger(numbers) if metric.startswith("params") else ())


def _step(before: Number, after: Number, metric: str, layer: str, tallies: dict[int, Tally]) -> Step:
    a, b = after.subject, before.subject
    terms = (
        *explain.difference(tallies[id(a.model)], a.convention, tallies[id(b.model)], b.convention, metric, layer),
        *rewritten.between(_rewrites(a, metric), _rewrites(b, metric)),
    )
    difference = after.known.value - before.known.value
    return Step(before, after, difference, terms, difference - sum(t.value for t in terms))


def _rewrites(s: Subject, metric: str) -> list[Term]:
    return rewritten.terms(s.lowered, s.convention, metric) if s.lowered else []


def _ledger(numbers: Sequence[Number]) -> tuple[Entry, ...]:
    names: dict[str, None] = {}
    sums: list[dict[str, int]] = []
    for n in numbers:
        mine: dict[str, int] = {}
        for t in (t for t in n.terms if t.value):
            kind = "separate" if t.op == "bias" else t.op  # a node of its own that only adds a bias
            what = f"{kind} {LEDGER.get(t.primitive, t.primitive)}"
            mine[what] = mine.get(what, 0) + t.value
            names[what] = None
        sums.append(mine)
    return tuple(Entry(what, tuple(mine.get(what, 0) for mine in sums)) for what in names)


def predicted(subject: Subject, metric: str, layer: str) -> Known:
    """The number from the convention alone."""
    counted = engine.tally(subject.model)
    value = sum(t.value for t in explain.number(counted, subject.convention, metric, layer))
    if subject.lowered:
        value = engine.total(subject.lowered.counted, subject.convention, metric)
        return Known(value, PREDICTED, f"predicted by the recipe of export {subject.lowered.recipe.export}, nothing was run")
    return Known(value, PREDICTED, f"predicted by convention {subject.convention.id}, nothing was run")
