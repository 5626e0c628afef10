"""What a figure claims: an exact number of something, printed in a certain way; several where its label leaves something open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from crosscheck.studies.figures import units
from crosscheck.studies.figures.assumption import UNIT, Assumption, assume
from crosscheck.studies.figures.label import Label, metrics_of, whole
from crosscheck.studies.figures.printed import Number
from crosscheck.studies.figures.record import Figure, UnreadableError
from crosscheck.studies.figures.units import Unit
from crosscheck.studies.figures.written import COMMA, NOTHING, Written, ambiguous, parts

SMALL = 10_000  # a number below, without a unit, is read in millions and billions too
MEANT = {"compute": (10**9, 10**6), "params": (10**6, 10**9), "activations": (10**6,)} | {"memory": (10**6,)}


@dataclass(frozen=True, slots=True)
class Claim:
    """One reading of a figure: what was counted, how the number is written, and what reading it so assumes."""

    label: Label
    number: Number
    assumed: tuple[Assumption, ...] = ()


def spelled(figure: Figure) -> Figure:
    """The figure with the unit that stands behind its value in the unit's column, where that is empty."""
    try:
        last = parts(figure.value)[-1]
    except ValueError:
        return figure
    return replace(figure, unit=last.unit) if not figure.unit and units.unit(last.unit) else figure


def numbers(figure: Figure) -> tuple[Number, ...]:
    """How a figure is written: one number, both ends of a range, or none for ``--``. Raises UnreadableError."""
    if figure.value.lower() in NOTHING:
        return ()
    try:
        written = parts(figure.value, figure.decimal or ".")
    except ValueError as error:
        raise UnreadableError("value", str(error)) from None
    return tuple(_number(figure, w) for w in written)


def number(figure: Figure) -> Number | None:
    """How the figure is written, a range by its first end; None for ``--``, which says that there is nothing."""
    return next(iter(numbers(figure)), None)


def unit_of(figure: Figure) -> int:
    """What one of the figure's unit, as its own column or its metric's name tells, is in ones. Raises UnreadableError."""
    if figure.scale:
        return whole(figure, "scale")
    return _unit(figure.unit or units.in_metric(figure.metric)).ones(_metric(figure))


def claims(labels: Iterable[Label], printed: Number, *, bare: bool) -> tuple[Claim, ...]:
    """All readings of one number: as it is written, and where it has no magnitude in usual ones; ``bare`` has no unit at all."""
    return tuple(c for label in labels for c in _claims(label, printed, bare=bare))


def ends(figure: Figure, asked: Sequence[Label]) -> tuple[tuple[Claim, ...], ...]:
    """All readings of each number that a figure prints; one with a comma that may part decimals is read so, too."""
    alone = bare(figure)
    found = tuple(claims(asked, n, bare=alone) for n in numbers(figure))
    if figure.decimal or not ambiguous(figure.value):
        return found
    (other,) = numbers(replace(figure, decimal=COMMA))
    assumed = (assume(UNIT, "a comma before its decimals"),)
    return ((*found[0], *(replace(c, assumed=c.assumed + assumed) for c in claims(asked, other, bare=alone))),)


def bare(figure: Figure) -> bool:
    """True where no unit is printed with a figure, nor in its metric's name."""
    return not (figure.unit or figure.scale or figure.precision or units.in_metric(figure.metric))


def _claims(label: Label, printed: Number, *, bare: bool) -> Iterator[Claim]:
    part = printed.scale == 1 and printed.base.denominator > 1  # nothing is counted in parts of one
    if not part:
        yield Claim(label, printed)
    meant = MEANT.get("memory" if label.metric.startswith("memory") else label.metric, ())
    if printed.scale > 1 or printed.value >= SMALL or not (part or bare) or label.place:
        return
    for scale in meant:
        names = {10**6: "millions", 10**9: "billions"}
        binary = None if label.metric.startswith("memory") else True
        assumed = assume(UNIT, f"in {names[scale]}: no unit is printed")
        yield Claim(label, replace(printed, scale=scale, binary=binary), (assumed,))


def _number(figure: Figure, written: Written) -> Number:
    """A number with its scale: of its own unit, of the unit's column, or of both where only one of them has a magnitude."""
    own = units.unit(written.unit)
    if own is None:
        says = f"{figure.value!r} is no figure: {written.unit!r} is no unit. Hint: {' or '.join(units.near(written.unit))}"
        raise UnreadableError("value", says)
    column = figure.unit or units.in_metric(figure.metric)
    beside = _unit("" if figure.scale else column)
    scale, other = own.ones(_metric(figure)), unit_of(figure)
    if min(scale, other) > 1 and not figure.scale and scale != other:
        raise UnreadableError("unit", f"{figure.unit or column!r} contradicts {written.text!r}. Hint: name the unit once")
    together = scale * other if figure.scale else max(scale, other)
    ulp = Fraction(whole(figure, "precision")) / together if figure.precision else written.ulp
    binary = None if not figure.scale and None in (own.binary, beside.binary) else True
    return Number(written.value, ulp, together, written.text, binary, not (figure.precision or written.whole), written.bound)


def _unit(text: str) -> Unit:
    found = units.unit(text)
    if found is None:
        raise UnreadableError("unit", f"{text!r} is not known. Hint: {' or '.join(units.near(text))}, or leave it empty")
    return found


def _metric(figure: Figure) -> str:
    return figure.counts or next(iter(metrics_of(figure)), "")
