"""Output shapes: per op what its attributes come to, spelled out axis by axis, and the shape that follows, from shapes alone.

Every rule completes the attributes in place and raises ValueError where they do not fit the input.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from crosscheck.contract.network import Shape
from crosscheck.ops import geometry
from crosscheck.ops.kind import Attrs


def _spatial(attrs: Attrs, x: Shape) -> int:
    rank = len(x) - 2
    if rank < 1:
        raise ValueError(f"needs an input of (N, C, spatial…), got {x}")
    for name in ("kernel", "stride", "dilation"):
        if name in attrs:
            if name == "stride" and attrs[name] is None:
                attrs[name] = attrs["kernel"]
            attrs[name] = geometry.per_axis(attrs[name], rank, name)
            if min(attrs[name]) < 1:
                raise ValueError(f"{name} {attrs[name]} must be at least 1")
    return rank


def _windows(attrs: Attrs, x: Shape) -> Shape:
    rank = _spatial(attrs, x)
    kernel, stride = attrs["kernel"], attrs["stride"]
    dilation = attrs.get("dilation", (1,) * rank)
    attrs["padding"] = geometry.resolve_padding(attrs["padding"], x[2:], kernel, stride, dilation)
    if any(p < 0 for pair in attrs["padding"] for p in pair):
        raise ValueError(f"padding {attrs['padding']} must not be negative")
    ceil = bool(attrs.get("ceil_mode", False))
    axes = zip(x[2:], kernel, stride, attrs["padding"], dilation, strict=True)
    return tuple(geometry.pool_out(n, k, s, p, d, ceil) for n, k, s, p, d in axes)


def conv(attrs: Attrs, xs: Sequence[Shape]) -> Shape:
    """``(N, C, spatial…)`` → ``(N, out_channels, window positions…)``."""
    x = xs[0]
    out = _windows(attrs, x)
    attrs["in_channels"] = x[1]
    groups, channels = attrs["groups"], attrs["out_channels"]
    if groups < 1 or x[1] % groups or channels % groups or channels < 1:
        raise ValueError(f"{x[1]} input and {channels} output channels do not divide into {groups} groups")
    return (x[0], channels, *out)


def linear(attrs: Attrs, xs: Sequence[Shape]) -> Shape:
    """``(N, …, features)`` → ``(N, …, out_features)``."""
    attrs["in_features"] = xs[0][-1]
    if len(xs[0]) < 2 or attrs["out_features"] < 1:
        raise ValueError(f"needs an input of (N, …, features) and at least one output feature, got {xs[0]}")
    return (*xs[0][:-1], attrs["out_features"])


def conv_transpose(attrs: Attrs, xs: Sequence[Shape]) -> Shape:
    """``(N, C, spatial…)`` → ``(N, out_channels, (n - 1) · stride - pads + dilation · (kernel - 1) + output_padding + 1…)``."""
    x = xs[0]
    rank = _spatial(attrs, x)
    if isinstance(attrs["padding"], str):
        raise ValueError(  # noqa: TRY004 - every misfit is a ValueError here
            f"padding {attrs['padding']!r} means another thing for a transposed convolution: give numbers"
        )
    pads = attrs["padding"] = geometry.resolve_padding(
        attrs["padding"], x[2:], attrs["kernel"], attrs["stride"], attrs["dilation"]
    )
    extra = attrs["output_padding"] = geometry.per_axis(attrs["output_padding"], rank, "output_padding")
    attrs["in_channels"] = x[1]
    if min(p for pair in (*pads, extra) for p in pair) < 0:
        raise ValueError(f"padding {pads} and output padding {extra} must not be negative")
    if attrs["groups"] < 1 or x[1] % attrs["groups"] or attrs["out_channels"] % attrs["groups"]:
        raise ValueError(f"{x[1]} input and {attrs['out_channels']} output channels do not divide into {attrs['groups']} groups")
    axes = zip(x[2:], attrs["kernel"], attrs["stride"], pads, attrs["dilation"], extra, strict=True)
    return (x[0], attrs["out_channels"], *((n - 1) * s - sum(p) + d * (k - 1) + e + 1 for n, k, s, p, d, e in axes))


def pool(attrs: Attrs, xs: Sequence[Shape]) -> Shape:
    """``(N, C, spatial…)`` → ``(N, C, window positions…)``; padding of at most half a window."""
    out = _windows(attrs, xs[0])
    for pair, kernel in zip(attrs["padding"], attrs["kernel"], strict=True):
        if max(pair) > kernel // 2 and max(pair) > 0:
            raise ValueError(f"padding {pair} is more than half the window of {kernel}")
    return (*xs[0][:2], *out)


def adaptive(attrs: Attrs, xs: Sequence[Shape]) -> Shape:
    """``(N, C, spatial…)`` → ``(N, C, output_size…)``."""
    rank = _spatial(attrs, xs[0])
    attrs["output_size"] = geometry.per_axis(attrs["output_size"], rank, "output_size")
    return (*xs[0][:2], *attrs["output_size"])


def channelwise(attrs: Attrs, xs: Sequence[Shape]) -> Shape:
    """The shape of ``(N, C, …)`` as it is."""
    if len(xs[0]) < 2:
        raise ValueError(f"needs an input of (N, C, …), got {xs[0]}")
    attrs["channels"] = xs[0][1]
    return xs[0]


def last_axis(attrs: Attrs, xs: Sequence[Shape]) -> Shape:
    """The input's shape; ``features`` is the size of its last axis."""
    attrs["features"] = xs[0][-1]
    return xs[0]


