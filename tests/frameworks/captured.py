"""A PyTorch module captured and counted by real tools, for tests: what each tool says beside what is predicted from the calls."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import nn

from adapters.pytorch.build import Native
from adapters.pytorch.capture.frames import tensors
from adapters.pytorch.observe import watch
from crosscheck.contract.network import ROOT, Input, Layer, Model
from crosscheck.contract.rows import TOTAL
from crosscheck.conventions import read as convention
from crosscheck.counting import engine


def blank(inputs: Sequence[Any]) -> Model:
    """A stand-in with the names and shapes of the inputs alone."""
    given = tuple(Input(f"input{k or ''}", tuple(x.shape)) for k, x in enumerate(tensors(tuple(inputs))))
    layer = Layer("network", "other", {}, ("input",), (given[0].shape,), (given[0].shape,))
    return Model("mine", "mine", "", "", given, (layer,), ("network",))


def native(net: nn.Module, *inputs: Any, **named: Any) -> Native:
    """The module in evaluation mode, captured on these inputs."""
    seen = watch(net.eval(), inputs, blank((*inputs, *named.values())), named, captured=True)
    blocks = {path: path or ROOT for path in seen.model.containers}
    return Native(net, inputs, seen.calls, {}, blocks, seen.model, named, by_numbers=seen.by_numbers)


def said(tool: str, built: Native) -> dict[tuple[str, str], int]:
    """What a tool says of it, by layer and metric."""
    module = importlib.import_module(f"adapters.pytorch.tools.{tool}")
    fresh = importlib.import_module("adapters.pytorch.build").fresh(built)
    return {(r.layer, r.metric): r.value for r in module.measure(fresh, built.seen) if r.value is not None}


def residuals(tool: str, built: Native, said_by_tool: Mapping[tuple[str, str], int]) -> Iterator[tuple[str, int, int]]:
    """Metric, value and prediction of every total that is not as predicted."""
    assert built.seen is not None
    counted = engine.tally(built.seen)
    by = convention.load(importlib.import_module(f"adapters.pytorch.tools.{tool}").CONVENTION)
    for (layer, metric), value in said_by_tool.items():
        if layer == TOTAL and (wanted := engine.total(counted, by, metric)) != value:
            yield metric, value, wanted


def odd(tool: str, net: nn.Module, *inputs: Any) -> list[tuple[str, int, int]]:
    """The same of a module on these inputs; shapes stand for random numbers."""
    torch.manual_seed(0)
    built = native(net, *(torch.randn(*x) if isinstance(x, tuple) else x for x in inputs))
    return list(residuals(tool, built, said(tool, built)))
