"""Two sequences of units side by side: the pairing that keeps the order and has the most in common."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

from crosscheck.diff.canonical import Unit

CELLS = 4_000_000  # above this many comparisons only equal units are paired
Pair = tuple[Unit | None, Unit | None]


def align(here: Sequence[Unit], there: Sequence[Unit], apart: bool = False) -> list[Pair]:
    """Pairs in order; None where one side has nothing. Swapping the sides swaps the pairs and changes nothing else.

    ``apart`` pairs nothing out of blocks of different kinds, such as basic blocks and bottlenecks.
    """
    if len(there) < len(here) or (len(there) == len(here) and _said(there) < _said(here)):
        return [(a, b) for b, a in _aligned(there, here, apart)]
    return _aligned(here, there, apart)


def _said(units: Sequence[Unit]) -> str:
    return repr([u.key for u in units])


def _aligned(a: Sequence[Unit], b: Sequence[Unit], apart: bool) -> list[Pair]:
    keys: dict[Any, int] = {}
    ka, kb = ([keys.setdefault((u.key, apart and u.block), len(keys)) for u in units] for units in (a, b))
    start = 0
    while start < min(len(a), len(b)) and ka[start] == kb[start]:
        start += 1
    end = 0
    while end < min(len(a), len(b)) - start and ka[-1 - end] == kb[-1 - end]:
        end += 1
    mid_a, mid_b = slice(start, len(a) - end), slice(start, len(b) - end)
    middle = _best(a[mid_a], b[mid_b], ka[mid_a], kb[mid_b], apart)
    head: list[Pair] = list(zip(a[:start], b[:start], strict=True))
    tail: list[Pair] = list(zip(a[len(a) - end :], b[len(b) - end :], strict=True))
    return _slide(head + middle + tail)


def _slide(pairs: list[Pair]) -> list[Pair]:
    """Stretches of one side alone moved as late as equal units allow: an extra branch starts where it forks."""
    for side in (0, 1):
        k = len(pairs) - 1
        while k >= 0:
            if pairs[k][1 - side] is not None or (k and pairs[k - 1][1 - side] is None):
                k -= 1
                continue
            start = end = k  # a stretch from start up to end, not included
            while end < len(pairs) and pairs[end][1 - side] is None:
                end += 1
            while end < len(pairs) and None not in pairs[end]:
                first, last = pairs[start][side], pairs[end][side]
                if first is None or last is None or (first.key, first.block) != (last.key, last.block):
                    break
                stretch = [pair[side] for pair in pairs[start + 1 : end + 1]]
                pairs[start] = _pair(side, first, pairs[end][1 - side])
                pairs[start + 1 : end + 1] = [_pair(side, unit, None) for unit in stretch]
                start, end = start + 1, end + 1
            k -= 1
    return pairs


def _pair(side: int, own: Unit | None, other: Unit | None) -> Pair:
    return (other, own) if side else (own, other)


def _best(a: Sequence[Unit], b: Sequence[Unit], ka: Sequence[int], kb: Sequence[int], apart: bool) -> list[Pair]:
    """The common subsequence of the highest score; of several, the one that pairs earliest."""
    if len(a) * len(b) > CELLS:
        return _equal(a, b, ka, kb)
    known: dict[tuple[int, int], int] = {}

    def score(i: int, j: int) -> int:
        key = (ka[i], kb[j])
        if key not in known:
            known[key] = 0 if apart and a[i].block != b[j].block else _likeness(a[i], b[j])
        return known[key]

    rest = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]  # rest[i][j]: the best score of what is left from i and j
    for i in range(len(a) - 1, -1, -1):
        row, below = rest[i], rest[i + 1]
        for j in range(len(b) - 1, -1, -1):
            alike = score(i, j)
            best = below[j] if below[j] > row[j + 1] else row[j + 1]
            row[j] = max(best, below[j + 1] + alike) if alike else best
    pairs: list[Pair] = []
    i = j = 0
    while i < len(a) and j < len(b):
        alike = score(i, j)
        if alike and rest[i][j] == rest[i + 1][j + 1] + alike:
            pairs.append((a[i], b[j]))
            i, j = i + 1, j + 1
        elif rest[i][j] == rest[i + 1][j]:
            pairs.append((a[i], None))
            i += 1
        else:
            pairs.append((None, b[j]))
            j += 1
    return pairs + [(u, None) for u in a[i:]] + [(None, u) for u in b[j:]]


def _equal(a: Sequence[Unit], b: Sequence[Unit], ka: Sequence[int], kb: Sequence[int]) -> list[Pair]:
    """Runs of equal units, for networks that are too large to weigh every pair."""
    pairs: list[Pair] = []
    i = j = 0
    for block in difflib.SequenceMatcher(None, ka, kb, autojunk=False).get_matching_blocks():
        pairs += [(u, None) for u in a[i : block.a]] + [(None, u) for u in b[j : block.b]]
        i, j = block.a + block.size, block.b + block.size
        pairs += list(zip(a[block.a : i], b[block.b : j], strict=True))
    return pairs


def _likeness(a: Unit, b: Unit) -> int:
    """How much two units have in common; 0 where one cannot stand for the other."""
    if a.kind != b.kind:
        return 0
    alike = 10 if a.op == b.op else 4
    alike += 4 * (a.y == b.y) + 2 * (a.x == b.x)
    for name in ("kernel", "out_channels", "out_features"):
        alike += 4 * (a.attrs.get(name) == b.attrs.get(name))
    return alike + sum(bool(a.attrs.get(name) == b.attrs.get(name)) for name in ("stride", "groups", "padding"))
