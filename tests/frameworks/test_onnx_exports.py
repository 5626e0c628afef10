"""What the exporters of all frameworks write, read without the weights: parameters as onnx counts them, MACs as described."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import onnx
import pytest

from crosscheck import models
from crosscheck.contract.job import Cell, Kind
from crosscheck.contract.network import Model
from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from crosscheck.importers.imported import Imported
from crosscheck.importers.onnx.load import load
from crosscheck.measuring import catalog, runner
from crosscheck.measuring.plan import Plan
from crosscheck.models.writer import Graph
from tests.helpers import same
from tests.importers.onnx.files import elements

NAMES = ("lenet", "lenet5", "vgg16-cifar", "resnet18", "resnet50", "resnet50-v1", "padded")
PARTS = ("weight", "bias", "norm_scale", "norm_shift", "running_stats", "operand", "literals", "unused_elements")
MAC = convention.load("mac")
FOLDED = ("torch", "torch-script", "tf", "tf-plain")  # batch norm is in the weights: 2C affine elements less, C biases more
EXPORTS = [(name, e) for name, info in catalog.frameworks().items() for e in info.exports]
Written = dict[tuple[str, str], Path]


def padded() -> Model:
    """Uneven padding in front of a strided convolution and behind it, which TorchScript's exporter works out node by node."""
    g = Graph("padded", (2, 3, 19, 21))
    g.add("pad", "zero_pad", pads=((0, 0), (1, 2), (2, 1)))
    g.add("conv", "conv", out_channels=4, kernel=3, stride=2)
    g.add("relu", "relu")
    g.add("wider", "zero_pad", pads=((0, 0), (0, 1), (0, 1)))
    g.add("last", "conv", out_channels=6, kernel=3)
    return g.build()


@cache
def net(name: str) -> Model:
    return padded() if name == "padded" else models.build(name)


@pytest.fixture(scope="module")
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Written]:
    """Every export of every network, by (network, export)."""
    framework: str = request.param
    info, folder = catalog.framework(framework), tmp_path_factory.mktemp(framework)
    if not info.installed:
        pytest.fail(f"{info.title} is not installed: {info.install_hint}")
    paths = {(name, e): folder / f"{name}-{e}.onnx" for name in NAMES for e in info.exports}
    writes = tuple(Cell(Kind.EXPORT, NAMES.index(name), e, str(path)) for (name, e), path in paths.items())
    (outcome,) = runner.run([Plan(info, tuple(map(net, NAMES)), (), writes=writes)], logs=folder)
    lost = [str(p) for p in paths.values() if not p.is_file()]
    assert not lost, f"{lost}: {outcome}"
    yield paths
    for path in folder.glob("*.onnx*"):
        path.unlink()


def totals(found: Imported) -> tuple[int, int]:
    counted = engine.tally(found.model)
    return engine.total(counted, MAC, "compute"), engine.total(counted, MAC, "params")


@pytest.mark.framework
@pytest.mark.parametrize(
    "written",
    [pytest.param(n, marks=pytest.mark.xdist_group(n)) for n, info in catalog.frameworks().items() if info.exports],
    indirect=True,
)
def test_every_export_has_the_macs_of_the_description_and_the_elements_that_onnx_counts(written: Written) -> None:
    got, wanted = {}, {}
    for (name, export), path in written.items():
        found = load(path)
        assert (found.partial, found.notes) == (False, ()), (name, export)
        counted, described = engine.tally(found.model), engine.tally(net(name))
        macs, params = totals(found)
        key = f"{name} {export}"
        got[key] = macs, params, sum(counted.sum(p) for p in PARTS)
        learned = engine.total(described, MAC, "params")
        channels = described.totals.get("batchnorm", {}).get("channels", 0)
        wanted[key] = (
            engine.total(described, MAC, "compute"),
            learned - channels if export in FOLDED else learned,
            elements(onnx.load(path, load_external_data=False)),
        )
        assert (counted.sum("running_stats") == 0) == (export in FOLDED or not channels), key
    same(got, wanted, "(MACs, parameters, elements)")
