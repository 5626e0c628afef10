"""Networks that between them have what exporters rewrite, and every file that a framework writes of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from crosscheck import models
from crosscheck.contract.job import Cell, Kind
from crosscheck.contract.network import Model
from crosscheck.contract.rows import Export
from crosscheck.measuring import catalog, runner
from crosscheck.measuring.plan import Plan
from crosscheck.models.writer import Graph

Written = dict[tuple[str, str], Export]  # by (network, export)
FOLDED = ("torch", "torch-script", "tf", "tf-plain")  # batch norm is in the weights: 2C affine elements less, C biases more


def branches() -> Model:
    """Concatenation, a layer called twice, batch norms that nothing takes in, nothing flattened at the end."""
    g = Graph("branches", (2, 4, 14, 11))
    g.add("stem", "conv", out_channels=6, kernel=(3, 5), padding=(1, 2), bias=True)
    stem = g.add("sigmoid", "sigmoid")
    g.add("left", "conv", out_channels=6, kernel=3, padding=1, bias=False)
    g.add("bn", "batchnorm")
    left = g.add("relu", "relu")
    g.add("twice", "conv", stem, out_channels=6, kernel=3, padding=1)
    g.add("again", "conv", call_of="twice", out_channels=6, kernel=3, padding=1)
    g.add("tanh", "tanh")
    g.add("concat", "concat", left, g.last)
    g.add("bn2", "batchnorm")
    g.add("pool", "maxpool", kernel=3, stride=2)
    g.add("last", "conv", out_channels=5, kernel=2)
    return g.build()


def head() -> Model:
    """A batch norm behind a convolution with a bias, both kinds of adaptive pooling, a linear layer without a bias."""
    g = Graph("head", (3, 5, 9, 6))
    g.add("conv", "conv", out_channels=8, kernel=3, stride=(2, 1), bias=True)
    g.add("bn", "batchnorm")
    came = g.add("relu", "relu")
    g.add("conv2", "conv", out_channels=8, kernel=3, padding=1, bias=False)
    g.add("sum", "add", g.last, came)
    g.add("pool", "adaptive_avgpool", output_size=(2, 2))
    g.add("pool1", "adaptive_avgpool", output_size=1)
    g.add("flatten", "flatten")
    g.add("drop", "dropout")
    g.add("fc", "linear", out_features=6, bias=False)
    g.add("drop2", "dropout")
    g.add("fc2", "linear", out_features=3)
    return g.build()


def padded() -> Model:
    """Uneven padding in front of a strided convolution and behind it, which TorchScript's exporter works out node by node."""
    g = Graph("padded", (2, 3, 19, 21))
    g.add("pad", "zero_pad", pads=((0, 0), (1, 2), (2, 1)))
    g.add("conv", "conv", out_channels=4, kernel=3, stride=2)
    g.add("relu", "relu")
    g.add("wider", "zero_pad", pads=((0, 0), (0, 1), (0, 1)))
    g.add("last", "conv", out_channels=6, kernel=3)
    return g.build()


def bottleneck() -> Model:
    """A block of the first ResNet-50, stride on its 1×1 convolution, between a stem and a classifier."""
    g = Graph("bottleneck", (1, 3, 32, 40))
    g.add("conv1", "conv", out_channels=8, kernel=7, stride=2, padding=3, bias=False)
    g.add("bn1", "batchnorm")
    g.add("relu", "relu")
    came = g.add("maxpool", "maxpool", kernel=3, stride=2, padding=1)
    for k, (channels, kernel) in enumerate(((4, 1), (4, 3), (16, 1)), 1):
        g.add(
            f"block.conv{k}",
            "conv",
            out_channels=channels,
            kernel=kernel,
            stride=2 if k == 1 else 1,
            padding=kernel // 2,
            bias=False,
        )
        end = g.add(f"block.bn{k}", "batchnorm")
        end = end if k == 3 else g.add(f"block.relu{k}", "relu")
    g.add("block.downsample.0", "conv", came, out_channels=16, kernel=1, stride=2, bias=False)
    g.add("block.add", "add", end, g.add("block.downsample.1", "batchnorm"))
    g.add("block.relu3", "relu")
    g.add("avgpool", "adaptive_avgpool", output_size=1)
    g.add("flatten", "flatten")
    g.add("fc", "linear", out_features=7)
    return g.build()


def grouped() -> Model:
    """What the first AlexNet has and later networks have not: normalisation across channels, two groups; all else of it once."""
    g = Graph("grouped", (2, 3, 51, 67))
    g.add("conv1", "conv", out_channels=8, kernel=11, stride=4)
    g.add("relu1", "relu")
    g.add("norm1", "lrn", size=5)
    g.add("pool1", "maxpool", kernel=3, stride=2)
    g.add("conv2", "conv", out_channels=12, kernel=5, padding=2, groups=2)
    g.add("relu2", "relu")
    g.add("norm2", "lrn", size=5)
    g.add("pool2", "maxpool", kernel=3, stride=2)
    g.add("flatten", "flatten")
    g.add("fc6", "linear", out_features=9)
    g.add("relu6", "relu")
    g.add("drop6", "dropout")
    g.add("fc7", "linear", out_features=10)
    return g.build()


def activations() -> Model:
    """What exporters spell out for want of an operator."""
    g = Graph("activations", (1, 4, 6, 6))
    g.add("conv", "conv", out_channels=4, kernel=1)
    g.add("silu", "silu")
    g.add("relu", "relu")
    g.add("gelu", "gelu")
    return g.build()


NETS = {
    m.name: m
    for m in (
        branches(),
        head(),
        padded(),
        activations(),
        models.build("lenet"),
        models.build("lenet5-28", batch=3),
        models.build("resnet18", batch=2, input_shape=(3, 64, 64), classes=10),
        bottleneck(),
        grouped(),
    )
}


def write(framework: str, folder: Path) -> Written:
    """Every export of every network by one framework, which may fail in none."""
    info = catalog.framework(framework)
    if not info.installed:
        pytest.fail(f"{info.title} is not installed: {info.install_hint}")
    names = [(k, name, e) for k, name in enumerate(NETS) for e in info.exports]
    writes = tuple(Cell(Kind.EXPORT, k, e, str(folder / f"{name}-{e}.onnx")) for k, name, e in names)
    folder.mkdir()
    (outcome,) = runner.run([Plan(info, tuple(NETS.values()), (), writes=writes)], logs=folder)
    files = {(f.model, f.export): f for f in outcome.files if isinstance(f, Export)}
    assert set(files) == {(name, e) for _, name, e in names}
    assert {f.status for f in files.values()} == {"ok"}, files
    return files
