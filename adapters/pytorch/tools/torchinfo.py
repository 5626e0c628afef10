"""torchinfo: multiply-adds and parameters of every module that has no children."""

from __future__ import annotations

from collections.abc import Iterator

from torchinfo import summary
from torchinfo.torchinfo import clear_cached_forward_pass

from adapters.pytorch.build import Native
from adapters.pytorch.summaries import given, in_bytes, readings
from crosscheck.contract.network import Model
from crosscheck.contract.rows import Reading

TOOL = "torchinfo"
TITLE = "torchinfo.summary(net, input_size)"
PACKAGE = "torchinfo"
CONVENTION = "torchinfo"
METRICS = ("compute", "params", "memory", "memory_input", "memory_activations", "memory_params")
SETTING = "eval mode, gradients off; hooks on modules"
PER_LAYER = ("compute", "params")


def measure(native: Native, model: Model) -> Iterator[Reading]:
    """The summary's totals and its row for every call of a leaf module; a container without modules is one of these."""
    try:
        found = summary(native.net, **given(native, model), verbose=0)
    finally:
        clear_cached_forward_pass()  # torchinfo keeps the last network of every class alive
    yield from readings(native, found, lambda info: info.is_leaf_layer)
    yield from in_bytes(found.total_input, found.total_output_bytes, found.total_param_bytes)