def grouped_channels(attrs: Attrs, xs: Sequence[Shape]) -> Shape:
    """The shape of ``(N, C, …)``, where C divides into groups."""
    shape = channelwise(attrs, xs)
    if attrs["groups"] < 1 or shape[1] % attrs["groups"]:
        raise ValueError(f"{shape[1]} channels do not divide into {attrs['groups']} groups")
    return shape


def same(_: Attrs, xs: Sequence[Shape]) -> Shape:
    """The input's shape."""
    return xs[0]


def equal(_: Attrs, xs: Sequence[Shape]) -> Shape:
    """The one shape of two or more inputs."""
    if len(xs) < 2 or any(x != xs[0] for x in xs):
        raise ValueError(f"needs two or more inputs of one shape, got {' and '.join(map(str, xs))}")
    return xs[0]


def scale(_: Attrs, xs: Sequence[Shape]) -> Shape:
    """The shape of ``(N, C, spatial…)``, where the second input is ``(N, C, 1…)``."""
    if len(xs) != 2 or len(xs[0]) < 3 or xs[1] != (*xs[0][:2], *(1 for _ in xs[0][2:])):
        raise ValueError(f"needs (N, C, spatial…) and one number for each sample and channel, got {' and '.join(map(str, xs))}")
    return xs[0]


def concat(attrs: Attrs, xs: Sequence[Shape]) -> Shape:
    """Inputs that differ along one axis alone, not the batch, one after the other."""
    axis = attrs["axis"]
    if axis < 1:
        raise ValueError(f"axis {axis} is not 1 or more: the batch is not joined")
    if axis >= len(xs[0]):
        raise ValueError(f"axis {axis} is not one of the {len(xs[0])} axes from 0")
    if len(xs) < 2 or any(len(x) != len(xs[0]) or x[:axis] + x[axis + 1 :] != xs[0][:axis] + xs[0][axis + 1 :] for x in xs):
        raise ValueError(f"inputs {' and '.join(map(str, xs))} differ in more than axis {axis}")
    return (*xs[0][:axis], sum(x[axis] for x in xs), *xs[0][axis + 1 :])


def flatten(_: Attrs, xs: Sequence[Shape]) -> Shape:
    """``(N, …)`` → ``(N, product of the rest)``."""
    return (xs[0][0], prod(xs[0][1:]))


def subsample(attrs: Attrs, xs: Sequence[Shape]) -> Shape:
    """``(N, C, spatial…)`` → ``(N, C, ⌈n / stride⌉…)``."""
    _spatial(attrs, xs[0])
    return (*xs[0][:2], *(-(-n // s) for n, s in zip(xs[0][2:], attrs["stride"], strict=True)))


def pad(attrs: Attrs, xs: Sequence[Shape]) -> Shape:
    """Every axis after the batch with what stands before and after it."""
    pairs = attrs["pads"] = tuple((int(a), int(b)) for a, b in attrs["pads"])
    if len(pairs) != len(xs[0]) - 1 or min(p for pair in pairs for p in pair) < 0:
        raise ValueError(f"pads {pairs} must be one (before, after) for each of {len(xs[0]) - 1} axes after the batch")
    return (xs[0][0], *(n + a + b for n, (a, b) in zip(xs[0][1:], pairs, strict=True)))
