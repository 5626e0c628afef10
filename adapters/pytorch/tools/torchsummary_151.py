"""torchsummary 1.5.1: parameters of every call of a module, and sizes; it prints a table and returns nothing."""

from __future__ import annotations

import contextlib
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch
from torch import nn
from torchsummary import torchsummary

from adapters.pytorch.build import Native
from adapters.pytorch.summaries import in_bytes
from adapters.room import Unsupported
from crosscheck.contract.network import Model
from crosscheck.contract.rows import TOTAL, Reading

TOOL = "torchsummary_151"
TITLE = "torchsummary 1.5.1: torchsummary.summary(net, input_size without batch, batch_size)"
PACKAGE = "torchsummary"
OVERLAY = "torchsummary-1.5.1"
CONVENTION = "torchsummary_151"
METRICS = (
    "params",
    "params_trainable",
    "params_nontrainable",
    "memory",
    "memory_input",
    "memory_activations",
    "memory_params",
)
SETTING = "eval mode, gradients off; hooks on modules"
PER_LAYER = ("params",)

_UNIT = "params"
_LABELS = {"params": "Total params", "params_trainable": "Trainable params", "params_nontrainable": "Non-trainable params"}
_SIZES = ("Input size", "Forward/backward pass size", "Params size", "Estimated Total Size")
_ROW = re.compile(r"^ *(\S+)-\d+ .*\] +([\d,]+)$", re.MULTILINE)


def measure(native: Native, model: Model) -> Iterator[Reading]:
    """The printed totals and rows, which are exact, and the sizes; rows come in the order in which calls of modules end.

    It wants shapes without the batch, runs two samples whatever the network's batch is, and writes the batch that it is told
    into the shapes. Sizes are printed with two decimals; the exact ones are taken on their way to the printing.
    """
    ended: list[tuple[str, str]] = []
    known = {module: ids for _, module, ids in native.leaves()} | {m: (name,) for m, name in native.containers()}
    hooked: list[nn.Module] = []
    native.net.apply(hooked.append)  # a module that several paths lead to gets several hooks, as the tool's own do
    for module, times in Counter(hooked).items():
        ids = known.get(module, ("",))
        names = iter([name for name in ids for _ in range(times)])
        for _ in range(times):
            module.register_forward_hook(partial(_note, ended, names, ids[-1]))
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), torch.no_grad(), _megabytes() as megabytes:
        try:
            torchsummary.summary(native.net, native.batched(TOOL, model), batch_size=model.batch, device="cpu")
        except AttributeError as error:
            if "numpy" not in str(error):
                raise
            # its sum is still the int 0 that it began with
            raise Unsupported("torchsummary fails where no module inside the network has a weight or a bias") from error
        except ValueError as error:
            if "inhomogeneous" not in str(error):
                raise
            raise Unsupported("torchsummary fails where several inputs, or outputs of a container, differ in rank") from error
    calls, rows = iter(ended), dict[str, int]()
    for kind, params in _ROW.findall(printed.getvalue()):
        layer = next(layer for name, layer in calls if name == kind)  # it hooks neither nn.Sequential nor the network itself
        rows[layer] = rows.get(layer, 0) + _int(params)
    for layer, value in rows.items():
        if layer in model.by_id or (layer and value):
            yield Reading(layer, "params", value, _UNIT)
    for metric, label in _LABELS.items():
        found = re.search(rf"^{label}: ([\d,]+)$", printed.getvalue(), re.MULTILINE)
        if found is None:
            raise ValueError(f"torchsummary printed no {label!r}")
        yield Reading(TOTAL, metric, _int(found[1]), _UNIT)
    for label, size in zip(_SIZES, (*megabytes, sum(megabytes)), strict=True):
        if f"\n{label} (MB): {size:0.2f}\n" not in printed.getvalue():
            raise ValueError(f"torchsummary printed another {label!r} than {size:0.2f} MB")
    yield from in_bytes(*(round(2**20 * size) for size in megabytes))


@contextlib.contextmanager
def _megabytes() -> Iterator[list[float]]:
    """Sizes of input, activations and parameters in MB of 2^20 bytes: exact doubles that pass through ``abs`` in its module."""
    found: list[float] = []

    def noting(value: float) -> float:
        found.append(abs(value))
        return found[-1]

    names: dict[str, Callable[..., Any]] = vars(torchsummary)
    names["abs"] = noting
    try:
        yield found
    finally:
        del names["abs"]


def _note(ended: list[tuple[str, str]], ids: Iterator[str], last: str, module: nn.Module, *_: Any) -> None:
    ended.append((type(module).__name__, next(ids, last)))


def _int(text: str) -> int:
    return int(text.replace(",", ""))
