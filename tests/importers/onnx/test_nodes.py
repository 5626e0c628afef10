"""A file node by node: constants cost what they cost, tensors belong to who computes with them, open sizes cost nothing."""

from __future__ import annotations

from pathlib import Path

import onnx
import pytest

from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from crosscheck.importers.imported import Imported
from tests.importers.onnx.files import graph, ints, model, node, read, stored


def total(found: Imported, c: str, metric: str, layer: str = "") -> int:
    by = convention.load(c)
    counted = engine.tally(found.walked(by.walks))
    if not layer:
        return engine.total(counted, by, metric)
    return engine.layer_value(counted, by.table(metric), c, *counted.by_id[layer])


CONSTANTS = [("Mul", "a b", 24), ("Add", "a b", 24), ("Div", "a b", 4 * 24), ("Sqrt", "a", 24 * 24), ("Exp", "a", 32 * 24)]
CONSTANTS += [("Greater", "a b", 24), ("MatMul", "a c", 2 * 3 * 5 * 4), ("Softmax", "a", 36 * 24), ("Transpose", "a", 0)]


@pytest.mark.parametrize(("op", "reads", "cost"), CONSTANTS)
def test_a_node_of_constants_costs_what_it_would_cost_on_data(op: str, reads: str, cost: int, tmp_path: Path) -> None:
    tensors = [stored("a", 2, 3, 4), stored("b", 2, 3, 4), stored("c", 4, 5)]
    nodes = [node(op, reads, "k"), node("Where", "x k x", "y")]
    found = read(where(nodes, tensors), tmp_path)
    name = f"{op.lower()}_k"
    assert total(found, "onnx_tool", "compute", name) == cost
    assert total(found, "onnx_tool", "params", name) == sum(24 if k in "ab" else 20 for k in reads.split())
    assert total(found, "mac", "compute") == 0, "the network itself does nothing there"


def where(nodes: list[onnx.NodeProto], tensors: list[onnx.TensorProto]) -> onnx.ModelProto:
    """The constant is picked from, so that somebody reads it."""
    nodes[1].CopyFrom(node("Concat", "x r", "y", axis=0))
    nodes.insert(1, node("Reshape", "k flat", "r"))
    return model(graph(nodes, (7,), [*tensors, ints("flat", -1)]))


def test_a_tensor_belongs_to_the_first_node_that_computes_with_it(tmp_path: Path) -> None:
    nodes = [node("Identity", "w", "u"), node("Conv", "x w", "c"), node("Conv", "c u", "y")]
    found = read(model(graph(nodes, (1, 4, 3, 3), [stored("w", 4, 4, 1, 1)])), tmp_path)
    assert [total(found, "onnx_tool", "params", x.id) for x in found.model.layers] == [0, 16, 0]


ASK = [node("Shape", "x", "s"), node("Gather", "s zero", "n")]
TAIL = [node("Reshape", "x r", "g"), node("Relu", "g", "h"), node("Gemm", "h w", "y", transB=1)]


@pytest.mark.parametrize(
    ("way", "costs"),
    [
        ([node("Concat", "n rest", "r", axis=0)], 2 * 12 + 2 * 5 * 12),
        ([node("Mul", "n one", "o"), node("Concat", "o rest", "r", axis=0)], 2 * 12 + 2 * 5 * 12),
        ([node("Div", "n one", "o"), node("Concat", "o rest", "r", axis=0)], 0),
        ([node("Max", "n one", "o"), node("Concat", "o rest", "r", axis=0)], 0),
    ],
)
def test_sizes_that_go_through_ops_that_onnx_does_not_follow_cost_nothing(
    way: list[onnx.NodeProto], costs: int, tmp_path: Path
) -> None:
    tensors = [ints("zero", 0), ints("one", 1), ints("rest", 12), stored("w", 5, 12)]
    found = read(model(graph([*ASK, *way, *TAIL], (2, 3, 4), tensors)), tmp_path)
    counted = engine.tally(found.walked("told"))
    by = convention.load("onnx_opcounter")
    behind = sum(engine.layer_value(counted, by.table("compute"), by.id, *counted.by_id[n.name]) for n in TAIL)
    assert behind == costs
    assert total(found, "onnx_opcounter", "params") == 3 + 60
    assert total(found, "mac", "compute") == 120
