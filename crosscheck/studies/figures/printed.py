"""Figures as they are printed: value, place of the last digit and scale, and whether an exact number is printed so."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import ceil, floor, prod

LONGEST = 60  # characters of a figure
NOTHING = ("", "--", "-", "–", "n/a")
_VALUE = re.compile(
    r"(?P<digits>[0-9][0-9,_']*)(?P<decimals>\.[0-9]+)?(?:(?:e|\s*[×x]\s*10\^)(?P<exponent>[0-9]{1,2}))?"
    r"\s*(?P<unit>[a-z].*)?",
    re.IGNORECASE,
)
_RANGE = re.compile(r"(?P<low>[0-9].*?)\s*(?:~|–|—|\.\.|\bto\b|-(?=\s*[0-9]))\s*(?P<high>[0-9].*)")
_PRODUCT = re.compile(r"[0-9]+(\*[0-9]+)+")


@dataclass(frozen=True, slots=True)
class Number:
    """How a figure is written: its value in units of ``scale``, the unit of its last digit, and the zeros that end it.

    ``binary`` is None where the printed unit has a decimal and a binary meaning and the label does not say which;
    ``round_zeros`` is False where the zeros that end it are known to be digits.
    """

    value: Fraction
    ulp: Fraction
    scale: int
    text: str
    binary: bool | None = None
    round_zeros: bool = True

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


@dataclass(frozen=True, slots=True)
class Written:
    """A figure's text taken apart: value, place of its last digit, and the unit behind it as it is written."""

    value: Fraction
    ulp: Fraction
    unit: str
    text: str
    whole: bool = False  # a product, whose digits are all meant


def parts(text: str) -> tuple[Written, ...]:
    """The numbers that a text prints: one, or the two ends of a range. Raises ValueError for a text that is no figure.

    A unit behind the second end is the first one's too, unless that has its own.
    """
    ends = _RANGE.fullmatch(text.strip())
    if not ends:
        return (_written(text.strip()),)
    low, high = _written(ends["low"]), _written(ends["high"])
    return (low if low.unit else Written(low.value, low.ulp, high.unit, low.text), high)


def _written(text: str) -> Written:
    if len(text) > LONGEST:
        raise ValueError(f"longer than {LONGEST} characters. Hint: one figure at a time")
    if _PRODUCT.fullmatch(text):
        return Written(Fraction(prod(map(int, text.split("*")))), Fraction(1), "", text, whole=True)
    match = _VALUE.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is no figure. Hint: write it like 4.11G, 8.19 GFLOPs, 25.56M, 61,100,840 or 7.6×10^9")
    digits = re.sub(r"[,_']", "", match["digits"])
    decimals = match["decimals"] or ""
    power = 10 ** int(match["exponent"] or 0)
    ulp = Fraction(power, 10 ** max(0, len(decimals) - 1))
    return Written(Fraction(digits + decimals) * power, ulp, (match["unit"] or "").strip(), text)


def ones(n: Fraction) -> str:
    """An exact number with thousands apart."""
    return f"{int(n):,}" if n.denominator == 1 else f"{float(n):,}"
