"""Networks that paddle.vision brings, with random weights: nothing is downloaded."""

from __future__ import annotations

import importlib

from adapters.paddlepaddle.build import Native
from adapters.paddlepaddle.observe import watch
from crosscheck.contract.job import Recipe
from crosscheck.contract.network import ROOT, Model


def build(model: Model, recipe: Recipe) -> Native:
    """What ``recipe.maker`` (``paddle.vision.models.resnet50``) makes; ``model`` gives name and inputs."""
    module, _, name = recipe.maker.rpartition(".")
    net = getattr(importlib.import_module(module), name)(**recipe.options)
    net.eval()
    seen = watch(net, model)
    blocks = {net.full_name(): ROOT}
    blocks |= {layer.full_name(): path for path, layer in net.named_sublayers() if layer.full_name() not in seen.calls}
    return Native(net, seen.calls, seen.sublayers, {}, blocks, [], seen.model)
