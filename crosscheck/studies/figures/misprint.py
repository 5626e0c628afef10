"""Slips of the pen: what one must do to a correct figure to get a printed one that no convention yields.

A misprint needs a positive finding: one digit another, two digits swapped, a power of ten, or a sum that its own printed parts
do not give or that carries a misprinted part along. That a figure is merely near is no finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from crosscheck.studies.figures.claim import number, unit_of
from crosscheck.studies.figures.hypotheses import Candidate
from crosscheck.studies.figures.printed import Number, ones
from crosscheck.studies.figures.record import Figure, UnreadableError

Parts = Mapping[str, Sequence[tuple[Figure, Fraction]]]
DIGITS = 3  # with fewer, some digit is always one slip away
NEAR = 2  # units of the last digit: what is as near as that may be another rounding


@dataclass(frozen=True, slots=True)
class Slip:
    """What went wrong, and the figure as it should have been printed."""

    says: str
    correct: str


def parts(figures: Iterable[Figure]) -> Parts:
    """Printed parts by the name of their sum, in ones; a part without a number adds nothing, one that is unreadable ends it."""
    found: dict[str, list[tuple[Figure, Fraction]]] = {}
    unknown = set()
    for f in figures:
        if f.part_of:
            try:
                n = number(f)
            except UnreadableError:
                unknown.add(f.part_of)
                continue
            found.setdefault(f.part_of, []).append((f, n.base if n else Fraction(0)))
    return {name: rows for name, rows in found.items() if name not in unknown}


def slip(printed: Number, own: Sequence[Candidate]) -> Slip | None:
    """One slip that turns what the label says into what is printed."""
    for c in own:
        right = c.number / printed.scale / printed.ulp
        if abs(right - printed.value / printed.ulp) <= NEAR:
            continue
        if says := _edit(str(round(right)), printed.digits, last=printed.ulp * printed.scale == 1):
            return Slip(says, _show(Fraction(round(right)) * printed.ulp, printed))
        longer = str(int(right * 10))
        for k in range(1, len(longer) - 2):
            if len(longer) > DIGITS and longer[:k] + longer[k + 1 :] == printed.digits:
                says = f"a digit left out: the {longer[k]} of {_show(Fraction(int(longer)) * printed.ulp / 10, printed, 1)}"
                return Slip(says, _show(Fraction(round(right)) * printed.ulp, printed))
        for k in (1, 2, 3, -1, -2, -3):
            if printed.prints(c.number * Fraction(10) ** k) and len(printed.digits) >= DIGITS:
                times = f"{10 ** abs(k):,} times too {'large' if k > 0 else 'small'}"
                return Slip(f"the decimal point: {times}", _show(Fraction(round(right)) * printed.ulp, printed))
    return None


def _edit(right: str, wrong: str, *, last: bool) -> str:
    """How the wrong digits come from the right ones by one slip; ``last`` lets it be the last digit of an exact number."""
    if len(right) != len(wrong) or len(right) < DIGITS:
        return ""
    odd = [k for k, (a, b) in enumerate(zip(right, wrong, strict=True)) if a != b]
    if len(odd) == 1 and (last or odd[0] < len(right) - 1):
        return f"one digit: {wrong[odd[0]]} in place of {right[odd[0]]}"
    if len(odd) == 2 and odd[1] == odd[0] + 1 and (right[odd[0]], right[odd[1]]) == (wrong[odd[1]], wrong[odd[0]]):
        return f"two digits swapped: {wrong[odd[0]]}{wrong[odd[1]]} in place of {right[odd[0]]}{right[odd[1]]}"
    return ""


def wrong_sum(
    figure: Figure, printed: Number, own: Sequence[Candidate], known: Parts, wrong: Sequence[tuple[Figure, str]]
) -> Slip | None:
    """A printed sum that its printed parts do not give though they are right, or that carries a misprinted part along."""
    rows = known.get(figure.sum_of, ())
    total = sum((n for _, n in rows), Fraction(0))
    for c in own:
        if rows and total == c.number and not printed.prints(total):
            unit = Fraction(unit_of(figure))
            says = f"a wrong sum: its own {len(rows)} printed rows add up to {ones(total / unit)}, and so does the count"
            return Slip(says, _show(total / printed.scale, printed))
        if rows and printed.prints(total) and wrong:
            names = " and ".join(f"{f.value} ({f.name}) in place of {right}" for f, right in wrong)
            less = f"{ones(c.number)} − {ones(total)} = {ones(c.number - total)}"
            says = f"the sum of its printed rows, {ones(total)}, carries {names}: {less}"
            return Slip(says, _show(c.number / printed.scale, printed))
    return None


def _show(value: Fraction, printed: Number, more: int = 0) -> str:
    """A value written as the figure is: as many decimals, or some more; thousands apart, the unit letters behind it."""
    decimals = len(str(int(1 / printed.ulp))) - 1 + more if printed.ulp <= 1 else 0
    letters = re.sub(r"^[0-9.,*]+", "", printed.text)
    return (f"{float(value):.{decimals}f}" if decimals else f"{round(value):,}") + letters
