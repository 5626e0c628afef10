"""torchprofile: multiply-accumulates of every operator of a JIT trace."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from torch import nn
from torchprofile import profile_macs

from adapters.pytorch.build import Native
from crosscheck.rows import TOTAL, Reading
from crosscheck.spec import Model

TOOL = "torchprofile"
TITLE = "torchprofile.profile_macs(net, inputs)"
PACKAGE = "torchprofile"
CONVENTION = "torchprofile"
METRICS = ("compute",)

_UNIT = "MACs"


def measure(native: Native, model: Model) -> Iterator[Reading]:
    """The sum over all operators, and over those of one call of a leaf module; most layers have no operator that counts.

    An operator of the trace carries the scope in which it ran; since the trace names none, the layer's id is put there.
    """
    for _, module, ids in native.leaves():
        module.register_forward_pre_hook(partial(_enter, iter(ids)))
        module.register_forward_hook(_leave)
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # one for every operator without a rule
        found: Any = profile_macs(native.net, native.inputs, reduction=None)
    shares: Counter[str] = Counter()
    for node, macs in found.items():
        if node.scope:
            shares[node.scope] += macs
    for layer, macs in shares.items():
        yield Reading(layer, "compute", macs, _UNIT)
    yield Reading(TOTAL, "compute", sum(found.values()), _UNIT)


def _enter(ids: Iterator[str], module: nn.Module, given: Any) -> None:
    torch._C._get_tracing_state().push_scope(next(ids))


def _leave(module: nn.Module, given: Any, made: Any) -> None:
    torch._C._get_tracing_state().pop_scope()
