"""What goes into a call and comes out, as it is built: tools take the first of a tuple, the last of a dictionary, or give up.

A tensor is ``("tensor", bytes of an element, *shape)``, a sequence ``("tuple", *forms)``, a mapping ``("dict", *forms)`` of its
values, a packed sequence ``("packed", sequences, steps, form of its data)``; anything else is ``("other", name of its class)``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor
from torch.nn.utils.rnn import PackedSequence

FLOAT = 4  # bytes of what most tensors hold


def form(value: Any) -> tuple[Any, ...]:
    """The form of a value."""
    if isinstance(value, Tensor):
        return ("tensor", value.element_size(), *(int(n) for n in value.shape))
    if isinstance(value, PackedSequence):
        return ("packed", int(value.batch_sizes.max()), len(value.batch_sizes), form(value.data))
    if isinstance(value, Mapping):
        return ("dict", *map(form, value.values()))
    if isinstance(value, tuple | list):
        return ("tuple", *map(form, value))
    return ("other", type(value).__name__)


def usual(made: tuple[Any, ...]) -> bool:
    """True for one tensor of floats, which the shapes of a call tell already."""
    return made[:2] == ("tensor", FLOAT)


def all_usual(given: tuple[Any, ...]) -> bool:
    """True for positional arguments that are all tensors of floats, one at least."""
    return len(given) > 1 and all(usual(part) for part in given[1:])


def numbers(value: Any) -> int:
    """What the whole numbers and flags in arguments add up to, those in sequences and mappings too."""
    if isinstance(value, Mapping):
        return sum(map(numbers, value.values()))
    if isinstance(value, tuple | list):
        return sum(map(numbers, value))
    return int(value) if isinstance(value, int) else 0
