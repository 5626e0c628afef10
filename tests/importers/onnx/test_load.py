"""ONNX files as networks: shapes against those that ONNX's own test models state, parameters against what onnx counts."""

from __future__ import annotations

import csv
import io
import sys
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import helper, numpy_helper

from crosscheck import cli
from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from crosscheck.errors import CrosscheckError, UsageError
from crosscheck.importers.onnx import compute, fold, makes, moves
from crosscheck.importers.onnx.load import NEWEST, Imported, load, parse_inputs
from crosscheck.importers.onnx.walk import BODIES, HANDLERS, Walker
from crosscheck.ops.described import vocabulary
from tests.importers.onnx import files as of

MAC = convention.load("mac")
PARTS = ("weight", "bias", "norm_scale", "norm_shift", "running_stats", "operand", "literals", "unused_elements")


def counted(found: Imported) -> engine.Tally:
    return engine.tally(found.model)


def macs(found: Imported) -> int:
    return engine.total(counted(found), MAC, "compute")


def params(found: Imported) -> int:
    return engine.total(counted(found), MAC, "params")


def kept(found: Imported) -> int:
    """Elements that the network has in all, whatever they are."""
    return sum(counted(found).sum(p) for p in PARTS)


# --- the models that ONNX tests its own runtimes with ----------------------------------------------------------------------


def models_of_onnx(folder: Path) -> list[Path]:
    """The models that come with onnx, most of one node; newer releases make them instead of bringing them as files."""
    found = sorted((Path(onnx.__file__).parent / "backend/test/data").rglob("model.onnx"))
    if len(found) < 1000:
        from onnx.backend.test.case.node import collect_testcases

        for case in collect_testcases(None):
            path = folder / case.name / "model.onnx"
            if case.model is not None:
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(case.model.SerializeToString())
                found.append(path)
    return found


