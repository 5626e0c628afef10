"""Exact numbers that may be behind a figure: first what its label says, then what one must assume besides, cheapest first.

Where the label names its convention, no other tool's number is tried before everything else has failed; an assumption that
changes no number explains nothing and is not made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache

from crosscheck import models
from crosscheck.contract.network import show_shape
from crosscheck.conventions import read as convention
from crosscheck.conventions.table import Convention
from crosscheck.studies.figures import exact
from crosscheck.studies.figures.identify import BATCH, BATCHES, CUT, FACTOR, INPUT, SIZES, TOOL, VARIANT, Assumption
from crosscheck.studies.figures.label import FILE, Label

EDITION, PART, ROUGH, SCALE, WRAP, CLASSES, AGAINST = "edition", "part", "rough", "scale", "wrap", "classes", "against"
WORTHS = dict.fromkeys((TOOL, VARIANT, INPUT, FACTOR, CUT, EDITION, PART, ROUGH, SCALE, WRAP), 1)
WORTHS |= dict.fromkeys((BATCH, CLASSES, AGAINST), 2)
MAX_WORTH = 3
OTHER_CLASSES = (10, 100, 1001)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An exact number, whose it is, and what must be assumed for it beyond what the label says."""

    label: Label
    factor: Fraction
    exact: int
    assumed: tuple[Assumption, ...]

    @property
    def number(self) -> Fraction:
        """The number that would be printed, in ones."""
        return self.exact * self.factor

    @property
    def worth(self) -> int:
        """What the assumptions are worth together."""
        return sum(a.worth for a in self.assumed)


def assume(kind: str, says: str, worth: int = 0) -> Assumption:
    """An assumption with what it is worth, its kind's worth if left out."""
    return Assumption(kind, says, worth or WORTHS[kind])


@cache
def plain(label: Label) -> tuple[Candidate, ...]:
    """What the label itself says, without assumptions: one number, or two where it leaves open what one FLOP is."""
    if label.by:
        n = exact.value(label.network, label.shape, label.classes, label.place, label.by, label.metric)
        return () if n is None else (Candidate(label, Fraction(1), n, ()),)
    found = []
    for c in _by_definition(label.metric):
        told = replace(label, by=c.id)
        n = exact.value(told.network, told.shape, told.classes, told.place, c.id, told.metric)
        if n is not None:
            factors = (Fraction(1), Fraction(2)) if label.metric == "compute" and label.open_unit else (Fraction(1),)
            found += [Candidate(told, f, n, ()) for f in factors]
    return tuple(found)


@cache
def _by_definition(metric: str) -> tuple[Convention, ...]:
    """Who counts where a label names nobody: plain MACs and parameters, else every convention that belongs to no tool."""
    plainest = convention.load("mac")
    own = (c for c in map(convention.load, convention.ids()) if not c.tool and metric in c.metrics)
    return (plainest,) if metric in plainest.metrics else tuple(own)


@cache
def all_of(label: Label) -> tuple[Candidate, ...]:
    """Every number worth a try, cheapest first; of two that are equal the one that assumes less, or is tried first."""
    if label.metric == FILE:
        return ()
    best: dict[tuple[Fraction, str, str], Candidate] = {}
    for c in (*plain(label), *_tried(label)):
        key = (c.number, c.label.network, c.label.by)
        if c.worth <= MAX_WORTH and (key not in best or c.worth < best[key].worth):
            best[key] = c
    return tuple(sorted(best.values(), key=lambda c: c.worth))


def _tried(label: Label) -> Iterator[Candidate]:
    for l1, a1 in _networks(label):
        for l2, a2 in _inputs(l1):
            for l3, a3 in _batches(l2):
                for l4, a4 in _places(l3):
                    given = (*a1, *a2, *a3, *a4)
                    if sum(a.worth for a in given) > MAX_WORTH:
                        continue
                    for l5, factor, a5 in _conventions(l4):
                        assumed = given + a5
                        if sum(a.worth for a in assumed) > MAX_WORTH:
                            continue
                        n = exact.value(l5.network, l5.shape, l5.classes, l5.place, l5.by, l5.metric)
                        if n is not None:
                            yield Candidate(l5, factor, n, assumed)
                            yield from (Candidate(l5, factor, m, (*assumed, a)) for m, a in _by_platform(l5, n))


