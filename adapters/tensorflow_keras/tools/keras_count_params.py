"""``count_params`` of a Keras model and its layers, and the split that ``model.summary()`` prints below its table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from keras.src.utils.summary_utils import count_params  # what Layer.count_params and Model.summary call

from adapters.tensorflow_keras.build import Native
from crosscheck.contract.network import Model
from crosscheck.contract.rows import TOTAL, Reading

TOOL = "keras_count_params"
TITLE = "keras.Model.count_params"
PACKAGE = "keras"
CONVENTION = "keras_count_params"
METRICS = ("params", "params_trainable", "params_nontrainable")
SETTING = "nothing runs; shapes of variables"


def measure(native: Native, model: Model) -> Iterable[Reading]:
    """What Keras says of the model, and of every layer that it lists; layers made for one neutral layer are summed."""
    for layer in model.layers:
        modules = native.owned[layer.id]
        if modules:
            said = [_said(module) for module in modules]
            yield from _rows(layer.id, [sum(values) for values in zip(*said, strict=True)])
    yield from _rows(TOTAL, _said(native.net))


def _said(module: Any) -> list[int]:
    """Total, trainable and non-trainable parameters of a layer or a model."""
    return [module.count_params(), count_params(module.trainable_weights), count_params(module.non_trainable_weights)]


def _rows(layer: str, values: list[int]) -> Iterator[Reading]:
    for metric, value in zip(METRICS, values, strict=True):
        yield Reading(layer, metric, value, "params")
