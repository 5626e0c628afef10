"""Layers of Caffe that hand over, move, join, cut or judge: data, splits, reshapes, losses.

Source: the LayerSetUp and Reshape methods in src/caffe/layers/ of Caffe 1.0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import prod

from crosscheck.contract.network import Shape, show_shape
from crosscheck.importers.caffe.call import Call, Handler, Made, stated
from crosscheck.importers.caffe.fields import Fields
from crosscheck.importers.imported import MisfitError

# --- joined, cut, reshaped ------------------------------------------------------------------------------------------------


def _split(n: Call) -> Made:
    n.only(1, max(len(n.node.tops), 1))
    return stated("fan_out", *[n.x()] * len(n.node.tops))


def _concat(n: Call) -> Made:
    n.only(max(len(n.bottoms), 1), 1)
    xs, p = [n.x(k) for k in range(len(n.bottoms))], n.param("concat_param")
    axis = _axis_of(n, p, len(xs[0]), "concat_dim")
    if any(len(x) != len(xs[0]) or x[:axis] + x[axis + 1 :] != xs[0][:axis] + xs[0][axis + 1 :] for x in xs):
        raise MisfitError(f"its inputs {' and '.join(map(show_shape, xs))} differ in more than axis {axis}")
    if axis and len(xs) > 1:
        return n.network("concat", {"axis": axis}, *xs)
    return stated("concat_other", (*xs[0][:axis], sum(x[axis] for x in xs), *xs[0][axis + 1 :]))


def _axis_of(n: Call, p: Fields, rank: int, old: str) -> int:
    if p.has(old) and p.has("axis"):
        raise MisfitError(f"it has both axis and {old}")
    return n.axis(p, rank, 1, old if p.has(old) else "axis")


def _slice(n: Call) -> Made:
    n.only(1, max(len(n.node.tops), 1))
    x, p, many = n.x(), n.param("slice_param"), len(n.node.tops)
    axis, points = _axis_of(n, p, len(x), "slice_dim"), p.all("slice_point")
    if not points:
        if x[axis] % many:
            raise MisfitError(f"{x[axis]} of axis {axis} do not divide into {many} tops")
        points = [x[axis] // many * k for k in range(1, many)]
    ends = [0, *points, x[axis]]
    sizes = [b - a for a, b in pairwise(ends)]
    if len(sizes) != many or min(sizes) < 1:
        raise MisfitError(f"{len(points)} slice points do not cut {x[axis]} of axis {axis} into {many} tops")
    return stated("split", *((*x[:axis], size, *x[axis + 1 :]) for size in sizes))


def _flat(x: Shape, y: Shape) -> Made:
    """A reshape, which is what networks are described with as a flatten where all axes after the batch become one."""
    return Made("flatten", [y]) if len(x) > 1 and y == (x[0], prod(x[1:])) else stated("reshape", y)


def _flatten(n: Call) -> Made:
    n.only()
    x, p = n.x(), n.param("flatten_param")
    first, last = n.axis(p, len(x)), n.axis(p, len(x), -1, "end_axis")
    if last < first:
        raise MisfitError(f"end_axis {last} comes before axis {first}")
    return _flat(x, (*x[:first], prod(x[first : last + 1]), *x[last + 1 :]))


def _reshape(n: Call) -> Made:
    n.only()
    x, p = n.x(), n.param("reshape_param")
    wanted, many, axis = p.sub("shape").all("dim"), p.get("num_axes", -1), p.get("axis", 0)
    start = axis if axis >= 0 else len(x) + axis + 1
    end = len(x) if many == -1 else start + many
    if not 0 <= start <= end <= len(x):
        raise MisfitError(f"{many} axes from axis {axis} on are not in its input {show_shape(x)}")
    inside = x[start:end]
    if any(d == 0 and k >= len(inside) for k, d in enumerate(wanted)) or min(wanted, default=0) < -1 or wanted.count(-1) > 1:
        raise MisfitError(f"shape {show_shape(wanted)} does not fit its input {show_shape(x)}")
    y = [inside[k] if d == 0 else d for k, d in enumerate(wanted)]
    rest = prod(d for d in y if d != -1)
    if -1 in y:
        y[y.index(-1)] = prod(inside) // rest if rest else 0
    if prod(y) != prod(inside):
        raise MisfitError(f"the {prod(inside):,} elements of {show_shape(inside)} do not fit shape {show_shape(wanted)}")
    return _flat(x, (*x[:start], *y, *x[end:]))


def _crop(n: Call) -> Made:
    n.only(2)
    x, to, p = n.x(), n.x(1), n.param("crop_param")
    axis, offsets = n.axis(p, len(x), 2), p.all("offset")
    if len(x) != len(to) or len(offsets) not in (0, 1, len(x) - axis):
        raise MisfitError(f"{len(offsets)} offsets do not crop {show_shape(x)} to {show_shape(to)} from axis {axis} on")
    shift = [*offsets] * (len(x) - axis) if len(offsets) == 1 else offsets or [0] * (len(x) - axis)
    if any(s + t > size for s, t, size in zip(shift, to[axis:], x[axis:], strict=True)):
        raise MisfitError(f"{show_shape(x)} is too small to be cropped to {show_shape(to)} at {show_shape(shift)}")
    return stated("slice", (*x[:axis], *to[axis:]))


def _tile(n: Call) -> Made:
    n.only()
    x, p = n.x(), n.param("tile_param")
    axis, tiles = n.axis(p, len(x)), p.get("tiles", 0)
    if tiles < 1 or not x:
        raise MisfitError(f"tiles is {tiles}, it must be above 0")
    return stated("tile", (*x[:axis], x[axis] * tiles, *x[axis + 1 :]))


def _arg_max(n: Call) -> Made:
    n.only()
    x, p = n.x(), n.param("argmax_param")
    top, values = p.get("top_k", 1), p.get("out_max_val", False)
    axis = n.axis(p, len(x), 0) if p.has("axis") else None
    if not x or not 1 <= top <= (x[axis] if axis is not None else prod(x[1:])):
        raise MisfitError(f"top_k {top} is not within its input {show_shape(x)}")
    if axis is not None:
        return stated("arg_max", (*x[:axis], top, *x[axis + 1 :]))
    return stated("arg_max", (x[0], 2 if values else 1, top, *[1] * (len(x) - 3)))


def _reduction(n: Call) -> Made:
    n.only()
    x, p = n.x(), n.param("reduction_param")
    kind = p.word("operation", ("SUM", "ASUM", "SUMSQ", "MEAN"), 1)
    op = {"SUM": "reduce_sum", "ASUM": "reduce_l1", "SUMSQ": "reduce_sum_square", "MEAN": "reduce_mean"}[kind]
    return stated(op, x[: n.axis(p, len(x), 0)])


# --- what networks for training have --------------------------------------------------------------------------------------

_LOSSES: Mapping[str, tuple[int, int, int]] = {  # fewest and most bottoms, most tops
    "SoftmaxWithLoss": (2, 2, 2),
    "SoftmaxLoss": (2, 2, 2),
    "EuclideanLoss": (2, 2, 1),
    "HingeLoss": (2, 2, 1),
    "InfogainLoss": (2, 3, 2),
    "MultinomialLogisticLoss": (2, 2, 1),
    "SigmoidCrossEntropyLoss": (2, 2, 2),
    "ContrastiveLoss": (3, 3, 1),
}


def _loss(n: Call) -> Made:
    """One number, made also where no top is written; a second top is what the loss is computed from."""
    fewest, most, tops = _LOSSES[n.node.type]
    if not fewest <= len(n.bottoms) <= most or len(n.node.tops) > tops:
        raise MisfitError(f"it reads {len(n.bottoms)} blobs and makes {len(n.node.tops)}")
    x = n.x()
    if n.node.type.startswith("Softmax"):
        _labels(x, n.x(1), n.axis(n.param("softmax_param"), len(x)))
    elif n.node.type in ("EuclideanLoss", "SigmoidCrossEntropyLoss") and prod(x) != prod(n.x(1)):
        raise MisfitError(f"its inputs {show_shape(x)} and {show_shape(n.x(1))} differ in size")
    return stated("loss", (), *[x] * (len(n.node.tops) - 1))


def _labels(x: Shape, labels: Shape, axis: int) -> None:
    """Refuse labels that are not as many as what they are for."""
    if prod(labels) * x[axis] != prod(x):
        raise MisfitError(f"{prod(labels):,} labels do not fit predictions {show_shape(x)} over axis {axis}")


def _accuracy(n: Call) -> Made:
    x, p = n.x(), n.param("accuracy_param")
    if len(n.bottoms) != 2 or not 1 <= len(n.node.tops) <= 2:
        raise MisfitError(f"it reads {len(n.bottoms)} blobs and makes {len(n.node.tops)}")
    axis = n.axis(p, len(x))
    _labels(x, n.x(1), axis)
    return stated("accuracy", (), *[(x[axis],)] * (len(n.node.tops) - 1))


def _silence(n: Call) -> Made:
    n.only(max(len(n.bottoms), 1), 0)
    return stated("silence", (0,))


def _parameter(n: Call) -> Made:
    n.only(0)
    shape = tuple(n.param("parameter_param").sub("shape").all("dim"))
    return stated("data", shape, blobs=(("operand", shape),))


HANDLERS: dict[str, Handler] = {
    "Split": _split,
    "Concat": _concat,
    "Slice": _slice,
    "Flatten": _flatten,
    "Reshape": _reshape,
    "Crop": _crop,
    "Tile": _tile,
    "ArgMax": _arg_max,
    "Reduction": _reduction,
    **dict.fromkeys(_LOSSES, _loss),
    "Accuracy": _accuracy,
    "Silence": _silence,
    "HDF5Output": _silence,
    "Parameter": _parameter,
}

# --- data -----------------------------------------------------------------------------------------------------------------

Tops = list[Shape | None]
SOURCES = {"Input", "Data", "ImageData", "HDF5Data", "MemoryData", "WindowData", "DummyData"}
_DATA = {"Data": "data_param", "ImageData": "image_data_param", "WindowData": "window_data_param"}


def data(n: Call) -> tuple[Tops, str]:
    """Shapes of what a data layer hands over, None where the file does not tell, and what was taken for granted, in words."""
    kind, many, layer = n.node.type, len(n.node.tops), n.node.fields
    if kind == "Input":
        shapes = n.node.shapes or [tuple(s.all("dim")) for s in n.param("input_param").all("shape")]
        return _spread(shapes, many, "shape"), ""
    if kind == "DummyData":
        return _dummy(n.param("dummy_data_param"), many), ""
    if kind == "MemoryData":
        p = n.param("memory_data_param")
        sizes = tuple(p.get(name, 0) for name in ("batch_size", "channels", "height", "width"))
        return _labelled(sizes, sizes[:1], many), ""
    if kind in _DATA:
        return _images(n, n.param(_DATA[kind]), layer.sub("transform_param"), many)
    return [None] * many, ""


def _spread(shapes: Sequence[Shape], many: int, what: str) -> Tops:
    if len(shapes) not in (0, 1, many):
        raise MisfitError(f"{len(shapes)} of {what} do not fit {many} tops")
    return [*shapes] * many if len(shapes) == 1 else [*shapes] or [None] * many


def _dummy(p: Fields, many: int) -> Tops:
    if p.has("shape"):
        return _spread([tuple(s.all("dim")) for s in p.all("shape")], many, "shape")
    columns = [_spread([(v,) for v in p.all(name)], many, name) for name in ("num", "channels", "height", "width")]
    rows = list(zip(*columns, strict=True))
    return [None if None in row else tuple(part[0] for part in row if part) for row in rows]


def _images(n: Call, p: Fields, transform: Fields, many: int) -> tuple[Tops, str]:
    """Images of a batch, cropped, and their labels. How many channels the images of a database have, no file tells."""
    batch = p.get("batch_size", 1 if n.node.type == "ImageData" else 0)
    crop = transform.get("crop_size", 0) or p.get("crop_size", 0)
    size = (crop, crop) if crop else (p.get("new_height", 0), p.get("new_width", 0))
    means, assumed, channels = len(transform.all("mean_value")), "", 3
    if n.node.type == "ImageData":
        channels = 3 if p.get("is_color", True) else 1
    elif transform.get("force_gray", False):
        channels = 1
    elif n.node.type == "Data" and means != 3 and not transform.get("force_color", False):
        assumed = "3 channels"
    images = (batch, channels, *size) if batch and all(size) else None
    return _labelled(images, (batch,) if batch else None, many), assumed if images else ""


def _labelled(images: Shape | None, labels: Shape | None, many: int) -> Tops:
    if many > 2:
        raise MisfitError(f"it makes {many} blobs, where images and their labels are two")
    return [images, labels][:many]
