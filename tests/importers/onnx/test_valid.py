"""What ONNX allows is read and what it does not allow is refused, where files are seldom so."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import onnx
import pytest

from crosscheck.errors import UsageError
from crosscheck.importers.onnx import arity
from crosscheck.importers.onnx.walk import BODIES, HANDLERS
from tests.importers.onnx import files as of
from tests.importers.onnx.defects import weight_elsewhere
from tests.importers.onnx.sums import macs, params


def in_force(op: str) -> list[onnx.defs.OpSchema]:
    """The definitions of an operator that hold in some opset from 7 on, by the installed ONNX."""
    known = [s for s in onnx.defs.get_all_schemas_with_history() if s.name == op and not s.domain]
    known.sort(key=lambda s: s.since_version)
    return [s for s, later in pairwise([*known, None]) if later is None or later.since_version > 7]


@pytest.mark.parametrize("op", sorted(op for op in (*HANDLERS, *BODIES) if "::" not in op))
def test_inputs_and_outputs_of_an_operator_are_as_many_as_onnx_itself_allows(op: str) -> None:
    assert op in arity.INPUTS
    schemas = in_force(op)
    if schemas:  # others came after the installed edition
        most = 2**31 - 1
        for (least, many), lows, highs in (
            (arity.INPUTS[op], [s.min_input for s in schemas], [s.max_input for s in schemas]),
            (arity.OUTPUTS[op], [s.min_output for s in schemas], [s.max_output for s in schemas]),
        ):
            assert (least, min(many, most)) == (min(lows), max(highs))


@pytest.mark.parametrize("op", ["MaxPool", "AveragePool"])
@pytest.mark.parametrize(("size", "out"), [(2, 1), (3, 1), (4, 2)])
def test_a_pooling_that_rounds_up_takes_less_than_its_window(op: str, size: int, out: int, tmp_path: Path) -> None:
    """As onnxruntime 1.20 to 1.23 has it: 3x3 with stride 2 on 2x2 is 1x1."""
    nodes = [of.node(op, "x", "y", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)]
    found = of.read(of.model(of.graph(nodes, [1, 3, size, size])), tmp_path)
    assert found.model.layers[0].y == (1, 3, out, out)


def test_minus_one_is_an_open_size_that_an_input_tells(tmp_path: Path) -> None:
    proto = of.conv_net(x=(-1, 3, 8, 8))
    with pytest.raises(UsageError, match=r"leaves sizes open: x \(\?x3x8x8\). Hint: --input x=1x3x8x8"):
        of.read(proto, tmp_path)
    assert macs(of.read(proto, tmp_path, x=(2, 3, 8, 8))) == 2 * (3 * 4 * 9 * 64 + 40)


@pytest.mark.parametrize("where", ["w.bin", "~/w.bin", "loop", "w" * 5000, "a\x1b[31m"])
def test_weights_that_are_not_there_are_not_needed(where: str, tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    found = of.read(onnx.ModelProto.FromString(weight_elsewhere(where)), tmp_path)
    assert (macs(found), params(found)) == (3 * 4 * 9 * 64 + 40, 108 + 4 + 8 + 40 + 10)
    (note,) = found.notes
    assert note.startswith("1 stored tensors lie in '")
    assert "which is not there" in note
    assert note.isprintable()
    assert len(note) < 400
