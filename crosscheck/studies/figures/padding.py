"""Zeros that a column appends to all its figures: 30.810, 15.520, 8.190 are rounded to two decimals and printed with three."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from crosscheck.studies.figures.claim import number
from crosscheck.studies.figures.printed import Number
from crosscheck.studies.figures.record import Figure, UnreadableError

FEWEST = 5  # figures that all end in a zero hardly do so by chance
WHOLE = 1000  # exact counts often end in a zero or two of their own


def without(figures: Sequence[Figure], column: Callable[[Figure], object]) -> list[Figure]:
    """The figures, each with the unit of the last digit that is meant, where all figures of its ``column`` end in zeros."""
    columns: dict[object, dict[int, Number]] = {}
    for k, f in enumerate(figures):
        if not f.precision and (n := _number(f)):
            columns.setdefault(column(f), {})[k] = n
    padded = ((numbers, zeros) for numbers in columns.values() if (zeros := _zeros(numbers.values())) > 1)
    meant = {k: n.ulp * n.scale * zeros for numbers, zeros in padded for k, n in numbers.items()}
    return [replace(f, precision=str(meant[k])) if k in meant and meant[k].denominator == 1 else f for k, f in enumerate(figures)]


def _number(figure: Figure) -> Number | None:
    try:
        n = None if figure.damage else number(figure)
    except UnreadableError:
        return None
    return n if n and n.value and not n.bound else None


def _zeros(numbers: Collection[Number]) -> int:
    """The power of ten that all figures of a column end in; 1 where there is none, or too few figures."""
    digits = {int(n.value / n.ulp) for n in numbers}
    power = 1
    while len(digits) >= FEWEST and not any(d % (10 * power) for d in digits):
        power *= 10
    return power if power >= WHOLE or any(n.ulp * n.scale > 1 for n in numbers) else 1
