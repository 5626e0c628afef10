"""What PyTorch's values are in neutral words: the tensors in them, their shapes, plain data, names of classes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import torch
from torch import Tensor, nn

from adapters.frames import plain_of
from adapters.recorder import tensors as found_in
from crosscheck.contract.call import FAILED, Call, Level
from crosscheck.contract.network import ROOT, Shape


def hookable(net: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    """Path and module of all that takes hooks: what is scripted takes none, and runs where no hook sees it."""
    yield from ((path, module) for path, module in net.named_modules() if not isinstance(module, torch.jit.ScriptModule))


def unseen(levels: Iterable[Level], why: str) -> list[Call]:
    """A call for each of these levels that says why it could not be seen, or is not to be trusted."""
    return [Call(level, FAILED, ROOT, attrs={"reason": why}) for level in levels]


def shapes(value: Any) -> list[Shape]:
    """Shapes of all tensors in a value, in order, in tuples, lists and mappings too."""
    return [shape(t) for t in tensors(value)]


def shape(tensor: Tensor) -> Shape:
    """The shape of a tensor; of one that holds tensors of several shapes, that of all of them padded alike."""
    if not tensor.is_nested or tensor.layout is torch.jagged:
        return tuple(int(n) for n in tensor.shape)
    parts = [t.shape for t in tensor.unbind()]
    return (len(parts), *(max(sizes) for sizes in zip(*parts, strict=True)))


def tensors(value: Any) -> list[Tensor]:
    """All tensors in a value, in order, in tuples, lists, mappings and dataclasses too."""
    return found_in(value, Tensor)


def plain(value: Any) -> Any:
    """A number, text or tuple of such as it is, a type of numbers by its name; None for what is no plain data."""
    return plain_of(value, torch.dtype)


def class_name(module: nn.Module) -> str:
    """``nn.Conv2d`` for PyTorch's own class, the full name for any other: tools look at exact classes or at names."""
    kind = type(module)
    own = kind.__module__.startswith("torch.nn.modules.")
    return f"nn.{kind.__qualname__}" if own else f"{kind.__module__}.{kind.__qualname__}"
