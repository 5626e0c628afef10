"""thop: multiply-accumulates and parameters of every module whose class has a rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from typing import Any

from thop import profile
from torch import nn

from adapters.pytorch.build import Native
from crosscheck.contract.network import Model
from crosscheck.contract.rows import TOTAL, Reading

TOOL = "thop"
TITLE = "thop.profile(net, inputs)"
PACKAGE = "thop"
CONVENTION = "thop"
METRICS = ("compute", "params")
SETTING = "eval mode, gradients off; hooks on modules"

_UNITS = {"compute": "MACs", "params": "params"}


def measure(native: Native, model: Model) -> Iterator[Reading]:
    """The totals and the entry of every leaf module.

    thop adds the calls of one module up; each call's share is what the module's own sum gained until the next one. It adds a
    module up for each path that leads to it.
    """
    places = Counter(_places(native.net))
    sums: dict[str, list[float]] = {path: [] for path in native.calls}
    for path, module, _ in native.leaves():
        module.register_forward_pre_hook(partial(_note, sums[path]))
    macs, params, children = profile(native.net, native.positional(TOOL), verbose=False, ret_layer_info=True)
    for path, module, ids in native.leaves():
        entry = (macs, params, children)
        for name in path.split(".") if path else ():
            entry = entry[2][name]
        for layer, (before, after) in zip(ids, pairwise([*sums[path], entry[0]]), strict=True):
            yield Reading(layer, "compute", places[module] * (_whole(after) - _whole(before)), _UNITS["compute"])
        yield Reading(ids[0], "params", places[module] * _whole(entry[1]), _UNITS["params"])
    yield Reading(TOTAL, "compute", _whole(macs), _UNITS["compute"])
    yield Reading(TOTAL, "params", _whole(params), _UNITS["params"])


def _places(module: nn.Module) -> Iterator[nn.Module]:
    """Every module, once for each path that leads to it."""
    yield module
    for child in module.children():
        yield from _places(child)


def _note(sums: list[float], module: Any, given: Any) -> None:
    sums.append(module.total_ops.item())


def _whole(value: float) -> int:
    """A sum that thop made in double precision. Raises ValueError where it may be rounded."""
    if value != int(value) or value >= 2**53:
        raise ValueError(f"thop's sum {value!r} is not an exact whole number")
    return int(value)
