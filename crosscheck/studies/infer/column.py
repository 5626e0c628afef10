"""Columns of the regression: one quantity each, a count per row of the table; what no row can tell apart is one column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from crosscheck.counting.engine import Tally
from crosscheck.ops.primitives import COMPUTE, PARAMS, SIZES
from crosscheck.ops.quirks import QUIRKS

BYTES = 4  # of a number in single precision, in which memory is counted
MOST_RATIO = 6
Name = tuple[str, str]  # op and primitive


@dataclass(frozen=True, slots=True)
class Member:
    """A primitive of an op whose counts are ``ratio`` times those of its column, in every row."""

    op: str
    primitive: str
    ratio: int = 1

    @property
    def name(self) -> Name:
        """Op and primitive."""
        return self.op, self.primitive


@dataclass(frozen=True, slots=True)
class Column:
    """Counts of one quantity, one a row, in ones or bytes; ``members`` are its names, the likeliest first.

    ``price`` is what its use costs: 1, or 2 where only one tool is known to count such a thing.
    """

    counts: tuple[int, ...]
    members: tuple[Member, ...]
    price: int

    @property
    def most_ratio(self) -> int:
        """How many times the counts of the column its greatest member's are."""
        return max(m.ratio for m in self.members)

    def named(self, weight: int, most: int) -> tuple[Member, ...]:
        """The members of which a whole weight up to ``most`` is this weight of the column, the likeliest first."""
        return tuple(m for m in self.members if weight % m.ratio == 0 and abs(weight) <= most * m.ratio)


def sums(tally: Tally) -> dict[Name, int]:
    """All that is counted of a network, containers too, per op and primitive."""
    found: dict[Name, int] = {}
    for group in tally.groups.values():
        for op, counts in group.items():
            for primitive, value in counts.items():
                found[op, primitive] = found.get((op, primitive), 0) + value
    return found


def columns(rows: Sequence[Mapping[Name, int]], metric: str) -> tuple[Column, ...]:
    """The columns that may be weighed under a metric, in the order of their first names."""
    names = sorted({name for row in rows for name, n in row.items() if n}, key=lambda name: _rank(name, metric))
    factor = BYTES if metric.startswith("memory") else 1
    vectors = {name: tuple(factor * row.get(name, 0) for row in rows) for name in names if _fits(name, metric)}
    return tuple(_column(vectors, group, metric) for group in _alike(vectors))


def _fits(name: Name, metric: str) -> bool:
    """Whether such a thing may be counted under a metric."""
    return name[1] in PARAMS if metric.startswith("params") else True


def _plain(name: Name, metric: str) -> bool:
    """Whether more than one tool may count such a thing under the metric."""
    return name[1] not in QUIRKS and (name[1] not in SIZES or metric not in ("compute", "mul", "add"))


def _rank(name: Name, metric: str) -> tuple[bool, int, str]:
    """The order in which names of one column are preferred."""
    known = [*PARAMS, *COMPUTE, *SIZES] if metric.startswith("params") else [*COMPUTE, *PARAMS, *SIZES]
    return not _plain(name, metric), known.index(name[1]) if name[1] in known else len(known), name[0]


def _alike(vectors: Mapping[Name, tuple[int, ...]]) -> Iterator[list[Name]]:
    """Names whose counts are the same in every row, or small whole multiples of the smallest of them."""
    left = sorted(vectors, key=vectors.__getitem__)
    order = list(vectors)
    while left:
        base = vectors[left[0]]
        group = [name for name in left if _ratio(vectors[name], base)]
        left = [name for name in left if name not in group]
        yield sorted(group, key=order.index)


def _ratio(counts: Sequence[int], base: Sequence[int]) -> int:
    """The whole number up to 6 that the counts are of the base's, in every row; 0 where there is none."""
    at = next(k for k, n in enumerate(base) if n)
    ratio = counts[at] // base[at]
    same = all(c == ratio * b for c, b in zip(counts, base, strict=True))
    return ratio if same and 1 <= ratio <= MOST_RATIO else 0


def _column(vectors: Mapping[Name, tuple[int, ...]], group: Iterable[Name], metric: str) -> Column:
    names = list(group)
    base = min(vectors[name] for name in names)
    members = tuple(Member(*name, _ratio(vectors[name], base)) for name in names)
    return Column(base, members, 1 if any(_plain(name, metric) for name in names) else 2)
