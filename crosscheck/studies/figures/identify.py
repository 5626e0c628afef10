"""Which convention yields this number? Printed figures are tried against conventions, variants, inputs, batches and units.

A hypothesis fits only within the printed precision. Whatever it needs that the reader did not state is an assumption; each is
worth one, unlikely ones more (see WORTH), and the hypothesis that assumes least ranks first. An assumption that changes no
number explains nothing and is not made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from crosscheck import models
from crosscheck.contract.network import Shape, show_shape
from crosscheck.conventions import read as convention
from crosscheck.conventions.table import Convention
from crosscheck.counting import engine
from crosscheck.errors import ShapeError
from crosscheck.models.variant import Variant
from crosscheck.studies.figures.printed import BINARY_SCALES, Printed, read
from crosscheck.subjects.conventions import foreign, silence
from crosscheck.subjects.family import Family, family_of
from crosscheck.subjects.subject import Subject

TOOL, VARIANT, INPUT, CUT, FACTOR, BATCH, BINARY, OTHER = "tool", "variant", "input", "cut", "factor", "batch", "binary", "other"
WORTH = {TOOL: 1, VARIANT: 1, INPUT: 1, CUT: 1, FACTOR: 1, BATCH: 2, BINARY: 3, OTHER: 3}  # binary parameters: 2
SIZES = (224, 227, 256, 299, 32)
BATCHES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
MAX_COST = 3
Exact = Callable[[str, Shape, int, Convention, str], int | None]  # name, (C, H, W), batch, convention, metric


@dataclass(frozen=True, slots=True)
class Assumption:
    """Something that a hypothesis needs and the reader did not state; ``worth`` ordinary assumptions."""

    kind: str
    says: str
    worth: int


def _worth(assumed: Sequence[Assumption]) -> int:
    return sum(a.worth for a in assumed)


def _assume(kind: str, says: str) -> Assumption:
    return Assumption(kind, says, WORTH[kind])


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One way to read a figure: the exact number behind it and what one must assume for it."""

    conventions: tuple[str, ...]
    metric: str
    variant: str
    input: str
    factor: Fraction
    scale: int
    cut: bool
    exact: int
    assumptions: tuple[Assumption, ...]

    @property
    def cost(self) -> int:
        """What the assumptions are worth together."""
        return _worth(self.assumptions)


@dataclass(frozen=True)
class Answer:
    """Hypotheses that fit, best first; else the nearest of the plain ones; ``tried`` counts all that were tried."""

    printed: Printed
    fits: tuple[Hypothesis, ...]
    nearest: tuple[Hypothesis, ...]
    tried: int


@cache
def _counted(name: str, shape: Shape, batch: int) -> engine.Tally | None:
    try:
        return engine.tally(models.build(name, batch=batch, input_shape=shape))
    except ShapeError:
        return None


@cache
def _total(name: str, shape: Shape, batch: int, c: str, metric: str) -> int | None:
    counted = _counted(name, shape, batch)
    if counted is None or not all(convention.load(c).table(metric).knows(op) for op in counted.first):
        return None
    return engine.total(counted, convention.load(c), metric)


def _exact(name: str, shape: Shape, batch: int, c: Convention, metric: str) -> int | None:
    """The convention's number; every primitive is affine in the batch, so two batches tell all of them."""
    one = _total(name, shape, 1, c.id, metric)
    if one is None or batch == 1:
        return one
    two = _total(name, shape, 2, c.id, metric)
    return None if two is None else one + (batch - 1) * (two - one)


