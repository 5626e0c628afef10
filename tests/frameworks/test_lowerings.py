"""Recipes against what the exporters really write: every count and every type of node, in every setting, residual 0."""

from __future__ import annotations

import json
import re
import sysconfig
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crosscheck.cli.commands import app
from crosscheck.counting import engine
from crosscheck.exports import confront as graphs
from crosscheck.exports.confront import DIFFERS, EXPLAINED
from crosscheck.exports.recipe import lower, recipe, recipes
from crosscheck.importers.onnx import load as onnx
from crosscheck.measuring import exports
from tests.frameworks.exports import NETS, Written

pytestmark = pytest.mark.framework
LOWERED = [name for name in NETS if name not in ("padded", "activations")]  # what recipes speak of
FLAWED = {("grouped", "paddle"), ("grouped", "tf"), ("grouped", "tf-plain")}
# by the exporter's framework: files that recipes explain, and steps that change something in ``resnet18`` and ``head``
EXPLAINED_FILES = {"pytorch": 28, "paddlepaddle": 6, "tensorflow_keras": 12}
TRIED_STEPS = {"pytorch": 25, "paddlepaddle": 16, "tensorflow_keras": 24}


def test_every_export_is_explained_node_by_node(framework: str, written: Written) -> None:
    found = {key: graphs.confront(NETS[key[0]], row) for key, row in written.items() if key[0] in LOWERED}
    odd = {key: f"{g.verdict}: {g.message}" for key, g in found.items() if g.verdict != EXPLAINED and key not in FLAWED}
    assert not odd, odd
    differ = {key for key, g in found.items() if g.verdict == DIFFERS}
    assert differ == FLAWED & set(found), "a fault of an exporter is gone"
    assert all(g.size and g.size.nodes > 5 for g in found.values() if g.verdict == EXPLAINED)
    assert len(found) - len(differ) == EXPLAINED_FILES[framework]


def test_a_step_forgotten_leaves_a_residual_in_the_real_file(framework: str, written: Written) -> None:
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
    assert tried == TRIED_STEPS[framework]


def test_the_places_that_recipes_name_are_there() -> None:
    """Paths are below site-packages; those of Paddle2ONNX are in its repository, as the package has no sources."""
    named = {f for r in recipes().values() for s in r.steps for f in re.findall(r"[\w/]+\.py(?::\d+)?", s.source)}
    assert len(named) >= 35
    assert sum(":" in f for f in named) >= 18, "lines of files"
    for path, _, line in (f.partition(":") for f in sorted(named)):
        file = Path(sysconfig.get_path("purelib"), path)
        assert file.is_file(), path
        assert not line or file.read_text(encoding="utf-8").splitlines()[int(line) - 1].strip(), f"{path}:{line}"


def test_explain_exports_now(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(exports, "CACHE", tmp_path)
    words = ["explain", "lenet", "mac", "onnx:torch-script", "onnx:paddle:onnx_tool", "onnx:tf-plain", "--format", "json"]
    told = json.loads(CliRunner().invoke(app, words).stdout)
    assert [n["residual"] for n in told["numbers"]] == [0] * 4
    assert [s["residual"] for s in told["steps"]] == [0] * 3
    assert all("node by node as the recipe says" in n["detail"] for n in told["numbers"][1:])
