"""torchinfo 0.0.9: multiply-adds and parameters of every module that it hooks, containers too."""

from __future__ import annotations

from collections.abc import Iterator

from torchinfo import summary

from adapters.pytorch.build import Native
from adapters.pytorch.summaries import given, readings, sizes
from crosscheck.contract.network import Model
from crosscheck.contract.rows import Reading

TOOL = "torchinfo_009"
TITLE = "torchinfo 0.0.9: torchinfo.summary(net, input_size)"
PACKAGE = "torchinfo"
OVERLAY = "torchinfo-0.0.9"
CONVENTION = "torchinfo_009"
METRICS = ("compute", "params", "memory", "memory_input", "memory_activations", "memory_params")
SETTING = "eval mode, gradients off; hooks on modules"
PER_LAYER = ("compute", "params")


def measure(native: Native, model: Model) -> Iterator[Reading]:
    """The summary's totals and its entry for every call of a module that its default depth reaches."""
    found = summary(native.net, **given(native, model), verbose=0)
    yield from readings(native, found, lambda info: True)
    yield from sizes(found, 10**6)
