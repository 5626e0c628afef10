"""torch-summary 1.4.5, the forerunner of torchinfo: multiply-adds of one sample and parameters, containers too."""

from __future__ import annotations

from collections.abc import Iterator

from torchsummary import summary

from adapters.pytorch.build import Native
from adapters.pytorch.summaries import readings, sizes
from crosscheck.contract.network import Model
from crosscheck.contract.rows import Reading

TOOL = "torch_summary_145"
TITLE = "torch-summary 1.4.5: torchsummary.summary(net, input_size without batch)"
PACKAGE = "torch-summary"
OVERLAY = "torch-summary-1.4.5"
CONVENTION = "torch_summary_145"
METRICS = ("compute", "params", "memory", "memory_input", "memory_activations", "memory_params")
SETTING = "eval mode, gradients off; hooks on modules"
PER_LAYER = ("compute", "params")


def measure(native: Native, model: Model) -> Iterator[Reading]:
    """The summary's totals and its entry for every call of a module that its default depth reaches.

    It wants shapes without the batch and runs two samples whatever the network's batch is; random floats that it makes integers
    of are all 0.
    """
    kinds = native.kinds(TOOL)
    dtypes = None if native.of_floats else kinds
    found = summary(native.net, [i.shape[1:] for i in model.inputs], dtypes=dtypes, verbose=0)
    yield from readings(native, found, lambda info: True)
    yield from sizes(found, 2**20)
