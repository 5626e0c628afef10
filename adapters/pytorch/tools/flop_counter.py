"""PyTorch's own flop counter: it watches ATen operators and keeps a sum for every module path."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from adapters.pytorch.build import Native
from adapters.pytorch.capture.homes import watched
from adapters.room import Unsupported
from crosscheck.contract.network import Model
from crosscheck.contract.rows import TOTAL, Reading

TOOL = "flop_counter"
TITLE = "torch.utils.flop_counter.FlopCounterMode"
PACKAGE = "torch"
CONVENTION = "flop_counter"
METRICS = ("compute",)
SETTING = "eval mode, gradients off; operators as they are dispatched"

_UNIT = "FLOPs"


def measure(native: Native, model: Model) -> Iterator[Reading]:
    """The total and the counter's sum for every call of a leaf module. What a container does by itself is in the total alone.

    The counter adds the calls of one module up, so each call's share is what the sum gained by it. No module gets a hook, which
    would make some networks take another path.
    """
    counter = FlopCounterMode(display=False)
    readings: list[Reading] = []
    began: list[int] = []
    left = {module: iter(ids) for _, module, ids in native.leaves()}

    def before(_: nn.Module) -> None:
        began.append(counter.get_total_flops())

    def after(module: nn.Module) -> None:
        gained = counter.get_total_flops() - began.pop()
        layer = next(left.get(module, iter(())), None)
        if layer is not None and gained:
            readings.append(Reading(layer, "compute", gained, _UNIT))

    try:
        with torch.no_grad(), watched(before, after), counter:
            native.net(*native.inputs, **native.kwargs)
    except AssertionError as error:
        if "gradient function" not in str(error):
            raise
        # module_tracker.py: a view that requires a gradient has no function for one where gradients are off
        raise Unsupported("FlopCounterMode fails without gradients where a module gets a view of a parameter") from error
    yield from readings
    yield Reading(TOTAL, "compute", counter.get_total_flops(), _UNIT)
