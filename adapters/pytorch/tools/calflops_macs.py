"""calflops, its MACs: the second of the two numbers that it prints."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.pytorch.build import Native
from adapters.pytorch.tools.calflops import readings
from crosscheck.contract.network import Model
from crosscheck.contract.rows import Reading

TOOL = "calflops_macs"
TITLE = "calflops.calculate_flops(net, input_shape): MACs"
PACKAGE = "calflops"
CONVENTION = "calflops_macs"
METRICS = ("compute", "params")
SETTING = "eval mode, gradients off; hooks on modules, patched functions"


def measure(native: Native, model: Model) -> Iterator[Reading]:
    """The total MACs and parameters, and those of every call of a leaf module; what a container does itself is in the total."""
    yield from readings(native, 1, "MACs")
