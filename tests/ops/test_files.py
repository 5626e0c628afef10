"""Ops that only come from files: their counts, what a file stores for a layer, and families in conventions."""

from __future__ import annotations

from typing import Any

import pytest

from crosscheck.contract.network import Input, Layer, Model, Shape
from crosscheck.contract.origin import DESCRIBED, Origin
from crosscheck.conventions import read as convention
from crosscheck.errors import ConventionError
from crosscheck.ops import described as ops
from crosscheck.ops.described import OPS
from crosscheck.ops.files import FAMILIES, FILE_OPS, members
from crosscheck.ops.other import OTHER_OPS
from crosscheck.ops.papers import PAPER_OPS
from crosscheck.ops.primitives import PRIMITIVES
from tests.helpers import convention_text


def layer(op: str, out: Shape, *shapes: Shape, origin: Origin = DESCRIBED, **attrs: Any) -> Layer:
    names = tuple(f"in{k}" for k in range(len(shapes)))
    return Layer("it", op, {"shape": out, **attrs}, names, shapes, (out,), origin=origin)


def test_every_op_of_files_has_a_family_and_no_network_op_has_one() -> None:
    assert {op.family for op in FILE_OPS.values()} == set(FAMILIES)
    assert sorted(name for family in FAMILIES for name in members(family)) == sorted(FILE_OPS)
    assert {op.scope for op in FILE_OPS.values()} == {"file"}
    assert {op.scope for op in OPS.values()} == {"network"}
    assert not set(OPS) & set(FILE_OPS)


def test_who_counts_files_needs_a_word_on_ops_of_files_and_nobody_else_does() -> None:
    assert set(ops.vocabulary("pytorch")) == set(OPS)
    assert set(ops.vocabulary("")) == set(OPS) | set(FILE_OPS) | set(PAPER_OPS) | set(OTHER_OPS)
    assert set(ops.vocabulary("", "described")) == set(OPS) | set(PAPER_OPS)
    assert set(ops.vocabulary("caffe")) == set(OPS) | set(FILE_OPS)
    assert set(ops.vocabulary("caffe")) - set(ops.vocabulary("onnx")) == set(members("plumbing")) > {"fan_out", "loss"}


VOLUME = {"window_elements": 8 * 12, "volume_elements": 8 * 12, "leading_window_elements": 8 * 3}
RECURRENT = {"mac": 7 * 2 * 4 * 5 * 8, "gate_elements": 2 * 7 * 2 * 4 * 5, "state_elements": 7 * 2 * 5}
SLOPES = Origin(stored={"operand": 3})
CASES: list[tuple[Layer, dict[str, int]]] = [
    (layer("matmul", (2, 3, 5), (2, 3, 4), (2, 4, 5), depth=4), {"mac": 2 * 3 * 5 * 4}),
    (layer("matmul", (), (4,), (4,), depth=4), {"mac": 4}),
    (layer("einsum", (2, 3), (2, 4), (3, 4), extents=(2, 4, 3)), {"mac": 24}),
    (layer("attention", (1, 2, 5, 3), (1, 2, 5, 4), extents=(1, 2, 5, 6, 4 + 3)), {"mac": 2 * 5 * 6 * 7}),
    (layer("matmul", (3, 5), (3, 4), (4, 5), depth=4, origin=Origin("onnx", "MatMul")), {"mac": 60}),
    (
        layer("matmul", (3, 5), (3, 4), (4, 5), depth=4, origin=Origin("onnx", "MatMulInteger")),
        {"mac": 60, "renamed_mac": 60, "renamed_out_elements": 15},
    ),
    (layer("mul", (2, 3), (2, 3), (3,)), {"element_sums": 6}),
    (layer("clip", (2, 3), (2, 3), bounds=(0, 6)), {"capped_elements": 6}),
    (layer("clip", (2, 3), (2, 3), bounds=(-1, 1)), {}),
    (
        layer("prelu", (2, 3), (2, 3), origin=Origin(stored={"operand": 3})),
        {"element_sums": 6, "operand": 3, "sample_weights": 6},
    ),
    (layer("max", (2, 3), (2, 3), origin=Origin(operands=1)), {}),
    (layer("bias", (2, 3), (2, 3)), {"bias_add": 6}),
    (layer("matmul", (3, 5), (3, 4), (4, 5), depth=4, bias=True), {"mac": 3 * 5 * 4, "bias_add": 15}),
    (layer("layernorm_axes", (2, 3, 4), (2, 3, 4), rows=2, lead=3), {"rows": 2, "lead_rows": 8}),
    (layer("reshape", (2, 12), (2, 3, 4), origin=Origin("onnx", "Flatten")), {"flatten_elements": 24}),
    (layer("reshape", (2, 12), (2, 3, 4), origin=Origin("onnx", "Reshape")), {}),
    (layer("lp_pool", (1, 1, 2, 2, 2), (1, 1, 4, 4, 4), kernel=(3, 2, 2)), VOLUME),
    (layer("lp_pool", (1, 2, 3, 3), (1, 2, 6, 6), kernel=(2, 2)), {"window_elements": 72}),
    (layer("softmax_axis", (2, 3, 4), (2, 3, 4), rows=8), {"rows": 8}),
    (layer("lstm", (7, 1, 2, 5), (7, 2, 3), directions=1, gates=4, hidden=5), RECURRENT),
    (layer("bias", (2, 3), (2, 3), origin=Origin(after_product=True)), {"bias_add": 6, "product_bias_elements": 6}),
    (layer("bias", (2, 3), (2, 3), origin=Origin(first=3)), {"bias_add": 6, "first_elements": 3}),
    (layer("add_broadcast", (2, 3), (2, 3), origin=Origin(first=3)), {"element_sums": 6, "first_elements": 3}),
    (layer("resize", (1, 2, 6, 6), (1, 2, 3, 3), mode="nearest"), {}),
    (layer("resize", (1, 2, 6, 6), (1, 2, 3, 3), mode="linear"), {"linear_elements": 72}),
    (layer("resize", (1, 2, 6, 6), (1, 2, 3, 3), mode="cubic"), {"cubic_elements": 72}),
    (layer("unknown", (2, 3), (2, 5), origin=Origin(bound=(2, 3, 100))), {}),
    (layer("constant", (3,), origin=Origin("onnx", unused=9)), {"unused_elements": 9}),
    (layer("constant", (3,), origin=Origin("onnx", "Slice")), {}),
    (layer("constant", (3,), origin=Origin("onnx", "Concat")), {"made_elements": 3}),
]


