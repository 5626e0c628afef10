"""Op kind -> Keras layers: one small function per op kind and a table at the end; tensors are (N, *spatial, C)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import keras

from adapters.room import Unsupported
from adapters.tensorflow_keras import layers, windows
from adapters.tensorflow_keras.assembly import Assembly, is_depthwise
from crosscheck.contract.network import Layer

K = keras.layers
LAST = {"data_format": "channels_last"}  # whatever the user's own Keras settings say


def _of_rank(family: str, layer: Layer) -> Any:
    """Keras's class for the rank of the layer's input, ``Conv2D`` for ``Conv{}D``. Raises Unsupported where there is none."""
    name = family.format(len(layer.x) - 2)
    found = getattr(K, name, None)
    if found is None:
        raise Unsupported(f"layer {layer.id!r}: Keras {keras.__version__} has no {name}")
    return found


def _around(pairs: windows.Pairs) -> Any:
    """Padding per axis as Keras's ZeroPadding layers want it: one axis goes without its outer brackets."""
    return pairs if len(pairs) > 1 else pairs[0]


def _zeros(a: Assembly, layer: Layer, x: Any) -> Any:
    return a.helper(layer, "pad", _of_rank("ZeroPadding{}D", layer), x, padding=_around(windows.reach(layer)), **LAST)


