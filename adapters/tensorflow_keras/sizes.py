"""Convolutions and poolings as a user of Keras writes them: arguments go to the layer as they stand, refusals come back."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from adapters.room import Unsupported
from crosscheck.contract.rows import Question


def answer(q: Question) -> NDArray[np.float32]:
    """The layer's output (H, W). Raises Unsupported where it has no argument for what is asked, or whatever the layer raises."""
    cells = np.array(q.cells, np.float32).reshape(1, *q.size, 1)
    layer = _layer(q)
    if q.op == "conv":
        layer.build(cells.shape)
        layer.set_weights([np.array(q.taps, np.float32).reshape(layer.kernel.shape)])
    output: NDArray[np.float32] = np.asarray(layer(cells))[0, :, :, 0]
    return output


def _layer(q: Question) -> Any:
    padding = q.padding.lower() if isinstance(q.padding, str) else q.padding
    options: dict[str, Any] = {"padding": padding} | ({} if q.stride is None else {"strides": q.stride})
    name = {"conv": "Conv2D", "maxpool": "MaxPooling2D", "avgpool": "AveragePooling2D"}[q.op]
    if q.ceil:
        raise Unsupported(f"{name} has no ceil mode")
    if q.op == "conv":
        return keras.layers.Conv2D(1, q.kernel, dilation_rate=q.dilation, use_bias=False, **options)
    if q.dilation != 1:
        raise Unsupported(f"{name} has no dilation")
    if q.op == "maxpool":
        return keras.layers.MaxPooling2D(q.kernel, **options)
    if q.include_pad is not None and padding != "valid":
        raise Unsupported(f"{name} has no choice of divisor")
    return keras.layers.AveragePooling2D(q.kernel, **options)
