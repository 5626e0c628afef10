"""Networks that paddle.vision brings, with random weights: nothing is downloaded."""

from __future__ import annotations

import importlib

from adapters.paddlepaddle.build import Native
from adapters.paddlepaddle.observe import seeded
from adapters.paddlepaddle.own import watched
from crosscheck.contract.job import Recipe
from crosscheck.contract.network import Model


def build(model: Model, recipe: Recipe) -> Native:
    """What ``recipe.maker`` (``paddle.vision.models.resnet50``) makes; ``model`` gives name and inputs."""
    module, _, name = recipe.maker.rpartition(".")
    net = getattr(importlib.import_module(module), name)(**recipe.options)
    native, seen = watched(net.eval(), tuple(seeded(model)), model)
    seen.whole()
    return native
