"""AlexNet: in one column (torchvision's) and in the two towers of the paper."""

from __future__ import annotations

from crosscheck.graph import Graph
from crosscheck.models._variant import Variant
from crosscheck.spec import Model, Shape

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
        {"towers": True},
    ),
)


def build(variant: Variant, shape: Shape, classes: int) -> Model:
    """AlexNet for inputs of (N, C, H, W)."""
    g = Graph(variant.name, shape, family="alexnet", variant=variant.says, source=variant.source)
    g.container("", "AlexNet")
    (_two_towers if variant.options.get("towers") else _one_column)(g, classes)
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


def _two_towers(g: Graph, classes: int) -> None:
    g.add("features.conv1", "conv", out_channels=96, kernel=11, stride=4)
    g.add("features.relu1", "relu")
    g.add("features.norm1", "lrn", size=5, alpha=1e-4, beta=0.75, k=2.0)
    g.add("features.pool1", "maxpool", kernel=3, stride=2)
    g.add("features.conv2", "conv", out_channels=256, kernel=5, padding=2, groups=2)
    g.add("features.relu2", "relu")
    g.add("features.norm2", "lrn", size=5, alpha=1e-4, beta=0.75, k=2.0)
    g.add("features.pool2", "maxpool", kernel=3, stride=2)
    g.add("features.conv3", "conv", out_channels=384, kernel=3, padding=1)
    g.add("features.relu3", "relu")
    g.add("features.conv4", "conv", out_channels=384, kernel=3, padding=1, groups=2)
    g.add("features.relu4", "relu")
    g.add("features.conv5", "conv", out_channels=256, kernel=3, padding=1, groups=2)
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
