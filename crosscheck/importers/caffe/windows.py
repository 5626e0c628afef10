"""Layers of Caffe with windows: convolutions, poolings, im2col.

Source: src/caffe/layers/base_conv_layer.cpp, conv_layer.cpp, pooling_layer.cpp and im2col_layer.cpp of Caffe 1.0.
"""

from __future__ import annotations

from math import prod
from typing import Any

from crosscheck.contract.network import Shape, show_shape
from crosscheck.importers.caffe.call import Call, Made, OddError, stated
from crosscheck.importers.caffe.fields import Fields
from crosscheck.importers.imported import MOST_KERNEL, MisfitError
from crosscheck.ops import described as ops


def pair(p: Fields, stem: str, plain: str, rank: int, default: int | None) -> Shape:
    """Kernel, padding or stride: one number for all axes, one for each, or ``_h`` and ``_w`` of an image."""
    high, wide = f"{stem}_h", f"{stem}_w"
    found = tuple(p.all(plain))
    if p.has(high) or p.has(wide):
        if found or rank != 2 or (stem != "pad" and not (p.has(high) and p.has(wide))):
            raise MisfitError(f"{high} and {wide} belong to two spatial axes, both, and without {plain}")
        found = (p.get(high, default), p.get(wide, default))
    if not found and default is not None:
        found = (default,)
    if len(found) not in (1, rank):
        raise MisfitError(f"{len(found)} values of {plain} do not fit {rank} spatial axes")
    found = found * rank if len(found) == 1 else found
    least = 0 if stem == "pad" else 1
    if not all(least <= v <= MOST_KERNEL for v in found):
        raise MisfitError(f"{plain} {show_shape(found)} must be from {least} to {MOST_KERNEL}")
    return found