def test_shapes_are_those_that_the_models_of_onnx_state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Some 1,400 models: every operator in many settings, up to the newest opset of the onnx that is installed.

    What they say of shapes is hidden from the reader. To try a newer onnx, install it beside pytest, numpy and hypothesis into an
    environment of its own, and run this file there.
    """
    monkeypatch.setattr(Walker, "_said", lambda *_: None)
    checked, odd, unread = 0, [], []
    for path in models_of_onnx(tmp_path):
        try:
            found = load(path)
        except UsageError as error:
            if not any(w in str(error) for w in ("leaves sizes open", "older than this reader knows")):
                unread.append(f"{path.parent.name}: {error}")
            continue
        derived = {v: s for x in found.model.layers for v, s in zip(x.values, x.out_shapes, strict=True)}
        open_ = {v for x in found.model.layers if x.attrs.get("unshaped") for v in x.values}
        counted(found)
        outputs = onnx.load(path, load_external_data=False).graph.output
        if len(outputs) != len(found.model.outputs):
            continue
        for name, out in zip(found.model.outputs, outputs, strict=True):
            dims = out.type.tensor_type.shape.dim
            if name not in derived or name in open_ or not out.type.tensor_type.HasField("shape"):
                continue
            checked += 1
            fits = len(dims) == len(derived[name])
            if not fits or any(d.dim_value not in (0, n) for d, n in zip(dims, derived[name], strict=True)):
                odd.append(f"{path.parent.name}: {derived[name]}, stated {[d.dim_value for d in dims]}")
    assert not odd, "\n".join(odd)
    assert not unread, "\n".join(unread)
    assert checked > 900


def test_every_opset_of_onnx_is_read() -> None:
    assert onnx.defs.onnx_opset_version() <= NEWEST, "raise NEWEST in crosscheck/importers/onnx/load.py, and run this file"


@pytest.mark.parametrize("schema", [s for s in onnx.defs.get_all_schemas() if s.domain == ""], ids=lambda s: s.name)
def test_every_operator_of_onnx_is_known_or_named(schema: onnx.defs.OpSchema, tmp_path: Path) -> None:
    """An operator that no handler knows becomes a layer that is named with its bound, whatever its opset."""
    if schema.name in {*HANDLERS, *BODIES, "Constant"}:
        return
    nodes = [of.node(schema.name, "x", "h"), of.node("Relu", "x", "y")]
    made = of.graph(nodes, [2, 3])
    made.value_info.append(of.value("h", [2, 9]))
    found = of.read(of.model(made, onnx.defs.onnx_opset_version()), tmp_path)
    assert found.notes == (f"not counted: 1 {schema.name}, at most 108 MACs: {schema.name.lower()}_h (2x3 → 2x9)",)
    assert found.partial


def test_most_operators_of_onnx_are_known() -> None:
    theirs = {s.name for s in onnx.defs.get_all_schemas() if s.domain == ""}
    known = set(HANDLERS)
    assert len(theirs & known) >= 140
    words = set(vocabulary("onnx"))
    lacking = {compute.snake(op) for op in moves.HANDLERS | makes.HANDLERS} - words - {"upsample"}
    assert not lacking


# --- parameters and operations ---------------------------------------------------------------------------------------------


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
    assert found.model.by_id["matmul_a"].attrs["stored"]["weight"] == 36
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


def test_shape_arithmetic_of_exports_is_followed(tmp_path: Path) -> None:
    """Shape, Gather, Concat, Reshape: how exporters spell a flatten that keeps the batch."""
    nodes = [
        of.node("Shape", "x", "s"),
        of.node("Gather", "s zero", "n"),
        of.node("Unsqueeze", "n axis", "n1"),
        of.node("Concat", "n1 rest", "to", axis=0),
        of.node("Reshape", "x to", "y"),
    ]
    tensors = [numpy_helper.from_array(np.int64(0), "zero"), of.ints("axis", 0), of.ints("rest", -1)]
    found = of.read(of.model(of.graph(nodes, [4, 3, 5, 5], tensors)), tmp_path)
    assert (found.model.layers[-1].op, found.model.layers[-1].y) == ("flatten", (4, 75))


def test_a_padding_that_is_worked_out_from_constants_is_followed(tmp_path: Path) -> None:
    first, tensors = of.spelled_out("x", "p", 1, 2, 0, 3)
    second, more = of.spelled_out("c", "q", 0, 1)
    nodes = [*first, of.node("Conv", "p w", "c", strides=[2, 1]), *second, of.node("Relu", "q", "y")]
    found = of.read(of.model(of.graph(nodes, [1, 3, 9, 7], [of.stored("w", 4, 3, 3, 3), *tensors, *more])), tmp_path)
    by = found.model.by_id
    assert (by["pad_p"].op, by["pad_p"].y, by["pad_p"].attrs["pads"]) == ("zero_pad", (1, 3, 12, 10), ((0, 0), (0, 3), (1, 2)))
    assert (by["conv_c"].y, by["pad_q"].y) == ((1, 4, 5, 8), (1, 4, 5, 9))
    assert (macs(found), found.partial, found.notes) == (5 * 8 * 4 * 27, False, ())


@given(st.data())
def test_numbers_are_moved_as_numpy_moves_them(data: st.DataObject) -> None:
    shape = tuple(data.draw(st.lists(st.integers(0, 4), min_size=1, max_size=4)))
    x = np.arange(prod(shape)).reshape(shape)
    nums = tuple(x.ravel().tolist())
    perm = data.draw(st.permutations(range(len(shape))))
    assert fold.transposed(nums, shape, perm) == tuple(x.transpose(perm).ravel().tolist())
    places = [data.draw(st.lists(st.integers(0, d - 1), max_size=4)) if d else [] for d in shape]
    assert fold.picked(nums, shape, places) == tuple(x[np.ix_(*(np.array(p, int) for p in places))].ravel().tolist())
    axis = data.draw(st.integers(0, len(shape) - 1))
    other = (*shape[:axis], data.draw(st.integers(0, 3)), *shape[axis + 1 :])
    y = -np.arange(prod(other)).reshape(other)
    both = fold.joined([nums, tuple(y.ravel().tolist())], [shape, other], axis)
    assert both == tuple(np.concatenate([x, y], axis).ravel().tolist())
    assert fold.joined([nums, None], [shape, other], axis) is None
    assert fold.filled((7,), shape) == (7,) * prod(shape)
    assert (
        fold.transposed(nums, (1,) * 9 + shape, range(9 + len(shape)))
        is fold.picked(nums, (1,) * 9 + shape, [[0]] * 9 + places)
        is None
    )
    assert fold.filled((7,), (1 << 20,)) is fold.filled((1, 2), shape) is fold.filled((7,), None) is None


@pytest.mark.parametrize("perm", [(0, 1), (1, 0)])
@pytest.mark.parametrize(
    ("axis", "start", "end", "step"), [(0, 0, 2, 1), (0, 1, 2, 1), (1, 2, 0, -1), (1, -1, -9, -2), (0, -1, -9, -1)]
)
def test_numbers_are_followed_through_slices_and_transposes_of_any_rank(
    perm: tuple[int, ...], axis: int, start: int, end: int, step: int, tmp_path: Path
) -> None:
    """TorchScript writes paddings like that; numpy says which numbers come out, the shape made from them which were followed."""
    numbers = np.array([[1, 2, 3], [4, 1, 2]], np.int64)
    cut = [slice(None), slice(None)]
    cut[axis] = slice(start, end, step)
    wanted = tuple(int(n) for n in numbers[tuple(cut)].transpose(perm).reshape(-1))
    nodes = [
        of.node("Slice", "numbers start end axis step", "sliced"),
        of.node("Transpose", "sliced", "turned", perm=perm),
        of.node("Reshape", "turned flat", "sizes"),
        of.node("Expand", "x sizes", "y"),
    ]
    tensors = [of.ints(name, n) for name, n in (("start", start), ("end", end), ("axis", axis), ("step", step), ("flat", -1))]
    tensors.append(numpy_helper.from_array(numbers, "numbers"))
    (layer,) = (x for x in of.read(of.model(of.graph(nodes, (1,), tensors)), tmp_path).model.layers if x.id == "expand_y")
    assert layer.y == wanted


@pytest.mark.parametrize(("value", "wanted"), [(None, (3, 4)), (1, (5, 6))])
def test_numbers_are_followed_through_fills(value: int | None, wanted: tuple[int, ...], tmp_path: Path) -> None:
    """A padding of zeros, or of ones before and after both axes."""
    filled = {} if value is None else {"value": helper.make_tensor("v", onnx.TensorProto.INT64, [1], [value])}
    nodes = [
        of.node("ConstantOfShape", "four", "ends", **filled),
        of.node("Cast", "ends", "pads", to=onnx.TensorProto.INT64),
        of.node("Pad", "x pads", "y"),
    ]
    (layer,) = (
        x for x in of.read(of.model(of.graph(nodes, (3, 4), [of.ints("four", 4)])), tmp_path).model.layers if x.id == "pad_y"
    )
    assert layer.y == wanted


def test_outputs_beyond_the_first_have_names_of_their_own(tmp_path: Path) -> None:
    nodes = [of.node("Split", "x", "a b", axis=1), of.node("Relu", "b", "c"), of.node("Add", "a c", "y")]
    found = of.read(of.model(of.graph(nodes, [2, 6])), tmp_path)
    cut, relu, add = found.model.layers
    assert cut.out_shapes == ((2, 3), (2, 3))
    assert (relu.inputs, add.inputs, add.op) == (("split_a:1",), ("split_a", "relu_c"), "add")


# --- functions, branches, loops, what is not known -------------------------------------------------------------------------


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
    assert (it.op, it.y, it.attrs["bound"]) == ("unknown", (3, 5), (60,))
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
    assert found.model.layers[-1].attrs["bound"] == (6 * 48,)
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


# --- open sizes and the command --------------------------------------------------------------------------------------------


def test_open_sizes_are_asked_for_by_name_with_what_to_write(tmp_path: Path) -> None:
    proto = of.conv_net(x=("batch", 3, None, 0))
    with pytest.raises(UsageError) as asked:
        of.read(proto, tmp_path)
    assert str(asked.value) == (
        "net.onnx leaves sizes open: x (batchx3x?x?). Hint: --input x=1x3x224x224, with the sizes that you mean"
    )
    assert macs(of.read(proto, tmp_path, x=(2, 3, 8, 8))) == 2 * (3 * 4 * 9 * 64 + 40)
    with pytest.raises(UsageError, match=r"input 'x' is batchx3x\?x\? in the file, which 1x4x8x8 does not fit"):
        of.read(proto, tmp_path, x=(1, 4, 8, 8))
    with pytest.raises(UsageError, match=r"net.onnx has no input 'z'. Hint: it has x"):
        of.read(proto, tmp_path, z=(1, 3, 8, 8))


def test_inputs_are_written_as_name_and_shape() -> None:
    assert parse_inputs(["x=1x3x8x8", "odd=name=2"]) == {"x": (1, 3, 8, 8), "odd=name": (2,)}
    assert parse_inputs(["1x3x8x8", "flag="]) == {"": (1, 3, 8, 8), "flag": ()}
    for bad in ("x=1x0", "x=1x-3", "x=axb", "x=1x99999999999", "x=1.5"):
        with pytest.raises(UsageError, match=r"no name and shape. Hint: write it like x=1x3x224x224"):
            parse_inputs([bad])
    with pytest.raises(UsageError, match="twice"):
        parse_inputs(["x=1", "x=2"])


@pytest.fixture
def crosscheck(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["crosscheck", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return run


def test_the_command_counts_lists_and_ends_as_it_should(crosscheck: Any, tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(of.conv_net(x=("n", 3, 8, 8)).SerializeToString())
    code, out, err = crosscheck("onnx", str(path))
    assert (code, out) == (2, "")
    assert err.endswith("Hint: --input x=1x3x8x8, with the sizes that you mean\n")
    assert err.count("\n") == 1
    code, out, err = crosscheck("onnx", str(path), "--input", "x=1x3x8x8")
    assert (code, err) == (0, "")
    assert "6,952" in out
    code, out, _ = crosscheck("onnx", str(path), "-i", "1x3x8x8", "--layers", "-f", "csv")
    *layers, total = csv.DictReader(io.StringIO(out))
    assert sum(int(r["mac compute (MAC)"]) for r in layers) == int(total["mac compute (MAC)"]) == 6952
    code, out, err = crosscheck("onnx", str(path), "-i", "1x3x8x8", "--all", "-f", "json")
    assert code == 0
    assert '"onnx_tool"' in out
    assert '"mac"' in out


def test_a_partial_answer_ends_with_3_and_says_what_is_missing(crosscheck: Any, tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    nodes = [of.node("Mystery", "x", "h", domain="com.example"), of.node("Relu", "x", "y")]
    path.write_bytes(of.model(of.graph(nodes, [2, 3])).SerializeToString())
    code, out, err = crosscheck("onnx", str(path), "-f", "csv")
    assert code == 3
    assert "net,2x3,mac,compute,0,MAC" in out
    assert err.startswith("crosscheck: not counted: 1 com.example::Mystery, no bound is known: ")


def test_a_convention_of_networks_that_lacks_a_word_is_refused_by_name(crosscheck: Any, tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(of.model(of.graph([of.node("Erf", "x", "y")], [2, 3])).SerializeToString())
    code, out, err = crosscheck("onnx", str(path), "-c", "torchinfo")
    assert (code, out) == (2, "")
    assert err.startswith("crosscheck: convention 'torchinfo' says nothing about op 'erf' (node 'erf_y'). Hint: ")


def test_every_error_of_a_file_is_ours() -> None:
    with pytest.raises(CrosscheckError, match="there is no such file"):
        load(Path("nowhere.onnx"))
