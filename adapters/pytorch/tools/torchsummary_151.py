"""torchsummary 1.5.1: parameters of every call of a module; it prints a table and returns nothing."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from torch import nn
from torchsummary.torchsummary import summary

from adapters.pytorch.build import Native
from adapters.worker import Unsupported
from crosscheck.rows import TOTAL, Reading
from crosscheck.spec import Model

TOOL = "torchsummary_151"
TITLE = "torchsummary 1.5.1: torchsummary.summary(net, input_size without batch)"
PACKAGE = "torchsummary"
OVERLAY = "torchsummary-1.5.1"
CONVENTION = "torchsummary_151"
METRICS = ("params", "params_trainable", "params_nontrainable")
PER_LAYER = ("params",)

_UNIT = "params"
_LABELS = {"params": "Total params", "params_trainable": "Trainable params", "params_nontrainable": "Non-trainable params"}
_ROW = re.compile(r"^ *(\S+)-\d+ .*\] +([\d,]+)$", re.MULTILINE)


def measure(native: Native, model: Model) -> Iterator[Reading]:
    """The printed totals and rows, which are exact; rows come in the order in which calls of modules end.

    It wants shapes without the batch and runs two samples whatever the network's batch is.
    """
    ended: list[tuple[str, str]] = []
    known = {module: iter(ids) for _, module, ids in native.leaves()}
    for module in native.net.modules():
        module.register_forward_hook(partial(_note, ended, known.get(module, iter(()))))
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), torch.no_grad():
        try:
            summary(native.net, [i.shape[1:] for i in model.inputs], device="cpu")
        except AttributeError as error:
            if "numpy" not in str(error):
                raise
            # its sum is still the int 0 that it began with
            raise Unsupported("torchsummary fails where no module inside the network has a weight or a bias") from error
        except ValueError as error:
            if "inhomogeneous" not in str(error):
                raise
            raise Unsupported("torchsummary fails where a container gives several outputs of different ranks") from error
    calls = iter(ended)
    for kind, params in _ROW.findall(printed.getvalue()):
        layer = next(layer for name, layer in calls if name == kind)  # it hooks neither nn.Sequential nor the network itself
        if layer:
            yield Reading(layer, "params", _int(params), _UNIT)
    for metric, label in _LABELS.items():
        found = re.search(rf"^{label}: ([\d,]+)$", printed.getvalue(), re.MULTILINE)
        if found is None:
            raise ValueError(f"torchsummary printed no {label!r}")
        yield Reading(TOTAL, metric, _int(found[1]), _UNIT)


def _note(ended: list[tuple[str, str]], ids: Iterator[str], module: nn.Module, *_: Any) -> None:
    ended.append((type(module).__name__, next(ids, "")))


def _int(text: str) -> int:
    return int(text.replace(",", ""))
