"""PyTorch's own flop counter: it watches ATen operators and keeps a sum for every module path."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from adapters.pytorch.build import Native
from crosscheck.contract.network import Model
from crosscheck.contract.rows import TOTAL, Reading

TOOL = "flop_counter"
TITLE = "torch.utils.flop_counter.FlopCounterMode"
PACKAGE = "torch"
CONVENTION = "flop_counter"
METRICS = ("compute",)

_UNIT = "FLOPs"


def measure(native: Native, model: Model) -> Iterator[Reading]:
    """The total and the counter's sum for every call of a leaf module. What a container does by itself is in the total alone.

    The counter adds the calls of one module up, so each call's share is what its path gained by it.
    """
    counter = FlopCounterMode(display=False)
    said: dict[str, int] = {}
    readings: list[Reading] = []

    def note(path: str, ids: Iterator[str], module: nn.Module, given: Any, made: Any) -> None:
        layer, counts = next(ids), counter.get_flop_counts().get(path)
        if counts is not None:
            before, said[path] = said.get(path, 0), sum(counts.values())
            readings.append(Reading(layer, "compute", said[path] - before, _UNIT))

    root = type(native.net).__name__
    for path, module, ids in native.leaves():
        module.register_forward_hook(partial(note, f"{root}.{path}" if path else root, iter(ids)))
    with torch.no_grad(), counter:
        native.net(*native.inputs)
    yield from readings
    yield Reading(TOTAL, "compute", counter.get_total_flops(), _UNIT)
