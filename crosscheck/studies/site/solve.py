"""Whole numbers that are sums of known terms: which multiple of each, found exactly from as many sums as there are terms."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

Row = Sequence[int]


class Independent:
    """Rows of terms, each kept only where it is no sum of multiples of those before."""

    def __init__(self) -> None:
        self._reduced: list[tuple[int, list[Fraction]]] = []

    def keeps(self, row: Row) -> bool:
        """Whether a row adds to what is there; then it is kept."""
        left = list(map(Fraction, row))
        for at, known in self._reduced:
            if left[at]:
                left = [x - left[at] * y for x, y in zip(left, known, strict=True)]
        first = next((k for k, x in enumerate(left) if x), None)
        if first is None:
            return False
        self._reduced.append((first, [x / left[first] for x in left]))
        return True


class Solver:
    """Solves sums over square ``rows`` that are independent, one row of terms for each sum."""

    def __init__(self, rows: Sequence[Row]) -> None:
        exact = _inverse(rows)
        self._whole = lcm(*(x.denominator for line in exact for x in line))
        self._lines = [[int(x * self._whole) for x in line] for line in exact]

    def multiples(self, sums: Row) -> tuple[int, ...] | None:
        """Of each term how many times it is in every sum; None where that is no whole number."""
        found = [divmod(sum(x * n for x, n in zip(line, sums, strict=True)), self._whole) for line in self._lines]
        return None if any(rest for _, rest in found) else tuple(n for n, _ in found)


def _inverse(rows: Sequence[Row]) -> list[list[Fraction]]:
    size = len(rows)
    lines = [[Fraction(x) for x in row] + [Fraction(int(j == k)) for j in range(size)] for k, row in enumerate(rows)]
    for k in range(size):
        pivot = next(j for j in range(k, size) if lines[j][k])
        lines[k], lines[pivot] = lines[pivot], lines[k]
        lines[k] = [x / lines[k][k] for x in lines[k]]
        for j in (j for j in range(size) if j != k and lines[j][k]):
            lines[j] = [x - lines[j][k] * y for x, y in zip(lines[j], lines[k], strict=True)]
    return [line[size:] for line in lines]
