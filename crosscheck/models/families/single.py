"""Networks of one layer, as tutorials count them by hand before they count a whole network; classes are output channels here."""

from __future__ import annotations

from crosscheck.contract.network import Model, Shape
from crosscheck.models.variant import Variant
from crosscheck.models.writer import Graph

_SOURCE = "layers that tutorials on paddle.flops count by hand"

VARIANTS = (
    Variant(
        "single-conv",
        "single",
        "one 3×3 convolution from 2 to 4 channels, padding 1",
        (2, 320, 320),
        4,
        _SOURCE,
        of="single-conv",
    ),
    Variant("single-linear", "single", "one linear layer from 2 to 4 features", (2, 1, 1), 4, _SOURCE, of="single-linear"),
)


def build(variant: Variant, shape: Shape, classes: int) -> Model:
    """One layer for inputs of (N, C, H, W); the linear one flattens them."""
    g = Graph(variant.name, shape, family="single", variant=variant.says, source=variant.source)
    g.container("", "Net")
    if variant.name == "single-conv":
        g.add("conv", "conv", out_channels=classes, kernel=3, padding=1)
    else:
        g.add("flatten", "flatten")
        g.add("linear", "linear", out_features=classes)
    return g.build()
