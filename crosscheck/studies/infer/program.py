"""The regression as a mixed-integer program, which HiGHS solves: as few weights as possible, each a small whole number.

A solver works in floating point, and a total of 10^10 with a term of 10 in it is beyond its tolerance. So an equation is written
digit by digit, with carries that are whole numbers, as one adds on paper; every solution is checked in whole numbers afterwards.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from crosscheck.errors import UsageError

INSTALL = "pip install -c constraints.txt -e '.[infer]'"
BASE = 2**13  # of the digits: far from what floating point confuses
CLEAR = 2**18  # how many times its interval a total may be without being written in digits
SECONDS = 30.0  # for a machine that stands still; what ends a search is its number of nodes
NODES = 1500  # that the solver looks at
OPTIMAL, INFEASIBLE = 0, 2  # as scipy says
BEYOND = 10  # times its own size that a row may be wrong by
FINE = 3  # what a row that is left out costs, in weights
Bounds = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Problem:
    """Rows of whole counts, one list a row, each with the least and the greatest total that is printed so.

    ``prices`` are what the use of each column costs, ``most`` is the size of its greatest weight. At most ``spare`` rows may be
    left out, each at a price. ``cuts`` are sets of columns that may not be used together, ``budget`` is the highest
    price, ``nodes`` how far the solver looks.
    """

    counts: tuple[tuple[int, ...], ...]
    bounds: tuple[Bounds, ...]
    prices: tuple[int, ...]
    most: tuple[int, ...]
    spare: int = 0
    cuts: tuple[tuple[int, ...], ...] = ()
    budget: int | None = None
    nodes: int = NODES


@dataclass(frozen=True, slots=True)
class Solution:
    """Weights by column, and the rows that were left out; no ``weights`` where there is no solution.

    ``proved`` is False where the search was ended before it had an answer.
    """

    weights: tuple[int, ...] = ()
    left: tuple[int, ...] = ()
    proved: bool = True


@dataclass
class _Matrix:
    """Constraints that grow row by row, and variables beyond the weights and their switches."""

    width: int
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    rows: list[dict[int, float]] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)

    def variable(self, low: float, high: float) -> int:
        """A new whole variable."""
        self.lower.append(low)
        self.upper.append(high)
        return self.width + len(self.lower) - 1

    def add(self, row: dict[int, float], low: float, high: float) -> None:
        """A new constraint."""
        self.rows.append(row)
        self.low.append(low)
        self.high.append(high)


def solver() -> Any:
    """scipy.optimize. Raises UsageError with the command that installs it."""
    try:
        import scipy.optimize
    except ImportError:
        raise UsageError(f"scipy is not installed, whose HiGHS finds the weights. Hint: {INSTALL}") from None
    return scipy.optimize


def holds(weights: Sequence[int], counts: Sequence[int], bounds: Bounds) -> bool:
    """Whether these weights give a total within bounds, in whole numbers."""
    return bounds[0] <= sum(w * c for w, c in zip(weights, counts, strict=True) if w) <= bounds[1]


def solve(problem: Problem) -> Solution:
    """The cheapest weights that satisfy every row but those left out. Raises UsageError where scipy is not installed."""
    n, m = len(problem.prices), _Matrix(2 * len(problem.prices))
    out = [m.variable(0, 1) for _ in problem.counts] if problem.spare else []
    for k, (counts, bounds) in enumerate(zip(problem.counts, problem.bounds, strict=True)):
        _row(m, counts, bounds, problem.most, out[k] if out else None)
    for j in range(n):
        m.add({j: 1, n + j: -problem.most[j]}, -float("inf"), 0)
        m.add({j: 1, n + j: problem.most[j]}, 0, float("inf"))
    for cut in problem.cuts:
        m.add({n + j: 1 for j in cut}, -float("inf"), len(cut) - 1)
    if out:
        m.add(dict.fromkeys(out, 1), 0, problem.spare)
    prices = [0] * n + list(problem.prices) + [FINE if n * 2 + k in out else 0 for k in range(len(m.lower))]
    if problem.budget is not None:
        m.add({k: p for k, p in enumerate(prices) if p}, 0, problem.budget)
    lower = [-w for w in problem.most] + [0] * n + m.lower
    upper = [*problem.most, *[1] * n, *m.upper]
    return _checked(problem, *_run(m, prices, lower, upper, problem.nodes))


def reach(counts: Sequence[Sequence[int]], bounds: Sequence[Bounds], goal: Sequence[int], most: Sequence[int]) -> Bounds | None:
    """The least and the greatest total of ``goal`` by weights that satisfy the rows; None where none do, or nobody knows."""
    ends = []
    for sign in (1, -1):
        m = _Matrix(len(goal))
        for row, limits in zip(counts, bounds, strict=True):
            _row(m, row, limits, most, None)
        size = max(map(abs, goal), default=0) or 1
        prices = [sign * g / size for g in goal] + [0.0] * len(m.lower)
        lower, upper = [*(-w for w in most), *m.lower], [*most, *m.upper]
        values, _ = _run(m, prices, lower, upper, NODES)
        if values is None:
            return None
        ends.append(sum(round(w) * g for w, g in zip(values, goal, strict=False)))
    return ends[0], ends[1]


def _row(m: _Matrix, counts: Sequence[int], bounds: Bounds, most: Sequence[int], out: int | None) -> None:
    """One row: within its bounds, or anywhere near where the variable ``out`` is 1."""
    low, high = bounds
    size, width = max(*counts, abs(low), abs(high)), max(high - low, 1)
    if size <= CLEAR * width:
        row = {j: c / width for j, c in enumerate(counts) if c}
        beyond = BEYOND * max(abs(low), abs(high)) / width
        _within(m, row, low / width, high / width, out, beyond)
    else:
        _digits(m, list(counts), bounds, most, out)


def _within(m: _Matrix, row: dict[int, float], low: float, high: float, out: int | None, beyond: float) -> None:
    if out is None:
        m.add(row, low, high)
        return
    m.add({**row, out: -beyond}, -float("inf"), high)
    m.add({**row, out: beyond}, low, float("inf"))


def _digits(m: _Matrix, counts: list[int], bounds: Bounds, most: Sequence[int], out: int | None) -> None:
    """The same digit by digit, the lowest first: counts times weights plus what is carried is the digit of the total."""
    low, total = bounds
    extra: dict[int, float] = {m.variable(0, total - low): 1} if low < total else {}
    while max(*counts, abs(total)) >= BASE:
        pairs = [_digit(c) for c in counts]
        digit, total = _digit(total)
        slack = sum(m.upper[k - m.width] for k in extra)
        most_carried = (sum(w * abs(d) for w, (d, _) in zip(most, pairs, strict=True)) + abs(digit) + slack) // BASE + 2
        carry = m.variable(-most_carried, most_carried)
        row = {j: d for j, (d, _) in enumerate(pairs) if d} | extra | {carry: -BASE}
        _within(m, row, digit, digit, out, BASE)
        counts, extra = [q for _, q in pairs], {carry: 1}
    _within(m, {j: c for j, c in enumerate(counts) if c} | extra, total, total, out, BEYOND * BASE)


def _digit(number: int) -> tuple[int, int]:
    """The lowest digit, between half a base below 0 and above, and the rest."""
    digit = (number + BASE // 2) % BASE - BASE // 2
    return digit, (number - digit) // BASE


def _run(m: _Matrix, prices: Sequence[float], lower: Sequence[float], upper: Sequence[float], nodes: int) -> tuple[Any, bool]:
    """The values of all variables, None where there is no solution, and whether that is certain."""
    optimize = solver()
    from scipy.sparse import csr_array

    places = [(k, j, v) for k, row in enumerate(m.rows) for j, v in row.items()]
    at = [p[0] for p in places], [p[1] for p in places]
    matrix = csr_array(([float(p[2]) for p in places], at), shape=(len(m.rows), len(prices)))
    for presolve in (True, False):  # presolving has called problems infeasible that have a solution: one opinion is none
        with _quiet():
            found = optimize.milp(
                prices,
                constraints=optimize.LinearConstraint(matrix, m.low, m.high),
                bounds=optimize.Bounds(lower, upper),
                integrality=[1] * len(prices),
                options={"node_limit": nodes, "time_limit": SECONDS, "presolve": presolve},
            )
        if found.status != INFEASIBLE:
            break
    return found.x, found.status in (OPTIMAL, INFEASIBLE)


def _checked(problem: Problem, values: Any, proved: bool) -> Solution:
    """The solution in whole numbers, where it is one."""
    if values is None:
        return Solution(proved=proved)
    weights = tuple(round(v) for v in values[: len(problem.prices)])
    rows = list(zip(problem.counts, problem.bounds, strict=True))
    left = tuple(k for k, row in enumerate(rows) if not holds(weights, *row))
    if len(left) > problem.spare:
        return Solution(proved=False)
    return Solution(weights, left, proved)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep off the standard output what the solver's own library writes there, whatever it is told."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)
