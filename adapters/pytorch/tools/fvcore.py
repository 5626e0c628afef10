"""fvcore: flops and activations of every operator of a JIT trace, summed per module, and parameters by name."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from fvcore.nn import ActivationCountAnalysis, FlopCountAnalysis, parameter_count
from torch import nn

from adapters.pytorch.build import Native
from crosscheck.rows import TOTAL, Reading
from crosscheck.spec import Model

TOOL = "fvcore"
TITLE = "fvcore.nn.FlopCountAnalysis(net, inputs)"
PACKAGE = "fvcore"
CONVENTION = "fvcore"
METRICS = ("compute", "params", "activations")

_UNITS = {"compute": "flops", "params": "parameters", "activations": "activations"}
_ANALYSES = {"compute": FlopCountAnalysis, "activations": ActivationCountAnalysis}


def measure(native: Native, model: Model) -> Iterator[Reading]:
    """The totals and the sums of every leaf module. What a container does by itself is in the total alone.

    fvcore adds the calls of one module up; of such a module, each call is analysed once more by itself.
    """
    given: dict[str, list[Any]] = {path: [] for path, _, ids in native.leaves() if len(ids) > 1}
    hooks = [native.net.get_submodule(path).register_forward_pre_hook(partial(_keep, given[path])) for path in given]
    with torch.no_grad():
        analyses = {metric: _analysis(metric, native.net, native.inputs) for metric in _ANALYSES}
        totals = {metric: (analysis.total(), analysis.by_module()) for metric, analysis in analyses.items()}
        for hook in hooks:
            hook.remove()
        for metric, (total, sums) in totals.items():
            for path, module, ids in native.leaves():
                apart = [_analysis(metric, module, inputs).total() for inputs in given[path][: len(ids)]] if path in given else []
                for layer, count in zip(ids, apart or [sums[path]], strict=True):
                    yield Reading(layer, metric, count, _UNITS[metric])
            yield Reading(TOTAL, metric, total, _UNITS[metric])
    params = parameter_count(native.net)
    for path, _, ids in native.leaves():
        if path in params:
            yield Reading(ids[0], "params", params[path], _UNITS["params"])
    yield Reading(TOTAL, "params", params[""], _UNITS["params"])


def _keep(given: list[Any], module: nn.Module, inputs: Any) -> None:
    given.append(inputs)


def _analysis(metric: str, net: nn.Module, inputs: Any) -> Any:
    """An analysis without its log of operators that it does not count."""
    return _ANALYSES[metric](net, inputs).unsupported_ops_warnings(False).uncalled_modules_warnings(False)
