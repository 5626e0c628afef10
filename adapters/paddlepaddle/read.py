"""What a Paddle layer or operator call does, in neutral words, read from the layer's own fields or the call's arguments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

from paddle import nn

from adapters.recorder import Seen, same_padding, unknown
from crosscheck.contract.network import Shape

Pairs = tuple[tuple[int, int], ...]
LAST = ("NLC", "NHWC", "NDHWC")  # what Paddle calls data with their channels last


def _axes(value: Any, rank: int) -> tuple[int, ...]:
    return (int(value),) * rank if isinstance(value, int) else tuple(int(v) for v in value)


def _pairs(value: Any, rank: int) -> Pairs | None:
    """(before, after) per axis from a number, one a axis, ``[before, after, …]``, or pairs for every axis of the tensor."""
    if isinstance(value, int) or (len(value) == rank and all(isinstance(v, int) for v in value)):
        return tuple((p, p) for p in _axes(value, rank))
    if len(value) == 2 * rank and all(isinstance(v, int) for v in value):
        return tuple((int(value[2 * k]), int(value[2 * k + 1])) for k in range(rank))
    if len(value) == rank + 2 and all(len(v) == 2 for v in value):
        return tuple((int(a), int(b)) for a, b in value[2:])
    return None


def _window(value: Any, x: Shape, kernel: Sequence[int], stride: Sequence[int], dilation: Sequence[int]) -> Pairs | None:
    """Padding of a window, SAME and VALID worked out."""
    if not isinstance(value, str):
        return _pairs(value, len(kernel))
    if value.upper() == "VALID":
        return tuple((0, 0) for _ in kernel)
    return same_padding(x, kernel, stride, dilation)


def _sizes(**tensors: Any) -> dict[str, int]:
    return {name: prod(t.shape) for name, t in tensors.items() if t is not None}


def _conv(m: Any, x: Shape, _: Shape) -> Seen:
    if m._padding_mode != "zeros":
        return unknown(f"{type(m).__name__} with padding_mode {m._padding_mode!r}")
    kernel, stride, dilation = tuple(m._kernel_size), tuple(m._stride), tuple(m._dilation)
    pads = _window(m._padding, x, kernel, stride, dilation)
    if pads is None:
        return unknown(f"{type(m).__name__} with padding {m._padding!r}")
    attrs = {
        "out_channels": m._out_channels,
        "kernel": kernel,
        "stride": stride,
        "padding": pads,
        "dilation": dilation,
        "groups": m._groups,
        "bias": m.bias is not None,
        "in_channels": m._in_channels,
    }
    stored = _sizes(weight=m.weight, bias=m.bias)
    if "Transpose" in type(m).__name__:
        return Seen("conv_transpose", attrs | {"output_padding": _axes(m.output_padding, len(kernel))}, stored)
    return Seen("conv", attrs, stored)


def _linear(m: Any, x: Shape, y: Shape) -> Seen:
    attrs = {"out_features": int(m.weight.shape[1]), "bias": m.bias is not None, "in_features": int(m.weight.shape[0])}
    return Seen("linear", attrs, _sizes(weight=m.weight, bias=m.bias))


def _affine(m: Any) -> dict[str, int]:
    return _sizes(norm_scale=m.weight, norm_shift=m.bias)


def _batchnorm(m: Any, _: Shape, __: Shape) -> Seen:
    stats = {"running_stats": prod(m._mean.shape) + prod(m._variance.shape)}
    attrs = {"eps": m._epsilon, "affine": m.weight is not None, "channels": int(m._mean.shape[0])}
    return Seen("batchnorm", attrs, _affine(m) | stats)


def _layernorm(m: Any, _: Shape, __: Shape) -> Seen:
    if len(m._normalized_shape) != 1:
        return unknown(f"LayerNorm over {len(m._normalized_shape)} axes")
    attrs = {"eps": m._epsilon, "affine": m.weight is not None, "features": int(m._normalized_shape[0])}
    return Seen("layernorm", attrs, _affine(m))


def _groupnorm(m: Any, _: Shape, __: Shape) -> Seen:
    attrs = {"groups": m._num_groups, "eps": m._epsilon, "affine": m.weight is not None, "channels": m._num_channels}
    return Seen("groupnorm", attrs, _affine(m))


def _lrn(m: Any, x: Shape, _: Shape) -> Seen:
    # Paddle's alpha multiplies the mean of the squares, the neutral one their sum
    return Seen("lrn", {"size": m.size, "alpha": m.alpha / m.size, "beta": m.beta, "k": m.k, "channels": x[1]})


def _pool(m: Any, x: Shape, _: Shape) -> Seen:
    rank = len(x) - 2
    own = m.ksize if hasattr(m, "ksize") else m.kernel_size
    kernel = _axes(own, rank)
    stride = kernel if m.stride is None else _axes(m.stride, rank)
    pads = _window(m.padding, x, kernel, stride, (1,) * rank)
    name = type(m).__name__
    if pads is None or getattr(m, "divisor", None) or getattr(m, "return_mask", False):
        return unknown(f"{name} with padding {m.padding!r}, a divisor or a mask")
    attrs = {"kernel": kernel, "stride": stride, "padding": pads, "ceil_mode": bool(m.ceil_mode)}
    if name.startswith("Max"):
        return Seen("maxpool", attrs)
    return Seen("avgpool", attrs | {"count_include_pad": not m.exclusive})


def _adaptive(_: Any, __: Shape, y: Shape) -> Seen:
    return Seen("adaptive_avgpool", {"output_size": tuple(y[2:])})


def _plain(op: str) -> Callable[[Any, Shape, Shape], Seen]:
    return lambda _, __, ___: Seen(op)


LAYERS: tuple[tuple[tuple[type, ...], Callable[[Any, Shape, Shape], Seen]], ...] = (
    ((nn.Conv1D, nn.Conv2D, nn.Conv3D, nn.Conv1DTranspose, nn.Conv2DTranspose, nn.Conv3DTranspose), _conv),
    ((nn.Linear,), _linear),
    ((nn.BatchNorm1D, nn.BatchNorm2D, nn.BatchNorm3D), _batchnorm),
    ((nn.LayerNorm,), _layernorm),
    ((nn.GroupNorm,), _groupnorm),
    ((nn.LocalResponseNorm,), _lrn),
    ((nn.MaxPool1D, nn.MaxPool2D, nn.MaxPool3D, nn.AvgPool1D, nn.AvgPool2D, nn.AvgPool3D), _pool),
    ((nn.AdaptiveAvgPool1D, nn.AdaptiveAvgPool2D, nn.AdaptiveAvgPool3D), _adaptive),
    ((nn.ReLU,), _plain("relu")),
    ((nn.Tanh,), _plain("tanh")),
    ((nn.Sigmoid,), _plain("sigmoid")),
    ((nn.LeakyReLU,), lambda m, _, __: Seen("leaky_relu", {"slope": m._negative_slope})),
    ((nn.GELU,), lambda m, _, __: unknown("GELU, approximate") if m._approximate else Seen("gelu")),
    ((nn.Silu,), _plain("silu")),
    ((nn.Softmax,), lambda m, x, _: Seen("softmax") if m._axis in (-1, len(x) - 1) else unknown("Softmax over another axis")),
    ((nn.Dropout,), lambda m, _, __: Seen("dropout", {"p": m.p})),
)


def layer(m: Any, x: Shape, y: Shape) -> Seen:
    """What a layer without sublayers does to an input of shape ``x``; its class's name where the vocabulary has no op for it."""
    if getattr(m, "_data_format", getattr(m, "data_format", "")) in LAST:
        return unknown(f"{type(m).__name__} with channels last")
    for kinds, rule in LAYERS:
        if isinstance(m, kinds):
            return rule(m, x, y)
    return unknown(f"paddle.nn.{type(m).__name__}")


