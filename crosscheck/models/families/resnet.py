"""ResNet and what grew out of it with the activation last: shortcut options, strides, stems, groups and widths.

Option A pads new channels with zeros and has no parameters, B projects where the shape changes, C projects everywhere, and
F projects where the shape changes and in the first block of the network.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from crosscheck.contract.network import Model, Shape
from crosscheck.models.variant import Variant
from crosscheck.models.writer import Graph

_PAPER = "He et al. 2015, arXiv:1512.03385"
_TABLE = f"{_PAPER}, table 1"
_V15 = "; stride on the 3×3 as torchvision.models"
_TRICKS = "He et al. 2018, arXiv:1812.01187"
_IMAGENET, _CIFAR = (3, 224, 224), (3, 32, 32)
DEPTHS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}
_SHORTCUTS = {
    "A": "shortcut option A: subsampling and zero padding, no parameters",
    "B": "shortcut option B: projection where the shape changes",
    "C": "shortcut option C: projection everywhere",
    "F": "projection where the shape changes and in the first block",
}


@dataclass(frozen=True, slots=True)
class Recipe:
    """What one network of the family is built with.

    ``stem`` is ``7x7``, ``deep`` (three 3×3) or ``3x3`` (stride 1, no pooling); ``v1`` puts a bottleneck's stride on its first
    1×1; ``width`` is that of one group where the block has 64 channels; ``average`` pools before a strided projection;
    ``squeeze`` divides the channels between the two 1×1 convolutions of a squeeze-and-excitation module, which 0 leaves out.
    """

    repeats: tuple[int, ...]
    bottleneck: bool
    channels: int = 64
    stem: str = "7x7"
    v1: bool = False
    shortcut: str = "B"
    groups: int = 1
    width: int = 64
    average: bool = False
    squeeze: int = 0
    bias: bool = False
    eps: float = 1e-5


def _row(name: str, says: str, source: str, recipe: Recipe, size: Shape = _IMAGENET, classes: int = 1000) -> Variant:
    of = re.match(r"(?:se|wide)-[a-z]+\d+", name)
    return Variant(name, "resnet", says, size, classes, source, {"recipe": recipe}, of[0] if of else "")


def _basic(depth: int, option: str) -> Variant:
    name = f"resnet{depth}" if option == "B" else f"resnet{depth}-{option.lower()}"
    return _row(name, f"basic blocks; {_SHORTCUTS[option]}", _TABLE, Recipe(DEPTHS[depth], False, shortcut=option))


def _bottleneck(depth: int, v1: bool) -> Variant:
    says = f"bottlenecks; stride on the {'first 1×1 (v1)' if v1 else '3×3 (v1.5)'}"
    name = f"resnet{depth}" + ("-v1" if v1 else "")
    return _row(name, says, _TABLE if v1 else _TABLE + _V15, Recipe(DEPTHS[depth], True, v1=v1))


def _keras(depth: int) -> Variant:
    says = "bottlenecks; stride on the first 1×1 (v1), every convolution has a bias"
    recipe = Recipe(DEPTHS[depth], True, v1=True, bias=True, eps=1.001e-5)
    return _row(f"resnet{depth}-keras", says, "keras.applications.resnet", recipe)


def _deep_stem(depth: int, average: bool) -> Variant:
    """ResNet-C (deep stem) and ResNet-D (and average pooling before the projection) with bottlenecks."""
    says = "stem of three 3×3 convolutions" + ("; mean of 2×2 before a projection instead of its stride" if average else "")
    names = "PaddleClas vd, mmpretrain v1d, timm resnet{}d" if average else "PaddleClas vc, mmpretrain v1c"
    recipe = Recipe(DEPTHS[depth], True, stem="deep", average=average)
    return _row(f"resnet{depth}-{'vd' if average else 'vc'}", says, f"{_TRICKS}; {names.format(depth)}", recipe)


def _basic_d(depth: int, clas: bool) -> Variant:
    says = "stem of three 3×3 convolutions; mean of 2×2 before a strided projection"
    if clas:
        recipe = Recipe(DEPTHS[depth], False, stem="deep", average=True, shortcut="F")
        return _row(f"resnet{depth}-vd", f"{says}; projection in the first block too", f"{_TRICKS}; PaddleClas vd", recipe)
    recipe = Recipe(DEPTHS[depth], False, stem="deep", average=True)
    return _row(f"resnet{depth}-d", says, f"{_TRICKS}; timm resnet{depth}d", recipe)


def _paddleclas(depth: int) -> Variant:
    recipe = Recipe(DEPTHS[depth], False, shortcut="F")
    source = "PaddleClas, ppcls/arch/backbone/legendary_models/resnet.py"
    return _row(f"resnet{depth}-paddleclas", f"basic blocks; {_SHORTCUTS['F']}", source, recipe)


def _resnext(depth: int, groups: int, width: int) -> Variant:
    says = f"bottlenecks whose 3×3 has {groups} groups, of {width} channels each in the first stage"
    recipe = Recipe(DEPTHS[depth], True, groups=groups, width=width)
    return _row(f"resnext{depth}-{groups}x{width}d", says, "Xie et al. 2016, arXiv:1611.05431, table 1", recipe)


def _wide(depth: int) -> Variant:
    says = "bottlenecks whose 3×3 is twice as wide"
    source = "Zagoruyko and Komodakis 2016, arXiv:1605.07146, sec. 3.4; torchvision.models"
    return _row(f"wide-resnet{depth}-2", says, source, Recipe(DEPTHS[depth], True, width=128))


def _squeezing(depth: int, v1: bool) -> Variant:
    says = f"bottlenecks with squeeze-and-excitation; stride on the {'first 1×1 (v1)' if v1 else '3×3 (v1.5)'}"
    name = f"se-resnet{depth}" + ("-v1" if v1 else "")
    source = "Hu et al. 2017, arXiv:1709.01507, table 2" if v1 else "timm seresnet50, mmpretrain SEResNet"
    return _row(name, says, source, Recipe(DEPTHS[depth], True, v1=v1, squeeze=16))


def _squeezing_resnext(depth: int) -> Variant:
    says = "bottlenecks whose 3×3 has 32 groups, of 4 channels each in the first stage, with squeeze-and-excitation"
    recipe = Recipe(DEPTHS[depth], True, groups=32, width=4, squeeze=16)
    return _row(f"se-resnext{depth}-32x4d", says, "Hu et al. 2017, arXiv:1709.01507, table 2", recipe)


def _small(depth: int) -> Variant:
    """The networks of 6n + 2 layers that the paper trains on CIFAR-10."""
    n = (depth - 2) // 6
    says = f"three stages of {n} basic blocks of 16, 32 and 64 channels; {_SHORTCUTS['A']}"
    recipe = Recipe((n, n, n), False, channels=16, stem="3x3", shortcut="A")
    return _row(f"resnet{depth}-cifar", says, f"{_PAPER}, sec. 4.2 and table 6", recipe, _CIFAR, 10)


def _small_stem(depth: int) -> Variant:
    says = "blocks as for ImageNet; stem of one 3×3 of stride 1, no pooling"
    recipe = Recipe(DEPTHS[depth], depth >= 50, stem="3x3")
    return _row(f"resnet{depth}-cifar", says, "mmpretrain ResNet_CIFAR", recipe, _CIFAR, 10)


VARIANTS = (
    *(_basic(depth, option) for depth in (18, 34) for option in "BAC"),
    *(_paddleclas(depth) for depth in (18, 34)),
    *(_basic_d(depth, clas) for depth in (18, 34) for clas in (False, True)),
    *(_bottleneck(depth, v1) for depth in (50, 101, 152) for v1 in (False, True)),
    *(_keras(depth) for depth in (50, 101, 152)),
    *(_deep_stem(depth, average) for depth in (50, 101, 152) for average in (False, True)),
    *(_resnext(*of) for of in ((50, 32, 4), (50, 64, 4), (101, 32, 4), (101, 32, 8), (101, 64, 4), (152, 32, 4), (152, 64, 4))),
    *(_wide(depth) for depth in (50, 101)),
    *(_squeezing(depth, v1) for depth in (50, 101, 152) for v1 in (False, True)),
    *(_squeezing_resnext(depth) for depth in (50, 101)),
    *(_small(depth) for depth in (20, 32, 44, 56, 110)),
    *(_small_stem(depth) for depth in (18, 34, 50, 101, 152)),
)


def build(variant: Variant, shape: Shape, classes: int) -> Model:
    """ResNet for inputs of (N, C, H, W)."""
    g = Graph(variant.name, shape, family="resnet", variant=variant.says, source=variant.source)
    g.container("", "ResNet")
    r: Recipe = variant.options["recipe"]
    _stem(g, r)
    for stage, repeats in enumerate(r.repeats):
        for index in range(repeats):
            path, stride = f"layer{stage + 1}.{index}", 2 if stage and not index else 1
            (_bottleneck_block if r.bottleneck else _basic_block)(g, r, path, r.channels << stage, stride)
    head(g, classes)
    return g.build()


def _stem(g: Graph, r: Recipe) -> None:
    if r.stem == "deep":
        for k, (channels, stride) in enumerate(((r.channels // 2, 2), (r.channels // 2, 1))):
            _conv_bn(g, r, f"conv1.{3 * k}", f"conv1.{3 * k + 1}", channels, 3, stride)
            g.add(f"conv1.{3 * k + 2}", "relu")
        _conv_bn(g, r, "conv1.6", "bn1", r.channels, 3, 1)
    else:
        _conv_bn(g, r, "conv1", "bn1", r.channels, *((7, 2) if r.stem == "7x7" else (3, 1)))
    g.add("relu", "relu")
    if r.stem != "3x3":
        g.add("maxpool", "maxpool", kernel=3, stride=2, padding=1)


def head(g: Graph, classes: int) -> None:
    """Global average pooling and the classifier."""
    g.add("avgpool", "adaptive_avgpool", output_size=1)
    g.add("flatten", "flatten")
    g.add("fc", "linear", out_features=classes)


def _conv_bn(g: Graph, r: Recipe, conv: str, norm: str, channels: int, kernel: int, stride: int, groups: int = 1) -> None:
    size: dict[str, Any] = {"kernel": kernel, "stride": stride, "padding": kernel // 2, "groups": groups}
    g.add(conv, "conv", out_channels=channels, bias=r.bias, **size)
    g.add(norm, "batchnorm", eps=r.eps)


def _basic_block(g: Graph, r: Recipe, path: str, channels: int, stride: int) -> None:
    g.container(path, "BasicBlock")
    came = g.last
    _conv_bn(g, r, f"{path}.conv1", f"{path}.bn1", channels, 3, stride)
    g.add(f"{path}.relu1", "relu")
    _conv_bn(g, r, f"{path}.conv2", f"{path}.bn2", channels, 3, 1)
    _close(g, r, path, came, channels, stride, "relu2")


def _bottleneck_block(g: Graph, r: Recipe, path: str, channels: int, stride: int) -> None:
    g.container(path, "Bottleneck")
    came, inner = g.last, channels * r.width // 64 * r.groups
    _conv_bn(g, r, f"{path}.conv1", f"{path}.bn1", inner, 1, stride if r.v1 else 1)
    g.add(f"{path}.relu1", "relu")
    _conv_bn(g, r, f"{path}.conv2", f"{path}.bn2", inner, 3, 1 if r.v1 else stride, r.groups)
    g.add(f"{path}.relu2", "relu")
    _conv_bn(g, r, f"{path}.conv3", f"{path}.bn3", 4 * channels, 1, 1)
    if r.squeeze:
        _squeeze(g, f"{path}.se_module", 4 * channels // r.squeeze)
    _close(g, r, path, came, 4 * channels, stride, "relu3")


def _squeeze(g: Graph, path: str, between: int) -> None:
    """Every channel times a number between 0 and 1 that is computed from the means of all channels."""
    g.container(path, "SEModule")
    came, channels = g.last, g.shape()[1]
    g.add(f"{path}.avg_pool", "adaptive_avgpool", output_size=1)
    g.add(f"{path}.fc1", "conv", out_channels=between, kernel=1)
    g.add(f"{path}.relu", "relu")
    g.add(f"{path}.fc2", "conv", out_channels=channels, kernel=1)
    g.add(f"{path}.sigmoid", "sigmoid")
    g.add(f"{path}.scale", "scale", came, g.last)


def _close(g: Graph, r: Recipe, path: str, came: str, channels: int, stride: int, relu: str) -> None:
    """The shortcut from ``came``, the sum and the last activation of a block."""
    main, before = g.last, g.shape(came)[1]
    changes = stride != 1 or before != channels
    shortcut = came
    if r.shortcut == "C" or (r.shortcut == "F" and path == "layer1.0") or (r.shortcut != "A" and changes):
        shortcut = _project(g, r, f"{path}.downsample", came, channels, stride)
    elif changes:
        g.container(f"{path}.downsample", "ZeroPadShortcut")
        g.add(f"{path}.downsample.subsample", "subsample", came, stride=stride)
        shortcut = g.add(f"{path}.downsample.pad", "zero_pad", pads=((0, channels - before), (0, 0), (0, 0)))
    g.add(f"{path}.add", "add", main, shortcut, inplace=True)
    g.add(f"{path}.{relu}", "relu")


def _project(g: Graph, r: Recipe, path: str, came: str, channels: int, stride: int) -> str:
    """A 1×1 convolution with the stride; or a mean over 2×2 windows, those that hang over the end included, and one without."""
    g.last = came
    if r.average and stride > 1:
        g.add(f"{path}.0", "avgpool", kernel=2, stride=stride, ceil_mode=True, count_include_pad=False)
        stride = 1
    conv = int(r.average)
    _conv_bn(g, r, f"{path}.{conv}", f"{path}.{conv + 1}", channels, 1, stride)
    return g.last
