"""Kernels as they run when a dispatch mode alone watches: hooks and function modes can make a network take another path."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import nn

from adapters.frames import Calls, Frame
from adapters.pytorch.capture.homes import Homes, watched
from adapters.pytorch.capture.kernels import Kernels
from crosscheck.contract.call import Call, Level


def record(net: nn.Module, args: Sequence[Any], kwargs: Mapping[str, Any], homes: Mapping[str, Sequence[str]]) -> list[Call]:
    """The kernels of one run; hooks that belong to no module tell whose each is."""
    calls, known = Calls(), Homes(net, homes)

    def enter(module: nn.Module) -> None:
        calls.open.append(Frame(known.of(module) or calls.open[-1].path))

    def leave(_: nn.Module) -> None:
        calls.open.pop()

    with torch.no_grad(), watched(enter, leave), Kernels(calls):
        net(*args, **kwargs)
    return list(calls.finished())


def reconciled(hooked: Iterable[Call], alone: Sequence[Call]) -> list[Call]:
    """The watched calls where both runs took one path; else kernels of the run alone, and those of the watched one as hooked."""
    seen = list(hooked)
    kernels = [c for c in seen if c.level is Level.KERNEL]
    if _path(kernels) == _path(alone):
        return seen
    return [*(replace(c, level=Level.HOOKED) if c.level is Level.KERNEL else c for c in seen), *alone]


def beside_children(
    net: nn.Module,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    homes: Mapping[str, Sequence[str]],
    known: Sequence[Call],
) -> list[Call]:
    """The kernels of one more run, while each child of the network has a hook; none where they are the kernels ``known``."""
    handles = [child.register_forward_hook(lambda *_: None) for child in net.children()]
    try:
        found = record(net, args, kwargs, homes)
    finally:
        for handle in handles:
            handle.remove()
    same = _path(found) == _path(c for c in known if c.level is Level.KERNEL)
    return [] if same else [replace(c, level=Level.CHILDREN) for c in found]


def _path(calls: Iterable[Call]) -> Counter[tuple[str, Any, Any]]:
    """How often each kernel ran on each shape."""
    found: Counter[tuple[str, Any, Any]] = Counter()
    for c in calls:
        found[c.name, c.inputs, c.outputs] += c.times
    return found
