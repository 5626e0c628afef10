"""Nodes of an ONNX graph that move, pick, repeat or make elements, and the arithmetic of shapes that exports carry along.

Source of attributes, defaults and shapes: onnx/docs/Operators.md and Changelog.md of ONNX 1.17, opsets 7 to 22. A shape that
depends on numbers which only a run can tell is None.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from math import prod
from operator import mul

from crosscheck.importers.calls import Call, Made, MisfitError, Nums, broadcast, few, one_axis, stated
from crosscheck.importers.compute import Handler, snake
from crosscheck.importers.protos import SMALL
from crosscheck.spec import Shape


def _listed(n: Call, name: str, k: int) -> tuple[int, ...] | None:
    """Integers from an attribute (older opsets) or from input ``k``; None where only a run can tell, or nothing is given."""
    return n.integers(name) if name in n.node.attrs else n.whole(k)


def _reshape(n: Call) -> Made:
    x, wanted = n.shape(0), _listed(n, "shape", 1)
    if wanted is None:
        return stated("reshape", None)
    y = list(wanted)
    for k, d in enumerate(y):
        if d == 0 and not n.number("allowzero"):
            if k >= len(x):
                raise MisfitError(f"shape {wanted} keeps an axis that {x} does not have")
            y[k] = x[k]
    if y.count(-1) > 1 or min(y, default=0) < -1:
        raise MisfitError(f"shape {wanted} is no shape")
    if -1 in y:
        rest = prod(d for d in y if d != -1)
        if not rest or prod(x) % rest:
            raise MisfitError(f"{prod(x):,} elements do not fit shape {wanted}")
        y[y.index(-1)] = prod(x) // rest
    if prod(y) != prod(x):
        raise MisfitError(f"{prod(x):,} elements do not fit shape {wanted}")
    return _flat(x, tuple(y)) or stated("reshape", tuple(y), few(n.nums(0), tuple(y)))


def _flat(x: Shape, y: Shape) -> Made | None:
    """A reshape that is what networks are described with as a flatten."""
    return Made("flatten", [y]) if len(x) > 2 and y == (x[0], prod(x[1:])) and min(x) > 0 else None


def _flatten(n: Call) -> Made:
    x = n.shape(0)
    axis = n.number("axis", 1)
    axis = len(x) if axis == len(x) else one_axis(axis, len(x))
    y = (prod(x[:axis]), prod(x[axis:]))
    return _flat(x, y) or stated("reshape", y)


def _transpose(n: Call) -> Made:
    x = n.shape(0)
    perm = n.integers("perm")
    perm = tuple(reversed(range(len(x)))) if perm is None else perm
    if sorted(perm) != list(range(len(x))):
        raise MisfitError(f"perm {perm} does not fit {x}")
    y, nums = tuple(x[k] for k in perm), n.nums(0)
    return stated("transpose", y, few(_moved(nums, x, perm), y))


def _moved(nums: Nums | None, x: Shape, perm: Sequence[int]) -> Nums | None:
    """Numbers of a tensor of shape ``x`` in the order that they have with its axes permuted."""
    if nums is None or len(nums) != prod(x):
        return None
    strides = [prod(x[k + 1 :]) for k in perm]
    return tuple(nums[sum(map(mul, place, strides))] for place in product(*(range(x[k]) for k in perm)))


def _squeeze(n: Call) -> Made:
    x = n.shape(0)
    axes = _listed(n, "axes", 1)
    if axes is None and n.has(1):
        return stated("squeeze", None)
    gone = {k for k, d in enumerate(x) if d == 1} if axes is None else {one_axis(a, len(x)) for a in axes}
    if any(x[k] != 1 for k in gone):
        raise MisfitError(f"axes {sorted(gone)} of {x} are not all 1")
    y = tuple(d for k, d in enumerate(x) if k not in gone)
    return stated("squeeze", y, few(n.nums(0), y))


def _unsqueeze(n: Call) -> Made:
    x = n.shape(0)
    axes = _listed(n, "axes", 1)
    if axes is None:
        return stated("unsqueeze", None)
    rank = len(x) + len(axes)
    new = {one_axis(a, rank) for a in axes}
    rest = iter(x)
    y = tuple(1 if k in new else next(rest) for k in range(len(x) + len(new)))
    return stated("unsqueeze", y, few(n.nums(0), y))


def _slice(n: Call) -> Made:
    x = n.shape(0)
    starts, ends = _listed(n, "starts", 1), _listed(n, "ends", 2)
    if starts is None or ends is None or (n.has(3) and n.nums(3) is None) or (n.has(4) and n.nums(4) is None):
        return stated("slice", None)
    axes = _listed(n, "axes", 3) or tuple(range(len(starts)))
    steps = n.whole(4) or (1,) * len(starts)
    if not len(starts) == len(ends) == len(axes) == len(steps):
        raise MisfitError(f"starts {starts}, ends {ends}, axes {axes} and steps {steps} differ in number")
    y, cuts = list(x), {}
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        k = one_axis(axis, len(x))
        if not step:
            raise MisfitError("a step is 0")
        cuts[k] = picked = range(x[k])[slice(start, max(end, -x[k] - 1) if step > 0 or end >= -x[k] else None, step)]
        y[k] = len(picked)
    nums = n.nums(0)
    shape = tuple(y)
    kept = None
    if nums is not None and len(nums) == prod(x):
        strides = [prod(x[k + 1 :]) for k in range(len(x))]
        places = product(*(cuts.get(k, range(d)) for k, d in enumerate(x)))
        kept = tuple(nums[sum(map(mul, place, strides))] for place in places)
    strided = len(x) > 2 and all(c.start == 0 and k > 1 and len(c) == -(-x[k] // c.step) for k, c in cuts.items())
    if strided and any(c.step > 1 for c in cuts.values()) and n.value(0).stored is None:
        return n.network("subsample", {"stride": tuple(cuts[k].step if k in cuts else 1 for k in range(2, len(x)))}, [x])
    return stated("slice", shape, few(kept, shape))


def _split(n: Call) -> Made:
    x = n.shape(0)
    axis, count = n.axis(len(x)), len(n.node.outputs)
    sizes = _listed(n, "split", 1)
    if sizes is None and n.has(1):
        return Made("split", [None] * count, {"shape": ()})
    if sizes is None:
        each = -(-x[axis] // count)
        sizes = tuple(min(each, x[axis] - each * k) for k in range(count))
    if len(sizes) != count or sum(sizes) != x[axis] or min(sizes) < 0:
        raise MisfitError(f"parts {sizes} do not fit {count} outputs and axis {axis} of {x}")
    shapes = [(*x[:axis], size, *x[axis + 1 :]) for size in sizes]
    nums = n.nums(0)
    first = nums[: sizes[0]] if nums is not None and len(x) == 1 else None
    return Made("split", shapes, {"shape": shapes[0]}, {}, few(first, shapes[0]))


def _concat(n: Call) -> Made:
    shapes = [n.shape(k) for k in range(len(n.inputs))]
    if not shapes or not shapes[0]:
        raise MisfitError("nothing to join")
    axis = n.axis(len(shapes[0]), 1)
    if any(len(s) != len(shapes[0]) or s[:axis] + s[axis + 1 :] != shapes[0][:axis] + shapes[0][axis + 1 :] for s in shapes):
        raise MisfitError(f"inputs {' and '.join(map(str, shapes))} differ in more than axis {axis}")
    y = (*shapes[0][:axis], sum(s[axis] for s in shapes), *shapes[0][axis + 1 :])
    if axis and len(shapes) > 1 and all(v is not None and v.stored is None for v in n.inputs):
        return n.network("concat", {"axis": axis}, shapes)
    parts = [n.nums(k) for k in range(len(shapes))]
    nums = tuple(v for p in parts if p is not None for v in p) if len(y) == 1 and None not in parts else None
    return stated("concat_other", y, few(nums, y))


def _pad(n: Call) -> Made:
    x = n.shape(0)
    pads = _listed(n, "pads", 1)
    axes = n.whole(3) if n.has(3) else tuple(range(len(x)))
    if pads is None or axes is None:
        return stated("pad", None)
    if len(pads) != 2 * len(axes) or not pads:
        raise MisfitError(f"{len(pads)} paddings do not fit {len(axes)} axes")
    pairs = [(0, 0)] * len(x)
    for axis, before, after in zip(axes, pads[: len(axes)], pads[len(axes) :], strict=True):
        pairs[one_axis(axis, len(x))] = (before, after)
    zero = n.real("value", 0.0) == 0 and (not n.has(2) or not any(n.nums(2) or (1,)))
    plain = n.text("mode", "constant") == "constant" and zero and min(p for pair in pairs for p in pair) >= 0
    if plain and len(x) > 1 and pairs[0] == (0, 0):
        return n.network("zero_pad", {"pads": tuple(pairs[1:])}, [x])
    return stated("pad", tuple(d + a + b for d, (a, b) in zip(x, pairs, strict=True)))


def _shape(n: Call) -> Made:
    x = n.shape(0)
    picked = x[slice(n.number("start"), n.number("end", len(x)))]
    return stated("shape", (len(picked),), picked)


def _size(n: Call) -> Made:
    return stated("size", (), few((prod(n.shape(0)),), ()))


def _gather(n: Call) -> Made:
    x, at = n.shape(0), n.shape(1)
    axis = n.axis(len(x))
    y = (*x[:axis], *at, *x[axis + 1 :])
    nums, places = n.nums(0), n.whole(1)
    kept: Nums | None = None
    if nums is not None and places is not None and len(x) == 1 and len(nums) == x[0]:
        if not all(-x[0] <= p < x[0] for p in places):
            raise MisfitError(f"places {places} are not in {x}")
        kept = tuple(nums[p] for p in places)
    return stated("gather", y, few(kept, y))


def _gather_nd(n: Call) -> Made:
    x, at, batch = n.shape(0), n.shape(1), n.number("batch_dims")
    if not at or not 0 <= batch <= len(x) or batch + at[-1] > len(x):
        raise MisfitError(f"places {at} do not fit {x}")
    return stated("gather_nd", (*at[:-1], *x[batch + at[-1] :]))


def _expand(n: Call) -> Made:
    wanted = n.whole(1)
    if wanted is None:
        return stated("expand", None)
    y = broadcast([n.shape(0), wanted])
    nums = n.nums(0)
    return stated("expand", y, few(nums * prod(y) if nums is not None and len(nums) == 1 and prod(y) <= SMALL else None, y))


def _tile(n: Call) -> Made:
    x, times = n.shape(0), n.whole(1)
    if times is not None and (len(times) != len(x) or min(times, default=0) < 0):
        raise MisfitError(f"repeats {times} do not fit {x}")
    return stated("tile", None if times is None else tuple(d * t for d, t in zip(x, times, strict=True)))


def _constant_of_shape(n: Call) -> Made:
    y = n.whole(0)
    one = n.inside("value") if n.tensor("value") is not None else (0,)
    return stated("constant_of_shape", y, few(one * prod(y), y) if y is not None and one and 0 <= prod(y) <= SMALL else None)


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
    "Reshape": _reshape,
    "Flatten": _flatten,
    "Transpose": _transpose,
    "Squeeze": _squeeze,
    "Unsqueeze": _unsqueeze,
    "Slice": _slice,
    "Split": _split,
    "Concat": _concat,
    "Pad": _pad,
    "Shape": _shape,
    "Size": _size,
    "Gather": _gather,
    "GatherND": _gather_nd,
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
