"""The ops in Paddle's words: one small function per op kind, a table at the end.

Each returns a plain ``paddle.nn`` layer (``paddle.flops`` knows layers by their exact type), or a function for what has no layer
and for layers that ask for a functional call; ``hold`` puts a function's parameters into the container.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, reduce
from typing import Any

import numpy as np
import paddle
from numpy.typing import NDArray
from paddle import nn
from paddle.nn import functional

from adapters.paddlepaddle.common import Arrays, Hold, Made, flat, rank_of, refuse, sized
from adapters.paddlepaddle.pools import adaptive_avgpool, avgpool, maxpool, pool_options
from adapters.weights import turned
from crosscheck.contract.network import Layer

# Real values are set afterwards; drawing random ones first would take seconds for a large linear layer.
_BLANK = nn.initializer.Constant(0.0)


def _fill(made: Any, values: Arrays) -> Any:
    """Put arrays into parameters of the same name."""
    for name, value in values.items():
        getattr(made, name).set_value(value)
    return made


def _held(values: Arrays, hold: Hold) -> dict[str, Any]:
    """Put arrays into the container, as arguments of a function."""
    return {name: hold(name, value) for name, value in values.items()}


def _blank(wanted: bool = True) -> Any:
    return paddle.ParamAttr(initializer=_BLANK) if wanted else False


# --- layers with parameters -----------------------------------------------------------------------------------------------


def _conv(layer: Layer, arrays: Arrays, hold: Hold) -> Made:
    a, rank = layer.attrs, rank_of(layer)
    options = {
        "stride": sized(a["stride"]),
        "padding": flat(a["padding"]),
        "dilation": sized(a["dilation"]),
        "groups": a["groups"],
    }
    if layer.functional:
        return partial(getattr(functional, f"conv{rank}d"), **_held(arrays, hold), **options)
    kind = (nn.Conv1D, nn.Conv2D, nn.Conv3D)[rank - 1]
    attrs = {"weight_attr": _blank(), "bias_attr": _blank(a["bias"])}
    return _fill(kind(a["in_channels"], a["out_channels"], sized(a["kernel"]), **options, **attrs), arrays)


def _linear(layer: Layer, arrays: Arrays, hold: Hold) -> Made:
    a = layer.attrs
    values = {**arrays, "weight": turned(arrays["weight"])}  # Paddle keeps (in, out)
    if layer.functional:
        return partial(functional.linear, **_held(values, hold))
    made = nn.Linear(a["in_features"], a["out_features"], weight_attr=_blank(), bias_attr=_blank(a["bias"]))
    return _fill(made, values)


def _conv_transpose(layer: Layer, arrays: Arrays, hold: Hold) -> Made:
    a, rank = layer.attrs, rank_of(layer)
    pads = tuple(zip(a["padding"], a["output_padding"], a["stride"], strict=True))
    # Output padding from the stride upwards fails in Paddle; cropping less after is the same.
    extra = tuple(more if more < step else max(0, more - last) for (_, last), more, step in pads)
    if any(more >= step for more, step in zip(extra, a["stride"], strict=True)):
        raise refuse(layer, f"Paddle pads the output by less than the stride {a['stride']}, not by {a['output_padding']}")
    padding = tuple((first, last - more + kept) for ((first, last), more, _), kept in zip(pads, extra, strict=True))
    options = {
        "stride": sized(a["stride"]),
        "padding": flat(padding),
        "output_padding": sized(extra) if any(extra) else 0,
        "dilation": sized(a["dilation"]),
        "groups": a["groups"],
    }
    if layer.functional:
        return partial(getattr(functional, f"conv{rank}d_transpose"), **_held(arrays, hold), **options)
    kind = (nn.Conv1DTranspose, nn.Conv2DTranspose, nn.Conv3DTranspose)[rank - 1]
    attrs = {"weight_attr": _blank(), "bias_attr": _blank(a["bias"])}
    return _fill(kind(a["in_channels"], a["out_channels"], sized(a["kernel"]), **options, **attrs), arrays)


def _batchnorm(layer: Layer, arrays: Arrays, _: Hold) -> Made:
    a, dims = layer.attrs, len(layer.x)
    if dims > 5:
        raise refuse(layer, f"Paddle has no batch normalisation of {dims}-dimensional tensors")
    if layer.functional:
        raise refuse(layer, "running statistics need a layer of their own")
    kind = {2: nn.BatchNorm1D, 3: nn.BatchNorm1D, 4: nn.BatchNorm2D, 5: nn.BatchNorm3D}[dims]
    made = kind(a["channels"], epsilon=a["eps"], **_affine(layer))
    return _fill(made, _named(arrays))


def _layernorm(layer: Layer, arrays: Arrays, hold: Hold) -> Made:
    a, values = layer.attrs, _named(arrays)
    if layer.functional:
        return partial(functional.layer_norm, normalized_shape=[a["features"]], epsilon=a["eps"], **_held(values, hold))
    return _fill(nn.LayerNorm(a["features"], epsilon=a["eps"], **_affine(layer)), values)


def _groupnorm(layer: Layer, arrays: Arrays, hold: Hold) -> Made:
    a, values = layer.attrs, _named(arrays)
    if layer.functional:
        return partial(functional.group_norm, num_groups=a["groups"], epsilon=a["eps"], **_held(values, hold))
    return _fill(nn.GroupNorm(a["groups"], a["channels"], epsilon=a["eps"], **_affine(layer)), values)


def _named(arrays: Arrays) -> dict[str, NDArray[np.float32]]:
    """A normalisation's arrays by Paddle's names."""
    names = {"scale": "weight", "shift": "bias", "mean": "_mean", "var": "_variance"}
    return {names[name]: value for name, value in arrays.items()}


def _affine(layer: Layer) -> dict[str, Any]:
    """Whether a normalisation gets scale and shift, as arguments of its class."""
    return {} if layer.attrs["affine"] else {"weight_attr": False, "bias_attr": False}


# --- layers without ----------------------------------------------------------------------------------------------------------


def _lrn(layer: Layer, _: Arrays, __: Hold) -> Made:
    a = layer.attrs
    if not 3 <= len(layer.x) <= 5:
        raise refuse(layer, f"paddle.nn.LocalResponseNorm takes 3 to 5 dimensions, not {len(layer.x)}")
    # Paddle's alpha multiplies the mean of the squares, the neutral one their sum.
    options = {"size": a["size"], "alpha": a["alpha"] * a["size"], "beta": a["beta"], "k": a["k"]}
    return partial(functional.local_response_norm, **options) if layer.functional else nn.LocalResponseNorm(**options)


def _relu(layer: Layer, _: Arrays, __: Hold) -> Made:
    return functional.relu if layer.functional else nn.ReLU()


def _tanh(layer: Layer, _: Arrays, __: Hold) -> Made:
    return paddle.tanh if layer.functional else nn.Tanh()


def _sigmoid(layer: Layer, _: Arrays, __: Hold) -> Made:
    return functional.sigmoid if layer.functional else nn.Sigmoid()


def _leaky_relu(layer: Layer, _: Arrays, __: Hold) -> Made:
    slope = layer.attrs["slope"]
    return partial(functional.leaky_relu, negative_slope=slope) if layer.functional else nn.LeakyReLU(slope)


def _gelu(layer: Layer, _: Arrays, __: Hold) -> Made:
    return functional.gelu if layer.functional else nn.GELU()


def _silu(layer: Layer, _: Arrays, __: Hold) -> Made:
    return functional.silu if layer.functional else nn.Silu()


def _softmax(layer: Layer, _: Arrays, __: Hold) -> Made:
    return partial(functional.softmax, axis=-1) if layer.functional else nn.Softmax(axis=-1)


def _dropout(layer: Layer, _: Arrays, __: Hold) -> Made:
    p = layer.attrs["p"]
    return partial(functional.dropout, p=p, training=False) if layer.functional else nn.Dropout(p)


def judge_repeat(first: Layer, again: Layer) -> None:
    """Raises Unsupported where the native layer made for ``first`` would do something else when called for ``again``."""
    kinds = {2: 1, 3: 1}  # BatchNorm1D takes (N, C) and (N, C, L)
    if first.op == "batchnorm" and kinds.get(len(first.x), len(first.x)) != kinds.get(len(again.x), len(again.x)):
        raise refuse(again, f"calls {first.id!r} again with an input of other dimensions")
    if first.op in ("maxpool", "avgpool") and pool_options(first) != pool_options(again):
        raise refuse(again, f"calls {first.id!r} again, but needs another padding or ceil_mode in Paddle")


# --- always functional -------------------------------------------------------------------------------------------------------


def _flatten(_: Layer, __: Arrays, ___: Hold) -> Made:
    return partial(paddle.flatten, start_axis=1)


def _add(layer: Layer, _: Arrays, __: Hold) -> Made:
    return lambda *values: reduce(paddle.add, values)


def _scale(_: Layer, __: Arrays, ___: Hold) -> Made:
    return paddle.multiply


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
    "conv_transpose": _conv_transpose,
    "linear": _linear,
    "batchnorm": _batchnorm,
    "layernorm": _layernorm,
    "groupnorm": _groupnorm,
    "lrn": _lrn,
    "relu": _relu,
    "tanh": _tanh,
    "sigmoid": _sigmoid,
    "leaky_relu": _leaky_relu,
    "gelu": _gelu,
    "silu": _silu,
    "softmax": _softmax,
    "maxpool": maxpool,
    "avgpool": avgpool,
    "adaptive_avgpool": adaptive_avgpool,
    "flatten": _flatten,
    "dropout": _dropout,
    "add": _add,
    "scale": _scale,
    "concat": _concat,
    "subsample": _subsample,
    "zero_pad": _zero_pad,
}
