"""LeNet: the classic LeNet-5 and the one that paddle.vision ships."""

from __future__ import annotations

from crosscheck.graph import Graph
from crosscheck.models._variant import Variant
from crosscheck.spec import Model, Shape

_LECUN = "LeCun et al. 1998, Proc. IEEE 86(11), sec. II.B"

VARIANTS = (
    Variant(
        "lenet",
        "lenet",
        "paddle.vision's: first convolution 3×3 with padding 1, ReLU and max pooling, no activation between the linear layers",
        (1, 28, 28),
        10,
        "paddle.vision.models.LeNet",
    ),
    Variant(
        "lenet5",
        "lenet",
        "classic: 5×5, 32×32 input, tanh and average pooling, full connection table",
        (1, 32, 32),
        10,
        _LECUN,
        {"classic": True},
    ),
    Variant(
        "lenet5-28",
        "lenet",
        "classic on 28×28 images that the first convolution pads by 2",
        (1, 28, 28),
        10,
        _LECUN,
        {"classic": True, "padding": 2},
    ),
)


def build(variant: Variant, shape: Shape, classes: int) -> Model:
    """LeNet for inputs of (N, C, H, W)."""
    g = Graph(variant.name, shape, family="lenet", variant=variant.says, source=variant.source)
    g.container("", "LeNet")
    (_classic if variant.options.get("classic") else _paddle_vision)(g, classes, int(variant.options.get("padding", 0)))
    return g.build()


def _paddle_vision(g: Graph, classes: int, _: int) -> None:
    g.add("features.0", "conv", out_channels=6, kernel=3, padding=1)
    g.add("features.1", "relu")
    g.add("features.2", "maxpool", kernel=2, stride=2)
    g.add("features.3", "conv", out_channels=16, kernel=5)
    g.add("features.4", "relu")
    g.add("features.5", "maxpool", kernel=2, stride=2)
    g.add("flatten", "flatten")
    g.add("fc.0", "linear", out_features=120)
    g.add("fc.1", "linear", out_features=84)
    g.add("fc.2", "linear", out_features=classes)


def _classic(g: Graph, classes: int, padding: int) -> None:
    g.add("features.c1", "conv", out_channels=6, kernel=5, padding=padding)
    g.add("features.tanh1", "tanh")
    g.add("features.s2", "avgpool", kernel=2, stride=2)
    g.add("features.c3", "conv", out_channels=16, kernel=5)
    g.add("features.tanh3", "tanh")
    g.add("features.s4", "avgpool", kernel=2, stride=2)
    g.add("flatten", "flatten")
    g.add("classifier.c5", "linear", out_features=120)
    g.add("classifier.tanh5", "tanh")
    g.add("classifier.f6", "linear", out_features=84)
    g.add("classifier.tanh6", "tanh")
    g.add("classifier.output", "linear", out_features=classes)
