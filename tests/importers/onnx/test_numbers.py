"""Numbers that shapes are made of are followed through the graph, as numpy moves them."""

from __future__ import annotations

from math import prod
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import helper, numpy_helper

from crosscheck.importers.onnx import fold
from tests.importers.onnx import files as of
from tests.importers.onnx.sums import macs


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
