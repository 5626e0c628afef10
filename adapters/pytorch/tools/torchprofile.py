"""torchprofile: multiply-accumulates of every operator of a JIT trace."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torchprofile import profile_macs

from adapters.pytorch.build import Native
from adapters.pytorch.calls import named_calls
from crosscheck.contract.network import Model
from crosscheck.contract.rows import TOTAL, Reading

TOOL = "torchprofile"
TITLE = "torchprofile.profile_macs(net, inputs)"
PACKAGE = "torchprofile"
CONVENTION = "torchprofile"
METRICS = ("compute",)
SETTING = "eval mode, gradients on; a traced graph"

_UNIT = "MACs"


def measure(native: Native, model: Model) -> Iterator[Reading]:
    """The sum over all operators, and over those of every layer's call; most layers have no operator with a rule.

    Each operator that torchprofile lists says in which scope it ran; the scopes are named after the layers here.
    """
    with torch.enable_grad(), named_calls(native, _scope), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # one for every operator without a rule
        found: Any = profile_macs(native.net, native.positional(TOOL), reduction=None)
    shares: Counter[str] = Counter()
    for node, macs in found.items():
        shares[node.scope] += macs
    for layer in model.by_id:
        if layer in shares:
            yield Reading(layer, "compute", shares[layer], _UNIT)
    yield Reading(TOTAL, "compute", sum(found.values()), _UNIT)


@contextmanager
def _scope(layer: str) -> Iterator[None]:
    tracing = torch._C._get_tracing_state()
    tracing.push_scope(layer)
    yield
    tracing.pop_scope()
