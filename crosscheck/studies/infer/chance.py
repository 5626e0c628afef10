"""How likely a fit is by chance: the weightings that were tried, times the share of made-up figures that each row lets pass."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from fractions import Fraction
from math import comb, log10

from crosscheck.studies.infer import program
from crosscheck.studies.infer.fit import LOOK, MOST, Fit, Table, first_rows, problem_of

DECOYS, SHIFT = 3, 20
NEEDLESS = -30.0  # below it no decoy is tried
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
    tried = ways * _weightings(table, fit)
    shares = [Fraction(high - low + 1, max(abs(high), 1)) for k, (low, high) in enumerate(table.bounds) if k not in fit.left]
    power = log10(tried) + sum(min(log10(s), 0.0) for s in shares) + _left_out(table, fit)
    if not NEEDLESS < power <= BAR:
        return Chance(tried, power)
    passed = sum(_passes(table, fit, seed) for seed in range(DECOYS))
    return Chance(tried, power, passed, DECOYS)


def _weightings(table: Table, fit: Fit) -> int:
    """How many weightings have as few weights."""
    k = sum(map(bool, fit.weights))
    return sum(comb(len(table.columns), n) * (2 * MOST * table.reading.parts) ** n for n in range(1, k + 1))


def _left_out(table: Table, fit: Fit) -> float:
    return log10(comb(len(table.rows), len(fit.left)))


def _passes(table: Table, fit: Fit, seed: int) -> bool:
    """Whether a table of wrong figures beside these is fitted as cheaply."""
    draw, rows = random.Random(f"{seed} {table.bounds}"), first_rows(table)  # noqa: S311 - decoys want no secret
    plain = problem_of(table, rows, 0, (), fit.price, LOOK)
    bounds = []
    for low, high in plain.bounds:
        shift = draw.choice((-1, 1)) * draw.randint(1, SHIFT) * (high - low + 1)
        bounds.append((low + shift, high + shift))
    return bool(program.solve(replace(plain, bounds=tuple(bounds))).weights)
