"""What a network is called with, as users write it: tensors, arrays, a tuple, a mapping, or shapes in place of tensors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crosscheck.contract.network import show_shape
from crosscheck.contract.own import Blank, tensors
from crosscheck.errors import UsageError
from crosscheck.subjects.own import GIVE, blank
from crosscheck.subjects.subject import Kind, Options

Called = tuple[tuple[Any, ...], dict[str, Any]]  # arguments by position, and by keyword
WORDS = "x is a tensor, an array, a shape such as (1, 3, 224, 224), a tuple of these, or a mapping for keyword arguments"


def called(x: Any) -> Called:
    """Arguments by position and by keyword; a mapping is keyword arguments. Raises UsageError for what gives no tensor."""
    if x is None:
        raise UsageError(f"there is nothing to call the network with. {GIVE}")
    args, kwargs = _split(x)
    if not any(True for _ in tensors((args, kwargs))):
        raise UsageError(f"{x!r} holds no tensor and no shape. Hint: {WORDS}")
    return args, kwargs


def setup(kind: Kind, x: Any) -> Options:
    """How a network that is not the user's own is set up for shapes; as it is without. Raises UsageError for anything else."""
    if x is None:
        return Options()
    args, kwargs = called(x)
    given = [("", v) for v in args] + list(kwargs.items())
    if not all(isinstance(v, Blank) for _, v in given):
        raise UsageError(f"a network by name is called with shapes. {GIVE}")
    if kind is Kind.DESCRIBED:
        if len(given) != 1:
            raise UsageError(f"a described network has one input. {GIVE}")
        batch, *rest = given[0][1].shape
        return Options(batch, (show_shape(rest),))
    return Options(inputs=tuple(f"{name}={show_shape(v.shape)}" if name else show_shape(v.shape) for name, v in given))


def _split(x: Any) -> Called:
    if isinstance(x, Mapping):
        return (), {str(k): _value(v) for k, v in x.items()}
    if isinstance(x, str):
        return (blank(x),), {}
    if isinstance(x, tuple | list) and not _is_shape(x):
        return tuple(map(_value, x)), {}
    return (_value(x),), {}


def _value(x: Any) -> Any:
    """A tensor as it is, a shape as a tensor to be made, anything else as it is."""
    if isinstance(x, str) and x[:1].isdigit() and "x" in x:
        return blank(x)
    return Blank(tuple(int(n) for n in x)) if _is_shape(x) else x


def _is_shape(x: Any) -> bool:
    return isinstance(x, tuple | list) and bool(x) and all(type(n) is int and n > 0 for n in x)
