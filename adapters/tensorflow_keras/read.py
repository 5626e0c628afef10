"""What a Keras layer does, in neutral words, read from the layer's own fields; shapes are neutral, (N, C, *spatial)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import keras

from adapters.recorder import Seen, same_padding, unknown
from adapters.tensorflow_keras import layers as own
from crosscheck.contract.network import Shape

K = keras.layers
Pairs = tuple[tuple[int, int], ...]
Rule = Callable[[Any, Shape, Shape], Seen]

ACTIVATIONS = {"relu", "tanh", "sigmoid", "silu", "softmax"}


def _axes(value: Any, rank: int) -> tuple[int, ...]:
    return (int(value),) * rank if isinstance(value, int) else tuple(int(v) for v in value)


def _sizes(**tensors: Any) -> dict[str, int]:
    return {name: math.prod(t.shape) for name, t in tensors.items() if t is not None}


def _window(padding: str, x: Shape, kernel: Sequence[int], stride: Sequence[int], dilation: Sequence[int]) -> Pairs:
    """VALID and SAME as (before, after) per axis."""
    if padding == "valid":
        return tuple((0, 0) for _ in kernel)
    return same_padding(x, kernel, stride, dilation)


def _conv(m: Any, x: Shape, y: Shape) -> Seen:
    rank = len(x) - 2
    kernel, stride, dilation = (_axes(v, rank) for v in (m.kernel_size, m.strides, m.dilation_rate))
    depthwise = isinstance(m, K.DepthwiseConv1D | K.DepthwiseConv2D)
    attrs = {
        "out_channels": y[1],
        "kernel": kernel,
        "stride": stride,
        "dilation": dilation,
        "groups": x[1] if depthwise else int(getattr(m, "groups", 1)),
        "bias": bool(m.use_bias),
        "in_channels": x[1],
    }
    stored = _sizes(weight=m.kernel, bias=m.bias if m.use_bias else None)
    if isinstance(m, K.Conv1DTranspose | K.Conv2DTranspose | K.Conv3DTranspose):
        pads, extra = _transposed(m.padding, x, y, kernel, stride, dilation)
        return Seen("conv_transpose", attrs | {"padding": pads, "output_padding": extra}, stored)
    if m.padding not in ("valid", "same"):
        return unknown(f"{type(m).__name__} with padding {m.padding!r}")
    return Seen("conv", attrs | {"padding": _window(m.padding, x, kernel, stride, dilation)}, stored)


def _transposed(
    padding: str, x: Shape, y: Shape, kernel: Sequence[int], stride: Sequence[int], dilation: Sequence[int]
) -> tuple[Pairs, tuple[int, ...]]:
    """What is cropped (before, after) and what is added after, from the sizes that came out."""
    pads, extra = [], []
    for n, o, k, s, d in zip(x[2:], y[2:], kernel, stride, dilation, strict=True):
        span = d * (k - 1) + 1
        before = max(0, span - s) // 2 if padding == "same" else 0
        after = (n - 1) * s + span - before - o
        pads.append((before, max(0, after)))
        extra.append(max(0, -after))
    return tuple(pads), tuple(extra)


def _dense(m: Any, x: Shape, _: Shape) -> Seen:
    if len(x) != 2:
        return unknown("Dense on more than one axis")
    attrs = {"out_features": int(m.units), "bias": bool(m.use_bias), "in_features": int(m.kernel.shape[0])}
    return Seen("linear", attrs, _sizes(weight=m.kernel, bias=m.bias if m.use_bias else None))


def _affine(m: Any) -> tuple[bool, dict[str, int]] | None:
    """Whether there are scale and shift, and their elements; None where there is one of the two alone."""
    if bool(m.center) != bool(m.scale):
        return None
    return bool(m.scale), _sizes(norm_scale=m.gamma if m.scale else None, norm_shift=m.beta if m.center else None)


def _batchnorm(m: Any, x: Shape, _: Shape) -> Seen:
    found = _affine(m)
    if found is None:
        return unknown(f"BatchNormalization with scale={m.scale} and center={m.center}")
    stats = {"running_stats": math.prod(m.moving_mean.shape) + math.prod(m.moving_variance.shape)}
    return Seen("batchnorm", {"eps": float(m.epsilon), "affine": found[0], "channels": x[1]}, found[1] | stats)


def _layernorm(m: Any, x: Shape, _: Shape) -> Seen:
    axes = [m.axis] if isinstance(m.axis, int) else list(m.axis)
    last = -1 if len(x) == 2 else -2  # the neutral last axis comes before the channels
    found = _affine(m)
    if found is None or len(axes) != 1 or axes[0] not in (last, len(x) + last):
        return unknown(f"LayerNormalization over axis {m.axis}")
    return Seen("layernorm", {"eps": float(m.epsilon), "affine": found[0], "features": x[-1]}, found[1])


def _groupnorm(m: Any, x: Shape, _: Shape) -> Seen:
    found = _affine(m)
    if found is None:
        return unknown("GroupNormalization with a scale or a shift alone")
    return Seen("groupnorm", {"groups": m.groups, "eps": float(m.epsilon), "affine": found[0], "channels": x[1]}, found[1])


def _pool(op: str, options: dict[str, Any], x: Shape) -> Seen:
    rank = len(x) - 2
    kernel = _axes(options["pool_size"], rank)
    stride = _axes(options.get("strides") or kernel, rank)
    pads = _window(options["padding"], x, kernel, stride, (1,) * rank)
    attrs = {"kernel": kernel, "stride": stride, "padding": pads, "ceil_mode": False}
    # TensorFlow leaves padding out of a mean
    return Seen(op, attrs if op == "maxpool" else attrs | {"count_include_pad": not any(p for pair in pads for p in pair)})


def _pooling(op: str) -> Rule:
    return lambda m, x, _: _pool(op, {"pool_size": m.pool_size, "strides": m.strides, "padding": m.padding}, x)


def _adaptive(m: Any, x: Shape, y: Shape) -> Seen:
    return Seen("adaptive_avgpool", {"output_size": tuple(y[2:]) or (1,) * (len(x) - 2)})


def _zero_padding(m: Any, x: Shape, _: Shape) -> Seen:
    pairs = m.padding if len(x) > 3 else (m.padding,)
    return Seen("zero_pad", {"pads": ((0, 0), *(tuple(int(p) for p in pair) for pair in pairs))})


def _own_pad(m: Any, _: Shape, __: Shape) -> Seen:
    _, *spatial, channels = m.pads
    pads = tuple((int(a), int(b)) for a, b in (channels, *spatial))
    if m.value not in (0.0, -math.inf):
        return unknown(f"padding with {m.value}")
    return Seen("zero_pad", {"pads": pads} | ({"value": "-inf"} if m.value else {}))


def _relu(m: Any, _: Shape, __: Shape) -> Seen:
    if m.max_value is not None:
        return unknown(f"keras ReLU with max_value {float(m.max_value)}")
    if m.threshold:
        return unknown(f"keras ReLU with threshold {float(m.threshold)}")
    return Seen("leaky_relu", {"slope": float(m.negative_slope)}) if m.negative_slope else Seen("relu")


def activation(function: Any) -> Seen:
    """An activation function by its name."""
    name = str(getattr(function, "__name__", function))
    return Seen(name) if name in ACTIVATIONS else unknown(f"keras.activations.{name}")


def _activation(m: Any, _: Shape, __: Shape) -> Seen:
    name = str(getattr(m.activation, "__name__", ""))
    if name == "gelu":  # the function's own default is the exact one
        return Seen("gelu")
    return activation(m.activation)


def _softmax(m: Any, x: Shape, _: Shape) -> Seen:
    return Seen("softmax") if len(x) == 2 and m.axis in (-1, 1) else unknown(f"Softmax over axis {m.axis} of {len(x)}")


def _lambda(m: Any, x: Shape, y: Shape) -> Seen:
    name, options = str(getattr(m.function, "__name__", m.function)), dict(m.arguments or {})
    if name in ("max_pool", "average_pool"):
        return _pool("maxpool" if name == "max_pool" else "avgpool", options, x)
    return Seen("gelu") if name == "gelu" else activation(m.function)


def _lrn(m: Any, x: Shape, _: Shape) -> Seen:
    o = m.options
    return Seen(
        "lrn", {"size": 2 * o["depth_radius"] + 1, "alpha": o["alpha"], "beta": o["beta"], "k": o["bias"], "channels": x[1]}
    )


def _functional_conv(m: Any, x: Shape, y: Shape) -> Seen:
    o, rank = m.options, len(x) - 2
    depthwise = m.function is keras.ops.depthwise_conv
    kernel, stride = tuple(m.kernel.shape[:rank]), _axes(o["strides"], rank)
    dilation = _axes(o["dilation_rate"], rank)
    attrs = {"out_channels": y[1], "kernel": kernel, "stride": stride, "dilation": dilation, "in_channels": x[1]}
    attrs |= {"padding": _window(o["padding"], x, kernel, stride, dilation), "bias": m.bias is not None}
    attrs["groups"] = x[1] if depthwise else x[1] // int(m.kernel.shape[-2])
    return Seen("conv", attrs, _sizes(weight=m.kernel, bias=m.bias))


def _functional_dense(m: Any, x: Shape, y: Shape) -> Seen:
    attrs = {"out_features": y[-1], "bias": m.bias is not None, "in_features": x[-1]}
    return Seen("linear", attrs, _sizes(weight=m.kernel, bias=m.bias))


def _concat(m: Any, x: Shape, _: Shape) -> Seen:
    axis = m.axis % len(x)
    return Seen("concat", {"axis": axis if axis == 0 or len(x) < 3 else 1 if axis == len(x) - 1 else axis + 1})


def _multiply(xs: Sequence[Shape], y: Shape) -> Seen:
    per_channel = len(xs) == 2 and xs[0] == y and xs[1] == (*y[:2], *(1,) * (len(y) - 2))
    return Seen("scale") if per_channel else unknown("keras Multiply of other shapes")


def _kinds(*names: str) -> tuple[type, ...]:
    """Keras's classes of these names, as far as this version has them."""
    return tuple(kind for name in names if (kind := getattr(K, name, None)) is not None)


