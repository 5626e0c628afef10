"""Functions, branches and loops of ONNX files, and what nobody knows: opened up, or named with an upper bound."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from crosscheck.errors import FileError
from crosscheck.importers.onnx import walk
from tests.importers.onnx import files as of
from tests.importers.onnx.sums import kept, macs, params


def test_functions_of_the_file_are_opened_up(tmp_path: Path) -> None:
    body = [helper.make_node("MatMul", ["a", "w"], ["m"]), helper.make_node("LeakyRelu", ["m"], ["b"])]
    body[1].attribute.append(onnx.AttributeProto(name="alpha", ref_attr_name="slope", type=onnx.AttributeProto.FLOAT))
    opsets = [helper.make_opsetid("", of.OPSET)]
    function = helper.make_function("f", "Block", ["a", "w"], ["b"], body, opsets, ["slope"])
    nodes = [of.node("Block", "x w", "h", domain="f", slope=0.5), of.node("Block", "h w", "y", domain="f", slope=0.25)]
    found = of.read(of.model(of.graph(nodes, [2, 3], [of.stored("w", 3, 3)]), functions=[function]), tmp_path)
    assert [x.op for x in found.model.layers] == ["linear", "leaky_relu"] * 2
    assert [x.attrs["slope"] for x in found.model.layers[1::2]] == [0.5, 0.25]
    assert found.model.layers[0].id.startswith("block_h/")
    assert (macs(found), params(found)) == (36, 9)


def branch(name: str, op: str, *tensors: onnx.TensorProto) -> onnx.GraphProto:
    reads = " ".join(["x", *(t.name for t in tensors)])
    return of.graph([of.node(op, reads, f"{name}_out")], None, tensors, y=f"{name}_out", name=name)


def test_a_branch_is_named_with_what_is_inside_and_an_upper_bound(tmp_path: Path) -> None:
    then, other = branch("then", "MatMul", of.stored("w", 4, 5)), branch("else", "MatMul", of.stored("v", 4, 5))
    nodes = [
        of.node("ReduceSum", "x", "s", keepdims=0),
        of.node("Cast", "s", "c", to=onnx.TensorProto.BOOL),
        of.node("If", "c", "y", then_branch=then, else_branch=other),
    ]
    proto = of.model(of.graph(nodes, [3, 4]))
    found = of.read(proto, tmp_path)
    it = found.model.layers[-1]
    assert (it.op, it.y, it.origin.bound) == ("unknown", (3, 5), (60,))
    assert found.partial
    assert found.notes[0].startswith("not counted: 1 If, at most 60 MACs: if_y (")
    assert "inside: 2 MatMul" in found.notes[0]
    assert (macs(found), params(found), kept(found)) == (0, 40, of.elements(proto))


def test_a_branch_that_constants_decide_is_followed(tmp_path: Path) -> None:
    then, other = branch("then", "MatMul", of.stored("w", 4, 5)), branch("else", "Relu")
    yes = numpy_helper.from_array(np.bool_(True), "yes")
    nodes = [of.node("If", "yes", "h", then_branch=then, else_branch=other), of.node("Relu", "h", "y")]
    found = of.read(of.model(of.graph(nodes, [3, 4], [yes])), tmp_path)
    assert [x.id for x in found.model.layers] == ["if_h/matmul_then_out", "relu_y", "(unused)"]
    assert (macs(found), params(found), found.partial) == (60, 20, False)


def test_a_loop_is_bounded_by_its_passes(tmp_path: Path) -> None:
    body = helper.make_graph(
        [of.node("MatMul", "h w", "h2"), of.node("Identity", "go", "go2")],
        "body",
        [helper.make_tensor_value_info("i", 7, []), helper.make_tensor_value_info("go", 9, []), of.value("h")],
        [helper.make_tensor_value_info("go2", 9, []), of.value("h2")],
        [of.stored("w", 4, 4)],
    )
    times = numpy_helper.from_array(np.int64(6), "times")
    nodes = [of.node("Loop", "times _ x", "y", body=body)]
    found = of.read(of.model(of.graph(nodes, [3, 4], [times])), tmp_path)
    assert found.model.layers[-1].origin.bound == (6 * 48,)
    assert "inside: 1 MatMul, 1 Identity" in found.notes[0]


def test_an_op_that_nobody_knows_is_named_with_a_bound_and_never_0_in_silence(tmp_path: Path) -> None:
    nodes = [of.node("Mystery", "x w", "h", domain="com.example"), of.node("Relu", "h", "y")]
    made = of.graph(nodes, [2, 3], [of.stored("w", 5, 7)])
    made.value_info.append(of.value("h", [2, 9]))
    found = of.read(of.model(made), tmp_path)
    assert found.notes == ("not counted: 1 com.example::Mystery, at most 630 MACs: mystery_h (2x3 → 2x9)",)
    assert found.model.layers[-1].y == (2, 9)
    assert (found.partial, params(found)) == (True, 35)


def test_what_comes_after_an_unknown_shape_is_named_too(tmp_path: Path) -> None:
    nodes = [of.node("Mystery", "x", "h", domain="com.example"), of.node("Gemm", "h w", "y")]
    found = of.read(of.model(of.graph(nodes, [2, 3], [of.stored("w", 5, 7)])), tmp_path)
    assert [n.split(": ")[1] for n in found.notes] == [
        "1 com.example::Mystery, no bound is known",
        "1 Gemm, no bound is known",
    ]
    assert params(found) == 35


def test_nodes_of_branches_are_counted_as_they_are_walked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody knows before which branch is taken; what is called from both is opened up."""
    opsets = [helper.make_opsetid("", of.OPSET)]
    body = [helper.make_node("Relu", ["a"], ["t"]), helper.make_node("Relu", ["t"], ["b"])]
    function = helper.make_function("f", "F", ["a"], ["b"], body, opsets)
    branches = {
        f"{name}_branch": of.graph([of.node("F", "x", f"{name}_out", domain="f")], None, y=f"{name}_out", name=name)
        for name in ("then", "else")
    }
    nodes = [of.node("ReduceSum", "x", "s", keepdims=0), of.node("Cast", "s", "c", to=onnx.TensorProto.BOOL)]
    proto = of.model(of.graph([*nodes, of.node("If", "c", "y", **branches)], [3, 4]), functions=[function])
    monkeypatch.setattr(walk, "MOST_NODES", 3 + 2 * 3)
    assert of.read(proto, tmp_path).model.layers[-1].origin.bodies == "4 Relu"
    monkeypatch.setattr(walk, "MOST_NODES", 3 + 2 * 3 - 1)
    with pytest.raises(FileError, match="it has more than 8 nodes, functions opened up"):
        of.read(proto, tmp_path)