def convolution(n: Call) -> Made:
    """Convolution and Deconvolution: every bottom has a top."""
    n.only(len(n.bottoms), len(n.bottoms))
    x, p = n.x(), n.param("convolution_param")
    axis = n.axis(p, len(x))
    rank = len(x) - 2
    if len(n.bottoms) != 1 or axis != 1 or rank < 1:
        raise OddError(f"{len(n.bottoms)} bottoms, channels on axis {axis} of {len(x)}")
    kernel, stride = pair(p, "kernel", "kernel_size", rank, None), pair(p, "stride", "stride", rank, 1)
    pad, dilation = pair(p, "pad", "pad", rank, 0), pair(p, "dilation", "dilation", rank, 1)
    if not p.get("num_output", 0):
        raise MisfitError("num_output must be above 0")
    out, groups, bias = p.get("num_output"), p.get("group", 1), p.get("bias_term", True)
    attrs = {"out_channels": out, "kernel": kernel, "stride": stride, "padding": pad, "dilation": dilation, "groups": groups}
    turned = n.node.type == "Deconvolution"
    made = n.network("conv_transpose" if turned else "conv", attrs | {"bias": bias}, x)
    weight = (x[1], out // groups, *kernel) if turned else (out, x[1] // groups, *kernel)
    made.blobs = (("weight", weight), *((("bias", (out,)),) if bias else ()))
    return made


def pooled(size: int, kernel: int, stride: int, pad: int, *, clip: bool, floor: bool = False) -> int:
    """Window positions along an axis: rounded up, then, with padding, without a last window that starts behind the input.

    ``clip`` tells whether there is padding along any axis. Source: Reshape in pooling_layer.cpp of Caffe 1.0.
    """
    span = size + 2 * pad - kernel
    out = (span // stride if floor else -(-span // stride)) + 1
    return out - 1 if clip and (out - 1) * stride >= size + pad else out


def pooling(n: Call) -> Made:
    """Pooling: maxima, averages, stochastic."""
    x, p = n.x(), n.param("pooling_param")
    method = p.word("pool", ("MAX", "AVE", "STOCHASTIC"))
    if len(n.bottoms) != 1 or not 1 <= len(n.node.tops) <= (2 if method == "MAX" else 1):
        raise MisfitError(f"it reads {len(n.bottoms)} blobs and makes {len(n.node.tops)}")
    if len(x) != 4:
        raise MisfitError(f"its input {show_shape(x)} has {len(x)} axes, a pooling wants 4")
    masks = len(n.node.tops) - 1
    if p.get("global_pooling", False):
        return _global(x, method, p, masks)
    kernel, stride = pair(p, "kernel", "kernel_size", 2, None), pair(p, "stride", "stride", 2, 1)
    pad = pair(p, "pad", "pad", 2, 0)
    if any(a >= k for a, k in zip(pad, kernel, strict=True)) and any(pad):
        raise MisfitError(f"padding {show_shape(pad)} must be below the window {show_shape(kernel)}")
    floor = p.word("round_mode", ("CEIL", "FLOOR")) == "FLOOR"
    axes = zip(x[2:], kernel, stride, pad, strict=True)
    y = (*x[:2], *(pooled(s, k, t, a, clip=any(pad), floor=floor) for s, k, t, a in axes))
    if min(y) < 1:
        raise MisfitError(f"no window of {show_shape(kernel)} fits {show_shape(x[2:])}")
    return _as_described(n, method, x, y, masks, {"kernel": kernel, "stride": stride, "padding": pad, "ceil_mode": not floor})


def _as_described(n: Call, method: str, x: Shape, y: Shape, masks: int, attrs: dict[str, Any]) -> Made:
    """A pooling as described networks have it, where its rule gives the same windows; else as one that files alone have."""
    op = {"MAX": "maxpool", "AVE": "avgpool"}.get(method)
    if op:
        try:
            made = n.network(op, attrs, x)
        except ValueError:
            pass
        else:
            if made.shapes[0] == y:
                made.shapes = [y] * (1 + masks)
                return made
    other = {"MAX": "max_pool_other", "AVE": "avg_pool_other", "STOCHASTIC": "stochastic_pool"}[method]
    return stated(other, *[y] * (1 + masks), kernel=attrs["kernel"], stride=attrs["stride"], padding=attrs["padding"])


def _global(x: Shape, method: str, p: Fields, masks: int) -> Made:
    if any(p.has(f) for f in ("kernel_size", "kernel_h", "kernel_w")):
        raise MisfitError("a global pooling has no kernel")
    if any(p.get(f, 0) for f in ("pad", "pad_h", "pad_w")) or any(p.get(f, 1) != 1 for f in ("stride", "stride_h", "stride_w")):
        raise MisfitError("a global pooling has no padding and no stride")
    y = (*x[:2], 1, 1)
    if method == "AVE":
        full, _ = ops.complete("adaptive_avgpool", {"output_size": 1}, [x])
        return Made("adaptive_avgpool", [y], full)
    return stated("global_max_pool" if method == "MAX" else "stochastic_pool", *[y] * (1 + masks), kernel=x[2:])


def im2col(n: Call) -> Made:
    """Im2col: windows laid side by side, nothing computed."""
    n.only()
    x, p = n.x(), n.param("convolution_param")
    if len(x) != 4 or n.axis(p, 4) != 1:
        raise OddError(f"axis {p.get('axis', 1)} of {len(x)}")
    parts = {stem: pair(p, stem, plain, 2, default) for stem, plain, default in _WINDOW}
    conv = {"out_channels": 1, "kernel": parts["kernel"], "stride": parts["stride"], "padding": parts["pad"]}
    _, y = ops.complete("conv", conv | {"dilation": parts["dilation"]}, [x])
    return stated("im2col", (x[0], x[1] * prod(parts["kernel"]), *y[2:]))


_WINDOW = (("kernel", "kernel_size", None), ("stride", "stride", 1), ("pad", "pad", 0), ("dilation", "dilation", 1))
