"""Activations that exporters spell out are read back as what they are."""

from __future__ import annotations

from pathlib import Path

from crosscheck.importers.onnx.activations import recognise
from crosscheck.importers.onnx.load import load
from crosscheck.measuring import catalog
from tests.frameworks.exports import Written

# How many nodes each exporter spells an activation in; none where it has an operator of ONNX for it.
SPELT = {
    "torch": {"SiLU": 2},
    "torch-plain": {"SiLU": 2},
    "torch-script": {"SiLU": 2},
    "torch-script-plain": {"SiLU": 2},
    "paddle": {"SiLU": 2, "GELU": 5},
    "tf": {"SiLU": 2},
    "tf-plain": {"SiLU": 2},
}


def test_activations_that_exporters_spell_out_are_read_back(framework: str, written: Written) -> None:
    files = {e: written["activations", e].path for e in catalog.framework(framework).exports}
    found = {e: {r.kind: len(r.nodes) for r in recognise(load(Path(path)).model)} for e, path in files.items()}
    assert found == {e: SPELT[e] for e in files}