def _networks(label: Label) -> Iterator[tuple[Label, tuple[Assumption, ...]]]:
    """The network and its siblings, which share the first part of its name."""
    yield label, ()
    root = label.network.split("-")[0]
    if root in ("wide", "single"):
        return
    for v in models.variants().values():
        if v.name.split("-")[0] == root and v.name != label.network:
            shape = label.shape if label.stated_input else (label.shape[0], *v.input)
            yield replace(label, network=v.name, shape=shape), (assume(VARIANT, f"the variant {v.name}: {v.says}"),)
    own = models.get(label.network).classes
    if label.place == "":
        for n in OTHER_CLASSES:
            if n != (label.classes or own):
                yield replace(label, classes=n), (assume(CLASSES, f"{n} classes instead of {label.classes or own}"),)


def _inputs(label: Label) -> Iterator[tuple[Label, tuple[Assumption, ...]]]:
    yield label, ()
    if label.metric.startswith("params") or label.metric == "depth":
        return
    for size in SIZES:
        if (size, size) != label.shape[2:]:
            shape = (*label.shape[:2], size, size)
            says = f"input {show_shape(shape[1:])} instead of {show_shape(label.shape[1:])}"
            yield replace(label, shape=shape), (assume(INPUT, says, 1 + label.stated_input),)


def _batches(label: Label) -> Iterator[tuple[Label, tuple[Assumption, ...]]]:
    yield label, ()
    if label.metric.startswith("params") or label.metric == "depth":
        return
    for n in BATCHES:
        if n != label.shape[0]:
            yield (
                replace(label, shape=(n, *label.shape[1:])),
                (assume(BATCH, f"a batch of {n} instead of {label.shape[0]}"),),
            )


def _places(label: Label) -> Iterator[tuple[Label, tuple[Assumption, ...]]]:
    """The whole network, or a part of it that people mean by the same word."""
    yield label, ()
    by_tool = label.by and convention.load(label.by).tool  # a tool prints what it counts, not a part of it
    if label.place or label.metric not in ("compute", "params") or by_tool:
        return
    last = exact.last_layer(label.network)
    for place in (exact.CONVOLUTIONS, *([exact.ALL_BUT + last] if last else [])):
        yield replace(label, place=place), (assume(PART, place),)


def _conventions(label: Label) -> Iterator[tuple[Label, Fraction, tuple[Assumption, ...]]]:
    """Who counts, and the factor that turns multiply-adds into operations or back."""
    known = [c for c in map(convention.load, convention.ids()) if label.metric in c.metrics]
    if not label.by:
        for c in known:
            free = c in _by_definition(label.metric)
            by = () if free else (assume(TOOL, f"counted as {c.title} does"),)
            yield from _factors(replace(label, by=c.id), c, by, free=free and label.open_unit)
        return
    own = convention.load(label.by)
    yield from _factors(label, own, (), free=False)
    for c in known:
        if c.id == own.id:
            continue
        same = _root(c) == _root(own) or c.tool == own.tool != ""
        edition = assume(WRAP if c.id.endswith(exact.WRAPS) else EDITION, f"another edition of the tool: {c.title}")
        against = assume(AGAINST, f"counted as {c.title} does, not as the label says")
        yield replace(label, by=c.id), Fraction(1), (edition if same else against,)


def _root(c: Convention) -> str:
    return c.edition_of or c.id


def _factors(
    label: Label, c: Convention, assumed: tuple[Assumption, ...], *, free: bool
) -> Iterator[tuple[Label, Fraction, tuple[Assumption, ...]]]:
    yield label, Fraction(1), assumed
    if label.metric != "compute":
        return
    per_mac = max((w.weight for w in c.table("compute").weighed.get("conv", ()) if w.primitive == "mac"), default=1)
    if per_mac == 1:
        says = () if free else (assume(FACTOR, "doubled: multiplications and additions counted apart"),)
        yield label, Fraction(2), assumed + says
    else:
        yield label, Fraction(1, 2), (*assumed, assume(FACTOR, "halved: a multiply-add counted as one"))


def _by_platform(label: Label, n: int) -> Iterator[tuple[int, Assumption]]:
    """What the tool prints on another platform than the one that its convention was read on.

    torchinfo takes the size of the input's storage with sys.getsizeof, header included (torchinfo
    1.8.0, torchinfo.py, sizes of inputs), which was 56 bytes before it was 64.
    """
    if label.by == "torchinfo" and label.metric in ("memory", "memory_input"):
        yield n - 8, assume(EDITION, "an older PyTorch, whose storages have a header of 56 bytes and not of 64")
