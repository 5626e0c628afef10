"""Numbers that exports carry along to say a shape or a padding: moved, cut and repeated as the nodes do it, row by row.

Numbers are those of a tensor in row-major order. More than SMALL of them, or more than MOST_AXES axes, are given up.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import prod

from crosscheck.contract.network import Shape
from crosscheck.importers.onnx.node import Nums
from crosscheck.importers.onnx.tensor import SMALL

MOST_AXES = 8


def _steps(shape: Shape) -> list[int]:
    """How far apart neighbours along each axis lie."""
    return [prod(shape[k + 1 :]) for k in range(len(shape))]


def picked(nums: Nums | None, shape: Shape, places: Sequence[Sequence[int]]) -> Nums | None:
    """What is left where each axis keeps the ``places``, in their order."""
    if nums is None or len(nums) != prod(shape) or prod(map(len, places)) > SMALL or len(shape) > MOST_AXES:
        return None
    steps = _steps(shape)
    return tuple(nums[sum(p * s for p, s in zip(at, steps, strict=True))] for at in product(*places))


def transposed(nums: Nums | None, shape: Shape, perm: Sequence[int]) -> Nums | None:
    """The numbers with the axes in the order of ``perm``."""
    if nums is None or len(nums) != prod(shape) or len(shape) > MOST_AXES:
        return None
    steps = _steps(shape)
    return tuple(
        nums[sum(p * steps[k] for p, k in zip(at, perm, strict=True))] for at in product(*(range(shape[k]) for k in perm))
    )


def joined(parts: Sequence[Nums | None], shapes: Sequence[Shape], axis: int) -> Nums | None:
    """The numbers of tensors that are put one after the other along ``axis``."""
    if any(p is None or len(p) != prod(s) for p, s in zip(parts, shapes, strict=True)) or sum(map(prod, shapes)) > SMALL:
        return None
    runs = [prod(s[axis:]) for s in shapes]
    return tuple(
        v
        for row in range(prod(shapes[0][:axis]))
        for p, n in zip(parts, runs, strict=True)
        for v in (p or ())[row * n : row * n + n]
    )


def filled(value: Nums | None, shape: Shape | None) -> Nums | None:
    """One number everywhere."""
    if value is None or len(value) != 1 or shape is None or min(shape, default=0) < 0 or prod(shape) > SMALL:
        return None
    return value * prod(shape)
