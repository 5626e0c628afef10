"""ResNet: stride on the 3×3 (v1.5) or on the first 1×1 (v1, the paper's), and the paper's shortcut options A, B and C.

Option A pads new channels with zeros and has no parameters, B projects where the shape changes, C projects everywhere.
"""

from __future__ import annotations

from crosscheck.graph import Graph
from crosscheck.models._variant import Variant
from crosscheck.spec import Model, Shape

Norm = dict[str, float]  # bias of the convolution before, eps of the normalisation

_PAPER = "He et al. 2015, arXiv:1512.03385, table 1"
_V15 = "; stride on the 3×3 as torchvision.models"
_DEPTHS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}
_SHORTCUTS = {
    "A": "shortcut option A: subsampling and zero padding, no parameters",
    "B": "shortcut option B: projection where the shape changes",
    "C": "shortcut option C: projection everywhere",
}


def _basic(depth: int, option: str) -> Variant:
    name = f"resnet{depth}" if option == "B" else f"resnet{depth}-{option.lower()}"
    says = f"basic blocks; {_SHORTCUTS[option]}"
    return Variant(name, "resnet", says, (3, 224, 224), 1000, _PAPER, {"depth": depth, "shortcut": option})


def _bottleneck(depth: int, v1: bool) -> Variant:
    says = f"bottlenecks; stride on the {'first 1×1 (v1)' if v1 else '3×3 (v1.5)'}"
    name = f"resnet{depth}" + ("-v1" if v1 else "")
    source = _PAPER if v1 else _PAPER + _V15
    return Variant(name, "resnet", says, (3, 224, 224), 1000, source, {"depth": depth, "v1": v1})


def _keras(depth: int) -> Variant:
    says = "bottlenecks; stride on the first 1×1 (v1), every convolution has a bias"
    options = {"depth": depth, "v1": True, "bias": True, "eps": 1.001e-5}
    return Variant(f"resnet{depth}-keras", "resnet", says, (3, 224, 224), 1000, "keras.applications.resnet", options)


VARIANTS = (
    *(_basic(depth, option) for depth in (18, 34) for option in "BAC"),
    *(_bottleneck(depth, v1) for depth in (50, 101, 152) for v1 in (False, True)),
    *(_keras(depth) for depth in (50, 101, 152)),
)


def build(variant: Variant, shape: Shape, classes: int) -> Model:
    """ResNet for inputs of (N, C, H, W)."""
    g = Graph(variant.name, shape, family="resnet", variant=variant.says, source=variant.source)
    g.container("", "ResNet")
    depth = variant.options["depth"]
    norm = {"bias": bool(variant.options.get("bias", False)), "eps": float(variant.options.get("eps", 1e-5))}
    _conv_bn(g, "conv1", "bn1", 64, 7, 2, norm)
    g.add("relu", "relu")
    g.add("maxpool", "maxpool", kernel=3, stride=2, padding=1)
    for stage, repeats in enumerate(_DEPTHS[depth]):
        for index in range(repeats):
            path = f"layer{stage + 1}.{index}"
            stride = 2 if stage and not index else 1
            if depth >= 50:
                _bottleneck_block(g, path, 64 << stage, stride, bool(variant.options["v1"]), norm)
            else:
                _basic_block(g, path, 64 << stage, stride, str(variant.options["shortcut"]), norm)
    g.add("avgpool", "adaptive_avgpool", output_size=1)
    g.add("flatten", "flatten")
    g.add("fc", "linear", out_features=classes)
    return g.build()


def _conv_bn(g: Graph, conv: str, norm: str, channels: int, kernel: int, stride: int, how: Norm) -> None:
    g.add(conv, "conv", out_channels=channels, kernel=kernel, stride=stride, padding=kernel // 2, bias=bool(how["bias"]))
    g.add(norm, "batchnorm", eps=how["eps"])


def _basic_block(g: Graph, path: str, channels: int, stride: int, option: str, how: Norm) -> None:
    g.container(path, "BasicBlock")
    came = g.last
    _conv_bn(g, f"{path}.conv1", f"{path}.bn1", channels, 3, stride, how)
    g.add(f"{path}.relu1", "relu")
    _conv_bn(g, f"{path}.conv2", f"{path}.bn2", channels, 3, 1, how)
    _close(g, path, came, channels, stride, option, "relu2", how)


def _bottleneck_block(g: Graph, path: str, channels: int, stride: int, v1: bool, how: Norm) -> None:
    g.container(path, "Bottleneck")
    came = g.last
    _conv_bn(g, f"{path}.conv1", f"{path}.bn1", channels, 1, stride if v1 else 1, how)
    g.add(f"{path}.relu1", "relu")
    _conv_bn(g, f"{path}.conv2", f"{path}.bn2", channels, 3, 1 if v1 else stride, how)
    g.add(f"{path}.relu2", "relu")
    _conv_bn(g, f"{path}.conv3", f"{path}.bn3", 4 * channels, 1, 1, how)
    _close(g, path, came, 4 * channels, stride, "B", "relu3", how)


def _close(g: Graph, path: str, came: str, channels: int, stride: int, option: str, relu: str, how: Norm) -> None:
    """The shortcut from ``came``, the sum and the last activation of a block."""
    main, before = g.last, g.shape(came)[1]
    shortcut = came
    if option == "C" or (option == "B" and (stride != 1 or before != channels)):
        g.last = came
        _conv_bn(g, f"{path}.downsample.0", f"{path}.downsample.1", channels, 1, stride, how)
        shortcut = g.last
    elif stride != 1 or before != channels:
        g.container(f"{path}.downsample", "ZeroPadShortcut")
        g.add(f"{path}.downsample.subsample", "subsample", came, stride=stride)
        shortcut = g.add(f"{path}.downsample.pad", "zero_pad", pads=((0, channels - before), (0, 0), (0, 0)))
    g.add(f"{path}.add", "add", main, shortcut, inplace=True)
    g.add(f"{path}.{relu}", "relu")
