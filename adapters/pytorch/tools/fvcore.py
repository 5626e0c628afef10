"""fvcore: flops and activations of every operator of a JIT trace, summed per module, and parameters by name."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from fvcore.nn import ActivationCountAnalysis, FlopCountAnalysis, parameter_count
from torch import nn

from adapters.pytorch.build import Native
from crosscheck.contract.network import Model
from crosscheck.contract.rows import TOTAL, Reading

TOOL = "fvcore"
TITLE = "fvcore.nn.FlopCountAnalysis(net, inputs)"
PACKAGE = "fvcore"
CONVENTION = "fvcore"
METRICS = ("compute", "params", "activations")
SETTING = "eval mode, gradients on; a traced graph, hooks on modules"

_UNITS = {"compute": "flops", "params": "parameters", "activations": "activations"}
_EXACT = 2**53
_ANALYSES = {"compute": FlopCountAnalysis, "activations": ActivationCountAnalysis}


def measure(native: Native, model: Model) -> Iterator[Reading]:
    """The totals and the sums of every leaf module. What a container does by itself is in the total alone.

    fvcore adds the calls of one module up; of such a module, each call is analysed once more by itself, where that gives its sum.
    """
    native.positional(TOOL)
    for metric, kind in _ANALYSES.items():
        yield from _sums(native, metric, kind)
    params = parameter_count(native.net)
    for path, _, ids in native.leaves():
        if path in params:
            yield Reading(ids[0], "params", params[path], _UNITS["params"])
    yield Reading(TOTAL, "params", params[""], _UNITS["params"])


def _sums(native: Native, metric: str, kind: Any) -> Iterator[Reading]:
    """What one analysis says of the network and of every leaf module."""
    given: dict[str, list[Any]] = {path: [] for path, _, ids in native.leaves() if len(ids) > 1}
    hooks = [native.net.get_submodule(path).register_forward_pre_hook(partial(_keep, given[path])) for path in given]
    with torch.enable_grad():
        analysis = _analysis(kind, native.net, native.inputs)
        total, sums = analysis.total(), analysis.by_module()
        for hook in hooks:
            hook.remove()
        for path, module, ids in native.leaves():
            counts = _each(kind, module, given[path]) if path in given else [sums[path]]
            if len(counts) == len(ids) and sum(counts) == sums[path]:
                for layer, count in zip(ids, counts, strict=True):
                    yield Reading(layer, metric, _exact(count), _UNITS[metric])
    yield Reading(TOTAL, metric, _exact(total), _UNITS[metric])


def _each(kind: Any, module: nn.Module, given: list[Any]) -> list[Any]:
    """What each call of one module costs by itself; nothing where it cannot be called so again."""
    try:
        return [_analysis(kind, module, inputs).total() for inputs in given]
    except Exception:  # noqa: BLE001 - whatever a module's own code or the tracer raises
        return []


def _exact(count: Any) -> int:
    """A count as an int. Raises ValueError for one that went through a float, as those of einsum do, and may be rounded."""
    if isinstance(count, float) and count >= _EXACT:
        raise ValueError(f"{count} passed through a float that may have rounded it")
    return int(count)


def _keep(given: list[Any], module: nn.Module, inputs: Any) -> None:
    given.append(inputs)


def _analysis(kind: Any, net: nn.Module, inputs: Any) -> Any:
    """An analysis without its log of operators that it does not count."""
    return kind(net, inputs).unsupported_ops_warnings(False).uncalled_modules_warnings(False)
