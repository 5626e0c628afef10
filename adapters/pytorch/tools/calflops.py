"""calflops, its FLOPs: patched functions tell what they do to the innermost module that is running."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import redirect_stdout
from functools import partial
from io import StringIO
from typing import Any

import torch
from calflops import calculate_flops, calculate_pipline

from adapters.pytorch.build import Native
from adapters.pytorch.restore import restored
from crosscheck.contract.network import Model
from crosscheck.contract.rows import TOTAL, Reading

TOOL = "calflops"
TITLE = "calflops.calculate_flops(net, input_shape): FLOPs"
PACKAGE = "calflops"
CONVENTION = "calflops"
METRICS = ("compute", "params")
SETTING = "eval mode, gradients off; hooks on modules, patched functions"

_SUMS = ("__flops__", "__macs__", "__params__")


def measure(native: Native, model: Model) -> Iterator[Reading]:
    """The total FLOPs and parameters, and those of every call of a leaf module; what a container does itself is in the total."""
    yield from readings(native, 0, "FLOPs")


def readings(native: Native, kind: int, unit: str) -> Iterator[Reading]:
    """FLOPs (``kind`` 0) or MACs (1), and parameters.

    calflops adds the calls of one module up, so each call's share is what its module gained by it.
    """
    totals, marks = _run(native)
    for path, _, ids in native.leaves():
        for k, layer in enumerate(ids):
            yield Reading(layer, "compute", marks[path][k + 1][kind] - marks[path][k][kind], unit)
        yield Reading(ids[0], "params", marks[path][-1][2], "params")
    yield Reading(TOTAL, "compute", totals[kind], unit)
    yield Reading(TOTAL, "params", totals[2], "params")


def _run(native: Native) -> tuple[tuple[int, ...], dict[str, list[tuple[int, ...]]]]:
    """FLOPs, MACs and parameters of the network, and of every leaf module before each of its calls and in the end.

    calflops takes the sums away before it returns, but has them at hand while it prints the network, whose ``extra_repr`` comes
    first; a module that prints itself hides those that it holds.
    """
    leaves = [*native.leaves()]
    marks: dict[str, list[tuple[int, ...]]] = {path: [] for path, *_ in leaves}

    def mark(path: str, module: Any) -> None:
        marks[path].append(tuple(getattr(module, name) for name in _SUMS))

    def before(path: str, module: Any, given: Any) -> None:
        mark(path, module)

    def printed() -> str:
        for path, module, _ in leaves:
            mark(path, module)
        return ""

    try:
        with restored(native.net), redirect_stdout(StringIO()), torch.no_grad():
            for path, module, _ in leaves:
                module.register_forward_pre_hook(partial(before, path))
            native.net.extra_repr = printed
            totals = calculate_flops(native.net, args=list(native.inputs), kwargs=dict(native.kwargs), output_as_string=False)
    except StopIteration:
        reason = "StopIteration: calflops asks the first parameter for its device, and this network has no parameters"
        raise RuntimeError(reason) from None
    finally:
        for left in (calculate_pipline.module_flop_count, calculate_pipline.module_mac_count, calculate_pipline.old_functions):
            left.clear()  # a call that failed leaves its open modules and its patched functions here
    return totals, marks
