"""What a source does, in terms that hold for every network: who counts, how much of it, at which input, and how it is printed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from crosscheck import models
from crosscheck.contract.network import Shape
from crosscheck.studies.figures import exact
from crosscheck.studies.figures.assumption import BATCH, CLASSES, EDITION, INPUT, OTHER, PART, VARIANT
from crosscheck.studies.figures.claim import Claim
from crosscheck.studies.figures.fits import other_scale
from crosscheck.studies.figures.hypotheses import HEADER, Candidate
from crosscheck.studies.figures.label import Label

LAST = "all but the last layer"
ROUNDED, CUT, ROUGH = "rounded", "cut off", "rounded to fewer digits"


@dataclass(frozen=True, slots=True)
class Practice:
    """Who counts what of a network: ``by`` a convention, times ``factor``; empty and 0 is as the label says.

    ``place`` is a part of every network, ``size`` the sides of its input, ``variant`` what follows its name, ``header``
    the bytes that an older platform's lacks.
    """

    metric: str
    by: str
    factor: Fraction = Fraction(1)
    place: str = ""
    size: Shape = ()
    batch: int = 0
    classes: int = 0
    variant: str = ""
    header: int = 0


@dataclass(frozen=True, slots=True)
class Writing:
    """How numbers are printed: rounded or cut off, in decimal or binary units, in a unit that is not printed."""

    kind: str = ROUNDED
    binary: bool = False
    unit: str = ""


def of(label: Label, c: Candidate) -> Practice | None:
    """The practice that yields a candidate for what a label asks; None of what no practice is, another network altogether."""
    kinds = {a.kind for a in c.given}
    if OTHER in kinds or label.subject:
        return None
    told = c.asked
    place = (exact.CONVOLUTIONS if told.place == exact.CONVOLUTIONS else LAST) if PART in kinds else ""
    size = told.shape[2:] if INPUT in kinds else ()
    batch = told.shape[0] if BATCH in kinds else 0
    variant = told.network.partition("-")[2] if VARIANT in kinds else ""
    classes = (told.classes or 0) if CLASSES in kinds else 0
    header = HEADER if EDITION in kinds else 0  # of a platform; other editions are conventions of their own
    return Practice(told.metric, c.by, c.factor, place, size, batch, classes, variant, header)


@cache
def halves(p: Practice, label: Label) -> int | None:
    """Twice the number that a practice yields for what a label asks; None where it yields none."""
    network = _network(p, label)
    shape = (p.batch or label.shape[0], label.shape[1], *(p.size or label.shape[2:]))
    if network != label.network and not label.stated_input and not p.size:
        shape = (shape[0], *models.get(network).input)
    place = exact.ALL_BUT + exact.last_layer(network) if p.place == LAST else p.place or label.place
    classes = p.classes or label.classes
    if exact.problem(network, shape, classes, place, p.by):
        return None
    n = exact.value(network, shape, classes, place, p.by, p.metric)
    return None if n is None else int(2 * (n - p.header) * p.factor)


def _network(p: Practice, label: Label) -> str:
    """The network, or its variant where it has that one."""
    other = f"{label.network.partition('-')[0]}-{p.variant}"
    return other if p.variant and other in models.variants() else label.network


@cache
def writings(claim: Claim) -> tuple[tuple[Writing, int, int], ...]:
    """Each way to print, with twice the least and the greatest number that is printed as claimed in it."""
    return tuple(_writings(claim))


def _writings(claim: Claim) -> Iterator[tuple[Writing, int, int]]:
    n, unit = claim.number, "; ".join(a.says for a in claim.assumed)
    other = other_scale(n)
    for scale, binary in ((n.scale, False), *([(other, True)] if other else [])):
        yield Writing(ROUNDED, binary, unit), *n.halves(scale)
        yield Writing(CUT, binary, unit), *n.halves(scale, cut=True)
        yield Writing(ROUGH, binary, unit), *n.halves(scale, ulp=n.rough)


def obeyed(claims: tuple[Claim, ...], p: Practice) -> frozenset[Writing]:
    """The ways to print in which a practice yields what is claimed."""
    return frozenset(
        w
        for c in claims
        if c.label.metric == p.metric and (n := halves(p, c.label)) is not None
        for w, low, high in writings(c)
        if low <= n <= high
    )
