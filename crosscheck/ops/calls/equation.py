"""Equations of einsum: which axes two operands share, and what multiplying them out costs."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from crosscheck.contract.network import Shape


def pair_cost(equation: str, shapes: Sequence[Shape]) -> int | None:
    """Products of one or two operands over all their axes, doubled where some are summed; None for more operands.

    Each combination of sizes is one product, and one addition where an axis goes: what ``numpy.einsum_path`` reports of one
    contraction. Source: numpy 2.x, _core/einsumfunc.py, _flop_count.
    """
    if len(shapes) not in (1, 2):
        return None
    inputs, _, output = equation.replace(" ", "").partition("->")
    sizes: dict[str, int] = {}
    for term, shape in zip(inputs.split(","), shapes, strict=True):
        for axis, size in zip(_spread(term, len(shape)), shape, strict=True):
            sizes[axis] = max(size, sizes.get(axis, 1))
    if not output and "->" not in equation:
        joined = inputs.replace(",", "")
        output = "".join(sorted(c for c in set(joined) if joined.count(c) == 1 and c != "."))
    summed = any(axis not in output for axis in sizes if not axis.startswith("."))
    return prod(sizes.values()) * (max(1, len(shapes) - 1) + summed)


def _spread(term: str, rank: int) -> list[str]:
    """The axes of one operand, those that ``...`` stands for named from the last."""
    if "..." not in term:
        return list(term)
    before, _, after = term.partition("...")
    hidden = rank - len(before) - len(after)
    return [*before, *(f".{k}" for k in range(hidden, 0, -1)), *after]
