"""Activations that exporters spell out are read back as what they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from crosscheck.contract.job import Cell, Kind
from crosscheck.contract.network import Model
from crosscheck.importers.onnx.activations import recognise
from crosscheck.importers.onnx.load import load
from crosscheck.measuring import catalog, runner
from crosscheck.measuring.plan import Plan
from crosscheck.models.writer import Graph

# How many nodes each exporter spells an activation in; none where it has an operator of ONNX for it.
SPELT = {
    "torch": {"SiLU": 2},
    "torch-plain": {"SiLU": 2},
    "torch-script": {"SiLU": 2},
    "torch-script-plain": {"SiLU": 2},
    "paddle": {"SiLU": 2, "GELU": 5},
}


def activations() -> Model:
    g = Graph("activations", (1, 4, 6, 6))
    g.add("conv", "conv", out_channels=4, kernel=1)
    g.add("silu", "silu")
    g.add("relu", "relu")
    g.add("gelu", "gelu")
    return g.build()


@pytest.mark.framework
@pytest.mark.parametrize("name", [pytest.param(n, marks=pytest.mark.xdist_group(n)) for n in ("pytorch", "paddlepaddle")])
def test_activations_that_exporters_spell_out_are_read_back(name: str, tmp_path: Path) -> None:
    info, model = catalog.framework(name), activations()
    writes = tuple(Cell(Kind.EXPORT, 0, e, str(tmp_path / f"{e}.onnx")) for e in info.exports)
    runner.run([Plan(info, (model,), (), writes=writes)], logs=tmp_path)
    found = {e: {r.kind: len(r.nodes) for r in recognise(load(tmp_path / f"{e}.onnx").model)} for e in info.exports}
    assert found == {e: SPELT[e] for e in info.exports}
