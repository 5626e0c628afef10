"""PyTorch's profiler: an estimate for every operator that ran, from the shapes of its inputs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import torch
from torch.profiler import ProfilerActivity, profile, record_function

from adapters.pytorch.build import Native
from adapters.pytorch.calls import named_calls
from crosscheck.contract.network import Model
from crosscheck.contract.rows import TOTAL, Reading

TOOL = "torch_profiler"
TITLE = "torch.profiler.profile(with_flops=True)"
PACKAGE = "torch"
CONVENTION = "torch_profiler"
METRICS = ("compute",)
SETTING = "eval mode, gradients off; operators as they are recorded"

_UNIT = "FLOPs"
_MARK = "layer "


def measure(native: Native, model: Model) -> Iterator[Reading]:
    """The sum over all events, and over those of every layer's call, which is recorded as a range with the layer's id."""
    named = named_calls(native, lambda layer: record_function(_MARK + layer))
    with torch.no_grad(), named, profile(activities=[ProfilerActivity.CPU], with_flops=True) as seen:
        native.net(*native.inputs, **native.kwargs)
    shares: Counter[str] = Counter()
    for event in seen.events():
        shares[_owner(event)] += event.flops
    for layer in model.by_id:
        yield Reading(layer, "compute", shares[layer], _UNIT)
    yield Reading(TOTAL, "compute", sum(average.flops for average in seen.key_averages()), _UNIT)


def _owner(event: Any) -> str:
    """Id of the layer in whose range the event ran, empty outside all of them."""
    while event is not None and not event.name.startswith(_MARK):
        event = event.cpu_parent
    return event.name.removeprefix(_MARK) if event is not None else ""
