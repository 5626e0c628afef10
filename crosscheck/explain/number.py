"""One number as a sum: ``value = Σ weight × count + residual``; nothing absorbs what the terms leave."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from crosscheck.contract.rows import TOTAL
from crosscheck.conventions.table import Convention
from crosscheck.counting.engine import Tally
from crosscheck.explain import terms as sums
from crosscheck.explain.terms import Term

PREDICTED, STORED, MEASURED = "predicted", "stored", "measured"


@dataclass(frozen=True, slots=True)
class Known:
    """A value that somebody came to: ``origin`` is ``stored``, ``measured`` or ``predicted``, and ``detail`` says it in words."""

    value: int
    origin: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Number:
    """What a tool says of a metric, in its ``unit``, or how far it is from one such number to another, as a sum of terms.

    Of a prediction the value is the sum, and the origin says so.
    """

    metric: str
    unit: str
    value: int
    terms: tuple[Term, ...]
    origin: str = PREDICTED
    detail: str = ""

    @property
    def predicted(self) -> int:
        """What the terms add up to."""
        return total(self.terms)

    @property
    def residual(self) -> int:
        """What the terms leave of the value."""
        return self.value - self.predicted

    def measured(self, known: Known | None) -> Number:
        """The same terms set against what a tool really said; against nothing, the prediction as it is."""
        return self if known is None else replace(self, value=known.value, origin=known.origin, detail=known.detail)


def total(terms: Iterable[Term]) -> int:
    """The sum of terms."""
    return sum(t.value for t in terms)


def prediction(
    counted: Tally, convention: Convention, metric: str, layer: str = TOTAL, *, rewrites: Sequence[Term] = (), detail: str = ""
) -> Number:
    """What a convention says of a network or a layer, and of what an exporter's ``rewrites`` change. Raises ConventionError."""
    terms = (*sums.number(counted, convention, metric, layer), *rewrites)
    return Number(metric, convention.table(metric).unit, total(terms), terms, PREDICTED, detail)


def step(before: Number, after: Number, terms: Sequence[Term]) -> Number:
    """The way from one number to another of the same metric: ``after`` minus ``before``, in ``terms``."""
    origins = {before.origin, after.origin}
    return Number(after.metric, after.unit, after.value - before.value, tuple(terms), origins.pop() if len(origins) == 1 else "")