def _ranks(family: str) -> tuple[type, ...]:
    return _kinds(*(family.format(rank) for rank in (1, 2, 3)))


LAYERS: tuple[tuple[tuple[type, ...], Rule], ...] = (
    ((*_ranks("Conv{}D"), *_ranks("Conv{}DTranspose"), *_ranks("DepthwiseConv{}D")), _conv),
    ((K.Dense,), _dense),
    ((K.BatchNormalization,), _batchnorm),
    ((K.LayerNormalization,), _layernorm),
    ((K.GroupNormalization,), _groupnorm),
    (_ranks("MaxPooling{}D"), _pooling("maxpool")),
    (_ranks("AveragePooling{}D"), _pooling("avgpool")),
    ((*_ranks("GlobalAveragePooling{}D"), *_ranks("AdaptiveAveragePooling{}D"), own.WindowMeans), _adaptive),
    (_ranks("ZeroPadding{}D"), _zero_padding),
    ((K.ReLU,), _relu),
    ((K.LeakyReLU,), lambda m, _, __: Seen("leaky_relu", {"slope": float(m.negative_slope)})),
    ((K.Activation,), _activation),
    ((K.Softmax,), _softmax),
    ((K.Flatten,), lambda _, __, ___: Seen("flatten")),
    ((K.Reshape,), lambda _, __, y: Seen("reshape", {"shape": y})),
    ((K.Permute,), lambda _, __, y: Seen("transpose", {"shape": y})),
    ((K.Dropout,), lambda m, _, __: Seen("dropout", {"p": float(m.rate)})),
    ((K.Add,), lambda _, __, ___: Seen("add", {"inplace": False})),
    ((K.Concatenate,), _concat),
    ((K.Lambda,), _lambda),
    ((own.Pad,), _own_pad),
    ((own.Subsample,), lambda m, _, __: Seen("subsample", {"stride": tuple(s.step or 1 for s in m.steps[1:])})),
    ((own.LocalResponseNormalization,), _lrn),
    ((own.FunctionalConv,), _functional_conv),
    ((own.FunctionalDense,), _functional_dense),
)
FUNCTIONS = (K.Lambda, own.FunctionalConv, own.FunctionalDense)


def layer(m: Any, xs: Sequence[Shape], y: Shape) -> Seen:
    """What a layer does to inputs of shapes ``xs``; its class's name where the vocabulary has no op for it."""
    if getattr(m, "data_format", "channels_last") != "channels_last":
        return unknown(f"keras {type(m).__name__} with channels first")
    if isinstance(m, K.Multiply):
        return _multiply(xs, y)
    for kinds, rule in LAYERS:
        if isinstance(m, kinds):
            return rule(m, xs[0], y)
    return unknown(f"keras {type(m).__name__}")


def fused(m: Any) -> Seen | None:
    """The activation that a layer of another kind applies to its output; None where it applies none."""
    function = None if isinstance(m, K.Activation) else getattr(m, "activation", None)
    if function is None or getattr(function, "__name__", "") == "linear":
        return None
    return activation(function)
