"""What Paddle's values are in neutral words: the tensors in them, their shapes, forms, plain data, names of classes."""

from __future__ import annotations

from typing import Any

import paddle
from paddle import Tensor, nn

from adapters.forms import Form, form_of
from adapters.frames import plain_of
from adapters.recorder import tensors as found_in
from crosscheck.contract.network import Shape

PADDLE = ("paddle.nn.layer.",)


def shapes(value: Any) -> list[Shape]:
    """Shapes of all tensors in a value, in order."""
    return [shape(t) for t in tensors(value)]


def shape(tensor: Any) -> Shape:
    """The shape of a tensor."""
    return tuple(int(n) for n in tensor.shape)


def tensors(value: Any) -> list[Tensor]:
    """All tensors in a value, in order, in tuples, lists, mappings and dataclasses too."""
    return found_in(value, Tensor)


def plain(value: Any) -> Any:
    """A number, text or tuple of such as it is, a type of numbers by its name; None for what is no plain data."""
    return plain_of(value, paddle.dtype)


def form(value: Any) -> Form:
    """The form of a value: see adapters.forms."""
    return form_of(value, _own)


def _own(value: Any) -> Form | None:
    return ("tensor", int(value.element_size()), *shape(value)) if isinstance(value, Tensor) else None


def class_name(layer: nn.Layer) -> str:
    """``nn.Conv2D`` for Paddle's own class, the full name for any other: tools look at exact classes or at names."""
    kind = type(layer)
    own = kind.__module__.startswith(PADDLE)
    return f"nn.{kind.__qualname__}" if own else f"{kind.__module__}.{kind.__qualname__}"
