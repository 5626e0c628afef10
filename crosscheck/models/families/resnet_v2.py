"""ResNets with the activation first: ResNet v2 of the paper and of Keras, and the wide networks for CIFAR."""

from __future__ import annotations

from dataclasses import dataclass

from crosscheck.contract.network import Model, Shape
from crosscheck.models.families.resnet import DEPTHS, head
from crosscheck.models.variant import Variant
from crosscheck.models.writer import Graph

_PAPER = "He et al. 2016, arXiv:1603.05027, sec. 4.1 and appendix"
_WIDE = "Zagoruyko and Komodakis 2016, arXiv:1605.07146, table 1"


@dataclass(frozen=True, slots=True)
class Recipe:
    """What one network is built with: blocks per stage, channels that the first one has inside, and whether it is Keras's.

    ``first`` are the channels of the stem; a bottleneck makes four times the channels that it has inside.
    """

    repeats: tuple[int, ...]
    bottleneck: bool
    first: int = 64
    channels: int = 64
    keras: bool = False
    eps: float = 1e-5


def _paper(depth: int) -> Variant:
    says = "activation first, bottlenecks; stride on the 3×3; projections without normalisation"
    recipe = Recipe(DEPTHS[depth], True)
    return Variant(f"resnet{depth}-v2", "resnet", says, (3, 224, 224), 1000, _PAPER, {"recipe": recipe})


def _keras(depth: int) -> Variant:
    says = "activation first, bottlenecks; stride in the last block of a stage; some biases; stem without normalisation"
    recipe = Recipe(DEPTHS[depth], True, keras=True, eps=1.001e-5)
    source = "keras.applications.resnet_v2"
    return Variant(f"resnet{depth}-v2-keras", "resnet", says, (3, 224, 224), 1000, source, {"recipe": recipe})


def _wide(depth: int, factor: int) -> Variant:
    n = (depth - 4) // 6
    says = f"activation first, three stages of {n} basic blocks, {factor} times as wide as 16, 32 and 64 channels"
    recipe = Recipe((n, n, n), False, first=16, channels=16 * factor)
    name = f"wrn-{depth}-{factor}"
    return Variant(name, "resnet", says, (3, 32, 32), 10, _WIDE, {"recipe": recipe}, of=name)


VARIANTS = (
    *(_paper(depth) for depth in (50, 101, 152)),
    *(_keras(depth) for depth in (50, 101, 152)),
    *(_wide(depth, factor) for depth, factor in ((16, 8), (22, 8), (28, 10), (40, 4))),
)


def build(variant: Variant, shape: Shape, classes: int) -> Model:
    """ResNet with pre-activation for inputs of (N, C, H, W)."""
    g = Graph(variant.name, shape, family="resnet", variant=variant.says, source=variant.source)
    r: Recipe = variant.options["recipe"]
    g.container("", "ResNetV2" if r.bottleneck else "WideResNet")
    _stem(g, r)
    for stage, repeats in enumerate(r.repeats):
        for index in range(repeats):
            strided = (index == repeats - 1 and stage < len(r.repeats) - 1) if r.keras else (stage and not index)
            path, channels, stride = f"layer{stage + 1}.{index}", r.channels << stage, 2 if strided else 1
            g.container(path, "PreActBottleneck" if r.bottleneck else "PreActBlock")
            _block(g, r, path, channels, stride)
    g.add("bn", "batchnorm", eps=r.eps)
    g.add("relu", "relu")
    head(g, classes)
    return g.build()


def _stem(g: Graph, r: Recipe) -> None:
    if not r.bottleneck:
        g.add("conv1", "conv", out_channels=r.first, kernel=3, padding=1, bias=False)
        return
    g.add("conv1", "conv", out_channels=r.first, kernel=7, stride=2, padding=3, bias=r.keras)
    if r.keras:  # no ReLU before: zeros may win in this pooling
        g.add("pool1_pad", "zero_pad", pads=((0, 0), (1, 1), (1, 1)))
        g.add("maxpool", "maxpool", kernel=3, stride=2)
        return
    g.add("bn1", "batchnorm", eps=r.eps)
    g.add("relu1", "relu")
    g.add("maxpool", "maxpool", kernel=3, stride=2, padding=1)


def _block(g: Graph, r: Recipe, path: str, channels: int, stride: int) -> None:
    """Normalisation and ReLU before each convolution; where the channels change, the first of them feeds the shortcut too."""
    came, out = g.last, channels * (4 if r.bottleneck else 1)
    changes = g.shape(came)[1] != out
    kernels = (1, 3, 1) if r.bottleneck else (3, 3)
    strided = 1 if r.bottleneck else 0
    shared = came
    for k, kernel in enumerate(kernels):
        if k or r.keras or path != "layer1.0" or not r.bottleneck:  # the paper's stem has activated what comes first
            g.add(f"{path}.bn{k + 1}", "batchnorm", eps=r.eps)
            g.add(f"{path}.relu{k + 1}", "relu")
        if not k:
            shared = g.last
        last = k == len(kernels) - 1
        g.add(
            f"{path}.conv{k + 1}",
            "conv",
            out_channels=out if last else channels,
            kernel=kernel,
            stride=stride if k == strided else 1,
            padding=kernel // 2,
            bias=r.keras and last,
        )
    main, shortcut = g.last, came
    if changes:
        shortcut = g.add(f"{path}.downsample", "conv", shared, out_channels=out, kernel=1, stride=stride, bias=r.keras)
    elif stride > 1:
        shortcut = g.add(f"{path}.downsample", "maxpool", came, kernel=1, stride=stride)
    g.add(f"{path}.add", "add", main, shortcut, inplace=True)
