"""Keras layers for what Keras has no layer of its own for; tensors are channels last, (N, *spatial, C)."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

Pairs = Sequence[tuple[int, int]]


class LocalResponseNormalization(keras.layers.Layer):
    """TensorFlow's LRN; ``alpha`` multiplies the sum of squares over ``2 * depth_radius + 1`` channels."""

    def __init__(self, depth_radius: int, bias: float, alpha: float, beta: float, name: str) -> None:
        super().__init__(name=name)
        self.options = {"depth_radius": depth_radius, "bias": bias, "alpha": alpha, "beta": beta}

    def call(self, inputs: Any) -> Any:
        """``inputs`` normalised, of the same shape; TensorFlow's op takes rank 4 only."""
        if len(inputs.shape) == 4:
            return tf.nn.local_response_normalization(inputs, **self.options)
        rows = tf.reshape(inputs, (-1, 1, 1, inputs.shape[-1]))
        return tf.reshape(tf.nn.local_response_normalization(rows, **self.options), inputs.shape)


class Subsample(keras.layers.Layer):
    """Every stride-th element of each spatial axis."""

    def __init__(self, stride: Sequence[int], name: str) -> None:
        super().__init__(name=name)
        self.steps = (slice(None), *(slice(None, None, s) for s in stride))

    def call(self, inputs: Any) -> Any:
        """(N, *ceil(spatial / stride), C)."""
        return inputs[self.steps]


class Pad(keras.layers.Layer):
    """``value`` around every axis after the batch, channels last among them."""

    def __init__(self, pads: Pairs, value: float, name: str) -> None:
        super().__init__(name=name)
        self.pads, self.value = [(0, 0), *pads], value

    def call(self, inputs: Any) -> Any:
        """Each axis after the batch grown by its (before, after)."""
        return keras.ops.pad(inputs, self.pads, constant_values=self.value)


class WindowMeans(keras.layers.Layer):
    """Means over windows from floor(i * size / output size) up to ceil((i + 1) * size / output size)."""

    def __init__(self, size: Sequence[int], output_size: Sequence[int], name: str) -> None:
        super().__init__(name=name)
        self.output_size = tuple(output_size)
        self.windows = [
            [slice(i * n // o, -(-(i + 1) * n // o)) for i in range(o)] for n, o in zip(size, output_size, strict=True)
        ]

    def call(self, inputs: Any) -> Any:
        """(N, *output_size, C)."""
        axes = tuple(range(1, len(inputs.shape) - 1))
        means = [tf.reduce_mean(inputs[(slice(None), *window)], axis=axes) for window in itertools.product(*self.windows)]
        return tf.reshape(tf.stack(means, axis=1), (-1, *self.output_size, inputs.shape[-1]))


class FunctionalConv(keras.layers.Layer):
    """A convolution as a call of ``keras.ops`` with a kernel held by this layer."""

    def __init__(
        self, kernel: Sequence[int], filters: int, bias: bool, name: str, depthwise: bool = False, **options: Any
    ) -> None:
        super().__init__(name=name)
        self.kernel = self.add_weight(shape=tuple(kernel), initializer="zeros", name="kernel")
        self.bias = self.add_weight(shape=(filters,), initializer="zeros", name="bias") if bias else None
        self.function, self.options = keras.ops.depthwise_conv if depthwise else keras.ops.conv, options

    def call(self, inputs: Any) -> Any:
        """(N, *spatial, filters)."""
        y = self.function(inputs, self.kernel, **self.options)
        return y if self.bias is None else keras.ops.add(y, self.bias)


class FunctionalDense(keras.layers.Layer):
    """A matrix product as a call of ``keras.ops`` with a kernel held by this layer."""

    def __init__(self, features: int, units: int, bias: bool, name: str) -> None:
        super().__init__(name=name)
        self.kernel = self.add_weight(shape=(features, units), initializer="zeros", name="kernel")
        self.bias = self.add_weight(shape=(units,), initializer="zeros", name="bias") if bias else None

    def call(self, inputs: Any) -> Any:
        """(N, …, units)."""
        y = keras.ops.matmul(inputs, self.kernel)
        return y if self.bias is None else keras.ops.add(y, self.bias)
