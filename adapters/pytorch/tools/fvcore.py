"""fvcore: flops of every operator of a JIT trace, summed per module, and parameters by name."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from fvcore.nn import FlopCountAnalysis, parameter_count
from torch import nn

from adapters.pytorch.build import Native
from crosscheck.rows import TOTAL, Reading
from crosscheck.spec import Model

TOOL = "fvcore"
TITLE = "fvcore.nn.FlopCountAnalysis(net, inputs)"
PACKAGE = "fvcore"
CONVENTION = "fvcore"
METRICS = ("compute", "params")

_UNITS = {"compute": "flops", "params": "parameters"}


def measure(native: Native, model: Model) -> Iterator[Reading]:
    """The totals and the sums of every leaf module. What a container does by itself is in the total alone.

    fvcore adds the calls of one module up; of such a module, each call is analysed once more by itself.
    """
    given: dict[str, list[Any]] = {path: [] for path, _, ids in native.leaves() if len(ids) > 1}
    hooks = [native.net.get_submodule(path).register_forward_pre_hook(partial(_keep, given[path])) for path in given]
    with torch.no_grad():
        analysis = _analysis(native.net, native.inputs)
        total, sums = analysis.total(), analysis.by_module()
        for hook in hooks:
            hook.remove()
        for path, module, ids in native.leaves():
            counts = [_analysis(module, inputs).total() for inputs in given[path]] if path in given else [sums[path]]
            for layer, count in zip(ids, counts, strict=True):
                yield Reading(layer, "compute", count, _UNITS["compute"])
    yield Reading(TOTAL, "compute", total, _UNITS["compute"])
    params = parameter_count(native.net)
    for path, _, ids in native.leaves():
        if path in params:
            yield Reading(ids[0], "params", params[path], _UNITS["params"])
    yield Reading(TOTAL, "params", params[""], _UNITS["params"])


def _keep(given: list[Any], module: nn.Module, inputs: Any) -> None:
    given.append(inputs)


def _analysis(net: nn.Module, inputs: Any) -> Any:
    """An analysis without its log of operators that it does not count."""
    return FlopCountAnalysis(net, inputs).unsupported_ops_warnings(False).uncalled_modules_warnings(False)
