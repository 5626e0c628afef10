"""What goes into a call and comes out, as it is built: tools take the first of a tuple, the last of a dictionary, or give up.

A tensor is ``("tensor", bytes of an element, *shape)``, a sequence ``("tuple", *forms)``, a mapping ``("dict", *forms)`` of its
values; anything else is ``("other", name of its class)``, unless a framework has a form for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Form = tuple[Any, ...]
FLOAT = 4  # bytes of what most tensors hold


def form_of(value: Any, own: Callable[[Any], Form | None], outer: tuple[int, ...] = ()) -> Form:
    """The form of a value; ``own`` gives those of a framework's tensors and of what it has besides.

    ``outer`` are the values that it stands in, which end where one is met again.
    """
    if (found := own(value)) is not None:
        return found
    if id(value) in outer or not isinstance(value, Mapping | tuple | list):
        return ("other", type(value).__name__)
    kind, parts = ("dict", value.values()) if isinstance(value, Mapping) else ("tuple", value)
    return (kind, *(form_of(part, own, (*outer, id(value))) for part in parts))


def usual(made: Form) -> bool:
    """True for one tensor of floats, which the shapes of a call tell already."""
    return made[:2] == ("tensor", FLOAT)


def all_usual(given: Form) -> bool:
    """True for positional arguments that are all tensors of floats, one at least."""
    return len(given) > 1 and all(usual(part) for part in given[1:])


def numbers(value: Any) -> int:
    """What the whole numbers and flags in arguments add up to, those in sequences and mappings too."""
    if isinstance(value, Mapping):
        return sum(map(numbers, value.values()))
    if isinstance(value, tuple | list):
        return sum(map(numbers, value))
    return int(value) if isinstance(value, int) else 0


def mapped(value: Any, of: Callable[[Any], Any]) -> Any:
    """The same arguments with ``of`` each value in them; tuples, lists and dicts are looked into, and no subclass of these."""
    if type(value) in (tuple, list):
        return type(value)(mapped(v, of) for v in value)
    return {k: mapped(v, of) for k, v in value.items()} if type(value) is dict else of(value)
