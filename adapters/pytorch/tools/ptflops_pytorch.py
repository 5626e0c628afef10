"""ptflops with its default backend: hooks on modules of known classes, averaged over the batch, plus patched functions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

import torch
from ptflops import get_model_complexity_info

from adapters.pytorch.build import Native
from adapters.pytorch.restore import restored
from adapters.room import Unsupported
from crosscheck.contract.network import Model
from crosscheck.contract.rows import TOTAL, Reading

TOOL = "ptflops_pytorch"
TITLE = 'ptflops.get_model_complexity_info(net, input_res, backend="pytorch")'
PACKAGE = "ptflops"
CONVENTION = "ptflops_pytorch"
METRICS = ("compute", "params")
SETTING = "eval mode, gradients off; hooks on modules, patched functions"
PER_LAYER = False  # its rows lack what the patched functions count, which belongs to no module

_EXACT = 2**53  # the average is a float before it becomes an int again


def measure(native: Native, model: Model) -> Iterator[Reading]:
    """The total of one image and the trainable parameters."""
    yield from totals(native, model, "pytorch")


def totals(native: Native, model: Model, backend: str) -> Iterator[Reading]:
    """What ptflops returns as numbers with one of its backends; RuntimeError with its own words where it gives up."""
    if len(native.inputs) != 1 and (native.inputs or not native.kwargs):
        raise Unsupported(f"ptflops passes one positional input, this network has {len(native.inputs)}")
    if native.inputs and native.kwargs:
        raise Unsupported("ptflops passes one positional input or keyword arguments, and this network is called with both")

    def batch(_: Any) -> Any:
        return native.inputs[0] if native.inputs else dict(native.kwargs)

    said = StringIO()
    with restored(native.net), redirect_stdout(said), torch.no_grad():
        macs, params = get_model_complexity_info(
            native.net,
            model.inputs[0].shape[1:] or (1,),
            print_per_layer_stat=False,
            as_strings=False,
            input_constructor=batch,
            backend=backend,
        )
    if macs is None:
        raise RuntimeError(said.getvalue())
    if macs >= _EXACT:
        raise ValueError(f"{macs} passed through a float that may have rounded it")
    yield Reading(TOTAL, "compute", macs, "MACs")
    yield Reading(TOTAL, "params", params, "params")
