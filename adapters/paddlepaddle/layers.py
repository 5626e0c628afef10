"""The ops in Paddle's words: one small function per op kind, a table at the end.

Each returns a plain ``paddle.nn`` layer (``paddle.flops`` knows layers by their exact type), or a function for what has no layer
and for layers that ask for a functional call; ``hold`` puts a function's parameters into the container.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial, reduce
from typing import Any

import numpy as np
import paddle
from numpy.typing import NDArray
from paddle import nn
from paddle.nn import functional

from adapters.worker import Unsupported
from crosscheck.spec import Layer

Arrays = Mapping[str, NDArray[np.float32]]
Hold = Callable[[str, NDArray[np.float32]], Any]
Made = Callable[..., Any]

# Real values are set afterwards; drawing random ones first would take seconds for a large linear layer.
_BLANK = nn.initializer.Constant(0.0)


def _refuse(layer: Layer, reason: str) -> Unsupported:
    return Unsupported(f"layer {layer.id!r}: {reason}")


def _rank(layer: Layer) -> int:
    """Spatial axes of the input; Paddle convolves and pools over one, two or three."""
    rank = len(layer.x) - 2
    if rank > 3:
        raise _refuse(layer, f"Paddle has no {layer.op} over {rank} spatial axes")
    return rank


def _sized(sizes: tuple[int, ...]) -> int | list[int]:
    """Sizes as Paddle takes them: a number for one axis, a list for more."""
    return sizes[0] if len(sizes) == 1 else list(sizes)


def _flat(pairs: tuple[tuple[int, int], ...]) -> int | list[int]:
    """Padding as a number or list where both ends are equal, else ``[before, after, …]`` in the order of the axes."""
    if all(before == after for before, after in pairs):
        return _sized(tuple(before for before, _ in pairs))
    return [p for pair in pairs for p in pair]


def _fill(made: Any, values: Arrays) -> Any:
    """Put arrays into parameters of the same name."""
    for name, value in values.items():
        getattr(made, name).set_value(value)
    return made


def _blank(wanted: bool = True) -> Any:
    return paddle.ParamAttr(initializer=_BLANK) if wanted else False


# --- layers with parameters -----------------------------------------------------------------------------------------------


def _conv(layer: Layer, arrays: Arrays, hold: Hold) -> Made:
    a, rank = layer.attrs, _rank(layer)
    options = {
        "stride": _sized(a["stride"]),
        "padding": _flat(a["padding"]),
        "dilation": _sized(a["dilation"]),
        "groups": a["groups"],
    }
    if layer.functional:
        held = {name: hold(name, value) for name, value in arrays.items()}
        return partial(getattr(functional, f"conv{rank}d"), **held, **options)
    kind = (nn.Conv1D, nn.Conv2D, nn.Conv3D)[rank - 1]
    attrs = {"weight_attr": _blank(), "bias_attr": _blank(a["bias"])}
    return _fill(kind(a["in_channels"], a["out_channels"], _sized(a["kernel"]), **options, **attrs), arrays)


def _linear(layer: Layer, arrays: Arrays, hold: Hold) -> Made:
    a = layer.attrs
    values = {**arrays, "weight": np.ascontiguousarray(arrays["weight"].T)}  # Paddle keeps (in, out)
    if layer.functional:
        return partial(functional.linear, **{name: hold(name, value) for name, value in values.items()})
    made = nn.Linear(a["in_features"], a["out_features"], weight_attr=_blank(), bias_attr=_blank(a["bias"]))
    return _fill(made, values)


def _batchnorm(layer: Layer, arrays: Arrays, _: Hold) -> Made:
    """Always a layer: running statistics need an owner."""
    a, dims = layer.attrs, len(layer.x)
    if dims > 5:
        raise _refuse(layer, f"Paddle has no batch normalisation of {dims}-dimensional tensors")
    kind = {2: nn.BatchNorm1D, 3: nn.BatchNorm1D, 4: nn.BatchNorm2D, 5: nn.BatchNorm3D}[dims]
    affine = None if a["affine"] else False
    made = kind(a["channels"], epsilon=a["eps"], weight_attr=affine, bias_attr=affine)
    names = {"scale": "weight", "shift": "bias", "mean": "_mean", "var": "_variance"}
    return _fill(made, {names[name]: value for name, value in arrays.items()})


# --- layers without ----------------------------------------------------------------------------------------------------------


def _lrn(layer: Layer, _: Arrays, __: Hold) -> Made:
    a = layer.attrs
    if not 3 <= len(layer.x) <= 5:
        raise _refuse(layer, f"paddle.nn.LocalResponseNorm takes 3 to 5 dimensions, not {len(layer.x)}")
    # Paddle's alpha multiplies the mean of the squares, the neutral one their sum.
    options = {"size": a["size"], "alpha": a["alpha"] * a["size"], "beta": a["beta"], "k": a["k"]}
    return partial(functional.local_response_norm, **options) if layer.functional else nn.LocalResponseNorm(**options)


def _relu(layer: Layer, _: Arrays, __: Hold) -> Made:
    return functional.relu if layer.functional else nn.ReLU()


def _tanh(layer: Layer, _: Arrays, __: Hold) -> Made:
    return paddle.tanh if layer.functional else nn.Tanh()


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


def _pool_options(layer: Layer) -> dict[str, Any]:
    """Arguments of a pooling layer; trailing padding makes room for a window that hangs over the end where ceil mode does not."""
    a, size, padding, ceil = layer.attrs, layer.x[2:], layer.attrs["padding"], _ceil_mode(layer)
    options: dict[str, Any] = {"kernel_size": _sized(a["kernel"]), "stride": _sized(a["stride"]), "ceil_mode": bool(ceil)}
    if layer.op == "avgpool":
        options["exclusive"] = ceil is None or not a["count_include_pad"]
    if before(layer) is not None:
        size, padding = tuple(n + sum(pair) for n, pair in zip(size, padding, strict=True)), ((0, 0),) * len(size)
    if ceil is None:
        ends = [(out - 1) * step + kernel for out, kernel, step in zip(layer.y[2:], a["kernel"], a["stride"], strict=True)]
        room = zip(size, padding, ends, strict=True)
        padding = tuple((first, max(last, end - n - first)) for n, (first, last), end in room)
    return options | {"padding": _flat(padding)}


def _pool(layer: Layer, name: str) -> Made:
    rank, options = _rank(layer), _pool_options(layer)
    if layer.functional:
        return partial(getattr(functional, f"{name}_pool{rank}d"), **options)
    return getattr(nn, f"{name.capitalize()}Pool{rank}D")(**options)


def _maxpool(layer: Layer, _: Arrays, __: Hold) -> Made:
    return _pool(layer, "max")


def _avgpool(layer: Layer, _: Arrays, __: Hold) -> Made:
    return _pool(layer, "avg")


def _adaptive_avgpool(layer: Layer, _: Arrays, __: Hold) -> Made:
    rank, size = _rank(layer), _sized(layer.attrs["output_size"])
    if layer.functional:
        return partial(getattr(functional, f"adaptive_avg_pool{rank}d"), output_size=size)
    return getattr(nn, f"AdaptiveAvgPool{rank}D")(size)


def _flatten(layer: Layer, _: Arrays, __: Hold) -> Made:
    return partial(paddle.flatten, start_axis=1) if layer.functional else nn.Flatten()


def _dropout(layer: Layer, _: Arrays, __: Hold) -> Made:
    p = layer.attrs["p"]
    return partial(functional.dropout, p=p, training=False) if layer.functional else nn.Dropout(p)


def judge_repeat(first: Layer, again: Layer) -> None:
    """Raises Unsupported where the native layer made for ``first`` would do something else when called for ``again``."""
    kinds = {2: 1, 3: 1}  # BatchNorm1D takes (N, C) and (N, C, L)
    if first.op == "batchnorm" and kinds.get(len(first.x), len(first.x)) != kinds.get(len(again.x), len(again.x)):
        raise _refuse(again, f"calls {first.id!r} again with an input of other dimensions")
    if first.op in ("maxpool", "avgpool") and _pool_options(first) != _pool_options(again):
        raise _refuse(again, f"calls {first.id!r} again, but needs another padding or ceil_mode in Paddle")


# --- always functional -------------------------------------------------------------------------------------------------------


def _add(layer: Layer, _: Arrays, __: Hold) -> Made:
    return lambda *values: reduce(paddle.add, values)


def _concat(layer: Layer, _: Arrays, __: Hold) -> Made:
    axis = layer.attrs["axis"]
    return lambda *values: paddle.concat(values, axis)


def _subsample(layer: Layer, _: Arrays, __: Hold) -> Made:
    steps = (slice(None), slice(None), *(slice(None, None, stride) for stride in layer.attrs["stride"]))
    return lambda value: value[steps]


def _zero_pad(layer: Layer, _: Arrays, __: Hold) -> Made:
    pads = [0, 0, *(p for pair in layer.attrs["pads"] for p in pair)]
    return partial(functional.pad, pad=pads)


OPS: dict[str, Callable[[Layer, Arrays, Hold], Made]] = {
    "conv": _conv,
    "linear": _linear,
    "batchnorm": _batchnorm,
    "lrn": _lrn,
    "relu": _relu,
    "tanh": _tanh,
    "maxpool": _maxpool,
    "avgpool": _avgpool,
    "adaptive_avgpool": _adaptive_avgpool,
    "flatten": _flatten,
    "dropout": _dropout,
    "add": _add,
    "concat": _concat,
    "subsample": _subsample,
    "zero_pad": _zero_pad,
}