def _networks(family: Family) -> Iterator[tuple[Variant, Shape, tuple[Assumption, ...]]]:
    """Networks to try, each with the assumptions that it needs: the one asked about, its inputs, its siblings, its family."""
    asked = family.asked
    if family.subject:
        yield asked, asked.input, ()
        return
    for v in family.variants:
        sibling = v.root == asked.root
        kind, what = (VARIANT, "the variant") if sibling else (OTHER, "another network:")
        other = () if v is asked else (_assume(kind, f"{what} {v.name} ({v.says})"),)
        yield v, v.input, other
        for size in SIZES if sibling else ():
            shape = (v.input[0], size, size)
            if shape != v.input:
                yield v, shape, (*other, _assume(INPUT, f"input {show_shape(shape)} instead of {show_shape(v.input)}"))


def _readings(c: Convention, metric: str) -> Iterator[tuple[Fraction, tuple[Assumption, ...]]]:
    """Factors that a convention's number may be printed with, and what that assumes."""
    if not c.tool:
        yield Fraction(1), ()
        if metric == "compute" and not c.table(metric).parts:
            yield Fraction(2), ()
        return
    counted = _assume(TOOL, "counted as this tool does")
    yield Fraction(1), (counted,)
    if metric == "compute":
        per_mac = max((w.weight for w in c.table(metric).weighed.get("conv", ()) if w.primitive == "mac"), default=1)
        if per_mac == 1:
            yield Fraction(2), (counted, _assume(FACTOR, "doubled, to turn MACs into FLOPs"))
        else:
            yield Fraction(1, 2), (counted, _assume(FACTOR, "halved, to turn FLOPs into MACs"))


@dataclass(frozen=True, slots=True)
class _Trial:
    """One exact number, with every factor that it may be printed with and all that this assumes so far."""

    convention: str
    metric: str
    variant: str
    size: str
    exact: int
    ways: tuple[tuple[Fraction, tuple[Assumption, ...]], ...]


def _trials(family: Family, exact: Exact, metric: str | None) -> Iterator[_Trial]:
    """Every number that is worth a try; what would assume too much is not even counted."""
    known = [c for c in map(convention.load, convention.ids()) if c.framework != convention.CAFFE]
    for variant, shape, given in _networks(family):
        for c, measure in ((k, m) for k in known for m in k.metrics if _wanted(m, metric)):
            for batch in _batches(family, measure):
                before = given + ((_assume(BATCH, f"a batch of {batch}"),) if batch > 1 and not family.subject else ())
                ways = tuple((f, before + how) for f, how in _readings(c, measure) if _worth(before + how) <= MAX_COST)
                number = exact(variant.name, shape, batch, c, measure) if ways else None
                if number is None or (given and number == _plainer(family.asked, variant, shape, batch, c, measure)):
                    continue
                size = family.subject.model.input_text if family.subject else f"{batch}x{show_shape(shape)}"
                yield _Trial(c.id, measure, variant.name, size, number, ways)


def _batches(family: Family, metric: str) -> tuple[int, ...]:
    if family.subject:
        return (family.subject.model.batch,)
    return BATCHES if metric == "compute" else (1,)


def _of_subject(subject: Subject) -> Exact:
    """Numbers of a network that is in one form only, by the conventions that may count it."""

    def exact(_name: str, _shape: Shape, _batch: int, c: Convention, metric: str) -> int | None:
        odd = foreign(subject, c) or silence(subject, c)
        return None if odd else engine.total(subject.counted, c, metric)

    return exact


def identify(model: str, text: str, metric: str | None = None) -> Answer:
    """Ranked explanations of a printed figure on a subject. Raises UnknownNameError and UsageError."""
    family = family_of(model)
    exact = _of_subject(family.subject) if family.subject else _exact
    readings = read(text, metric)
    fits: list[Hypothesis] = []
    plain: list[tuple[float, Hypothesis]] = []
    tried = 0
    for t in _trials(family, exact, readings[0].metric):
        for (factor, assumed), printed in ((w, p) for w in t.ways for p in readings):
            tried += 4  # rounded or cut off, decimal or binary
            made = (t.convention, t.metric, t.variant, t.size, factor, t.exact, assumed)
            fits += _fit(printed, *made)
            if _worth(assumed) <= 1 and t.exact and printed.value:
                off = abs(float(factor) * t.exact / float(printed.value * printed.scale) - 1)
                plain.append((off, _hypothesis(*made, printed.scale, False)))
    order = {v.name: k for k, v in enumerate(family.variants)}
    order |= {name: k for k, name in enumerate(models.variants())}
    fits.sort(key=lambda h: (h.cost, abs(h.exact * h.factor - readings[0].value * h.scale), order[h.variant], h.conventions))
    near = [h for _, h in sorted(plain, key=lambda p: (p[0], p[1].cost, order[p[1].variant]))]
    return Answer(readings[0], tuple(_merge(fits)), tuple(_merge(near[:12])[:3]) if not fits else (), tried)


