"""VGG: configurations A, B, D and E, with and without batch normalisation, and heads for small images."""

from __future__ import annotations

from crosscheck.contract.network import Model, Shape
from crosscheck.models.variant import Variant
from crosscheck.models.writer import Graph

_PAPER = "Simonyan and Zisserman 2014, arXiv:1409.1556, table 1, configuration"
_IMAGENET, _CIFAR = (3, 224, 224), (3, 32, 32)

# convolutions per stage of 64, 128, 256, 512 and 512 channels; each stage ends with a pooling
_STAGES = {"A": (1, 1, 2, 2, 2), "B": (2, 2, 2, 2, 2), "D": (2, 2, 3, 3, 3), "E": (2, 2, 4, 4, 4)}
_CHANNELS = (64, 128, 256, 512, 512)


def _row(depth: int, letter: str, norm: bool) -> Variant:
    says = f"configuration {letter}" + (", batch normalisation after every convolution" if norm else "")
    name = f"vgg{depth}" + ("-bn" if norm else "")
    return Variant(name, "vgg", says, _IMAGENET, 1000, f"{_PAPER} {letter}", {"letter": letter, "norm": norm})


def _paddleclas(depth: int, letter: str) -> Variant:
    says = f"configuration {letter}; convolutions without bias, no adaptive pooling"
    options = {"letter": letter, "adaptive": False, "bias": False}
    source = "PaddleClas, ppcls/arch/backbone/legendary_models/vgg.py"
    return Variant(f"vgg{depth}-paddleclas", "vgg", says, _IMAGENET, 1000, source, options)


VARIANTS = (
    *(_row(depth, letter, norm) for depth, letter in ((11, "A"), (13, "B"), (16, "D"), (19, "E")) for norm in (False, True)),
    Variant(
        "vgg16-cifar",
        "vgg",
        "configuration D on 32×32 images, classifier 512→4096→4096→classes, no adaptive pooling",
        _CIFAR,
        10,
        f"{_PAPER} D, convolutions only; classifier for CIFAR",
        {"letter": "D", "adaptive": False},
    ),
    Variant(
        "vgg16-mnist",
        "vgg",
        "configuration D without its fifth stage, so 13 layers, on 28×28 images of one channel, classifier 512→4096→4096→classes",
        (1, 28, 28),
        10,
        f"{_PAPER} D, as a tutorial for MNIST writes VGG16",
        {"letter": "D", "adaptive": False, "stages": 4},
    ),
    *(_paddleclas(depth, letter) for depth, letter in ((11, "A"), (13, "B"), (16, "D"), (19, "E"))),
)


def build(variant: Variant, shape: Shape, classes: int) -> Model:
    """VGG for inputs of (N, C, H, W)."""
    g = Graph(variant.name, shape, family="vgg", variant=variant.says, source=variant.source)
    g.container("", "VGG")
    index, bias = 0, variant.options.get("bias", True)
    stages = tuple(zip(_CHANNELS, _STAGES[variant.options["letter"]], strict=True))
    for channels, repeats in stages[: variant.options.get("stages")]:
        for _ in range(repeats):
            g.add(f"features.{index}", "conv", out_channels=channels, kernel=3, padding=1, bias=bias)
            if variant.options.get("norm"):
                index += 1
                g.add(f"features.{index}", "batchnorm")
            g.add(f"features.{index + 1}", "relu")
            index += 2
        g.add(f"features.{index}", "maxpool", kernel=2, stride=2)
        index += 1
    if variant.options.get("adaptive", True):
        g.add("avgpool", "adaptive_avgpool", output_size=7)
    g.add("flatten", "flatten")
    g.add("classifier.0", "linear", out_features=4096)
    g.add("classifier.1", "relu")
    g.add("classifier.2", "dropout")
    g.add("classifier.3", "linear", out_features=4096)
    g.add("classifier.4", "relu")
    g.add("classifier.5", "dropout")
    g.add("classifier.6", "linear", out_features=classes)
    return g.build()
