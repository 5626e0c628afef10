"""Nodes of an ONNX graph that move, pick and join elements, and the arithmetic of shapes that exports carry along.

Source of attributes, defaults and shapes: onnx/docs/Operators.md and Changelog.md of ONNX 1.17 and 1.23, opsets 7 to 28. A shape
that depends on numbers which only a run can tell is None.
"""

from __future__ import annotations

from math import prod

from crosscheck.contract.network import Shape
from crosscheck.importers.imported import MisfitError, one_axis
from crosscheck.importers.onnx import fold
from crosscheck.importers.onnx.node import Call, Handler, Made, Nums, few, stated


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
    y = tuple(x[k] for k in perm)
    return stated("transpose", y, few(fold.transposed(n.nums(0), x, perm), y))


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
    shape = tuple(y)
    strided = len(x) > 2 and all(c.start == 0 and k > 1 and len(c) == -(-x[k] // c.step) for k, c in cuts.items())
    if strided and any(c.step > 1 for c in cuts.values()) and n.value(0).stored is None:
        return n.network("subsample", {"stride": tuple(cuts[k].step if k in cuts else 1 for k in range(2, len(x)))}, [x])
    kept = fold.picked(n.nums(0), x, [cuts.get(k, range(d)) for k, d in enumerate(x)])
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
    if axis and len(shapes) > 1 and all(map(all, shapes)) and all(v is not None and v.stored is None for v in n.inputs):
        return n.network("concat", {"axis": axis}, shapes)
    return stated("concat_other", y, few(fold.joined([n.nums(k) for k in range(len(shapes))], shapes, axis), y))


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
}
