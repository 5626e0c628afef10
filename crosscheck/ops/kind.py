"""What an op kind is: a sentence, its attributes, its shape rule and its counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crosscheck.contract.network import Layer, Shape

Attrs = dict[str, Any]
Factors = tuple[int, ...]
Counts = dict[str, Factors]
REQUIRED: Any = object()


@dataclass(frozen=True, slots=True)
class Op:
    """One op kind: what it is, its attributes, its shape rule and its counts.

    ``resolve`` completes the attributes and gives the output shape (ValueError where the input does not fit); ``counts``
    gives the factors of every primitive that is not zero. ``family`` is empty for what a described network can have; an op
    that only comes from files belongs to a family of such ops, which a convention may name as a whole (``@movement``).
    """

    says: str
    attrs: Mapping[str, Any]
    resolve: Callable[[Attrs, Sequence[Shape]], Shape]
    counts: Callable[[Layer], Counts]
    family: str = ""

    @property
    def scope(self) -> str:
        """``file`` for an op that only comes from files, else ``network``."""
        return "file" if self.family else "network"


def elements(layer: Layer) -> Counts:
    """Elements of the first input and of the first output."""
    return {"in_elements": layer.x, "out_elements": layer.y}
