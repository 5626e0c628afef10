"""Which candidates are printed as a figure, what that assumes, and how many wrong figures would pass the same way.

Decoys are figures up to 20 units of the last digit beside the printed one; what lets many of them pass is a coincidence.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from crosscheck.studies.figures import hypotheses
from crosscheck.studies.figures.assumption import CUT, LIKELY, MAX_WORTH, ROUGH, SCALE, UNIT, Assumption, assume, worth
from crosscheck.studies.figures.claim import Claim
from crosscheck.studies.figures.hypotheses import Candidate
from crosscheck.studies.figures.label import Label
from crosscheck.studies.figures.printed import Number
from crosscheck.studies.figures.units import BINARY_SCALES

DECOYS = 20  # on each side
BY_CHANCE = 4  # decoys that may pass a figure of few digits
FEW = 3  # digits of a round number
LONG = 6  # digits of a figure that hardly any two numbers share
WRITING = (CUT, ROUGH, SCALE, UNIT)  # assumptions about how the number is written, not about what it is
Source = Callable[[Label], tuple[Candidate, ...]]


@dataclass(frozen=True, slots=True)
class Fit:
    """A candidate printed as the figure in units of ``scale``, and what that assumes; ``number`` tells how it is printed."""

    candidate: Candidate
    number: Number
    scale: int
    assumed: tuple[Assumption, ...]

    @property
    def worth(self) -> int:
        """What all assumptions are worth together."""
        return worth(self.assumed)


@dataclass(frozen=True, slots=True)
class _Reading:
    """Numbers, from twice the least to twice the greatest, that are printed as the figure in units of ``scale``."""

    low: int
    high: int
    scale: int
    assumed: tuple[Assumption, ...] = ()


@dataclass(frozen=True, slots=True)
class _Index:
    """Candidates in the order of their numbers: the numbers in halves, and the place of each in the order of trial."""

    halves: tuple[int, ...]
    places: tuple[int, ...]

    def within(self, low: int, high: int) -> tuple[int, ...]:
        """Places of the candidates whose halves lie in between."""
        return self.places[bisect_left(self.halves, low) : bisect_right(self.halves, high)]


@cache
def _index(label: Label, source: Source) -> _Index:
    halves = [c.halves for c in source(label)]
    places = sorted(range(len(halves)), key=halves.__getitem__)
    return _Index(tuple(sorted(halves)), tuple(places))


def ranked(claims: Sequence[Claim], source: Source = hypotheses.all_of) -> list[Fit]:
    """All candidates that are printed as claimed, those first that assume least."""
    return sorted((f for claim in claims for f in _fits(claim, source)), key=rank)


def straight(claims: Sequence[Claim]) -> list[Fit]:
    """What the labels themselves say, where it is printed as claimed and nothing is assumed."""
    free = [claim for claim in claims if not claim.assumed]
    return [f for claim in free for f in _printed(hypotheses.plain(claim.label), claim, _straight(claim.number))]


def _fits(claim: Claim, source: Source) -> Iterator[Fit]:
    printed, index = claim.number, _index(claim.label, source)
    scales = {printed.scale, other_scale(printed) or printed.scale}
    places = {k for s in scales for k in index.within(*printed.reach(s))}
    candidates = source(claim.label)
    found = _printed([candidates[k] for k in sorted(places)], claim, [*_straight(printed), *_bent(printed, claim.label.metric)])
    return (f for f in found if f.worth <= MAX_WORTH)


def _printed(candidates: Iterable[Candidate], claim: Claim, readings: Sequence[_Reading]) -> Iterator[Fit]:
    """The first of the readings, in which a candidate is printed as claimed, for each that has one."""
    for c in candidates:
        for r in readings:
            if r.low <= c.halves <= r.high:
                yield Fit(c, claim.number, r.scale, c.assumed + claim.assumed + r.assumed)
                break


def ways(printed: Number) -> int:
    """In how many ways each candidate is tried: scales times roundings."""
    return (2 if other_scale(printed) else 1) * (3 if printed.rough != printed.ulp else 2)


def other_scale(printed: Number) -> int | None:
    """The other meaning of the unit: 2^20 for 10^6 where the label leaves it open."""
    return BINARY_SCALES.get(printed.scale) if printed.binary is None or printed.scale >= 10**6 else None


def _straight(printed: Number) -> list[_Reading]:
    """The readings that assume nothing: in units of the scale, and of its other meaning where the unit has two."""
    other = other_scale(printed)
    scales = (printed.scale, *([other] if other and printed.binary is None else []))
    return [_Reading(*printed.halves(s), s) for s in scales]


def _bent(printed: Number, metric: str) -> Iterator[_Reading]:
    """The readings that assume something, in the order of trial; ``metric`` tells what the other scale is worth."""
    for scale, before in ((printed.scale, ()), *_binary(metric, other_scale(printed))):
        if before:
            yield _Reading(*printed.halves(scale), scale, before)
        if printed.rough != printed.ulp:
            digits = len(str(int(printed.value / printed.rough)))
            says = f"rounded to {digits} {'digit' if digits == 1 else 'digits'}: the zeros at the end stand for nothing"
            yield _Reading(*printed.halves(scale, ulp=printed.rough), scale, (*before, assume(ROUGH, says)))
        yield _Reading(*printed.halves(scale, cut=True), scale, (*before, assume(CUT, "cut off, not rounded")))


def strong(f: Fit, passed: int) -> bool:
    """True where a reading that assumes something stands without any row beside it; ``passed`` decoys would pass as well.

    One more assumption of a figure with so many digits that hardly two numbers share them, or the label's own number, in a unit
    that is not printed or in two or three digits, whose zeros stand for nothing.
    """
    kinds = [a.kind for a in f.assumed]
    digits = len(str(int(f.number.value / f.number.rough)))
    if kinds in ([ROUGH], [UNIT]):
        return digits <= FEW + (kinds == [UNIT]) and passed <= BY_CHANCE
    return f.worth == 1 and passed == 0 and digits >= LONG and CUT not in kinds and ROUGH not in kinds


def _binary(metric: str, other: int | None) -> list[tuple[int, tuple[Assumption, ...]]]:
    """The other scale: bytes are often counted in powers of two, parameters seldom, operations hardly ever."""
    price = 1 if metric.startswith("memory") else 2 if metric.startswith("params") else 3
    return [(other, (assume(SCALE, f"in units of {other:,}", price),))] if other else []


def rank(f: Fit) -> tuple[int, int, int]:
    """Least assumed first; among equals fewer assumptions, then those that are likelier, unusual rounding last."""
    return f.worth, len(f.assumed), max((LIKELY.index(a.kind) for a in f.assumed), default=0)


@cache
def _alike(label: Label, source: Source, kinds: tuple[str, ...]) -> tuple[float, ...]:
    """Numbers of all candidates that assume these kinds of things, in order."""
    some = (c for c in source(label) if len(c.given) + len(c.way.assumed) == len(kinds))
    return tuple(sorted(c.halves / 2 for c in some if tuple(a.kind for a in c.assumed) == kinds))


@cache
def _cheaper(label: Label, source: Source, most_worth: int) -> tuple[float, ...]:
    """Numbers of all candidates that are worth no more, in order."""
    return tuple(sorted(c.halves / 2 for c in source(label) if c.worth <= most_worth))


def decoys(claims: Sequence[Claim], best: Fit, source: Source = hypotheses.all_of) -> int:
    """How many of 40 wrong figures, up to 20 units of the last digit away, would pass as well.

    They may pass by an assumption of the same kind where one is made, by any that are worth no more where there are several.
    """
    tests = [_test(claim, best, source) for claim in claims]
    return sum(any(passes(k) for passes in tests) for k in range(-DECOYS, DECOYS + 1) if k)


def _test(claim: Claim, best: Fit, source: Source) -> Callable[[int], bool]:
    """Tells whether the wrong figure ``k`` units of the last digit away would pass, too."""
    printed = claim.number
    how = [a.kind for a in best.assumed if a.kind in WRITING]
    kinds = tuple(a.kind for a in best.assumed if a.kind not in WRITING)
    ulp = float((printed.rough if ROUGH in how else printed.ulp) * printed.scale)
    ratio = best.scale / best.number.scale
    numbers = _alike(claim.label, source, kinds) if best.worth == 1 else _cheaper(claim.label, source, best.worth - len(how))
    base = float(printed.base)

    def passes(k: int) -> bool:
        at = base + k * ulp
        low, high = (at, at + ulp) if CUT in how else (at - ulp / 2, at + ulp / 2)
        return bisect_left(numbers, low * ratio) < bisect_right(numbers, high * ratio)

    return passes
