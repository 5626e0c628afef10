"""Keras networks as users write them, each with what it is called with."""

# mypy: disable-error-code="misc, override, untyped-decorator"

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf
from keras import layers as k

X = (2, 8, 8, 3)


class Plain(keras.Model):
    """Operations of TensorFlow between layers."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = k.Conv2D(4, 3, activation="relu")
        self.norm = k.BatchNormalization()
        self.fc = k.Dense(5)

    def call(self, x: Any) -> Any:
        made = tf.nn.relu6(self.norm(self.conv(x)))
        return self.fc(tf.reshape(made, (made.shape[0], -1)) * 2.0)


class Shared(keras.Model):
    """One layer, used twice."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = k.Conv2D(3, 3, padding="same", groups=3)

    def call(self, x: Any) -> Any:
        return self.conv(self.conv(x)) + x


class Mix(k.Layer):
    """A layer of a user's own, with a weight and a buffer."""

    def build(self, shape: Any) -> None:
        self.mix = self.add_weight(shape=(shape[-1], 7), name="mix")
        self.shift = self.add_weight(shape=(7,), trainable=False, name="shift")

    def call(self, x: Any) -> Any:
        return tf.einsum("bhwc,cd->bhwd", x, self.mix) + self.shift


class Named(keras.Model):
    """Inputs by name."""

    def __init__(self) -> None:
        super().__init__()
        self.table, self.fc = k.Embedding(11, 6), k.Dense(3)

    def call(self, inputs: Any) -> Any:
        return {"out": self.fc(tf.reduce_mean(self.table(inputs["ids"]), 1)), "scale": inputs["scale"] * 2.0}


class Turned(keras.Model):
    """Products of matrices, with a side that is turned."""

    def call(self, a: Any, b: Any) -> Any:
        return tf.matmul(a, b, transpose_a=True), tf.linalg.l2_normalize(a)


class Nested(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.first = keras.Sequential([k.Conv2D(4, 3), k.ReLU(6.0)])
        self.mix = Mix()

    def call(self, x: Any) -> Any:
        return self.mix(self.first(x))


def functional(x: Any, made: Any) -> Any:
    return keras.Model(x, made)


def unet() -> Any:
    x = keras.Input(X[1:])
    a = k.Conv2D(4, 3, padding="same", activation="relu")(x)
    b = k.Conv2D(8, 3, padding="same", strides=2)(a)
    c = k.Conv2DTranspose(4, 3, strides=2, padding="same")(b)
    d = k.UpSampling2D(2, interpolation="bilinear")(b)
    return functional(x, k.Conv2D(1, 1)(k.Concatenate()([a, c, d])))


def attention() -> Any:
    x = keras.Input((6, 8))
    made = k.MultiHeadAttention(2, 4)(x, x)
    return functional(x, k.Dense(8, activation="gelu")(k.LayerNormalization()(k.Add()([x, made]))))


def pair() -> Any:
    a, b = keras.Input((4,)), keras.Input((4,))
    return functional([a, b], [k.Dense(3)(k.Concatenate()([a, b])), k.Softmax()(a * b)])


def by_name() -> Any:
    given = {"a": keras.Input((4,), name="a"), "b": keras.Input((5,), name="b")}
    return functional(given, k.Dense(3)(k.Concatenate()([given["b"], given["a"]])))


def encoder() -> Any:
    inner = keras.Sequential([keras.Input((8, 8, 3)), k.SeparableConv2D(5, 3), k.ZeroPadding2D(1), k.MaxPooling2D(2)])
    x = keras.Input(X[1:])
    made = inner(k.Rescaling(1 / 255)(k.Resizing(8, 8)(k.Normalization(mean=[1.0, 2.0, 3.0], variance=[1.0, 1.0, 1.0])(x))))
    return functional(x, k.GlobalAveragePooling2D()(made))


def chain(*layers: Any) -> Callable[[], Any]:
    """An unbuilt Sequential."""
    return lambda: keras.Sequential([layer() for layer in layers])


WAYS: dict[str, tuple[Callable[[], Any], Any]] = {
    "plain": (Plain, X),
    "shared": (Shared, X),
    "own layer": (Nested, X),
    "names": (Named, {"ids": tf.zeros((2, 5), tf.int32), "scale": tf.ones((2, 3))}),
    "turned": (Turned, (tf.ones((2, 4, 3)), tf.ones((2, 4, 6)))),
    "unet": (unet, X),
    "attention": (attention, (2, 6, 8)),
    "pair": (pair, ((2, 4), (2, 4))),
    "by name": (by_name, {"b": (2, 5), "a": (2, 4)}),
    "encoder": (encoder, X),
    "lstm": (chain(lambda: k.Bidirectional(k.LSTM(3, return_sequences=True)), lambda: k.GRU(4), lambda: k.Dense(2)), (2, 5, 3)),
    "steps": (chain(lambda: k.TimeDistributed(k.Dense(3)), lambda: k.SimpleRNN(4, unroll=True)), (2, 5, 3)),
    "lines": (chain(lambda: k.Conv1D(4, 3, dilation_rate=2), lambda: k.MaxPool1D(2), k.Flatten, lambda: k.Dense(2)), (2, 9, 3)),
    "volumes": (chain(lambda: k.Conv3D(4, 2), lambda: k.Conv3DTranspose(2, 2), lambda: k.AveragePooling3D(2)), (1, 4, 4, 4, 2)),
    "norms": (chain(lambda: k.GroupNormalization(1), lambda: k.DepthwiseConv2D(3, depth_multiplier=2), lambda: k.PReLU()), X),
}  # fmt: skip
MACS = {
    "plain": 2 * 36 * (4 * 27 + 20),
    "shared": 2 * 2 * 64 * 3 * 9,
    "own layer": 2 * 36 * (4 * 27 + 4 * 7),
    "names": 2 * 6 * 3,
    "turned": 2 * 3 * 4 * 6,
    "unet": 2 * 64 * 4 * 27 + 2 * 16 * 8 * 36 + 2 * 16 * 4 * 8 * 9 + 2 * 64 * 16,
    "attention": 2 * 6 * (4 * 8 * 8 + 2 * 6 * 8 + 64),
    "pair": 2 * 8 * 3,
    "by name": 2 * 9 * 3,
    "encoder": 2 * 36 * (27 + 15),
    "lstm": 2 * 5 * (2 * 12 * (3 + 3) + 12 * (6 + 4)) + 2 * 8,
    "steps": 2 * 5 * (9 + 12 + 16),
    "lines": 2 * (5 * 4 * 9 + 8 * 2),
    "volumes": 27 * 4 * 2 * 8 + 27 * 2 * 4 * 8,
    "norms": 2 * 36 * 6 * 9,
}
