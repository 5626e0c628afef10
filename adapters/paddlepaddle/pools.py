"""Poolings in Paddle's words: the windows that the neutral description means, whatever padding and ceil mode that takes."""

from __future__ import annotations

from functools import partial
from typing import Any

from paddle import nn
from paddle.nn import functional

from adapters.paddlepaddle.common import Arrays, Hold, Made, flat, rank_of, sized
from crosscheck.contract.network import Layer


def _ceil_mode(layer: Layer) -> bool | None:
    """The ceil mode that gives the windows wanted; None where neither does.

    Paddle rounds up without dropping a last window that starts past the input. Rounding down drops it, on all axes or none.
    """
    a = layer.attrs
    axes = zip(layer.x[2:], a["kernel"], a["stride"], a["padding"], strict=True)
    spans = [(size + sum(pads) - kernel, stride) for size, kernel, stride, pads in axes]
    if layer.y[2:] == tuple(span // stride + 1 for span, stride in spans):
        return False
    return True if layer.y[2:] == tuple(-(-span // stride) + 1 for span, stride in spans) else None


def before(layer: Layer) -> Made | None:
    """Zeros put around the input of an average that counts padding, where Paddle would divide by another number of elements.

    Its divisor takes the leading padding for the trailing one, and counts padding that only makes room for a window.
    """
    pairs = layer.attrs.get("padding", ())
    if layer.op != "avgpool" or not layer.attrs["count_include_pad"] or not any(map(sum, pairs)):
        return None
    if _ceil_mode(layer) is not None and all(first == last for first, last in pairs):
        return None
    return partial(functional.pad, pad=[0, 0, 0, 0, *(p for pair in pairs for p in pair)])


def pool_options(layer: Layer) -> dict[str, Any]:
    """Arguments of a pooling layer; trailing padding makes room for a window that hangs over the end where ceil mode does not."""
    a, size, padding, ceil = layer.attrs, layer.x[2:], layer.attrs["padding"], _ceil_mode(layer)
    options: dict[str, Any] = {"kernel_size": sized(a["kernel"]), "stride": sized(a["stride"]), "ceil_mode": bool(ceil)}
    if layer.op == "avgpool":
        options["exclusive"] = ceil is None or not a["count_include_pad"]
    if before(layer) is not None:
        size, padding = tuple(n + sum(pair) for n, pair in zip(size, padding, strict=True)), ((0, 0),) * len(size)
    if ceil is None:
        ends = [(out - 1) * step + kernel for out, kernel, step in zip(layer.y[2:], a["kernel"], a["stride"], strict=True)]
        room = zip(size, padding, ends, strict=True)
        padding = tuple((first, max(last, end - n - first)) for n, (first, last), end in room)
    return options | {"padding": flat(padding)}


def _pool(layer: Layer, name: str) -> Made:
    rank, options = rank_of(layer), pool_options(layer)
    if layer.functional:
        return partial(getattr(functional, f"{name}_pool{rank}d"), **options)
    return getattr(nn, f"{name.capitalize()}Pool{rank}D")(**options)


def maxpool(layer: Layer, _: Arrays, __: Hold) -> Made:
    """``MaxPool2D`` and its likes."""
    return _pool(layer, "max")


def avgpool(layer: Layer, _: Arrays, __: Hold) -> Made:
    """``AvgPool2D`` and its likes."""
    return _pool(layer, "avg")


def adaptive_avgpool(layer: Layer, _: Arrays, __: Hold) -> Made:
    """``AdaptiveAvgPool2D`` and its likes."""
    rank, size = rank_of(layer), sized(layer.attrs["output_size"])
    if layer.functional:
        return partial(getattr(functional, f"adaptive_avg_pool{rank}d"), output_size=size)
    return getattr(nn, f"AdaptiveAvgPool{rank}D")(size)