def _conv(a: Assembly, layer: Layer, x: Any) -> Any:
    at = layer.attrs
    depthwise = is_depthwise(layer)
    strided_and_dilated = max(at["stride"]) > 1 and max(at["dilation"]) > 1
    if strided_and_dilated and not depthwise:
        raise Unsupported(f"layer {layer.id!r}: Keras refuses a stride together with a dilation")
    kind = _of_rank("DepthwiseConv{}D" if depthwise else "Conv{}D", layer)
    padding = windows.padding(a.calls(layer))
    if padding == "explicit" or (padding == "same" and strided_and_dilated):
        padding, x = "valid", x if windows.is_zero(windows.reach(layer)) else _zeros(a, layer, x)
    load = ("weight", "bias") if at["bias"] else ("weight",)
    options = {"strides": at["stride"], "padding": padding, "dilation_rate": at["dilation"], **LAST}
    if layer.functional:
        ends = (at["in_channels"], at["out_channels"] // at["in_channels"])
        kernel = (*at["kernel"], *(ends if depthwise else (at["in_channels"] // at["groups"], at["out_channels"])))
        options |= {"kernel": kernel, "filters": at["out_channels"], "bias": at["bias"], "depthwise": depthwise}
        return a.call(layer, layers.FunctionalConv, x, load, **options)
    options |= {"kernel_size": at["kernel"], "use_bias": at["bias"]}
    if depthwise:
        multiplier = at["out_channels"] // at["in_channels"]
        return a.call(layer, kind, x, load, depth_multiplier=multiplier, depthwise_initializer="zeros", **options)
    options |= {"filters": at["out_channels"], "groups": at["groups"]}
    return a.call(layer, kind, x, load, kernel_initializer="zeros", **options)


def _conv_transpose(a: Assembly, layer: Layer, x: Any) -> Any:
    at = layer.attrs
    kind = _of_rank("Conv{}DTranspose", layer)
    if at["groups"] > 1:
        raise Unsupported(f"layer {layer.id!r}: Keras has no grouped transposed convolution")
    if max(at["stride"]) > 1 and max(at["dilation"]) > 1:
        raise Unsupported(f"layer {layer.id!r}: Keras refuses a stride together with a dilation")
    padding, extra, crop = windows.transposed(layer)
    if extra and any(e >= s for e, s in zip(extra, at["stride"], strict=True)):
        raise Unsupported(f"layer {layer.id!r}: Keras refuses output padding of a stride or more, {extra} here")
    options = {"kernel_size": at["kernel"], "strides": at["stride"], "dilation_rate": at["dilation"], "padding": padding}
    options |= {"output_padding": extra, "use_bias": at["bias"], "kernel_initializer": "zeros", **LAST}
    y = a.call(layer, kind, x, ("weight", "bias") if at["bias"] else ("weight",), filters=at["out_channels"], **options)
    if windows.is_zero(crop):
        return y
    layout = LAST if len(crop) > 1 else {}  # Cropping1D knows no other layout
    return a.helper(layer, "crop", _of_rank("Cropping{}D", layer), y, cropping=_around(crop), **layout)


def _on_last_axis(a: Assembly, layer: Layer, x: Any, call: Callable[[Any], Any]) -> Any:
    """``call`` on the neutral last axis, which is the last spatial one: channels go first for it and back afterwards."""
    axes = len(layer.x) - 1
    if axes == 1:
        return call(x)
    y = call(a.helper(layer, "before", K.Permute, x, dims=(axes, *range(1, axes))))
    return a.helper(layer, "after", K.Permute, y, dims=(*range(2, axes + 1), 1))


def _linear(a: Assembly, layer: Layer, x: Any) -> Any:
    at = layer.attrs
    load = ("weight", "bias") if at["bias"] else ("weight",)
    make, options = K.Dense, {"units": at["out_features"], "use_bias": at["bias"], "kernel_initializer": "zeros"}
    if layer.functional:
        make, options = layers.FunctionalDense, {"units": at["out_features"], "bias": at["bias"], "features": at["in_features"]}
    return _on_last_axis(a, layer, x, lambda t: a.call(layer, make, t, load, **options))


def _batchnorm(a: Assembly, layer: Layer, x: Any) -> Any:
    affine = layer.attrs["affine"]
    load = ("scale", "shift", "mean", "var") if affine else ("mean", "var")
    return a.call(layer, K.BatchNormalization, x, load, epsilon=layer.attrs["eps"], center=affine, scale=affine)


def _layernorm(a: Assembly, layer: Layer, x: Any) -> Any:
    affine = layer.attrs["affine"]
    options = {"axis": -1 if len(layer.x) == 2 else -2, "epsilon": layer.attrs["eps"], "center": affine, "scale": affine}
    return a.call(layer, K.LayerNormalization, x, ("scale", "shift") if affine else (), **options)


def _groupnorm(a: Assembly, layer: Layer, x: Any) -> Any:
    affine = layer.attrs["affine"]
    options = {"groups": layer.attrs["groups"], "epsilon": layer.attrs["eps"], "center": affine, "scale": affine}
    return a.call(layer, K.GroupNormalization, x, ("scale", "shift") if affine else (), axis=-1, **options)


def _lrn(a: Assembly, layer: Layer, x: Any) -> Any:
    at = layer.attrs
    if at["size"] % 2 == 0:
        raise Unsupported(f"layer {layer.id!r}: TensorFlow's LRN has a window of 2 * depth_radius + 1, never of {at['size']}")
    options = {"depth_radius": at["size"] // 2, "bias": at["k"], "alpha": at["alpha"], "beta": at["beta"]}
    return a.call(layer, layers.LocalResponseNormalization, x, **options)


def _relu(a: Assembly, layer: Layer, x: Any) -> Any:
    return a.call(layer, K.Lambda, x, function=keras.ops.relu) if layer.functional else a.call(layer, K.ReLU, x)


def _activation(a: Assembly, layer: Layer, x: Any) -> Any:
    if layer.functional:
        return a.call(layer, K.Lambda, x, function=keras.activations.get(layer.op))
    return a.call(layer, K.Activation, x, activation=layer.op)


def _leaky_relu(a: Assembly, layer: Layer, x: Any) -> Any:
    return a.call(layer, K.LeakyReLU, x, negative_slope=layer.attrs["slope"])


def _softmax(a: Assembly, layer: Layer, x: Any) -> Any:
    return _on_last_axis(a, layer, x, lambda t: a.call(layer, K.Softmax, t, axis=-1))


def _pool(a: Assembly, layer: Layer, x: Any, padding: str, family: str, function: Callable[..., Any]) -> Any:
    options = {"pool_size": layer.attrs["kernel"], "strides": layer.attrs["stride"], "padding": padding, **LAST}
    kind = _of_rank(family, layer)
    if layer.functional:
        return a.call(layer, K.Lambda, x, function=function, arguments=options)
    return a.call(layer, kind, x, **options)


def _maxpool(a: Assembly, layer: Layer, x: Any) -> Any:
    padding, reach = windows.padding((layer,)), windows.reach(layer)
    if padding == "explicit":
        padding = "valid"
        if layer.inputs[0] in a.nonnegative:  # zeros never win against what a ReLU left, as in keras.applications
            x = _zeros(a, layer, x)
        else:
            x = a.helper(layer, "pad", layers.Pad, x, pads=(*reach, (0, 0)), value=-math.inf)
    return _pool(a, layer, x, padding, "MaxPooling{}D", keras.ops.max_pool)


def _avgpool(a: Assembly, layer: Layer, x: Any) -> Any:
    padding, pads = windows.padding((layer,)), layer.attrs["padding"]
    counted = layer.attrs["count_include_pad"] and not windows.is_zero(pads)
    if counted and any(windows.overhang(layer)):
        raise Unsupported(f"layer {layer.id!r}: Keras has no mean that counts padding but not the overhang of its last window")
    if counted:
        padding, x = "valid", _zeros(a, layer, x)
    elif padding == "explicit":
        raise Unsupported(f"layer {layer.id!r}: Keras leaves padding out of a mean only where it pads as SAME does, not {pads}")
    return _pool(a, layer, x, padding, "AveragePooling{}D", keras.ops.average_pool)


def _adaptive_avgpool(a: Assembly, layer: Layer, x: Any) -> Any:
    size, out = layer.x[2:], layer.y[2:]
    if max(out) == 1:
        return a.call(layer, _of_rank("GlobalAveragePooling{}D", layer), x, keepdims=True, **LAST)
    if all(n % o == 0 for n, o in zip(size, out, strict=True)):
        window = tuple(n // o for n, o in zip(size, out, strict=True))
        return a.call(layer, _of_rank("AveragePooling{}D", layer), x, pool_size=window, strides=window, **LAST)
    if any(-(-n // o) + 1 > n for n, o in zip(size, out, strict=True)):  # Keras's layer fails: it pools with such windows too
        return a.call(layer, layers.WindowMeans, x, size=size, output_size=out)
    return a.call(layer, _of_rank("AdaptiveAveragePooling{}D", layer), x, output_size=out, **LAST)


def _flatten(a: Assembly, layer: Layer, x: Any) -> Any:
    axes = len(layer.x) - 1
    if axes > 1 and math.prod(layer.x[2:]) > 1 and layer.x[1] > 1:
        if a.may_reorder(layer.id):
            a.orders[layer.id] = layer.x[1:]
        else:
            x = a.helper(layer, "order", K.Permute, x, dims=(axes, *range(1, axes)))
    return a.call(layer, K.Flatten, x, **LAST)


def _dropout(a: Assembly, layer: Layer, x: Any) -> Any:
    return a.call(layer, K.Dropout, x, rate=layer.attrs["p"])


def _add(a: Assembly, layer: Layer, xs: Any) -> Any:
    return a.call(layer, K.Add, xs)


def _scale(a: Assembly, layer: Layer, xs: Any) -> Any:
    return a.call(layer, K.Multiply, xs)


def _concat(a: Assembly, layer: Layer, xs: Any) -> Any:
    axis = layer.attrs["axis"] % len(layer.x)
    return a.call(layer, K.Concatenate, xs, axis=axis if axis == 0 or len(layer.x) < 3 else (axis - 1 if axis > 1 else -1))


def _subsample(a: Assembly, layer: Layer, x: Any) -> Any:
    return a.call(layer, layers.Subsample, x, stride=layer.attrs["stride"])


def _zero_pad(a: Assembly, layer: Layer, x: Any) -> Any:
    channels, *spatial = layer.attrs["pads"]
    if spatial and channels == (0, 0):
        return a.call(layer, _of_rank("ZeroPadding{}D", layer), x, padding=_around(tuple(spatial)), **LAST)
    return a.call(layer, layers.Pad, x, pads=(*spatial, channels), value=0.0)


BUILDERS: dict[str, Callable[[Assembly, Layer, Any], Any]] = {
    "conv": _conv,
    "conv_transpose": _conv_transpose,
    "linear": _linear,
    "batchnorm": _batchnorm,
    "layernorm": _layernorm,
    "groupnorm": _groupnorm,
    "lrn": _lrn,
    "relu": _relu,
    "tanh": _activation,
    "sigmoid": _activation,
    "leaky_relu": _leaky_relu,
    "gelu": _activation,
    "silu": _activation,
    "softmax": _softmax,
    "maxpool": _maxpool,
    "avgpool": _avgpool,
    "adaptive_avgpool": _adaptive_avgpool,
    "flatten": _flatten,
    "dropout": _dropout,
    "add": _add,
    "scale": _scale,
    "concat": _concat,
    "subsample": _subsample,
    "zero_pad": _zero_pad,
}
