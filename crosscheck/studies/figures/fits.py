"""Whether a candidate is printed as a figure, what that assumes, and how many wrong figures would pass the same way.

Decoys are figures up to 20 units of the last digit beside the printed one; what lets many of them pass is a coincidence.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from crosscheck.studies.figures import hypotheses
from crosscheck.studies.figures.hypotheses import AGAINST, CLASSES, EDITION, PART, ROUGH, SCALE, WRAP, Candidate, assume
from crosscheck.studies.figures.identify import BATCH, CUT, FACTOR, INPUT, TOOL, VARIANT, Assumption
from crosscheck.studies.figures.label import Label, Number
from crosscheck.studies.figures.printed import BINARY_SCALES

LIKELY = (EDITION, PART, VARIANT, INPUT, FACTOR, TOOL, WRAP, SCALE, ROUGH, CUT, CLASSES, BATCH, AGAINST)
DECOYS = 20  # on each side
BY_CHANCE = 4  # more decoys that pass make one assumption a coincidence
SELDOM = 1  # and more make several, or one that contradicts the label
UNSAID = 8  # where no tool is named, some tool it was: as many may pass


@dataclass(frozen=True, slots=True)
class Fit:
    """A candidate printed as the figure, and what that assumes."""

    candidate: Candidate
    scale: int
    assumed: tuple[Assumption, ...]

    @property
    def worth(self) -> int:
        """What all assumptions are worth together."""
        return sum(a.worth for a in self.assumed)


def ways(printed: Number) -> int:
    """In how many ways each candidate is tried: scales times roundings."""
    return (2 if other_scale(printed) else 1) * (3 if printed.rough != printed.ulp else 2)


def other_scale(printed: Number) -> int | None:
    """The other meaning of the unit: 2^20 for 10^6 where the label leaves it open."""
    return BINARY_SCALES.get(printed.scale) if printed.binary is None or printed.scale >= 10**6 else None


def prints(c: Candidate, printed: Number, *, straight: bool = False) -> Iterator[Fit]:
    """The ways in which a candidate is printed as the figure, the straight one first; none that assumes too much."""
    n = c.number
    if printed.prints(n):
        yield Fit(c, printed.scale, c.assumed)
        return
    other = other_scale(printed)
    if other and printed.binary is None and printed.prints(n, other):
        yield Fit(c, other, c.assumed)
        return
    if straight:
        return
    for scale, before in ((printed.scale, ()), *_binary(c, other)):
        if before and printed.prints(n, scale):
            yield Fit(c, scale, (*c.assumed, *before))
            return
        if printed.rough != printed.ulp and printed.prints(n, scale, ulp=printed.rough):
            digits = len(str(int(printed.value / printed.rough)))
            says = f"rounded to {digits} {'digit' if digits == 1 else 'digits'}: the zeros at the end stand for nothing"
            yield Fit(c, scale, (*c.assumed, *before, assume(ROUGH, says)))
            return
        if printed.prints(n, scale, cut=True):
            yield Fit(c, scale, (*c.assumed, *before, assume(CUT, "cut off, not rounded")))
            return


def most(f: Fit) -> int:
    """How many decoys may pass before a fit counts as a coincidence."""
    if f.worth > 1:
        return SELDOM
    return UNSAID if [a.kind for a in f.assumed] == [TOOL] else BY_CHANCE


def _binary(c: Candidate, other: int | None) -> list[tuple[int, tuple[Assumption, ...]]]:
    """The other scale: bytes are often counted in powers of two, parameters seldom, operations hardly ever."""
    metric = c.label.metric
    worth = 1 if metric.startswith("memory") else 2 if metric.startswith("params") else 3
    return [(other, (assume(SCALE, f"in units of {other:,}", worth),))] if other else []


def rank(f: Fit) -> tuple[int, int]:
    """Fewest assumptions first; among equals those that are likelier, rounding that is not the usual one last."""
    return f.worth, max((LIKELY.index(a.kind) for a in f.assumed), default=0)


@cache
def _sorted(told: Label, kinds: tuple[str, ...]) -> tuple[float, ...]:
    """Numbers of all candidates that assume these kinds of things, in order."""
    return tuple(sorted(float(c.number) for c in hypotheses.all_of(told) if tuple(a.kind for a in c.assumed) == kinds))


@cache
def _cheaper(told: Label, worth: int) -> tuple[float, ...]:
    """Numbers of all candidates that are worth no more, in order."""
    return tuple(sorted(float(c.number) for c in hypotheses.all_of(told) if c.worth <= worth))


def decoys(told: Label, printed: Number, best: Fit) -> int:
    """How many of 40 wrong figures, up to 20 units of the last digit away, would pass as well.

    They may pass by an assumption of the same kind where one is made, by any that are worth no more where there are several.
    """
    how = tuple(a.kind for a in best.assumed if a.kind in (CUT, ROUGH, SCALE))
    kinds = tuple(a.kind for a in best.assumed if a.kind not in (CUT, ROUGH, SCALE))
    ulp = float((printed.rough if ROUGH in how else printed.ulp) * printed.scale)
    ratio = best.scale / printed.scale
    numbers = _sorted(told, kinds) if best.worth == 1 else _cheaper(told, best.worth - len(how))
    passed = 0
    for k in (k for k in range(-DECOYS, DECOYS + 1) if k):
        at = float(printed.base) + k * ulp
        low, high = (at, at + ulp) if CUT in how else (at - ulp / 2, at + ulp / 2)
        passed += _hit(numbers, low * ratio, high * ratio)
    return passed


def _hit(numbers: Sequence[float], low: float, high: float) -> bool:
    return bisect_left(numbers, low) < bisect_right(numbers, high)
