"""Figures as they are printed: value, precision and scale, and whether an exact number is printed so."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from crosscheck.errors import UsageError

SCALES = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "b": 10**9, "t": 10**12}
BINARY_SCALES = {10**3: 2**10, 10**6: 2**20, 10**9: 2**30, 10**12: 2**40}
_VALUE = re.compile(
    r"(?P<digits>[0-9][0-9,_']*)(?P<decimals>\.[0-9]+)?(?:(?:e|\s*[×x]\s*10\^)(?P<exponent>[0-9]{1,2}))?"
    r"\s*(?P<suffix>[kmgbt](?!illion|ult|acs?\b))?\s*(?P<word>[a-z][a-z/ -]*)?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Printed:
    """A figure as printed: its value, its last digit's place, its scale and what its unit word says."""

    text: str
    value: Fraction
    ulp: Fraction
    scale: int
    metric: str | None
    unit: str

    @cached_property
    def reach(self) -> tuple[float, float]:
        """Bounds, a little wide, that any exact number behind the figure lies in, whatever its scale."""
        top = BINARY_SCALES.get(self.scale, self.scale)
        return float((self.value - self.ulp) * self.scale) * 0.999, float((self.value + self.ulp) * top) * 1.001

    def holds(self, exact: Fraction, scale: int, cut: bool) -> bool:
        """True where ``exact`` is printed as this figure under ``scale``, rounded or cut off."""
        v, ulp = self.value * scale, self.ulp * scale
        return v <= exact < v + ulp if cut else abs(exact - v) * 2 <= ulp


def parse(text: str) -> tuple[Fraction, Fraction, str, str]:
    """Value, place of the last digit, suffix (``m``, ``g`` …) and unit word of a printed figure. Raises UsageError."""
    match = _VALUE.fullmatch(text.strip())
    if not match:
        raise UsageError(f"{text!r} is no figure. Hint: write it like 4.11G, 8.19 GFLOPs, 25.56M or 61,100,840")
    digits = re.sub(r"[,_']", "", match["digits"])
    decimals = match["decimals"] or ""
    word = (match["word"] or "").strip().lower()
    suffix = (match["suffix"] or "").lower()
    for long, short in (("million", "m"), ("billion", "b")):
        if word.startswith(long):
            word, suffix = word.removeprefix(long).strip(), short
    power = 10 ** int(match["exponent"] or 0)
    return Fraction(digits + decimals) * power, Fraction(power, 10 ** max(0, len(decimals) - 1)), suffix, word


def read(text: str, metric: str | None = None) -> tuple[Printed, ...]:
    """A printed figure (``4.11G``, ``8.19 GFLOPs``, ``61,100,840``), one reading per possible scale. Raises UsageError."""
    value, ulp, suffix, word = parse(text)
    said = "params" if "param" in word else "compute" if re.search(r"flop|mac|mult|op", word) else None
    if word and said is None:
        raise UsageError(f"{text!r} is no figure. Hint: write it like 4.11G, 8.19 GFLOPs, 25.56M or 61,100,840")
    bare = not suffix and ulp <= 1 and value < 10_000
    scales = (10**9, 10**6) if bare else (SCALES[suffix],)
    return tuple(Printed(text.strip(), value, ulp, scale, metric or said, word) for scale in scales)
