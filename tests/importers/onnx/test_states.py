"""What a recurrence starts from: zeros are no parameters, however large the batch makes them; learned numbers are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from tests.importers.onnx.files import graph, ints, model, node, read, stored

GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}


def params(op: str, batch: int, state: onnx.TensorProto, folder: Path, *, expanded: bool = False) -> int:
    gates, reads = GATES[op], "x w r b _ s" + (" s" if op == "LSTM" else "")
    nodes = [node(op, reads, "y", hidden_size=4)]
    if expanded:
        nodes.insert(0, node("Expand", f"{state.name} k", "s"))
    tensors = [stored("w", 1, gates * 4, 3), stored("r", 1, gates * 4, 4), stored("b", 1, gates * 8), ints("k", 1, batch, 4)]
    found = read(model(graph(nodes, (5, batch, 3), [*tensors, state])), folder)
    return engine.total(engine.tally(found.model), convention.load("mac"), "params") - gates * 4 * (3 + 4 + 2)


def zeros(name: str, *dims: int) -> onnx.TensorProto:
    return numpy_helper.from_array(np.zeros(dims, np.float32), name)


@pytest.mark.parametrize("op", GATES)
@pytest.mark.parametrize("batch", [1, 7, 300])
def test_a_state_of_zeros_is_no_parameter_at_any_batch(op: str, batch: int, tmp_path: Path) -> None:
    assert params(op, batch, zeros("s", 1, batch, 4), tmp_path) == 0
    assert params(op, batch, zeros("one", 1, 1, 4), tmp_path, expanded=True) == 0


@pytest.mark.parametrize("op", GATES)
def test_a_learned_state_is_a_parameter(op: str, tmp_path: Path) -> None:
    assert params(op, 6, stored("one", 1, 1, 4), tmp_path, expanded=True) == 4
