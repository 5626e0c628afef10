"""AlexNet: in one column (torchvision's, Paddle's), in the two towers of the paper, and the paper's sizes without towers."""

from __future__ import annotations

from typing import Any

from crosscheck.contract.network import Model, Shape
from crosscheck.models.variant import Variant
from crosscheck.models.writer import Graph

VARIANTS = (
    Variant(
        "alexnet",
        "alexnet",
        "one column, narrower first layers, adaptive pooling before the classifier",
        (3, 224, 224),
        1000,
        "Krizhevsky 2014, arXiv:1404.5997; layer sizes as torchvision.models.alexnet",
    ),
    Variant(
        "alexnet-paper",
        "alexnet",
        "two towers: groups of 2 in conv2, conv4 and conv5; local response normalisation; overlapping pooling",
        (3, 227, 227),
        1000,
        "Krizhevsky et al. 2012, NeurIPS 25, sec. 3.5",
        {"groups": 2},
    ),
    Variant(
        "alexnet-paddle",
        "alexnet",
        "one column, narrower first layers, no adaptive pooling, some ReLU as functions",
        (3, 224, 224),
        1000,
        "paddle.vision.models.AlexNet, PaddleClas AlexNet",
        {"paddle": True},
    ),
    Variant(
        "alexnet-ungrouped",
        "alexnet",
        "the paper's layers in one tower: no groups; local response normalisation; overlapping pooling",
        (3, 227, 227),
        1000,
        "Krizhevsky et al. 2012, NeurIPS 25, sec. 3.5, without its two towers",
        {"groups": 1},
    ),
    Variant(
        "alexnet-caffenet",
        "alexnet",
        "two towers; pooling before local response normalisation",
        (3, 227, 227),
        1000,
        "Caffe, models/bvlc_reference_caffenet",
        {"groups": 2, "pool_first": True},
    ),
)


def build(variant: Variant, shape: Shape, classes: int) -> Model:
    """AlexNet for inputs of (N, C, H, W)."""
    g = Graph(variant.name, shape, family="alexnet", variant=variant.says, source=variant.source)
    g.container("", "AlexNet")
    if variant.options.get("groups"):
        _paper(g, classes, int(variant.options["groups"]), bool(variant.options.get("pool_first")))
    else:
        (_paddle if variant.options.get("paddle") else _one_column)(g, classes)
    return g.build()


def _one_column(g: Graph, classes: int) -> None:
    g.add("features.0", "conv", out_channels=64, kernel=11, stride=4, padding=2)
    g.add("features.1", "relu")
    g.add("features.2", "maxpool", kernel=3, stride=2)
    g.add("features.3", "conv", out_channels=192, kernel=5, padding=2)
    g.add("features.4", "relu")
    g.add("features.5", "maxpool", kernel=3, stride=2)
    g.add("features.6", "conv", out_channels=384, kernel=3, padding=1)
    g.add("features.7", "relu")
    g.add("features.8", "conv", out_channels=256, kernel=3, padding=1)
    g.add("features.9", "relu")
    g.add("features.10", "conv", out_channels=256, kernel=3, padding=1)
    g.add("features.11", "relu")
    g.add("features.12", "maxpool", kernel=3, stride=2)
    g.add("avgpool", "adaptive_avgpool", output_size=6)
    g.add("flatten", "flatten")
    g.add("classifier.0", "dropout")
    g.add("classifier.1", "linear", out_features=4096)
    g.add("classifier.2", "relu")
    g.add("classifier.3", "dropout")
    g.add("classifier.4", "linear", out_features=4096)
    g.add("classifier.5", "relu")
    g.add("classifier.6", "linear", out_features=classes)


def _paddle(g: Graph, classes: int) -> None:
    sizes = {"conv1": (64, 11, 4, 2), "conv2": (192, 5, 1, 2), "conv3": (384, 3, 1, 1), "conv4": (256, 3, 1, 1)}
    for name, (channels, kernel, stride, padding) in (sizes | {"conv5": (256, 3, 1, 1)}).items():
        pooled = name in ("conv1", "conv2", "conv5")
        size: dict[str, Any] = {"kernel": kernel, "stride": stride, "padding": padding}
        g.add(f"{name}.conv" if pooled else name, "conv", out_channels=channels, **size)
        if pooled:
            g.container(name, "ConvPoolLayer")
            g.add(f"{name}.relu", "relu")
            g.add(f"{name}.pool", "maxpool", kernel=3, stride=2)
        else:
            g.add(name.replace("conv", "relu"), "relu", functional=True)
    g.add("flatten", "flatten")
    for k, features in ((6, 4096), (7, 4096)):
        g.add(f"drop{k - 5}", "dropout")
        g.add(f"fc{k}", "linear", out_features=features)
        g.add(f"relu{k}", "relu", functional=True)
    g.add("fc8", "linear", out_features=classes)


def _pool_and_norm(g: Graph, k: int, pool_first: bool) -> None:
    for op in ("pool", "norm") if pool_first else ("norm", "pool"):
        if op == "pool":
            g.add(f"features.pool{k}", "maxpool", kernel=3, stride=2)
        else:
            g.add(f"features.norm{k}", "lrn", size=5, alpha=1e-4, beta=0.75, k=2.0)


def _paper(g: Graph, classes: int, groups: int, pool_first: bool) -> None:
    g.add("features.conv1", "conv", out_channels=96, kernel=11, stride=4)
    g.add("features.relu1", "relu")
    _pool_and_norm(g, 1, pool_first)
    g.add("features.conv2", "conv", out_channels=256, kernel=5, padding=2, groups=groups)
    g.add("features.relu2", "relu")
    _pool_and_norm(g, 2, pool_first)
    g.add("features.conv3", "conv", out_channels=384, kernel=3, padding=1)
    g.add("features.relu3", "relu")
    g.add("features.conv4", "conv", out_channels=384, kernel=3, padding=1, groups=groups)
    g.add("features.relu4", "relu")
    g.add("features.conv5", "conv", out_channels=256, kernel=3, padding=1, groups=groups)
    g.add("features.relu5", "relu")
    g.add("features.pool5", "maxpool", kernel=3, stride=2)
    g.add("flatten", "flatten")
    g.add("classifier.fc6", "linear", out_features=4096)
    g.add("classifier.relu6", "relu")
    g.add("classifier.drop6", "dropout")
    g.add("classifier.fc7", "linear", out_features=4096)
    g.add("classifier.relu7", "relu")
    g.add("classifier.drop7", "dropout")
    g.add("classifier.fc8", "linear", out_features=classes)
