"""LeNet: the LeNet-5 of 1998, its classic simplification, and the one that paddle.vision ships."""

from __future__ import annotations

from crosscheck.contract.network import Model, Shape
from crosscheck.models.variant import Variant
from crosscheck.models.writer import Graph

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
    Variant(
        "lenet5-1998",
        "lenet",
        "the paper's own: connection table in C3, trainable subsampling, scaled tanh, RBF output",
        (1, 32, 32),
        10,
        _LECUN,
        {"paper": True},
    ),
)

# columns of the paper's table I: the S2 maps that each C3 map sees
_TABLE = (
    *((0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5)),
    *((0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5), (0, 1, 2, 5)),
    *((0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5), (0, 1, 2, 3, 4, 5)),
)


def build(variant: Variant, shape: Shape, classes: int) -> Model:
    """LeNet for inputs of (N, C, H, W)."""
    g = Graph(variant.name, shape, family="lenet", variant=variant.says, source=variant.source)
    g.container("", "LeNet")
    write = _paper if variant.options.get("paper") else _classic if variant.options.get("classic") else _paddle_vision
    write(g, classes, int(variant.options.get("padding", 0)))
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


def _paper(g: Graph, classes: int, _: int) -> None:
    """Layers by the paper's names; C5 is a convolution, as the paper says, though its maps are 1×1."""
    g.add("c1", "conv", out_channels=6, kernel=5)
    g.add("squash1", "scaled_tanh")
    g.add("s2", "trainable_pool", kernel=2)
    g.add("squash2", "scaled_tanh")
    g.add("c3", "table_conv", table=_TABLE, kernel=5)
    g.add("squash3", "scaled_tanh")
    g.add("s4", "trainable_pool", kernel=2)
    g.add("squash4", "scaled_tanh")
    g.add("c5", "conv", out_channels=120, kernel=5)
    g.add("squash5", "scaled_tanh")
    g.add("flatten", "flatten")
    g.add("f6", "linear", out_features=84)
    g.add("squash6", "scaled_tanh")
    g.add("output", "rbf", out_features=classes)
