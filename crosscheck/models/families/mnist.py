"""The small network for MNIST that PyTorch's early examples had and torchinfo's README and tests print."""

from __future__ import annotations

from crosscheck.contract.network import Model, Shape
from crosscheck.models.variant import Variant
from crosscheck.models.writer import Graph

VARIANTS = (
    Variant(
        "mnist-cnn",
        "mnist",
        "two 5×5 convolutions of 10 and 20 channels, 50 hidden units; pooling and ReLU as functions; no softmax",
        (1, 28, 28),
        10,
        "torchinfo, tests/fixtures/models.py, SingleInputNet",
    ),
)


def build(variant: Variant, shape: Shape, classes: int) -> Model:
    """The network for inputs of (N, C, H, W)."""
    g = Graph(variant.name, shape, family="mnist", variant=variant.says, source=variant.source)
    g.container("", "SingleInputNet")
    g.add("conv1", "conv", out_channels=10, kernel=5)
    g.add("pool1", "maxpool", kernel=2, functional=True)
    g.add("relu1", "relu", functional=True)
    g.add("conv2", "conv", out_channels=20, kernel=5)
    g.add("conv2_drop", "dropout", p=0.3)
    g.add("pool2", "maxpool", kernel=2, functional=True)
    g.add("relu2", "relu", functional=True)
    g.add("flatten", "flatten")
    g.add("fc1", "linear", out_features=50)
    g.add("relu3", "relu", functional=True)
    g.add("fc2", "linear", out_features=classes)
    return g.build()
