"""Exact numbers that may be behind a figure: first what its label says, then what one must assume besides, cheapest first.

Where the label names its convention, no other tool's number is tried before everything else has failed; an assumption that
changes no number explains nothing and is not made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from operator import attrgetter
from typing import NamedTuple

from crosscheck import models
from crosscheck.contract.network import show_shape
from crosscheck.conventions import read as convention
from crosscheck.conventions.table import Convention
from crosscheck.studies.figures import exact, growth
from crosscheck.studies.figures.assumption import (
    AGAINST,
    BATCH,
    CLASSES,
    EDITION,
    FACTOR,
    INPUT,
    MAX_WORTH,
    OTHER,
    PART,
    TOOL,
    VARIANT,
    WORTHS,
    WRAP,
    Assumption,
    assume,
    worth,
)
from crosscheck.studies.figures.label import FILE, Label

SIZES = (224, 227, 256, 299, 32)
BATCHES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
OTHER_CLASSES = (10, 100, 1001)
ONE = Fraction(1)
HEADER = 8  # bytes by which headers of storages differ between platforms
PLATFORM = "torchinfo"  # the convention whose numbers depend on the platform
Assumed = tuple[Assumption, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """How a number is counted and printed: who counts, what it is multiplied with, and what that assumes.

    ``halves`` is twice the factor, which is whole.
    """

    by: str
    factor: Fraction
    halves: int
    assumed: Assumed = ()
    worth: int = 0


class Candidate(NamedTuple):  # a tuple, because a table of figures makes some hundred thousand of them
    """An exact number, whose it is, and what must be assumed for it beyond what the label says.

    ``asked`` tells what is counted, which assumes what is ``given``; ``halves`` is twice the number that would be printed, which
    is whole.
    """

    asked: Label
    way: Way
    given: Assumed
    exact: int
    halves: int
    worth: int

    @property
    def by(self) -> str:
        """Who counts it."""
        return self.way.by

    @property
    def factor(self) -> Fraction:
        """What the exact number is multiplied with."""
        return self.way.factor

    @property
    def assumed(self) -> Assumed:
        """All that must be assumed for it."""
        return self.given + self.way.assumed

    @property
    def label(self) -> Label:
        """What is counted and by whom."""
        return replace(self.asked, by=self.by)

    @property
    def number(self) -> Fraction:
        """The number that would be printed, in ones."""
        return Fraction(self.halves, 2)


def candidate(asked: Label, by: str, exact: int, assumed: Assumed = ()) -> Candidate:
    """A number of a convention on what is asked."""
    return Candidate(asked, _way(by), assumed, exact, 2 * exact, worth(assumed))


def _way(by: str, assumed: Assumed = (), factor: Fraction = ONE) -> Way:
    return Way(by, factor, int(2 * factor), assumed, worth(assumed))


@cache
def plain(label: Label) -> tuple[Candidate, ...]:
    """What the label itself says, without assumptions: one number, or two where it leaves open what one FLOP is."""
    said = (_way(label.by),) if label.by else _ways(label.metric, "", label.open_unit)
    return tuple(_counted(label, [w for w in said if not w.worth]))


@cache
def all_of(label: Label) -> tuple[Candidate, ...]:
    """Every number worth a try, cheapest first; of two that are equal the one that assumes less, or is tried first."""
    if label.metric == FILE:
        return ()
    return _cheapest((*plain(label), *(c for asked, given in _settings(label) for c in _weighed(asked, given))))


@cache
def others(label: Label) -> tuple[Candidate, ...]:
    """What the label says, of the other networks of the family: what is tried where nothing else fits."""
    if label.place or label.metric == FILE or label.subject:
        return ()
    asked = models.get(label.network)
    family = (v for v in models.variants().values() if v.family == asked.family and v.root != asked.root)
    return _cheapest(
        c._replace(given=assumed, worth=worth(assumed))
        for v in family
        for c in plain(replace(label, network=v.name, shape=(label.shape[0], *v.input), classes=None))
        for assumed in [(assume(OTHER, f"another network: {v.name} ({v.says})"),)]
    )


def _cheapest(found: Iterable[Candidate]) -> tuple[Candidate, ...]:
    best: dict[tuple[int, str, str], Candidate] = {}
    for c in found:
        key = (c.halves, c.asked.network, c.way.by)
        before = best.setdefault(key, c)
        if c.worth < before.worth:
            best[key] = c
    return tuple(sorted(best.values(), key=attrgetter("worth")))


def _settings(label: Label) -> Iterator[tuple[Label, Assumed]]:
    """What may have been counted: networks, inputs, batches and parts, each with what it assumes; a subject as it is alone."""
    if label.subject:
        yield label, ()
        return
    for l1, a1 in _networks(label):
        denied = a1 and label.stated_input  # a label is wrong about its network or about its input, not about both
        for l2, a2 in _inputs(l1, 0 if denied else MAX_WORTH - worth(a1)):
            if growth.sums(l2.network, (1, *l2.shape[1:]), l2.classes):
                for l3, a3 in _batches(l2, MAX_WORTH - worth(a1 + a2)):
                    for l4, a4 in _places(l3, MAX_WORTH - worth(a1 + a2 + a3)):
                        yield l4, a1 + a2 + a3 + a4


def _weighed(asked: Label, given: Assumed) -> Iterator[Candidate]:
    left = MAX_WORTH - worth(given)
    for c in _counted(asked, [w for w in _ways(asked.metric, asked.by, asked.open_unit) if w.worth <= left], given):
        yield c
        if c.worth < MAX_WORTH and c.way.by == PLATFORM and asked.metric in ("memory", "memory_input"):
            yield _by_platform(c)


def _counted(asked: Label, ways: Iterable[Way], given: Assumed = ()) -> Iterator[Candidate]:
    spent, said = worth(given), _said(asked)
    for way in ways:
        n = said[way.by]
        if n is not None:
            yield Candidate(asked, way, given, n, way.halves * n, spent + way.worth)


def _said(asked: Label) -> exact.Said:
    """What every convention says of what is asked."""
    if asked.subject:
        return exact.of_subject(asked.subject, asked.metric)
    return exact.said(asked.network, asked.shape, asked.classes, asked.place, asked.metric)


def _networks(label: Label) -> Iterator[tuple[Label, Assumed]]:
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


def _inputs(label: Label, left: int) -> Iterator[tuple[Label, Assumed]]:
    yield label, ()
    price = 1 + label.stated_input
    if label.metric.startswith("params") or label.metric == "depth" or price > left:
        return
    for size in SIZES:
        if (size, size) != label.shape[2:]:
            shape = (*label.shape[:2], size, size)
            says = f"input {show_shape(shape[1:])} instead of {show_shape(label.shape[1:])}"
            yield replace(label, shape=shape), (assume(INPUT, says, price),)


def _batches(label: Label, left: int) -> Iterator[tuple[Label, Assumed]]:
    yield label, ()
    if label.metric.startswith("params") or label.metric == "depth" or WORTHS[BATCH] > left:
        return
    for n in BATCHES:
        if n != label.shape[0]:
            says = f"a batch of {n} instead of {label.shape[0]}"
            yield replace(label, shape=(n, *label.shape[1:])), (assume(BATCH, says),)


def _places(label: Label, left: int) -> Iterator[tuple[Label, Assumed]]:
    """The whole network, or a part of it that people mean by the same word."""
    yield label, ()
    by_tool = label.by and convention.load(label.by).tool  # a tool prints what it counts, not a part of it
    if label.place or label.metric not in ("compute", "params") or by_tool or WORTHS[PART] > left:
        return
    last = exact.last_layer(label.network)
    for place in (exact.CONVOLUTIONS, *([exact.ALL_BUT + last] if last else [])):
        yield replace(label, place=place), (assume(PART, place),)


@cache
def _by_definition(metric: str) -> tuple[Convention, ...]:
    """Who counts where a label names nobody: plain MACs and parameters, else every convention that belongs to no tool."""
    plainest = convention.load("mac")
    own = (c for c in map(convention.load, convention.ids()) if not c.tool and metric in c.metrics)
    return (plainest,) if metric in plainest.metrics else tuple(own)


@cache
def _ways(metric: str, by: str, open_unit: bool) -> tuple[Way, ...]:
    """Who may have counted, and the factors that turn multiply-adds into operations or back."""
    known = [c for c in map(convention.load, convention.ids()) if metric in c.metrics]
    if by:
        return (*_factors(convention.load(by), (), free=False, metric=metric), *_besides(known, convention.load(by)))
    found: list[Way] = []
    for c in known:
        free = c in _by_definition(metric)
        assumed = () if free else (assume(TOOL, f"counted as {c.title} does"),)
        found += _factors(c, assumed, free=free and open_unit, metric=metric)
    return tuple(found)


def _besides(known: list[Convention], own: Convention) -> Iterator[Way]:
    """Who else may have counted where the label names somebody: another edition, or another tool against the label."""
    for c in known:
        if c.id != own.id:
            same = _root(c) == _root(own) or c.tool == own.tool != ""
            edition = assume(WRAP if c.id.endswith(exact.WRAPS) else EDITION, f"another edition of the tool: {c.title}")
            assumed = edition if same else assume(AGAINST, f"counted as {c.title} does, not as the label says")
            yield _way(c.id, (assumed,))


def _root(c: Convention) -> str:
    return c.edition_of or c.id


def _factors(c: Convention, assumed: Assumed, *, free: bool, metric: str) -> Iterator[Way]:
    yield _way(c.id, assumed)
    if metric != "compute":
        return
    per_mac = max((w.weight for w in c.table("compute").weighed.get("conv", ()) if w.primitive == "mac"), default=1)
    if per_mac == 1:
        more = () if free else (assume(FACTOR, "doubled: multiplications and additions counted apart"),)
        yield _way(c.id, assumed + more, Fraction(2))
    else:
        more = (assume(FACTOR, "halved: a multiply-add counted as one"),)
        yield _way(c.id, assumed + more, Fraction(1, 2))


def _by_platform(c: Candidate) -> Candidate:
    """What the tool prints on another platform than the one that its convention was read on.

    torchinfo takes the size of the input's storage with sys.getsizeof, header included (torchinfo
    1.8.0, torchinfo.py, sizes of inputs), which was 56 bytes before it was 64.
    """
    says = "an older PyTorch, whose storages have a header of 56 bytes and not of 64"
    return candidate(c.asked, c.by, c.exact - HEADER, (*c.assumed, assume(EDITION, says)))
