"""ONNX files as networks: nodes become ops, parameters are those that onnx counts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from tests.importers.onnx import files as of
from tests.importers.onnx.sums import counted, kept, macs, params


@pytest.mark.parametrize("opset", [7, 9, 11, 13, 15, 18, 21, 22])
def test_a_small_network_is_counted_in_every_opset(opset: int, tmp_path: Path) -> None:
    proto = of.conv_net(opset)
    found = of.read(proto, tmp_path)
    assert [x.op for x in found.model.layers] == ["conv", "batchnorm", "relu", "adaptive_avgpool", "flatten", "linear"]
    assert macs(found) == 3 * 4 * 9 * 64 + 40
    assert params(found) == 108 + 4 + 8 + 40 + 10
    assert counted(found).sum("running_stats") == 8
    assert kept(found) == of.elements(proto)
    assert (found.notes, found.partial) == ((), False)


def test_weights_in_constant_nodes_and_behind_constant_nodes_count_where_they_are_used(tmp_path: Path) -> None:
    nodes = [
        of.node("Constant", "", "w0", value=of.stored("named", 9, 4)),
        of.node("Identity", "w0", "w1"),
        of.node("Transpose", "w1", "w2"),
        of.node("MatMul", "x w2", "a"),
        of.node("Add", "a b", "y"),
    ]
    proto = of.model(of.graph(nodes, [2, 4], [of.stored("b", 9)]))
    found = of.read(proto, tmp_path)
    assert [x.op for x in found.model.layers] == ["constant", "constant", "linear", "bias"]
    assert found.model.by_id["matmul_a"].origin.held["weight"] == 36
    assert (macs(found), params(found), kept(found)) == (2 * 36, 45, of.elements(proto))


def test_a_shared_tensor_is_counted_once_and_its_uses_are_shown(tmp_path: Path) -> None:
    nodes = [of.node("MatMul", "x w", "a"), of.node("MatMul", "a w", "b"), of.node("Add", "b t", "y")]
    proto = of.model(of.graph(nodes, [2, 5], [of.stored("w", 5, 5), of.stored("t", 5)]))
    found = of.read(proto, tmp_path)
    assert (macs(found), params(found)) == (2 * 2 * 25, 30)
    assert found.notes == ("1 stored tensors are used by several nodes and counted once: w (25 elements) by matmul_a, matmul_b",)


def test_stored_tensors_that_nothing_reads_are_named_and_not_learnable(tmp_path: Path) -> None:
    proto = of.conv_net()
    proto.graph.initializer.append(of.stored("orphan", 3, 7))
    found = of.read(proto, tmp_path)
    assert params(found) == 170
    assert kept(found) == of.elements(proto)
    assert found.notes == ("1 stored tensors with 21 elements are read by no node: orphan",)


CASES: list[tuple[str, list[onnx.NodeProto], list[int], list[onnx.TensorProto], str, int, int]] = [
    ("conv over one axis", [of.node("Conv", "x w", "y", strides=[2])], [2, 4, 9], [of.stored("w", 6, 4, 3)], "conv", 576, 72),
    ("grouped", [of.node("Conv", "x w", "y", group=2)], [1, 4, 5, 5], [of.stored("w", 6, 2, 3, 3)], "conv", 972, 108),
    ("up", [of.node("ConvTranspose", "x w", "y")], [1, 4, 5, 5], [of.stored("w", 4, 3, 2, 2)], "conv_transpose", 1200, 48),
    (
        "same",
        [of.node("Conv", "x w", "y", auto_pad="SAME_LOWER", strides=[2, 2])],
        [1, 1, 5, 5],
        [of.stored("w", 1, 1, 2, 2)],
        "conv",
        36,
        4,
    ),
    ("tokens", [of.node("MatMul", "x w", "y")], [2, 7, 4], [of.stored("w", 4, 3)], "linear", 168, 12),
    ("gemm", [of.node("Gemm", "x w c", "y")], [3, 4], [of.stored("w", 4, 5), of.stored("c", 1, 5)], "linear", 60, 25),
    ("turned gemm", [of.node("Gemm", "x w", "y", transA=1)], [4, 3], [of.stored("w", 4, 5)], "matmul", 60, 20),
    ("weight first", [of.node("MatMul", "w x", "y")], [4, 7], [of.stored("w", 3, 4)], "matmul", 84, 12),
    ("scores", [of.node("MatMul", "x x", "y")], [2, 3, 3], [], "matmul", 54, 0),
    ("formula", [of.node("Einsum", "x x", "y", equation="bij,bkj->bik")], [2, 3, 4], [], "einsum", 72, 0),
    (
        "lstm",
        [of.node("LSTM", "x w r b", "y", hidden_size=5)],
        [7, 2, 3],
        [of.stored("w", 1, 20, 3), of.stored("r", 1, 20, 5), of.stored("b", 1, 40)],
        "lstm",
        2240,
        200,
    ),
    ("slope", [of.node("PRelu", "x s", "y")], [2, 3, 4], [of.stored("s", 3, 1)], "prelu", 0, 3),
    (
        "table",
        [of.node("Gather", "t i", "e"), of.node("Add", "x e", "y")],
        [2, 3, 4],
        [of.stored("t", 9, 4), of.ints("i", 1, 2, 3)],
        "bias",
        0,
        36,
    ),
    ("number", [of.node("Mul", "x s", "y")], [2, 3], [numpy_helper.from_array(np.float32(2), "s")], "mul", 0, 0),
    (
        "layer norm",
        [of.node("LayerNormalization", "x s b", "y")],
        [2, 3, 4],
        [of.stored("s", 4), of.stored("b", 4)],
        "layernorm",
        0,
        8,
    ),
    ("no shift", [of.node("LayerNormalization", "x s", "y", axis=1)], [2, 3, 4], [of.stored("s", 3, 4)], "layernorm_axes", 0, 12),
    (
        "instances",
        [of.node("InstanceNormalization", "x s b", "y")],
        [2, 3, 4],
        [of.stored("s", 3), of.stored("b", 3)],
        "groupnorm",
        0,
        6,
    ),
    ("wide", [of.node("MaxPool", "x", "y", kernel_shape=[2, 2], dilations=[2, 2])], [1, 2, 6, 6], [], "max_pool_other", 0, 0),
    (
        "pick",
        [of.node("Slice", "x a e k s", "y")],
        [1, 2, 7, 6],
        [of.ints("a", 0, 0), of.ints("e", 99, 99), of.ints("k", 2, 3), of.ints("s", 2, 2)],
        "subsample",
        0,
        0,
    ),
    ("frame", [of.node("Pad", "x p", "y")], [1, 2, 5, 5], [of.ints("p", 0, 0, 1, 1, 0, 0, 2, 2)], "zero_pad", 0, 0),
    ("mirror", [of.node("Pad", "x p", "y", mode="reflect")], [1, 2, 5, 5], [of.ints("p", 0, 0, 1, 1, 0, 0, 2, 2)], "pad", 0, 0),
    ("token", [of.node("Concat", "t x", "y", axis=1)], [1, 3, 4], [of.stored("t", 1, 1, 4)], "concat_other", 0, 4),
    (
        "bigger",
        [of.node("Resize", "x _ s", "y")],
        [1, 2, 4, 4],
        [numpy_helper.from_array(np.array([1, 1, 2, 2], np.float32), "s")],
        "resize",
        0,
        4,
    ),
]


@pytest.mark.parametrize(("nodes", "x", "tensors", "op", "mac", "learnable"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_nodes_become_the_ops_that_they_are(
    nodes: list[onnx.NodeProto], x: list[int], tensors: list[onnx.TensorProto], op: str, mac: int, learnable: int, tmp_path: Path
) -> None:
    proto = of.model(of.graph(nodes, x, tensors))
    found = of.read(proto, tmp_path)
    assert found.model.layers[-1].op == op
    assert (macs(found), params(found), kept(found)) == (mac, learnable, of.elements(proto))
    shown = onnx.shape_inference.infer_shapes(proto, data_prop=True).graph.output[0].type.tensor_type.shape.dim
    assert found.model.layers[-1].y == tuple(d.dim_value for d in shown)


def test_outputs_beyond_the_first_have_names_of_their_own(tmp_path: Path) -> None:
    nodes = [of.node("Split", "x", "a b", axis=1), of.node("Relu", "b", "c"), of.node("Add", "a c", "y")]
    found = of.read(of.model(of.graph(nodes, [2, 6])), tmp_path)
    cut, relu, add = found.model.layers
    assert cut.out_shapes == ((2, 3), (2, 3))
    assert (relu.inputs, add.inputs, add.op) == (("split_a:1",), ("split_a", "relu_c"), "add")
