"""What only one tool counts: grids, windows and roundings that follow from how it works, not from an op's definition."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from math import prod

from crosscheck.contract.network import Layer, Shape


def scattered(layer: Layer) -> tuple[int, ...]:
    """Positions of each spatial axis, uncropped, that some input element reaches through some tap."""
    a = layer.attrs
    axes = zip(layer.x[2:], a["kernel"], a["stride"], a["dilation"], strict=True)
    return tuple(len({i * s + d * j for i in range(n) for j in range(k)}) for n, k, s, d in axes)


def forward_grid(layer: Layer) -> tuple[int, ...]:
    """Window positions that a convolution with the leading padding on both sides would have; below 1 where no window fits."""
    a = layer.attrs
    axes = zip(layer.x[2:], a["kernel"], a["stride"], a["padding"], a["dilation"], strict=True)
    return tuple((n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, s, (p, _), d in axes)


def transposed_grid(layer: Layer) -> tuple[int, ...]:
    """Spatial sizes before cropping; the output's own where it is size times stride and cropped as SAME crops."""
    a = layer.attrs
    spans = tuple(d * (k - 1) + 1 for k, d in zip(a["kernel"], a["dilation"], strict=True))
    axes = tuple(zip(layer.x[2:], layer.y[2:], spans, a["stride"], a["padding"], strict=True))
    if all(o == n * s and p[0] == max(0, span - s) // 2 for n, o, span, s, p in axes):
        return layer.y[2:]
    return tuple(max((n - 1) * s + max(span, s), p[0] + o) for n, o, span, s, p in axes)


def padding_is_written(layer: Layer) -> bool:
    """Where sides differ, or a mean's window is longer than an axis of its volume; never where the mean leaves padding out."""
    a, size = layer.attrs, layer.x[2:]
    if not a.get("count_include_pad", True):
        return False
    narrow = layer.op == "avgpool" and len(size) == 3 and any(k > n for k, n in zip(a["kernel"], size, strict=True))
    return narrow or any(before != after for before, after in a["padding"])


def reached(layer: Layer) -> tuple[int, ...]:
    """Spatial sizes with the leading padding and as much of the trailing one as some window reads."""
    a = layer.attrs
    ends = ((o - 1) * s + k for o, s, k in zip(layer.y[2:], a["stride"], a["kernel"], strict=True))
    axes = zip(layer.x[2:], a["padding"], ends, strict=True)
    return tuple(n + before + min(after, max(0, end - n - before)) for n, (before, after), end in axes)


def float_cut(x: Shape, y: Shape) -> int:
    """1 where double precision gives (1 + product of size / output) · |y| a little less than the whole |x| + |y|, else 0."""
    ratio = prod((n / o for n, o in zip(x[2:], y[2:], strict=True)), start=1.0)
    return prod(x) + prod(y) - int((ratio + 1) * prod(y))


def scan(size: Sequence[int], out: Sequence[int]) -> int:
    """Elements per sample and channel of all windows of ceil(n / o) and one more, at every position, one axis after the other."""
    total, now = 0, list(size)
    for axis, (n, o) in enumerate(zip(size, out, strict=True)):
        short = -(-n // o)
        total += prod(now) // n * ((n - short + 1) * short + (n - short) * (short + 1))
        now[axis] = o
    return total


def single(value: int) -> int:
    """The nearest number that single precision can hold."""
    return int(struct.unpack("f", struct.pack("f", value))[0])
