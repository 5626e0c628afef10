"""What came out of a call, as the capture writes it down (``given`` and ``made``), and which of its tensors stands for it."""

from __future__ import annotations

from typing import Any

from crosscheck.contract.call import Call, Shape

FLOAT = 4  # bytes of an element
TENSOR, SEQUENCE, MAPPING, PACKED = "tensor", "tuple", "dict", "packed"


def made(call: Call) -> tuple[Any, ...]:
    """The form of the result."""
    told: tuple[Any, ...] = call.attrs.get("made", ())
    return told or (TENSOR, FLOAT, *call.y)


def paired(call: Call) -> tuple[Any, ...]:
    """The form of what it makes of two samples, where that is known to be another than its form but for first sizes."""
    told: tuple[Any, ...] = call.attrs.get("pair", ())
    return told or made(call)


def front(form: tuple[Any, ...]) -> tuple[Shape, int]:
    """Shape and bytes of an element of the tensor that stands for a result; ``()`` and 0 where none does.

    The first of a sequence, the last of a mapping.
    """
    kind, *parts = form
    if kind == TENSOR:
        return tuple(parts[1:]), parts[0]
    if kind == PACKED or (kind == MAPPING and parts):
        return front(parts[-1])
    return front(parts[0]) if kind == SEQUENCE and parts else ((), 0)
