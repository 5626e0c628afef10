"""PyTorch's profiler: an estimate for every operator that ran, from the shapes of its inputs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from torch import nn
from torch.profiler import ProfilerActivity, profile, record_function

from adapters.pytorch.build import Native
from crosscheck.rows import TOTAL, Reading
from crosscheck.spec import Model

TOOL = "torch_profiler"
TITLE = "torch.profiler.profile(with_flops=True)"
PACKAGE = "torch"
CONVENTION = "torch_profiler"
METRICS = ("compute",)

_UNIT = "FLOPs"
_MARK = "layer "


def measure(native: Native, model: Model) -> Iterator[Reading]:
    """The sum over all events, and over those inside every call of a leaf module, which is recorded under the layer's id."""
    ranges: list[Any] = []
    for _, module, ids in native.leaves():
        module.register_forward_pre_hook(partial(_enter, ranges, iter(ids)))
        module.register_forward_hook(partial(_leave, ranges))
    with torch.no_grad(), profile(activities=[ProfilerActivity.CPU], with_flops=True) as seen:
        native.net(*native.inputs)
    shares: Counter[str] = Counter()
    for event in seen.events():
        shares[_owner(event)] += event.flops
    for _, _, ids in native.leaves():
        for layer in ids:
            yield Reading(layer, "compute", shares[layer], _UNIT)
    yield Reading(TOTAL, "compute", sum(average.flops for average in seen.key_averages()), _UNIT)


def _owner(event: Any) -> str:
    """Id of the layer in whose range the event ran, empty outside all of them."""
    while event is not None and not event.name.startswith(_MARK):
        event = event.cpu_parent
    return event.name.removeprefix(_MARK) if event is not None else ""


def _enter(ranges: list[Any], ids: Iterator[str], module: nn.Module, given: Any) -> None:
    ranges.append(record_function(_MARK + next(ids)))
    ranges[-1].__enter__()


def _leave(ranges: list[Any], module: nn.Module, given: Any, made: Any) -> None:
    ranges.pop().__exit__(None, None, None)
