"""Networks that keras.applications brings, with random weights: nothing is downloaded."""

from __future__ import annotations

import gc
import importlib
from typing import Any

import keras
import numpy as np

from adapters.tensorflow_keras.build import Native
from adapters.tensorflow_keras.own import native
from adapters.tensorflow_keras.watched import watch
from adapters.weights import input_array
from crosscheck.contract.job import Recipe
from crosscheck.contract.network import Model


def build(model: Model, recipe: Recipe) -> Native:
    """What ``recipe.maker`` (``keras.applications.ResNet50``) makes; ``model`` gives name and inputs."""
    gc.collect()
    keras.backend.clear_session()  # names without a number behind them, whatever was built before
    module, _, name = recipe.maker.rpartition(".")
    batch, channels, *spatial = model.inputs[0].shape
    given = keras.Input(batch_shape=(batch, *spatial, channels), name=model.inputs[0].name)
    net: Any = getattr(importlib.import_module(module), name)(weights=None, input_tensor=given, **recipe.options)
    x = keras.ops.convert_to_tensor(np.moveaxis(input_array(model, 0), 1, -1))
    seen = watch(net, (x,), {}, model)
    if seen.error is not None:
        raise seen.error
    return native(net, (x,), {}, seen)
