"""Products of tensors in Einstein's notation, "bij,bjk->bik": what they multiply, from the equation and the shapes.

Some count one product for every combination of all indices, others the cheapest order of pairwise products. Of two operands both
are the same but for rounding.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from math import floor, prod
from string import ascii_letters

from crosscheck.contract.call import Shape
from crosscheck.ops.kind import Counts

Sizes = Mapping[str, int]
Terms = tuple[frozenset[str], ...]


def count(equation: str, shapes: Sequence[Shape]) -> Counts:
    """Combinations of all indices, those where an ellipsis hides some apart, and the products that numpy.einsum_path prints."""
    terms, out, sizes = _read(equation, shapes)
    every = tuple(sizes.values())
    counts: Counts = {"path_products": (floor(_printed(_cheapest(terms, out, sizes)) / 2),)}
    if equation.replace(" ", "").translate(_alphabet(equation)) in _PLAIN:
        counts["path_products"] = every
    return counts | {"mac": every} | ({"ellipsis_mac": every} if "..." in equation else {})


def printed(equation: str, shapes: Sequence[Shape]) -> int:
    """Operations of the cheapest order as numpy.einsum_path prints them: with four digits, and one too many."""
    return int(_printed(_cheapest(*_read(equation, shapes))))


_PLAIN = ("abc,abd->acd", "abc,adc->adb")  # what one tool counts by itself, without rounding


def _alphabet(equation: str) -> dict[int, str]:
    """Letters in the order in which they come, as a, b, c and so on."""
    return {ord(x): chr(97 + k) for k, x in enumerate(dict.fromkeys(x for x in equation if x.isalpha()))}


def _read(equation: str, shapes: Sequence[Shape]) -> tuple[Terms, frozenset[str], Sizes]:
    """The indices of every operand and of what comes out, and how many values each takes."""
    terms, out = _written(equation.replace(" ", ""), shapes)
    sizes: dict[str, int] = {}
    for term, shape in zip(terms, shapes, strict=True):
        for letter, n in zip(term, shape, strict=True):
            sizes[letter] = max(n, sizes.get(letter, 1))
    return tuple(map(frozenset, terms)), frozenset(out), sizes


def _written(equation: str, shapes: Sequence[Shape]) -> tuple[list[str], str]:
    """The subscripts of every operand and of what comes out, written out where they are not: ellipses, and an output."""
    left, arrow, out = equation.partition("->")
    terms = left.split(",")
    free = [x for x in ascii_letters if x not in equation]
    hidden = max((len(s) - len(t) + 3 for t, s in zip(terms, shapes, strict=True) if "..." in t), default=0)
    spare = "".join(free[:hidden])
    full = [t.replace("...", spare[hidden - (len(s) - len(t) + 3) :]) for t, s in zip(terms, shapes, strict=True)]
    once = "".join(sorted(x for x in set("".join(full)) - set(spare) if "".join(full).count(x) == 1))
    return full, out.replace("...", spare) if arrow else spare + once


def _cheapest(terms: Terms, out: frozenset[str], sizes: Sizes) -> int:
    """Operations of the cheapest order of pairwise products whose results are no larger than the largest operand or the output.

    One for a product, one more where an index is summed. Source of the rule: NumPy, numpy.einsum_path, ``optimize="optimal"``.
    """
    if len(terms) < 3 or frozenset().union(*terms) == out:
        return _step(terms, tuple(range(len(terms))), out, sizes)[0]
    limit = max(_size(term, sizes) for term in (*terms, out))
    states: list[tuple[int, Terms]] = [(0, terms)]
    for _ in range(len(terms) - 1):
        after = [s for cost, now in states for s in _pairs(cost, now, out, sizes, limit)]
        if not after:
            return min(cost + _step(now, tuple(range(len(now))), out, sizes)[0] for cost, now in states)
        states = after
    return min(cost for cost, _ in states)


def _pairs(cost: int, now: Terms, out: frozenset[str], sizes: Sizes, limit: int) -> Iterator[tuple[int, Terms]]:
    for pair in combinations(range(len(now)), 2):
        more, made, rest = _step(now, pair, out, sizes)
        if _size(made, sizes) <= limit:
            yield cost + more, (*rest, made)


def _step(now: Terms, at: Sequence[int], out: frozenset[str], sizes: Sizes) -> tuple[int, frozenset[str], Terms]:
    """Cost of multiplying the operands at these places, the indices of the result, and what is left."""
    met = frozenset().union(*(now[k] for k in at))
    rest = tuple(t for k, t in enumerate(now) if k not in at)
    made = met & out.union(*rest)
    return _size(met, sizes) * (max(1, len(at) - 1) + (met != made)), made, rest


def _size(indices: frozenset[str], sizes: Sizes) -> int:
    return prod(sizes[x] for x in indices)


def _printed(operations: int) -> float:
    """What is printed for so many operations: one more, with four digits."""
    return float(f"{operations + 1:.3e}")
