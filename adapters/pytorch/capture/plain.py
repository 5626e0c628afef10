"""Kernels as they run when a dispatch mode alone watches: hooks and function modes can make a network take another path."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import nn
from torch.nn.modules import module as modules

from adapters.pytorch.capture.frames import Calls, Frame
from adapters.pytorch.capture.kernels import Kernels
from crosscheck.contract.call import Call, Level


def record(net: nn.Module, args: Sequence[Any], kwargs: Mapping[str, Any], homes: Mapping[str, Sequence[str]]) -> list[Call]:
    """The kernels of one run; hooks that belong to no module tell whose each is."""
    calls = Calls()
    paths = {module: path for path, module in net.named_modules()}
    left = {path: iter(ids) for path, ids in homes.items()}

    def enter(module: nn.Module, _: Any) -> None:
        path = paths.get(module, calls.open[-1].path)
        calls.open.append(Frame(path, next(left[path], None) if path in left else None))

    def leave(_: nn.Module, __: Any, ___: Any) -> None:
        calls.open.pop()

    handles = [
        modules.register_module_forward_pre_hook(enter),
        modules.register_module_forward_hook(leave, always_call=True),
    ]
    try:
        with torch.no_grad(), Kernels(calls):
            net(*args, **kwargs)
    finally:
        for handle in handles:
            handle.remove()
    return list(calls.finished())


def reconciled(watched: Iterable[Call], alone: Sequence[Call]) -> list[Call]:
    """The watched calls where both runs took one path; else kernels of the run alone, and those of the watched one as hooked."""
    seen = list(watched)
    kernels = [c for c in seen if c.level is Level.KERNEL]
    if _path(kernels) == _path(alone):
        return seen
    return [*(replace(c, level=Level.HOOKED) if c.level is Level.KERNEL else c for c in seen), *alone]


def _path(calls: Iterable[Call]) -> Counter[tuple[str, Any, Any]]:
    """How often each kernel ran on each shape."""
    found: Counter[tuple[str, Any, Any]] = Counter()
    for c in calls:
        found[c.name, c.inputs, c.outputs] += c.times
    return found
