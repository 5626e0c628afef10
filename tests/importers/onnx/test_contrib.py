"""Nodes of ONNX Runtime's own that ONNX has too, fused or quantised: the same counts, and no more a mystery."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from tests.importers.onnx.files import graph, model, node, read, stored

RT: dict[str, Any] = {"domain": "com.microsoft"}
PAD = {"pads": [1, 1, 1, 1]}
CONV = [stored("w", 4, 3, 3, 3), stored("b", 4)]
SCALES = [stored(name) for name in ("sx", "sw", "sy")] + [stored(name, dtype=np.uint8) for name in ("zx", "zw", "zy")]
INT8 = [stored("w", 4, 3, 3, 3, dtype=np.int8), *SCALES]
CASES: list[tuple[str, onnx.NodeProto, list[onnx.TensorProto], str]] = [
    ("fused", node("FusedConv", "x w b", "y", activation="Relu", **PAD, **RT), CONV, "conv"),
    ("quantised", node("QLinearConv", "x sx zx w sw zw sy zy", "y", **PAD), INT8, "conv"),
    ("integers", node("ConvInteger", "x w", "y", **PAD), INT8[:1], "conv"),
]


@pytest.mark.parametrize(("it", "tensors", "op"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_a_convolution_by_another_name_counts_as_one(
    it: onnx.NodeProto, tensors: list[onnx.TensorProto], op: str, tmp_path: Path
) -> None:
    found = read(model(graph([it], (1, 3, 8, 8), tensors)), tmp_path)
    plain = read(model(graph([node("Conv", "x w", "y", **PAD)], (1, 3, 8, 8), CONV[:1])), tmp_path)
    assert not found.partial
    assert [x.op for x in found.model.layers] == [op]
    counted, usual = engine.tally(found.model), engine.tally(plain.model)
    assert counted.sum("mac") == usual.sum("mac") == 4 * 27 * 64
    opcounter = convention.load("onnx_opcounter")
    assert engine.total(usual, opcounter, "compute") == 4 * 27 * 64
    assert engine.total(counted, opcounter, "compute") == 4 * 64, "a name that it does not know: one per output element"


@pytest.mark.parametrize(
    ("it", "op"),
    [
        (node("QLinearAdd", "x sx zx x sw zw sy zy", "y", **RT), "add"),
        (node("QLinearMul", "x sx zx x sw zw sy zy", "y", **RT), "mul"),
        (node("QLinearSigmoid", "x sx zx sy zy", "y", **RT), "sigmoid"),
        (node("QLinearGlobalAveragePool", "x sx zx sy zy", "y", **RT), "adaptive_avgpool"),
        (node("QLinearConcat", "sy zy x sx zx x sw zw", "y", axis=1, **RT), "concat"),
        (node("Gelu", "x", "y", **RT), "gelu"),
        (node("FastGelu", "x", "y", **RT), "gelu_tanh"),
    ],
    ids=lambda v: v.op_type if isinstance(v, onnx.NodeProto) else v,
)
def test_scales_and_zero_points_are_no_operands(it: onnx.NodeProto, op: str, tmp_path: Path) -> None:
    found = read(model(graph([it], (1, 3, 8, 8), SCALES)), tmp_path)
    (layer, *rest) = found.model.layers
    assert [layer.op, *(x.op for x in rest)] in ([op], [op, "constant"])
    assert set(layer.origin.held) <= {"literals", "unshaped"}
    assert layer.y[1] == (6 if op == "concat" else 3)
