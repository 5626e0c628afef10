"""What is under way while a network runs: a frame for each module and function, so that a kernel knows whose it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from crosscheck.contract.call import Call, Level
from crosscheck.contract.network import ROOT, Shape

PLAIN = (bool, int, float, str, type(None))


@dataclass
class Frame:
    """A module or function under way; ``layer`` is the id that its call got, None until it has one, or where it is no layer."""

    path: str
    layer: str | None = None

    @property
    def home(self) -> str:
        """Id of its layer, else the path of the module that it runs in."""
        return self.layer or self.path or ROOT


@dataclass
class Calls:
    """Calls as they are seen, each with the frame that it ran in; a call's home is known when its frame has ended."""

    open: list[Frame] = field(default_factory=lambda: [Frame("")])
    seen: list[tuple[Frame, Call]] = field(default_factory=list)
    read: set[int] = field(default_factory=set)  # identities of tensors that some kernel got

    def add(self, frame: Frame, level: Level, name: str, ins: Sequence[Shape], outs: Sequence[Shape], attrs: Any) -> None:
        """One more call."""
        self.seen.append((frame, Call(level, name, "", tuple(ins), tuple(outs), attrs)))

    def finished(self) -> Iterator[Call]:
        """All calls with their homes; neighbours that are alike are one of ``times``."""
        last: Call | None = None
        for frame, call in self.seen:
            now = Call(call.level, call.name, frame.home, call.inputs, call.outputs, call.attrs)
            if last is not None and now == Call(last.level, last.name, last.home, last.inputs, last.outputs, last.attrs):
                last = Call(now.level, now.name, now.home, now.inputs, now.outputs, now.attrs, last.times + 1)
                continue
            if last is not None:
                yield last
            last = now
        if last is not None:
            yield last


def shapes(value: Any) -> list[Shape]:
    """Shapes of all tensors in a value, in order, in tuples, lists and mappings too."""
    return [tuple(int(n) for n in t.shape) for t in tensors(value)]


def tensors(value: Any) -> list[Tensor]:
    """All tensors in a value, in order, in tuples, lists, mappings and dataclasses too."""
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, Mapping):
        return [t for part in value.values() for t in tensors(part)]
    if isinstance(value, tuple | list):
        return [t for part in value for t in tensors(part)]
    fields = getattr(value, "__dataclass_fields__", None)
    return [t for name in fields for t in tensors(getattr(value, name, None))] if fields else []


def plain(value: Any) -> Any:
    """A number, text or tuple of such as it is, a type of numbers by its name; None for what is no plain data."""
    if isinstance(value, torch.dtype):
        return str(value).removeprefix("torch.")
    if isinstance(value, tuple | list):
        return tuple(plain(v) for v in value)
    return value if isinstance(value, PLAIN) else None


def class_name(module: nn.Module) -> str:
    """``nn.Conv2d`` for PyTorch's own class, the full name for any other: tools look at exact classes or at names."""
    kind = type(module)
    own = kind.__module__.startswith("torch.nn.modules.")
    return f"nn.{kind.__qualname__}" if own else f"{kind.__module__}.{kind.__qualname__}"
