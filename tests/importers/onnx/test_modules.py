"""A file read as modules: the numbers of tools that look at modules, by hand and by networks that are described."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from crosscheck.importers.imported import Imported
from tests.importers.onnx.files import graph, ints, model, node, read, stored


def total(found: Imported, c: str, metric: str) -> int:
    return engine.total(engine.tally(found.modules.model), convention.load(c), metric)


def net(nodes: list[onnx.NodeProto], x: tuple[int, ...], *tensors: onnx.TensorProto) -> onnx.ModelProto:
    return model(graph(nodes, x, list(tensors)))


@pytest.mark.parametrize("shape", [(3,), (5, 3), (2, 5, 3), (2, 4, 5, 3)])
@pytest.mark.parametrize("reads", ["m b", "b m"])
def test_a_product_and_a_bias_are_one_linear_layer_at_any_rank(shape: tuple[int, ...], reads: str, tmp_path: Path) -> None:
    shape = shape if len(shape) > 1 else (1, *shape)
    nodes = [node("MatMul", "x w", "m"), node("Add", reads, "y")]
    found = read(net(nodes, shape, stored("w", 3, 8), stored("b", 8)), tmp_path)
    positions = int(np.prod(shape[:-1]))
    (layer,) = found.modules.model.layers
    assert (layer.op, layer.attrs["bias"]) == ("linear", True)
    assert total(found, "thop", "compute") == positions * 24
    assert total(found, "torchinfo", "compute") == shape[0] * 32
    assert {total(found, c, "params") for c in ("thop", "torchinfo", "ptflops_pytorch", "mac")} == {32}


def test_a_product_that_others_read_too_keeps_its_bias_apart(tmp_path: Path) -> None:
    nodes = [node("MatMul", "x w", "m"), node("Add", "m b", "a"), node("Mul", "a m", "y")]
    found = read(net(nodes, (5, 3), stored("w", 3, 8), stored("b", 8)), tmp_path)
    assert [x.op for x in found.modules.model.layers] == ["linear", "bias", "mul"]


@pytest.mark.parametrize("names", ["one zero zero one", "one one one one", "one zero mean var"])
def test_a_tensor_in_several_roles_counts_in_each(names: str, tmp_path: Path) -> None:
    tensors = [stored(name, 8) for name in dict.fromkeys(names.split())]
    found = read(net([node("BatchNormalization", f"x {names}", "y")], (1, 8, 4, 4), *tensors), tmp_path)
    for c in ("paddle_summary", "keras_count_params"):
        assert [total(found, c, f"params{part}") for part in ("", "_trainable", "_nontrainable")] == [32, 16, 16]
    assert total(found, "thop", "params") == 16


def test_a_weight_that_is_another_layers_bias_is_a_parameter_of_both(tmp_path: Path) -> None:
    nodes = [node("Conv", "x w v", "c"), node("PRelu", "c v", "y")]
    found = read(net(nodes, (1, 3, 4, 4), stored("w", 4, 3, 1, 1), stored("v", 4)), tmp_path)
    assert total(found, "torchinfo", "params") == 12 + 4 + 4


def test_two_nodes_with_one_weight_are_a_module_that_is_called_twice(tmp_path: Path) -> None:
    nodes = [node("Conv", "x w b", "c"), node("Relu", "c", "r"), node("Conv", "r w b", "y")]
    found = read(net(nodes, (1, 4, 4, 4), stored("w", 4, 4, 1, 1), stored("b", 4)), tmp_path)
    assert [x.call_of for x in found.modules.model.layers] == [None, None, "conv_c"]
    assert total(found, "thop", "compute") == 2 * 16 * 16
    assert (total(found, "thop", "params"), total(found, "torchsummary_151", "params")) == (20, 40)


def test_a_tied_weight_with_another_bias_is_another_module(tmp_path: Path) -> None:
    nodes = [node("Conv", "x w b", "c"), node("Conv", "c w d", "y")]
    found = read(net(nodes, (1, 4, 4, 4), stored("w", 4, 4, 1, 1), stored("b", 4), stored("d", 4)), tmp_path)
    assert [x.call_of for x in found.modules.model.layers] == [None, None]


def test_norms_whose_equal_vectors_are_stored_once_are_modules_of_their_own(tmp_path: Path) -> None:
    norm = "o z z o"
    nodes = [node("BatchNormalization", f"x {norm}", "a"), node("Relu", "a", "r"), node("BatchNormalization", f"r {norm}", "y")]
    found = read(net(nodes, (1, 4, 2, 2), stored("o", 4), stored("z", 4)), tmp_path)
    assert total(found, "thop", "params") == 16
    shared = [node("Conv", "x w", "c"), node("BatchNormalization", f"c {norm}", "a"), node("Conv", "a w", "d")]
    shared.append(node("BatchNormalization", f"d {norm}", "y"))
    found = read(net(shared, (1, 4, 2, 2), stored("w", 4, 4, 1, 1), stored("o", 4), stored("z", 4)), tmp_path)
    assert total(found, "thop", "params") == 16 + 8


MOVES = [
    node("Identity", "x", "y"),
    node("Transpose", "x", "y", perm=[0, 2, 3, 1]),
    node("Reshape", "x k", "y"),
    node("Squeeze", "x", "y"),
    node("Unsqueeze", "x zero", "y"),
    node("Slice", "x zero one", "y"),
    node("Split", "x", "y z", axis=1),
    node("Expand", "x k", "y"),
    node("Cast", "x", "y", to=11),
    node("Gather", "x zero", "y", axis=1),
    node("Pad", "x pads", "y", mode="reflect"),
    node("Concat", "x x", "y", axis=0),
]


@pytest.mark.parametrize("move", MOVES, ids=lambda n: n.op_type)
@pytest.mark.parametrize("c", [name for name in convention.ids() if not convention.load(name).reads_files])
def test_what_only_moves_elements_is_nobodys_module(move: onnx.NodeProto, c: str, tmp_path: Path) -> None:
    tensors = [
        ints("k", 2, 4, 4, 4),
        ints("zero", 0),
        ints("one", 1),
        ints("pads", 0, 0, 1, 1, 0, 0, 1, 1),
        stored("w", 4, 4, 1, 1),
    ]
    conv = node("Conv", "in w", "x")
    g = graph([conv, move, node("Constant", "", "idle", value=stored("idle", 3))], None, tensors)
    g.input.append(onnx.helper.make_tensor_value_info("in", 1, (2, 4, 4, 4)))
    moved, table = read(model(g), tmp_path), convention.load(c)
    g.node[1].CopyFrom(node("Identity", "x", "y"))
    plain = read(model(g), tmp_path)
    for metric in table.metrics:
        assert total(moved, c, metric) == total(plain, c, metric), metric
    assert [x.op for x in moved.modules.model.layers] == ["conv"]


CURVES = {
    "Clip": ("x lo hi", {"ptflops_pytorch": 1, "ptflops_064": 1, "mmcv": 1}),
    "Elu": ("x", {"ptflops_pytorch": 2, "ptflops_064": 1, "mmcv": 1, "calflops": 1}),
    "PRelu": ("x slope", {"thop": 1, "ptflops_pytorch": 2, "ptflops_064": 1, "mmcv": 1, "calflops": 1}),
    "HardSwish": ("x", {}),
    "HardSigmoid": ("x", {}),
    "Selu": ("x", {}),
    "Celu": ("x", {}),
    "Mish": ("x", {}),
    "Softplus": ("x", {}),
}
ABLE = ["thop", "ptflops_pytorch", "ptflops_064", "mmcv", "calflops", "torchinfo", "fvcore", "flop_counter", "paddle_flops"]


@pytest.mark.parametrize("op", CURVES)
def test_every_activation_has_a_word_from_every_tool_that_looks_at_modules(op: str, tmp_path: Path) -> None:
    reads, charged = CURVES[op]
    tensors = [numpy_helper.from_array(np.array(v, np.float32), name) for name, v in (("lo", 0), ("hi", 6))]
    found = read(net([node(op, reads, "y")], (1, 4, 3, 3), *tensors, stored("slope", 4, 1, 1)), tmp_path)
    costs = {c: total(found, c, "compute") for c in ABLE}
    costs["torchinfo"] -= 4 * (op == "PRelu")  # its slopes, once for the sample
    assert costs == {c: 36 * charged.get(c, 0) for c in ABLE}


def test_an_activation_that_is_spelled_out_is_one_module(tmp_path: Path) -> None:
    nodes = [node("Conv", "x w", "c"), node("Sigmoid", "c", "s"), node("Mul", "c s", "y")]
    found = read(net(nodes, (1, 3, 4, 4), stored("w", 4, 3, 1, 1)), tmp_path)
    assert [x.op for x in found.modules.model.layers] == ["conv", "silu"]
    assert found.modules.nodes == {x.id: x.id for x in found.modules.model.layers}


def test_what_a_node_does_in_the_same_go_is_a_module_behind_it(tmp_path: Path) -> None:
    nodes = [node("FusedConv", "x w", "y", domain="com.microsoft", activation="Relu")]
    found = read(net(nodes, (1, 3, 4, 4), stored("w", 4, 3, 1, 1)), tmp_path)
    assert [x.op for x in found.modules.model.layers] == ["conv", "relu"]
    assert total(found, "arithmetic", "compare") == 64
    assert Counter(found.modules.nodes.values()) == {"fusedconv_y": 2}


@pytest.mark.parametrize(("channels", "out", "groups"), [(8, 8, 8), (12, 8, 4), (6, 9, 3), (16, 16, 2)])
def test_the_older_counter_of_paddle_divides_by_groups_twice(channels: int, out: int, groups: int, tmp_path: Path) -> None:
    nodes = [node("Conv", "x w", "y", group=groups, pads=[1, 1, 1, 1])]
    found = read(net(nodes, (2, channels, 5, 4), stored("w", out, channels // groups, 3, 3)), tmp_path)
    weight = out * 9 * (channels // groups)
    assert total(found, "paddle_model_stat", "params") == weight // groups
    assert total(found, "paddle_model_stat", "compute") == 2 * 20 * weight // groups
    cut = out * 9 * (channels // groups // groups)
    assert total(found, "paddle_model_stat_py2", "params") == cut
    assert total(found, "paddle_model_stat_py2", "compute") == 2 * 20 * cut


def test_names_of_nodes_make_no_containers(tmp_path: Path) -> None:
    nodes = [node("Conv", "x w", "c", name="layer1.0.conv"), node("Relu", "c", "y", name="layer1.0/relu")]
    found = read(net(nodes, (1, 3, 4, 4), stored("w", 4, 3, 1, 1)), tmp_path)
    assert found.modules.model.blocks == {"(root)"}
    assert set(found.modules.nodes.values()) == {"layer1.0.conv", "layer1.0/relu"}