@pytest.mark.parametrize(("it", "wanted"), CASES, ids=lambda v: v.op if isinstance(v, Layer) else "")
def test_counts(it: Layer, wanted: dict[str, int]) -> None:
    found = {k: v for k, v in ops.counts(it).items() if not k.startswith("beyond_")}
    assert found.pop("out_elements") == size(it.y)
    assert found.pop("in_elements", None) == (size(it.x) if it.in_shapes else None)
    assert found == wanted
    assert set(found) <= set(PRIMITIVES)


def size(shape: Shape) -> int:
    total = 1
    for d in shape:
        total *= d
    return total


def test_what_a_file_stores_stands_in_for_what_shapes_tell() -> None:
    full, y = ops.complete("conv", {"out_channels": 4, "kernel": 3}, [(1, 2, 5, 5)])
    for stored in ({"weight": 72, "bias": 4}, {"weight": 72, "literals": 2}, {"bias": 4}, {}):
        it = Layer("it", "conv", full, ("x",), ((1, 2, 5, 5),), (y,), origin=Origin(stored=stored))
        found = ops.counts(it)
        assert {k: found[k] for k in ("weight", "bias", "literals") if k in found} == stored
        assert found["mac"] == 4 * 2 * 9 * 9
        assert ops.formula(it, "weight") == ("4·2·3·3" if "weight" in stored else "")


def test_the_second_output_of_a_layer_is_a_value_that_others_read() -> None:
    halves = Layer("cut", "split", {"shape": (1, 2)}, ("x",), ((1, 5),), ((1, 2), (1, 3)))
    reader = Layer("r", "relu", {}, ("cut:1",), ((1, 3),), ((1, 3),))
    model = Model("m", "onnx", "", "", (Input("x", (1, 5)),), (halves, reader), ("r", "cut"), {})
    assert halves.values == ("cut", "cut:1")
    assert Model.from_json(model.to_json()) == model


def test_a_family_stands_for_its_ops_that_no_entry_names_itself() -> None:
    text = convention_text("good", {"compute": {"@product": {"mac": 2}, "einsum": {"mac": 3}}})
    table = convention.parse(text, "good.toml").table("compute")
    assert [w.weight for w in table.weights("matmul", "good")] == [2]
    assert [w.weight for w in table.weights("einsum", "good")] == [3]
    with pytest.raises(ConventionError, match=r"'@produce' is no family of ops. Hint: known: unary, "):
        convention.parse(text.replace("@product", "@produce"), "good.toml")
