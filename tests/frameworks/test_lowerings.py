"""Recipes against what the exporters really write: every count and every type of node, in every setting, residual 0."""

from __future__ import annotations

import json
import re
import sysconfig
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crosscheck import models
from crosscheck.cli.commands import app
from crosscheck.contract.job import Cell, Kind
from crosscheck.contract.network import Model
from crosscheck.contract.rows import Export
from crosscheck.counting import engine
from crosscheck.exports import confront as graphs
from crosscheck.exports.confront import DIFFERS, EXPLAINED
from crosscheck.exports.recipe import lower, recipe, recipes
from crosscheck.importers.onnx import load as onnx
from crosscheck.measuring import catalog, exports, runner
from crosscheck.measuring.plan import Plan
from crosscheck.models.writer import Graph

pytestmark = pytest.mark.framework
Written = dict[tuple[str, str], Export]


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


NETS = {
    m.name: m
    for m in (
        branches(),
        head(),
        models.build("lenet"),
        models.build("lenet5-28", batch=3),
        models.build("resnet18", batch=2, input_shape=(3, 64, 64), classes=10),
        models.build("resnet50-v1", input_shape=(3, 32, 40), classes=7),
        models.build("alexnet-paper", batch=2, input_shape=(3, 99, 131), classes=10),
    )
}
FLAWED = {("alexnet-paper", "paddle"), ("alexnet-paper", "tf"), ("alexnet-paper", "tf-plain")}
# by the exporter's framework: files that recipes explain, and steps that change something in ``resnet18`` and ``head``
EXPLAINED_FILES = {"pytorch": 28, "paddlepaddle": 6, "tensorflow_keras": 12}
TRIED_STEPS = {"pytorch": 25, "paddlepaddle": 16, "tensorflow_keras": 24}


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Written]:
    """Every export of every network that a framework writes, by (network, export); each framework writes them once."""

    @cache
    def write(framework: str) -> Written:
        info, folder = catalog.framework(framework), tmp_path_factory.mktemp(framework)
        if not info.installed:
            pytest.fail(f"{info.title} is not installed: {info.install_hint}")
        names = [(k, name, e) for k, name in enumerate(NETS) for e in info.exports]
        writes = tuple(Cell(Kind.EXPORT, k, e, str(folder / f"{name}-{e}.onnx")) for k, name, e in names)
        (outcome,) = runner.run([Plan(info, tuple(NETS.values()), (), writes=writes)], logs=folder)
        files = {(f.model, f.export): f for f in outcome.files if isinstance(f, Export)}
        assert set(files) == {(name, e) for _, name, e in names}
        return files

    return write


@pytest.fixture
def written(request: pytest.FixtureRequest, exported: Callable[[str], Written]) -> Written:
    """The exports of one framework."""
    return exported(request.param)


EXPORTERS = pytest.mark.parametrize(
    "written",
    [pytest.param(n, marks=pytest.mark.xdist_group(n)) for n, info in catalog.frameworks().items() if info.exports],
    indirect=True,
)


def framework_of(written: Written) -> str:
    (found,) = {f for _, e in written for f, info in catalog.frameworks().items() if e in info.exports}
    return found


@EXPORTERS
def test_every_export_is_explained_node_by_node(written: Written) -> None:
    found = {key: graphs.confront(NETS[key[0]], row) for key, row in written.items()}
    odd = {key: f"{g.verdict}: {g.message}" for key, g in found.items() if g.verdict != EXPLAINED and key not in FLAWED}
    assert not odd, odd
    differ = {key for key, g in found.items() if g.verdict == DIFFERS}
    assert differ == FLAWED & set(found), "a fault of an exporter is gone"
    assert all(g.size and g.size.nodes > 5 for g in found.values() if g.verdict == EXPLAINED)
    assert len(found) - len(differ) == EXPLAINED_FILES[framework_of(written)]


@EXPORTERS
def test_a_step_forgotten_leaves_a_residual_in_the_real_file(written: Written) -> None:
    tried = 0
    for (name, export), row in written.items():
        if name not in ("resnet18", "head"):
            continue
        file, whole = engine.tally(onnx.load(Path(row.path)).model), recipe(export)
        for k, step in enumerate(whole.steps):
            lacking = replace(whole, steps=(*whole.steps[:k], *whole.steps[k + 1 :]))
            changed = any(c.step is step for c in lower(NETS[name], whole).changes)
            if step.rewrite != "as_nodes":  # all others stand on it
                assert bool(lower(NETS[name], lacking).residual(file)) == changed, (name, export, step.rewrite)
                tried += changed
    assert tried == TRIED_STEPS[framework_of(written)]


def test_the_places_that_recipes_name_are_there() -> None:
    """Paths are below site-packages; those of Paddle2ONNX are in its repository, as the package has no sources."""
    named = {f for r in recipes().values() for s in r.steps for f in re.findall(r"[\w/]+\.py(?::\d+)?", s.source)}
    assert len(named) >= 35
    assert sum(":" in f for f in named) >= 18, "lines of files"
    for path, _, line in (f.partition(":") for f in sorted(named)):
        file = Path(sysconfig.get_path("purelib"), path)
        assert file.is_file(), path
        assert not line or file.read_text(encoding="utf-8").splitlines()[int(line) - 1].strip(), f"{path}:{line}"


@pytest.mark.xdist_group("verify")
def test_explain_exports_now(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(exports, "CACHE", tmp_path)
    words = ["explain", "lenet", "mac", "onnx:torch-script", "onnx:paddle:onnx_tool", "onnx:tf-plain", "--format", "json"]
    told = json.loads(CliRunner().invoke(app, words).stdout)
    assert [n["residual"] for n in told["numbers"]] == [0] * 4
    assert [s["residual"] for s in told["steps"]] == [0] * 3
    assert all("node by node as the recipe says" in n["detail"] for n in told["numbers"][1:])