Args = Sequence[Any]


def _c_conv(weight: Any, x: Shape, y: Shape, settings: tuple[Any, Any, str, Any, int], output_padding: Any = None) -> Seen:
    stride, padding, algorithm, dilation, groups = settings
    kernel = tuple(weight.shape[2:])
    pads = _window(padding if algorithm == "EXPLICIT" else algorithm, x, kernel, stride, dilation)
    if pads is None:
        return unknown(f"convolution with padding {padding!r}")
    attrs = {"out_channels": y[1], "kernel": kernel, "stride": tuple(stride), "padding": pads, "dilation": tuple(dilation)}
    attrs |= {"groups": groups, "bias": False, "in_channels": x[1]}
    if output_padding is None:
        return Seen("conv", attrs, _sizes(weight=weight))
    return Seen("conv_transpose", attrs | {"output_padding": _axes(output_padding or 0, len(kernel))}, _sizes(weight=weight))


def _c_pool(a: Args, x: Shape, y: Shape) -> Seen:
    _, kernel, stride, padding, ceil, exclusive, __, kind, whole, adaptive, algorithm = a[:11]
    if adaptive or whole:
        return Seen("adaptive_avgpool", {"output_size": tuple(y[2:])}) if kind == "avg" else unknown("adaptive max pooling")
    pads = _window(padding if algorithm == "EXPLICIT" else algorithm, x, kernel, stride, (1,) * len(kernel))
    if pads is None:
        return unknown(f"pooling with padding {padding!r}")
    attrs = {"kernel": tuple(kernel), "stride": tuple(stride), "padding": pads, "ceil_mode": bool(ceil)}
    return Seen("maxpool", attrs) if kind == "max" else Seen("avgpool", attrs | {"count_include_pad": not exclusive})


