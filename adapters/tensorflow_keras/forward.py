"""One forward pass of the network on its seeded inputs, channels last inside, channels first outside."""

from __future__ import annotations

import numpy as np

from adapters.tensorflow_keras.build import Native
from adapters.weights import Array, input_array
from crosscheck.contract.network import Model


def output(native: Native, model: Model) -> Array:
    """The network's first output, (N, C, *spatial) or (N, F)."""
    xs = [_last(input_array(model, k)) for k in range(len(model.inputs))]
    made = native.net(xs[0] if len(xs) == 1 else xs, training=False)
    array = np.asarray(made[0] if isinstance(made, list | tuple) else made)
    return array if array.ndim < 3 else np.moveaxis(array, -1, 1)


def _last(array: Array) -> Array:
    return array if array.ndim < 3 else np.moveaxis(array, 1, -1)
