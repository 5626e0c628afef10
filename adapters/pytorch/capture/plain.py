"""Kernels as they run when a dispatch mode alone watches: hooks and function modes can make a network take another path."""

from __future__ import annotations

import pickle
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.utils._python_dispatch import _disable_current_modes

from adapters.frames import Calls, Frame
from adapters.pytorch.capture.frames import unseen
from adapters.pytorch.capture.homes import Homes, watched
from adapters.pytorch.capture.kernels import Kernels
from adapters.pytorch.capture.runs import own
from crosscheck.contract.call import FAILED, Call, Level

Ids = Mapping[str, Sequence[str]]
KEPT = 2  # further runs that show that only the first of a network differs
DRAWS = 6  # runs after the first of a network that draws random numbers, which may take its way by them


def record(net: nn.Module, args: Sequence[Any], kwargs: Mapping[str, Any], homes: Ids) -> list[Call]:
    """The kernels of one run, and where a next one has others, a call that says so; of several where they draw random numbers.

    A network that keeps what its first run made, and runs alike from the second on, is what it is in its first: so tools meet it.
    """

    def run() -> list[Call]:
        return once(net, own(tuple(args)), own(dict(kwargs)), homes)

    before = _state()
    first = run()
    draws = _state() != before
    for _ in range(DRAWS if draws else 1):
        second = run()
        if not alike(first, second) and (draws or not all(alike(second, run()) for _ in range(KEPT))):
            return [*first, *unseen([Level.KERNEL], _differs(first, second))]
    return first


def _state() -> bytes:
    """Where the sequences of random numbers are: PyTorch's, Python's, NumPy's."""
    with _disable_current_modes():
        return pickle.dumps((torch.get_rng_state().numpy().tobytes(), random.getstate(), np.random.get_state(legacy=False)))


def _differs(first: Sequence[Call], second: Sequence[Call]) -> str:
    before, after = (sum(c.times for c in found) for found in (first, second))
    what = "as many in another, on other shapes" if before == after else f"{after} in another"
    return f"the network does not run alike each time: {before} kernels in one run, {what}"


def once(net: nn.Module, args: Sequence[Any], kwargs: Mapping[str, Any], homes: Ids) -> list[Call]:
    """The kernels of one run; hooks that belong to no module tell whose each is."""
    calls, known = Calls(), Homes(net, homes)

    def enter(module: nn.Module) -> None:
        calls.open.append(Frame(known.of(module) or calls.open[-1].path))

    def leave(_: nn.Module) -> None:
        calls.open.pop()

    with torch.no_grad(), watched(enter, leave), Kernels(calls):
        net(*args, **kwargs)
    return list(calls.finished())


def alike(seen: Iterable[Call], alone: Iterable[Call]) -> bool:
    """Whether the kernels of both are the same."""
    mine, other = (_path(c for c in calls if c.level is Level.KERNEL and c.name != FAILED) for calls in (seen, alone))
    return mine == other


def reconciled(seen: Sequence[Call], alone: Sequence[Call]) -> list[Call]:
    """The watched calls where both runs took one path; else kernels of the run alone, and those of the watched one as hooked."""
    if alike(seen, alone):
        return [*seen]
    return [*(replace(c, level=Level.HOOKED) if c.level is Level.KERNEL else c for c in seen), *alone]


def beside_children(
    net: nn.Module,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    homes: Ids,
    known: Sequence[Call],
) -> list[Call]:
    """The kernels of one more run, while each child of the network has a hook; none where they are the kernels ``known``."""
    handles = [child.register_forward_hook(lambda *_: None) for child in net.children()]
    try:
        found = once(net, args, kwargs, homes)
    finally:
        for handle in handles:
            handle.remove()
    return [] if alike(known, found) else [replace(c, level=Level.CHILDREN) for c in found]


def _path(calls: Iterable[Call]) -> Counter[tuple[str, Any, Any]]:
    """How often each kernel ran on each shape."""
    found: Counter[tuple[str, Any, Any]] = Counter()
    for c in calls:
        found[c.name, c.inputs, c.outputs] += c.times
    return found
