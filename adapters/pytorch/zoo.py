"""Networks that torchvision brings, with random weights: nothing is downloaded."""

from __future__ import annotations

import importlib
from typing import Any

import torch

from adapters.pytorch.build import Native
from adapters.pytorch.observe import watch
from adapters.weights import input_array
from crosscheck.spec import ROOT, Model


def build(model: Model, recipe: dict[str, Any]) -> Native:
    """What ``recipe["maker"]`` (``torchvision.models.resnet50``) makes; ``model`` gives name and inputs."""
    module, _, name = recipe["maker"].rpartition(".")
    maker = getattr(importlib.import_module(module), name)
    net = maker(weights=None, **recipe.get("options", {})).eval()
    inputs = tuple(torch.from_numpy(input_array(model, k)) for k in range(len(model.inputs)))
    seen = watch(net, inputs, model)
    blocks = {path: path or ROOT for path in seen.model.containers}
    return Native(net, inputs, seen.calls, {}, blocks, seen.model)
