"""Networks that keras.applications brings, with random weights: nothing is downloaded."""

from __future__ import annotations

import gc
import importlib
from typing import Any

import keras

from adapters.tensorflow_keras.assembly import stem
from adapters.tensorflow_keras.build import Native
from adapters.tensorflow_keras.observe import watch
from crosscheck.contract.job import Recipe
from crosscheck.contract.network import Model


def build(model: Model, recipe: Recipe) -> Native:
    """What ``recipe.maker`` (``keras.applications.ResNet50``) makes; ``model`` gives name and inputs.

    The input gets its batch, because the profiler counts nothing without one.
    """
    gc.collect()
    keras.backend.clear_session()  # names without a number behind them, whatever was built before
    module, _, name = recipe.maker.rpartition(".")
    batch, channels, *spatial = model.inputs[0].shape
    given = keras.Input(batch_shape=(batch, *spatial, channels), name=model.inputs[0].name)
    net = getattr(importlib.import_module(module), name)(weights=None, input_tensor=given, **recipe.options)
    seen = watch(net, model)
    owned: dict[str, tuple[Any, ...]] = {layer.id: () for layer in seen.model.layers}
    calls: dict[str, tuple[str, ...]] = {}
    for own, ids in seen.calls.items():
        owned[ids[0]] = (seen.layers[own],)
        calls[stem(own)] = (*calls.get(stem(own), ()), *ids)
    return Native(net, {}, owned, calls, seen.model)
