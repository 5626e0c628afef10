"""torchinfo: multiply-adds and parameters of every module that has no children."""

from __future__ import annotations

from collections.abc import Iterator

from torchinfo import summary
from torchinfo.torchinfo import clear_cached_forward_pass

from adapters.pytorch.build import Native
from crosscheck.rows import TOTAL, Reading
from crosscheck.spec import Model

TOOL = "torchinfo"
TITLE = "torchinfo.summary(net, input_size)"
PACKAGE = "torchinfo"
CONVENTION = "torchinfo"
METRICS = ("compute", "params")

_UNITS = {"compute": "mult-adds", "params": "params"}


def measure(native: Native, model: Model) -> Iterator[Reading]:
    """The summary's totals and its row for every call of a leaf module; a repeated call, "(recursive)", shows no parameters."""
    try:
        found = summary(native.net, input_size=[i.shape for i in model.inputs], verbose=0)
    finally:
        clear_cached_forward_pass()  # torchinfo keeps the last network of every class alive
    waiting = {id(module): iter(ids) for _, module, ids in native.leaves()}
    for info in found.summary_list:
        if id(info.module) not in waiting:
            continue
        layer = next(waiting[id(info.module)])
        yield Reading(layer, "compute", info.macs, _UNITS["compute"])
        if not info.is_recursive:
            yield Reading(layer, "params", info.num_params, _UNITS["params"])
    yield Reading(TOTAL, "compute", found.total_mult_adds, _UNITS["compute"])
    yield Reading(TOTAL, "params", found.total_params, _UNITS["params"])
