"""How likely a fit is by chance: the weightings that were tried, times the share of made-up figures that each row lets pass."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import comb, log10

from crosscheck.studies.infer import program
from crosscheck.studies.infer.fit import LOOK, MOST, Fit, Table, first_rows, problem_of

DECOYS, SHIFT = 3, 20
NEEDLESS = -30.0  # below it no decoy is tried
MOST_WEIGHTS = 16  # that anybody is known to have, and a few more
BAR = -4.0  # a power of ten: more than one made-up table in so many that would pass is too much


@dataclass(frozen=True, slots=True)
class Chance:
    """``tried`` weightings with as few weights, ``power`` of ten of the made-up tables that one of them would fit.

    ``passed`` of ``decoys`` tables, whose figures were shifted by up to 20 units of their last digit, were fitted as cheaply.
    """

    tried: int
    power: float
    passed: int = 0
    decoys: int = 0

    @property
    def small(self) -> bool:
        """Whether such a fit says anything."""
        return self.power <= BAR and not self.passed


def chance(table: Table, fit: Fit, ways: int) -> Chance:
    """The same of a fit that was found in one of so many ways to read the column."""
    tried = ways * _weightings(table, sum(map(bool, fit.weights)))
    power = log10(tried) + _passing(table, fit.left) + log10(comb(len(table.rows), len(fit.left)))
    if not NEEDLESS < power <= BAR:
        return Chance(tried, power)
    passed = sum(_passes(table, fit, seed) for seed in range(DECOYS))
    return Chance(tried, power, passed, DECOYS)


def affordable(table: Table) -> int:
    """The most weights that prove anything: with more, made-up figures would be yielded too."""
    most, passing = 0, _passing(table)
    while most < min(MOST_WEIGHTS, len(table.columns)) and log10(_weightings(table, most + 1)) + passing <= BAR:
        most += 1
    return most


def _passing(table: Table, left: Sequence[int] = ()) -> float:
    """The share of made-up tables that one weighting yields, as a power of ten, without the rows that are left out."""
    shares = [Fraction(high - low + 1, max(abs(high), 1)) for k, (low, high) in enumerate(table.bounds) if k not in left]
    return sum(min(log10(s), 0.0) for s in shares if s > 0)


def _weightings(table: Table, most: int) -> int:
    """How many weightings have so many weights at most."""
    return sum(comb(len(table.columns), n) * (2 * MOST * table.reading.parts) ** n for n in range(1, most + 1))


def _passes(table: Table, fit: Fit, seed: int) -> bool:
    """Whether a table of wrong figures beside these is fitted as cheaply."""
    draw, rows = random.Random(f"{seed} {table.bounds}"), first_rows(table)  # noqa: S311 - decoys want no secret
    plain = problem_of(table, rows, 0, (), fit.price, LOOK)
    bounds = []
    for low, high in plain.bounds:
        shift = draw.choice((-1, 1)) * draw.randint(1, SHIFT) * (high - low + 1)
        bounds.append((low + shift, high + shift))
    return bool(program.solve(replace(plain, bounds=tuple(bounds))).weights)
