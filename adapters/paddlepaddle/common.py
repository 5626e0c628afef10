"""What the ops share: their types, sizes as Paddle takes them, refusals that name the layer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adapters.room import Unsupported
from crosscheck.contract.network import Layer

Arrays = Mapping[str, NDArray[np.float32]]
Hold = Callable[[str, NDArray[np.float32]], Any]
Made = Callable[..., Any]


def refuse(layer: Layer, reason: str) -> Unsupported:
    """The exception that says what Paddle cannot do with this layer."""
    return Unsupported(f"layer {layer.id!r}: {reason}")


def rank_of(layer: Layer) -> int:
    """Spatial axes of the input; Paddle convolves and pools over one, two or three."""
    rank = len(layer.x) - 2
    if rank > 3:
        raise refuse(layer, f"Paddle has no {layer.op} over {rank} spatial axes")
    return rank


def sized(sizes: tuple[int, ...]) -> int | list[int]:
    """Sizes as Paddle takes them: a number for one axis, a list for more."""
    return sizes[0] if len(sizes) == 1 else list(sizes)


def flat(pairs: tuple[tuple[int, int], ...]) -> int | list[int]:
    """Padding as a number or list where both ends are equal, else ``[before, after, …]`` in the order of the axes."""
    if all(before == after for before, after in pairs):
        return sized(tuple(before for before, _ in pairs))
    return [p for pair in pairs for p in pair]
