"""Micro-models: each op alone, in shapes on which wrong formulas show (H ≠ W, C_in ≠ C_out, N = 2, uneven kernels)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from crosscheck.contract.network import BARE, Model, Shape
from crosscheck.models.writer import Graph

IMAGE: Shape = (2, 4, 9, 7)
LINE: Shape = (2, 4, 9)
VOLUME: Shape = (2, 4, 5, 6, 7)
FLAT: Shape = (2, 6)
SEQUENCE: Shape = (2, 5, 6)


@dataclass(frozen=True, slots=True)
class Case:
    """One micro-model: a short name, what it shows in words, and the network."""

    id: str
    says: str
    model: Model


def _one(id: str, says: str, op: str, shape: Shape, **attrs: Any) -> Case:
    g = Graph(id, shape, family="micro", variant=says, source="one op alone")
    g.container("", "Micro")
    g.add("op", op, **attrs)
    return Case(id, says, g.build())


def _written(id: str, says: str, shape: Shape, write: Callable[[Graph], None], root: str = "Micro") -> Case:
    g = Graph(id, shape, family="micro", variant=says, source="one op alone")
    g.container("", root)
    write(g)
    return Case(id, says, g.build())


def _twice(g: Graph) -> None:
    g.add("op", "conv", out_channels=4, kernel=3, padding=1)
    g.add("again", "conv", out_channels=4, kernel=3, padding=1, call_of="op")


def _functional(g: Graph) -> None:
    g.add("op", "conv", out_channels=6, kernel=3, functional=True)


def _add(g: Graph) -> None:
    left = g.add("left", "relu")
    right = g.add("right", "tanh", "input")
    g.add("op", "add", left, right)


def _concat(g: Graph) -> None:
    left = g.add("left", "relu")
    right = g.add("right", "tanh", "input")
    g.add("op", "concat", left, right)


def _scale(g: Graph) -> None:
    numbers = g.add("squeeze", "adaptive_avgpool", output_size=1)
    g.add("op", "scale", "input", numbers)


def _bare(op: str, **attrs: Any) -> Callable[[Graph], None]:
    return lambda g: (g.add("op", op, **attrs), None)[1]


def cases() -> tuple[Case, ...]:
    """All micro-models, those that multiply first."""
    conv = {"out_channels": 6, "kernel": 3}
    return (
        _one("conv", "convolution with bias", "conv", IMAGE, **conv),
        _one("conv-nobias", "convolution without bias", "conv", IMAGE, **conv, bias=False),
        _one(
            "conv-uneven",
            "kernel 3×2, stride 2×1, padding 1×0",
            "conv",
            IMAGE,
            **conv | {"kernel": (3, 2)},
            stride=(2, 1),
            padding=(1, 0),
        ),
        _one("conv-dilated", "dilation 2", "conv", IMAGE, **conv, dilation=2),
        _one("conv-grouped", "2 groups of 2 channels", "conv", IMAGE, **conv, groups=2),
        _one("conv-depthwise", "as many groups as channels", "conv", IMAGE, out_channels=8, kernel=3, groups=4),
        _one("conv1d", "convolution over one axis", "conv", LINE, **conv),
        _one("conv3d", "convolution over three axes", "conv", VOLUME, **conv),
        _one("conv-transposed", "transposed convolution, stride 1", "conv_transpose", IMAGE, **conv),
        _one(
            "conv-transposed-s2",
            "transposed convolution, stride 2, 2 groups",
            "conv_transpose",
            IMAGE,
            **conv,
            stride=2,
            groups=2,
        ),
        _one("linear", "linear layer on (N, F)", "linear", FLAT, out_features=3),
        _one("linear-nobias", "linear layer without bias", "linear", FLAT, out_features=3, bias=False),
        _one("linear-3d", "linear layer on (N, T, F)", "linear", SEQUENCE, out_features=3),
        _written("conv-twice", "one convolution called twice", IMAGE, _twice),
        _written("conv-functional", "functional convolution, its weight held by the container", IMAGE, _functional),
        _written("conv-bare", "the network is a convolution, no container", IMAGE, _bare("conv", **conv), BARE),
        _written("linear-bare", "the network is a linear layer, no container", FLAT, _bare("linear", out_features=3), BARE),
        _one("batchnorm", "batch normalisation over (N, C, H, W)", "batchnorm", IMAGE),
        _one("batchnorm-plain", "batch normalisation without scale and shift", "batchnorm", IMAGE, affine=False),
        _one("batchnorm-1d", "batch normalisation over (N, C, L)", "batchnorm", LINE),
        _one("layernorm", "layer normalisation over the last axis", "layernorm", SEQUENCE),
        _one("groupnorm", "group normalisation, 2 groups", "groupnorm", IMAGE, groups=2),
        _one("lrn", "local response normalisation", "lrn", IMAGE, size=3),
        _one("relu", "ReLU", "relu", IMAGE),
        _one("leaky-relu", "leaky ReLU", "leaky_relu", IMAGE),
        _one("sigmoid", "sigmoid", "sigmoid", IMAGE),
        _one("tanh", "tanh", "tanh", IMAGE),
        _one("gelu", "GELU", "gelu", IMAGE),
        _one("silu", "SiLU", "silu", IMAGE),
        _one("softmax", "softmax over the last axis", "softmax", SEQUENCE),
        _one("maxpool", "max pooling 3×2, stride 2", "maxpool", IMAGE, kernel=(3, 2), stride=2),
        _one("avgpool", "average pooling 3×2, stride 2", "avgpool", IMAGE, kernel=(3, 2), stride=2),
        _one("pool-global", "adaptive average pooling to 1×1", "adaptive_avgpool", IMAGE, output_size=1),
        _one("pool-fractional", "adaptive average pooling 9×7 to 4×3", "adaptive_avgpool", IMAGE, output_size=(4, 3)),
        _written("add", "sum of two branches", IMAGE, _add),
        _written("scale", "every channel times its mean", IMAGE, _scale),
        _written("concat", "two branches joined", IMAGE, _concat),
        _one("flatten", "flatten", "flatten", IMAGE),
        _one("dropout", "dropout in inference", "dropout", IMAGE),
    )
