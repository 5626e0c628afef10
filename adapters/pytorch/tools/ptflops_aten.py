"""ptflops with its ATen backend: matrix products and convolutions, seen as operators."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.pytorch.build import Native
from adapters.pytorch.tools.ptflops_pytorch import totals
from crosscheck.contract.network import Model
from crosscheck.contract.rows import Reading

TOOL = "ptflops_aten"
TITLE = 'ptflops.get_model_complexity_info(net, input_res, backend="aten")'
PACKAGE = "ptflops"
CONVENTION = "ptflops_aten"
METRICS = ("compute", "params")
SETTING = "eval mode, gradients off; operators as they are dispatched, a hook on each child"
PER_LAYER = False  # it sums up for the network's direct children alone


def measure(native: Native, model: Model) -> Iterator[Reading]:
    """The total of the whole batch and the trainable parameters."""
    yield from totals(native, model, "aten")
