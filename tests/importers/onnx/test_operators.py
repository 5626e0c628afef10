"""ONNX's own test models: shapes are those that they state, and every operator is known or named."""

from __future__ import annotations

from pathlib import Path

import onnx
import pytest

from crosscheck.errors import UsageError
from crosscheck.importers.onnx import compute, makes, moves
from crosscheck.importers.onnx.load import NEWEST, load
from crosscheck.importers.onnx.walk import BODIES, HANDLERS, Walker
from crosscheck.ops.described import vocabulary
from tests.importers.onnx import files as of
from tests.importers.onnx.sums import counted


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
        open_ = {v for x in found.model.layers if x.origin.unshaped for v in x.values}
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


THEIRS = {s.name for s in onnx.defs.get_all_schemas() if s.domain == ""}
FOREIGN = sorted(THEIRS - {*HANDLERS, *BODIES, "Constant"})


@pytest.mark.parametrize("name", FOREIGN)
def test_an_operator_of_onnx_that_is_not_known_is_named(name: str, tmp_path: Path) -> None:
    """An operator that no handler knows becomes a layer that is named with its bound, whatever its opset."""
    nodes = [of.node(name, "x", "h"), of.node("Relu", "x", "y")]
    made = of.graph(nodes, [2, 3])
    made.value_info.append(of.value("h", [2, 9]))
    found = of.read(of.model(made, onnx.defs.onnx_opset_version()), tmp_path)
    assert found.notes == (f"not counted: 1 {name}, at most 108 MACs: {name.lower()}_h (2x3 → 2x9)",)
    assert found.partial


def test_most_operators_of_onnx_are_known() -> None:
    assert len(THEIRS & set(HANDLERS)) >= 140
    assert FOREIGN, "what is not known is tried with the operators that nobody reads"
    words = set(vocabulary("onnx"))
    lacking = {compute.snake(op) for op in moves.HANDLERS | makes.HANDLERS} - words - {"upsample"}
    assert not lacking
