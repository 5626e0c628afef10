"""Window arithmetic along one axis: output sizes, SAME and VALID padding.

Sources: V. Dumoulin, F. Visin, "A guide to convolution arithmetic for deep learning" (arXiv:1603.07285) for output sizes;
SAME padding puts ceil(size / stride) outputs and the odd element at the end, as TensorFlow documents for tf.nn.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd
from typing import Any

Pair = tuple[int, int]
WALKED = 10**6  # taps or positions that are looked at one by one


def per_axis(value: Any, rank: int, what: str) -> tuple[int, ...]:
    """An int for every axis, or one int per axis. Raises ValueError otherwise."""
    if isinstance(value, int) and not isinstance(value, bool):
        return (value,) * rank
    if isinstance(value, Sequence) and len(value) == rank and all(isinstance(v, int) for v in value):
        return tuple(value)
    raise ValueError(f"{what} {value!r} does not fit {rank} spatial axes")


def resolve_padding(
    padding: Any, size: Sequence[int], kernel: Sequence[int], stride: Sequence[int], dilation: Sequence[int]
) -> tuple[Pair, ...]:
    """(before, after) per axis from an int, one int per axis, pairs, ``"same"`` or ``"valid"``."""
    rank = len(size)
    if isinstance(padding, str):
        mode = padding.lower()
        if mode == "valid":
            return ((0, 0),) * rank
        if mode != "same":
            raise ValueError(f"padding {padding!r} is neither 'same' nor 'valid' nor a number")
        return tuple(same_padding(n, k, s, d) for n, k, s, d in zip(size, kernel, stride, dilation, strict=True))
    if isinstance(padding, Sequence) and all(isinstance(p, Sequence) for p in padding):
        pairs = tuple((int(a), int(b)) for a, b in padding)
        if len(pairs) != rank:
            raise ValueError(f"padding {padding!r} does not fit {rank} spatial axes")
        return pairs
    return tuple((p, p) for p in per_axis(padding, rank, "padding"))


def same_padding(size: int, kernel: int, stride: int, dilation: int = 1) -> Pair:
    """(before, after) so that the output is ceil(size / stride); the odd element comes after."""
    out = -(-size // stride)
    total = max(0, (out - 1) * stride + (kernel - 1) * dilation + 1 - size)
    return total // 2, total - total // 2


def window_out(size: int, kernel: int, stride: int, pad: Pair, dilation: int = 1, ceil: bool = False) -> int:
    """Number of window positions; raises ValueError where no window fits.

    ``ceil`` lets the last window hang over the end, but not start past the input and its leading padding.
    """
    span = size + pad[0] + pad[1] - (kernel - 1) * dilation - 1
    if span < 0:
        raise ValueError(f"a window of {(kernel - 1) * dilation + 1} does not fit {size} + padding {pad[0]}+{pad[1]}")
    out = (-(-span // stride) if ceil else span // stride) + 1
    if ceil and (out - 1) * stride >= size + pad[0]:
        out -= 1
    return out


def meetings(size: int, kernel: int, stride: int, before: int, dilation: int, out: int) -> int:
    """Pairs of a tap and one of ``out`` window positions where the tap meets one of ``size`` elements, and no padding.

    Raises ValueError where there are more than a budget of both taps and positions.
    """
    if min(kernel, out) > WALKED:
        raise ValueError(f"{kernel:,} taps at {out:,} positions are more than can be looked at one by one")
    if out < kernel:
        starts = [position * stride - before for position in range(out)]
        return sum(max(0, min(kernel, -(-(size - s) // dilation)) - max(0, -(s // dilation))) for s in starts)
    shifts = [before - tap * dilation for tap in range(kernel)]  # a tap meets the first element at position shift / stride
    return sum(max(0, min(out, -(-(size + n) // stride)) - max(0, -(-n // stride))) for n in shifts)


def pool_out(size: int, kernel: int, stride: int, pad: Pair, dilation: int = 1, ceil: bool = False) -> int:
    """The same as poolings have it: with ``ceil``, a window that is larger than all of its input hangs over its end too.

    By less than a stride, as any last window. Source: ATen/native/Pool.h:65, Pool.h of onnxruntime, pooling_layer.cpp of Caffe.
    """
    over = (kernel - 1) * dilation + 1 - (size + pad[0] + pad[1])
    return 1 if ceil and 0 < over < stride and size > 0 else window_out(size, kernel, stride, pad, dilation, ceil)


def reached(size: int, kernel: int, stride: int, dilation: int) -> int:
    """Positions i · stride + j · dilation, i below ``size`` and j below ``kernel``, that are different.

    Equal ones are a step of (dilation, -stride) over their common divisor apart; each is counted for its least i.
    """
    common = gcd(stride, dilation)
    return size * kernel - max(size - dilation // common, 0) * max(kernel - stride // common, 0)


def adaptive_spans(size: int, out: int) -> tuple[int, ...]:
    """Window lengths of adaptive pooling: output i reads floor(i*size/out) up to ceil((i+1)*size/out)."""
    return tuple(-(-(i + 1) * size // out) - i * size // out for i in range(out))
