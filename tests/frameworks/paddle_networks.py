"""Paddle networks as users write them: each kind of layer, call and wiring that Paddle's tools treat differently."""

# mypy: disable-error-code="misc, override"

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import paddle
import paddle.nn.functional as F  # noqa: N812  (the name that every Paddle user knows)
from paddle import Tensor, nn


class Functional(nn.Layer):
    """Parameters of its own, used by functions."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = self.create_parameter([4, 3, 3, 3])
        self.shift = self.create_parameter([4], is_bias=True)
        self.fc = nn.Linear(4, 5)

    def forward(self, x: Tensor) -> Any:
        x = F.relu(F.conv2d(x, self.weight, self.shift, padding=1))
        return self.fc(x.mean([2, 3]))


class Scale(nn.Layer):
    """A layer without sublayers that is a user's own."""

    def __init__(self, n: int) -> None:
        super().__init__()
        self.gain = self.create_parameter([n])
        self.still = self.create_parameter([n])
        self.still.stop_gradient = True

    def forward(self, x: Tensor) -> Any:
        return x * self.gain + self.still


class Block(nn.Layer):
    """A block with a parameter beside its layers."""

    def __init__(self, n: int) -> None:
        super().__init__()
        self.conv = nn.Conv2D(n, n, 3, padding=1, groups=n, bias_attr=False)
        self.norm = nn.BatchNorm2D(n)
        self.gain = self.create_parameter([1])

    def forward(self, x: Tensor) -> Any:
        return x + self.gain * F.relu6(self.norm(self.conv(x)))


class Twice(nn.Layer):
    """One layer that is called twice, and one that two paths lead to."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2D(3, 3, 3, padding=1)
        self.one = nn.Sequential(self.conv, nn.LeakyReLU())
        self.never = nn.Linear(2, 2)

    def forward(self, x: Tensor) -> Any:
        return self.one(self.conv(self.conv(x)))


class Copies(nn.Layer):
    """Layers that a list holds, copies of one another: they share their names."""

    def __init__(self) -> None:
        super().__init__()
        layer = nn.Conv2D(3, 3, 3, padding=1)
        self.layers = nn.LayerList([layer, copy.deepcopy(layer), Scale(8)])

    def forward(self, x: Tensor) -> Any:
        for layer in self.layers:
            x = layer(x)
        return x


class Attention(nn.Layer):
    """Products of tensors that no layer does, and a positional parameter."""

    def __init__(self) -> None:
        super().__init__()
        self.position = self.create_parameter([1, 6, 8])
        self.qkv = nn.Linear(8, 24)

    def forward(self, x: Tensor) -> Any:
        q, k, v = (self.qkv(x + self.position)).chunk(3, axis=-1)
        weights = F.softmax(paddle.einsum("bid,bjd->bij", q, k))
        return paddle.matmul(weights, k, transpose_x=True) + weights @ v


class Recurrent(nn.Layer):
    """A recurrent layer and what reads its last state."""

    def __init__(self, kind: Any, **options: Any) -> None:
        super().__init__()
        self.rnn = kind(8, 5, **options)
        self.fc = nn.Linear(5, 3)

    def forward(self, x: Tensor) -> Any:
        _, state = self.rnn(x)
        return self.fc((state[0] if isinstance(state, tuple) else state)[-1])


class Steps(nn.Layer):
    """A cell that a loop calls."""

    def __init__(self) -> None:
        super().__init__()
        self.cell = nn.GRUCell(8, 5)
        self.scan = nn.RNN(nn.SimpleRNNCell(5, 4))

    def forward(self, x: Tensor) -> Any:
        made, state = [], None
        for k in range(x.shape[1]):
            y, state = self.cell(x[:, k], state)
            made.append(y)
        return self.scan(paddle.stack(made, axis=1))[0]


class UNet(nn.Layer):
    """Down, up by a transposed convolution and by interpolation, and a joint."""

    def __init__(self) -> None:
        super().__init__()
        self.down = nn.Sequential(nn.Conv2D(3, 8, 3, padding=1), nn.BatchNorm(8), nn.PReLU(8), nn.MaxPool2D(2))
        self.up = nn.Conv2DTranspose(8, 4, 2, stride=2)
        self.wide = nn.Upsample(scale_factor=2, mode="bilinear")
        self.out = nn.Conv2D(12, 2, 1)

    def forward(self, x: Tensor) -> Any:
        low = self.down(x)
        return self.out(paddle.concat([self.up(low), self.wide(low)], axis=1))


class Words(nn.Layer):
    """Whole numbers come in; two weights are one."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(11, 6)
        self.norm = nn.LayerNorm(6)
        self.out = nn.Linear(6, 11)
        self.second = nn.Embedding(11, 6)
        self.second.weight = self.table.weight

    def forward(self, ids: Tensor) -> Any:
        return self.out(self.norm(self.table(ids) + self.second(ids)))