def _plainer(asked: Variant, variant: Variant, shape: Shape, batch: int, c: Convention, metric: str) -> int | None:
    """The number without the last assumption about the network: of the variant's own input, else of the variant asked about."""
    return (
        _exact(variant.name, variant.input, batch, c, metric)
        if shape != variant.input
        else _exact(asked.name, asked.input, batch, c, metric)
    )


def _wanted(metric: str, asked: str | None) -> bool:
    return metric == asked if asked else metric in ("compute", "params")


def _hypothesis(
    name: str,
    metric: str,
    variant: str,
    size: str,
    factor: Fraction,
    exact: int,
    assumed: tuple[Assumption, ...],
    scale: int,
    cut: bool,
) -> Hypothesis:
    extra: tuple[Assumption, ...] = ()
    if scale in BINARY_SCALES.values():
        says = f"in units of {scale:,}, a power of two"
        extra = (Assumption(BINARY, says, WORTH[BINARY] - (metric == "params")),)
    if cut:
        extra += (_assume(CUT, "cut off, not rounded"),)
    return Hypothesis((name,), metric, variant, size, factor, scale, cut, exact, assumed + extra)


def _fit(
    printed: Printed,
    name: str,
    metric: str,
    variant: str,
    size: str,
    factor: Fraction,
    exact: int,
    assumed: tuple[Assumption, ...],
) -> Iterator[Hypothesis]:
    """The readings of one exact number that print as the figure: rounded or cut off, decimal or binary scale."""
    low, high = printed.reach
    if not low <= float(factor) * exact <= high:
        return
    number = factor * exact
    for scale in (printed.scale, BINARY_SCALES.get(printed.scale)):
        for cut in (False, True):
            if scale is None or (cut and printed.holds(number, scale, cut=False)):
                continue
            if printed.holds(number, scale, cut):
                made = _hypothesis(name, metric, variant, size, factor, exact, assumed, scale, cut)
                if made.cost <= MAX_COST:
                    yield made


def _merge(ranked: Sequence[Hypothesis]) -> list[Hypothesis]:
    """Conventions that give one and the same number for the same reasons become one row."""
    rows: dict[tuple[object, ...], Hypothesis] = {}
    for h in ranked:
        key = (h.metric, h.variant, h.input, h.factor, h.scale, h.cut, h.exact, h.cost)
        if key in rows:
            first = rows[key]
            rows[key] = Hypothesis(
                (*first.conventions, *(c for c in h.conventions if c not in first.conventions)),
                first.metric,
                first.variant,
                first.input,
                first.factor,
                first.scale,
                first.cut,
                first.exact,
                first.assumptions,
            )
        else:
            rows[key] = h
    return list(rows.values())


def words(h: Hypothesis) -> str:
    """A hypothesis in one line: who counts so, on which network, and what must be assumed."""
    loaded = [convention.load(c) for c in h.conventions]
    if any(c.tool for c in loaded):
        who = " = ".join(c.title for c in loaded)
    else:
        label = loaded[0].table(h.metric).label
        who = label if h.factor == 1 else f"2 × {label} (FLOPs)"
    return f"{who} on {h.variant}, {h.input}"
