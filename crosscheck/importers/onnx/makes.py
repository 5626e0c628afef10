"""Nodes of an ONNX graph that make, repeat, resize or scatter elements.

Source of attributes, defaults and shapes: onnx/docs/Operators.md and Changelog.md of ONNX 1.17 and 1.23, opsets 7 to 28. A shape
that depends on numbers which only a run can tell is None.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from crosscheck.contract.network import Shape
from crosscheck.importers.imported import MisfitError, one_axis
from crosscheck.importers.onnx import fold
from crosscheck.importers.onnx.compute import snake
from crosscheck.importers.onnx.node import Call, Handler, Made, broadcast, few, stated
from crosscheck.importers.onnx.tensor import SMALL


def _expand(n: Call) -> Made:
    wanted = n.whole(1)
    if wanted is None:
        return stated("expand", None)
    y = broadcast([n.shape(0), wanted])
    return stated("expand", y, few(fold.filled(n.nums(0), y), y))


def _tile(n: Call) -> Made:
    x, times = n.shape(0), n.whole(1)
    if times is not None and (len(times) != len(x) or min(times, default=0) < 0):
        raise MisfitError(f"repeats {times} do not fit {x}")
    return stated("tile", None if times is None else tuple(d * t for d, t in zip(x, times, strict=True)))


def _constant_of_shape(n: Call) -> Made:
    y, tensor = n.whole(0), n.tensor("value")
    value = (0.0,) if tensor is None else n.read(tensor)
    return stated("constant_of_shape", y, few(fold.filled(value, y), y))


def _range(n: Call) -> Made:
    ends = [n.nums(k) for k in range(3)]
    if any(e is None or len(e) != 1 for e in ends):
        return stated("range", None)
    start, limit, delta = (Fraction(e[0]) for e in ends if e is not None)
    if not delta:
        raise MisfitError("the step is 0")
    count = max(-((start - limit) // delta), 0)
    nums = None
    if count <= SMALL and all(v.denominator == 1 for v in (start, limit, delta)):
        nums = tuple(int(start + k * delta) for k in range(count))
    return stated("range", (count,), few(nums, (count,)))


def _one_hot(n: Call) -> Made:
    x, depth = n.shape(0), n.whole(1)
    axis = n.axis(len(x) + 1, -1)
    return stated("one_hot", None if not depth else (*x[:axis], depth[0], *x[axis:]))


def _top_k(n: Call) -> Made:
    x = n.shape(0)
    k = n.whole(1) if n.has(1) else (n.number("k"),)
    axis = n.axis(len(x), -1)
    y = None if not k else (*x[:axis], k[0], *x[axis + 1 :])
    return Made("top_k", [y, y], {"shape": y or ()})


def _resize(n: Call) -> Made:
    x = n.shape(0)
    scales_at = 1 if n.node.op == "Upsample" or n.opset < 11 else 2
    axes = n.integers("axes") or tuple(range(len(x)))
    sizes = n.whole(3)
    scales = n.items("scales") or n.nums(scales_at)
    y = list(x)
    given = sizes or scales
    if not given:
        return stated("resize", None, mode=n.text("mode", "nearest"))
    if len(given) != len(axes):
        raise MisfitError(f"{len(given)} sizes or scales do not fit {len(axes)} axes")
    if sizes and n.text("keep_aspect_ratio_policy", "stretch") != "stretch":
        ratios = [Fraction(s, x[one_axis(a, len(x))]) for s, a in zip(sizes, axes, strict=True)]
        ratio = min(ratios) if n.text("keep_aspect_ratio_policy") == "not_larger" else max(ratios)
        sizes = tuple(int(ratio * x[one_axis(a, len(x))] + Fraction(1, 2)) for a in axes)
    for axis, value in zip(axes, sizes or given, strict=True):
        k = one_axis(axis, len(x))
        y[k] = int(value) if sizes else int(x[k] * float(value))
    return stated("resize", tuple(y), mode=n.text("mode", "nearest"))


def _space(n: Call) -> Made:
    x, block = n.shape(0), n.number("blocksize")
    if len(x) != 4 or block < 1:
        raise MisfitError(f"blocksize {block} does not fit {x}")
    if n.node.op == "DepthToSpace":
        return stated("depth_to_space", (x[0], x[1] // block**2, x[2] * block, x[3] * block))
    return stated("space_to_depth", (x[0], x[1] * block**2, x[2] // block, x[3] // block))


def _grid_sample(n: Call) -> Made:
    return stated("grid_sample", (*n.shape(0)[:2], *n.shape(1)[1:-1]))


def _as_attribute(n: Call) -> Made:
    return stated(snake(n.node.op), n.integers("shape"))


def _crop(n: Call) -> Made:
    x, sizes = n.shape(0), n.whole(1)
    y = list(x)
    for axis, size in zip(n.integers("axes") or range(len(x)), sizes or (), strict=False):
        y[one_axis(axis, len(x))] = size
    return stated("center_crop_pad", tuple(y) if sizes else None)


def _same(k: int = 0) -> Handler:
    """An op whose output has the shape of input ``k``."""
    return lambda n: stated(snake(n.node.op), n.shape(k))


def _open(count: int) -> Handler:
    """An op whose output shapes only a run can tell."""

    def handle(n: Call) -> Made:
        shapes: Sequence[Shape | None] = [None] * count
        return Made(snake(n.node.op), shapes, {"shape": ()})

    return handle


HANDLERS: dict[str, Handler] = {
    "GatherElements": _same(1),
    "Scatter": _same(),
    "ScatterElements": _same(),
    "ScatterND": _same(),
    "Expand": _expand,
    "Tile": _tile,
    "ConstantOfShape": _constant_of_shape,
    "Range": _range,
    "OneHot": _one_hot,
    "TopK": _top_k,
    "Resize": _resize,
    "Upsample": _resize,
    "DepthToSpace": _space,
    "SpaceToDepth": _space,
    "GridSample": _grid_sample,
    "CenterCropPad": _crop,
    "EyeLike": _same(),
    "Trilu": _same(),
    "ReverseSequence": _same(),
    "RandomNormalLike": _same(),
    "RandomUniformLike": _same(),
    "RandomNormal": _as_attribute,
    "RandomUniform": _as_attribute,
    "Multinomial": lambda n: stated("multinomial", (n.shape(0)[0], n.number("sample_size", 1))),
    "NonZero": _open(1),
    "Compress": _open(1),
    "Unique": _open(4),
}