def _c_pad(a: Args, x: Shape, _: Shape) -> Seen:
    flat, value = [int(p) for p in a[1]], float(a[2])
    pairs = tuple((flat[2 * k], flat[2 * k + 1]) for k in range(len(flat) // 2))
    if pairs[0] != (0, 0) or value or len(pairs) != len(x):
        return unknown(f"pad with {value} on the batch or with something else than zeros")
    return Seen("zero_pad", {"pads": pairs[1:]})


def _c_add(a: Args, x: Shape, y: Shape) -> Seen:
    same = all(tuple(t.shape) == y for t in a[:2] if hasattr(t, "shape")) and all(hasattr(t, "shape") for t in a[:2])
    return Seen("add", {"inplace": False}) if same and x == y else unknown("add of other shapes")


def _c_mul(a: Args, x: Shape, y: Shape) -> Seen:
    per_channel = hasattr(a[1], "shape") and tuple(a[1].shape) == (*x[:2], *(1,) * (len(x) - 2))
    return Seen("scale") if per_channel and x == y else unknown("product of other shapes")


def _c_getitem(a: Args, x: Shape, y: Shape) -> Seen:
    index = a[1] if isinstance(a[1], tuple) else (a[1],)
    plain = all(isinstance(i, slice) and i.start is None and i.stop is None for i in index)
    steps = tuple((i.step or 1) if isinstance(i, slice) else 0 for i in index)
    if not plain or len(index) != len(x) or steps[:2] != (1, 1) or len(x) != len(y):
        return unknown("indexing")
    return Seen("subsample", {"stride": steps[2:]})


def _c_shape(_: Args, x: Shape, y: Shape) -> Seen:
    return Seen("flatten") if y == (x[0], prod(x[1:])) else Seen("reshape", {"shape": y})


def _c_mean(a: Args, x: Shape, y: Shape) -> Seen:
    whole = sorted(k % len(x) for k in a[1]) == list(range(2, len(x)))
    pooled = y == (*x[:2], *(1,) * (len(x) - 2))
    return Seen("adaptive_avgpool", {"output_size": y[2:]}) if whole and pooled else unknown("mean over other axes")


def _c_norm(op: str, a: Args, x: Shape) -> Seen:
    stored = _sizes(norm_scale=a[1], norm_shift=a[2])
    attrs = {"eps": a[3], "affine": a[1] is not None}
    if op == "groupnorm":
        return Seen(op, attrs | {"groups": a[4], "channels": x[1]}, stored)
    return Seen(op, attrs | {"features": x[-1]}, stored) if a[4] == len(x) - 1 else unknown("layer_norm over several axes")


def _c_linear(a: Args, x: Shape, y: Shape) -> Seen:
    attrs = {"out_features": y[-1], "bias": a[2] is not None, "in_features": x[-1]}
    return Seen("linear", attrs, _sizes(weight=a[1], bias=a[2]))


def _c_plain(op: str) -> Callable[[Args, Shape, Shape], Seen]:
    return lambda _, __, ___: Seen(op)


# Positions of arguments as paddlepaddle 3.3.1 calls its operators, in paddle/nn/functional and paddle/tensor.
OPERATORS: dict[str, Callable[[Args, Shape, Shape], Seen]] = {
    **dict.fromkeys(("conv2d", "conv3d"), lambda a, x, y: _c_conv(a[1], x, y, (a[2], a[3], a[4], a[5], a[6]))),
    "depthwise_conv2d": lambda a, x, y: _c_conv(a[1], x, y, (a[2], a[3], a[4], a[6], a[5])),
    **dict.fromkeys(
        ("conv2d_transpose", "conv3d_transpose"), lambda a, x, y: _c_conv(a[1], x, y, (a[2], a[3], a[6], a[8], a[7]), a[4])
    ),
    "linear": _c_linear,
    "layer_norm": lambda a, x, _: _c_norm("layernorm", a, x),
    "group_norm": lambda a, x, _: _c_norm("groupnorm", a, x),
    **dict.fromkeys(("pool2d", "pool3d"), _c_pool),
    "pad": _c_pad,
    "add": _c_add,
    "add_": _c_add,
    "multiply": _c_mul,
    "mul": _c_mul,
    "getitem": _c_getitem,
    **dict.fromkeys(("flatten", "reshape", "squeeze", "unsqueeze"), _c_shape),
    "concat": lambda a, x, _: Seen("concat", {"axis": int(a[1]) % len(x)}),
    "mean": _c_mean,
    "relu": _c_plain("relu"),
    "tanh": _c_plain("tanh"),
    "sigmoid": _c_plain("sigmoid"),
    "leaky_relu": lambda a, _, __: Seen("leaky_relu", {"slope": a[1]}),
    "gelu": lambda a, _, __: unknown("gelu, approximate") if len(a) > 1 and a[1] else Seen("gelu"),
    "silu": _c_plain("silu"),
    "softmax": lambda a, x, _: Seen("softmax") if a[1] in (-1, len(x) - 1) else unknown("softmax over another axis"),
    "dropout": lambda a, _, __: Seen("dropout", {"p": a[2]}),
}
SAME = frozenset({"assign", "share_data"})  # hand on what they get


def operator(name: str, args: Args, x: Shape, y: Shape) -> Seen:
    """What an operator called ``name`` does; under its own name where the vocabulary has no op for it."""
    rule = OPERATORS.get(name)
    if any(isinstance(a, str) and a in LAST for a in args):
        return unknown(f"paddle operator {name} with channels last")
    return rule(args, x, y) if rule is not None else unknown(f"paddle operator {name}")
