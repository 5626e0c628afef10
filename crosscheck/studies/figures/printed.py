"""Figures as they are printed: value, place of the last digit and scale, and whether an exact number is printed so."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import ceil, floor


@dataclass(frozen=True, slots=True)
class Number:
    """How a figure is written: its value in units of ``scale``, the unit of its last digit, and the zeros that end it.

    ``binary`` is None where the printed unit has a decimal and a binary meaning and the label does not say which;
    ``round_zeros`` is False where the zeros that end it are known to be digits. ``bound`` is ``<`` or ``>`` of a mere limit.
    """

    value: Fraction
    ulp: Fraction
    scale: int
    text: str
    binary: bool | None = None
    round_zeros: bool = True
    bound: str = ""

    @property
    def base(self) -> Fraction:
        """The figure in ones."""
        return self.value * self.scale

    @property
    def rough(self) -> Fraction:
        """The unit of the last digit that is not zero, of a whole number that ends in zeros."""
        return _rough(self.value, self.ulp) if self.round_zeros else self.ulp

    @property
    def digits(self) -> str:
        """The digits that are claimed, without point and leading zeros."""
        return str(int(self.value / self.ulp))

    def prints(self, exact: Fraction, scale: int | None = None) -> bool:
        """True where ``exact`` is printed as this figure in units of ``scale``, rounded."""
        s = self.scale if scale is None else scale
        return abs(exact - self.value * s) * 2 <= self.ulp * s

    def halves(self, scale: int, *, cut: bool = False, ulp: Fraction | None = None) -> tuple[int, int]:
        """The least and the greatest number of halves that is printed so in units of ``scale``, rounded or cut off at ``ulp``."""
        v, u = self.value * scale, (self.ulp if ulp is None else ulp) * scale
        return (ceil(2 * v), ceil(2 * v + 2 * u) - 1) if cut else (ceil(2 * v - u), floor(2 * v + u))

    def reach(self, scale: int) -> tuple[int, int]:
        """The least and the greatest number of halves that is printed so in units of ``scale``, rounded or cut off anywhere."""
        v, u = self.value * scale, self.rough * scale
        return ceil(2 * v - u), floor(2 * v + 2 * u)


@cache
def _rough(value: Fraction, ulp: Fraction) -> Fraction:
    while value and ulp >= 1 and value % (ulp * 10) == 0:
        ulp *= 10
    return ulp


def ones(n: Fraction) -> str:
    """An exact number with thousands apart."""
    return f"{int(n):,}" if n.denominator == 1 else f"{float(n):,}"