class Signal(paddle.autograd.PyLayer):
    """A function with a gradient of its own."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Any:
        return paddle.sign(x) * paddle.sqrt(paddle.abs(x))

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        return grad


class Custom(nn.Layer):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2D(3, 4, 3)
        self.pool = nn.AdaptiveAvgPool2D(4)

    def forward(self, x: Tensor) -> Any:
        return self.pool(Signal.apply(self.conv(x)))


class Heads(nn.Layer):
    """Two results of a block, and none of another."""

    def __init__(self) -> None:
        super().__init__()
        self.split = Split()
        self.fc = nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Any:
        a, (b, _) = self.split(x)
        return {"a": self.fc(a), "b": b}


class Split(nn.Layer):
    def forward(self, x: Tensor) -> Any:
        return x[:, :4], (x[:, 4:], None)


class Two(nn.Layer):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Bilinear(4, 6, 3)

    def forward(self, x: Tensor, y: Tensor) -> Any:
        return F.gelu(self.fc(x, y))


class Thin(nn.Conv2D):
    """A subclass of a layer that tools know by its exact class."""


def normed() -> nn.Layer:
    return nn.Sequential(nn.utils.weight_norm(nn.Conv2D(3, 4, 3)), nn.InstanceNorm2D(4), nn.GroupNorm(2, 4))


def frozen() -> nn.Layer:
    net = nn.Sequential(Block(3), nn.Flatten(), nn.Linear(192, 4))
    for p in net[0].parameters():
        p.stop_gradient = True
    return net


def image(batch: int, channels: int = 3) -> Tensor:
    return paddle.randn([batch, channels, 8, 8])


def line(batch: int) -> Tensor:
    return paddle.randn([batch, 6, 8])


Given = tuple[nn.Layer, tuple[Any, ...]]
KINDS: dict[str, Callable[[int], Given]] = {
    "functions": lambda n: (Functional(), (image(n),)),
    "own leaf": lambda n: (nn.Sequential(nn.Conv2D(3, 8, 3), nn.Flatten(2), nn.Linear(36, 8), Scale(8)), (image(n),)),
    "leaf alone": lambda n: (Scale(8), (image(n),)),
    "bare": lambda n: (nn.Linear(8, 3), (line(n),)),
    "block": lambda n: (nn.Sequential(nn.Conv2D(3, 4, 3), Block(4)), (image(n),)),
    "block alone": lambda n: (Block(3), (image(n),)),
    "twice": lambda n: (Twice(), (image(n),)),
    "copies": lambda n: (Copies(), (image(n),)),
    "attention": lambda n: (Attention(), (line(n),)),
    "layers of attention": lambda n: (nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16), 2), (line(n),)),
    "attention alone": lambda n: (nn.MultiHeadAttention(8, 2), (line(n),)),
    "lstm": lambda n: (Recurrent(nn.LSTM), (line(n),)),
    "lstm alone": lambda n: (nn.LSTM(8, 5), (line(n),)),
    "gru": lambda n: (Recurrent(nn.GRU, num_layers=2, direction="bidirect"), (line(n),)),
    "rnn": lambda n: (Recurrent(nn.SimpleRNN, activation="relu"), (line(n),)),
    "cells": lambda n: (Steps(), (line(n),)),
    "unet": lambda n: (UNet(), (image(n),)),
    "words": lambda n: (Words(), (paddle.zeros([n, 6], "int64"),)),
    "custom function": lambda n: (Custom(), (image(n),)),
    "heads": lambda n: (Heads(), (line(n)[:, 0],)),
    "two inputs": lambda n: (Two(), (line(n)[:, 0, :4], line(n)[:, 0, :6])),
    "a list": lambda n: (Pair(), ([line(n), line(n)],)),
    "a dictionary": lambda n: (Keyed(), ({"x": line(n), "y": line(n)},)),
    "subclass": lambda n: (nn.Sequential(Thin(3, 4, 3), nn.ReLU()), (image(n),)),
    "norms": lambda n: (normed(), (image(n),)),
    "frozen": lambda n: (frozen(), (image(n),)),
    "lines": lambda n: (
        nn.Sequential(nn.Conv1D(6, 4, 3, padding=1), nn.BatchNorm1D(4), nn.AvgPool1D(2), nn.AdaptiveAvgPool1D(3), nn.Dropout()),
        (line(n),),
    ),
    "channels last": lambda n: (
        nn.Sequential(
            nn.Conv2D(8, 4, 3, data_format="NHWC"),
            nn.AdaptiveAvgPool2D(2, data_format="NHWC"),
            nn.Conv2DTranspose(4, 2, 2, 2, data_format="NHWC"),
            nn.BatchNorm2D(2, data_format="NHWC"),
        ),
        (paddle.randn([n, 6, 6, 8]),),
    ),
    "volume": lambda n: (
        nn.Sequential(nn.Conv3D(2, 4, 3), nn.BatchNorm3D(4), nn.AdaptiveAvgPool3D(2), nn.Conv3DTranspose(4, 2, 2, groups=2)),
        (paddle.randn([n, 2, 6, 6, 6]),),
    ),
    "identity": lambda n: (nn.Sequential(nn.Identity(), nn.Conv2D(3, 4, 3), nn.Sequential(), nn.Softmax()), (image(n),)),
}
"""Networks with what they are called with, for a batch."""


class Pair(nn.Layer):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(8, 2)

    def forward(self, pair: Any) -> Any:
        return self.fc(pair[0] + pair[1])


class Keyed(Pair):
    def forward(self, given: Any) -> Any:
        return super().forward([given["x"], given["y"]])
