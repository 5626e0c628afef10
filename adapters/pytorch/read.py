"""What a PyTorch module or function call does, in neutral words, read from the module's own fields or the call's arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any

from torch import Tensor, nn

from adapters.recorder import Seen, unknown
from crosscheck.contract.network import Shape

Pairs = tuple[tuple[int, int], ...]


def _axes(value: Any, rank: int) -> tuple[int, ...]:
    """One number for every axis."""
    return (int(value),) * rank if isinstance(value, int) else tuple(int(v) for v in value)


def _pairs(value: Any, rank: int) -> Pairs:
    return tuple((p, p) for p in _axes(value, rank))


def _sizes(**tensors: Tensor | None) -> dict[str, int]:
    return {name: t.numel() for name, t in tensors.items() if t is not None}


def _conv_pads(m: Any) -> Pairs:
    if m.padding == "valid":
        return _pairs(0, len(m.kernel_size))
    if m.padding == "same":
        total = [d * (k - 1) for d, k in zip(m.dilation, m.kernel_size, strict=True)]
        return tuple((t // 2, t - t // 2) for t in total)
    return _pairs(m.padding, len(m.kernel_size))


def _conv(m: Any, _: Shape, __: Shape) -> Seen:
    if m.padding_mode != "zeros":
        return unknown(f"{type(m).__name__} with padding_mode {m.padding_mode!r}")
    attrs = {
        "out_channels": m.out_channels,
        "kernel": tuple(m.kernel_size),
        "stride": tuple(m.stride),
        "padding": _conv_pads(m),
        "dilation": tuple(m.dilation),
        "groups": m.groups,
        "bias": m.bias is not None,
        "in_channels": m.in_channels,
    }
    if isinstance(m, nn.modules.conv._ConvTransposeNd):
        return Seen("conv_transpose", attrs | {"output_padding": tuple(m.output_padding)}, _sizes(weight=m.weight, bias=m.bias))
    return Seen("conv", attrs, _sizes(weight=m.weight, bias=m.bias))


def _linear(m: Any, _: Shape, __: Shape) -> Seen:
    attrs = {"out_features": m.out_features, "bias": m.bias is not None, "in_features": m.in_features}
    return Seen("linear", attrs, _sizes(weight=m.weight, bias=m.bias))


def _affine(m: Any) -> dict[str, int]:
    return _sizes(norm_scale=m.weight, norm_shift=m.bias)


def _batchnorm(m: Any, _: Shape, __: Shape) -> Seen:
    if not m.track_running_stats:
        return unknown(f"{type(m).__name__} without running statistics")
    stats = {"running_stats": m.running_mean.numel() + m.running_var.numel()}
    return Seen("batchnorm", {"eps": m.eps, "affine": m.affine, "channels": m.num_features}, _affine(m) | stats)


def _layernorm(m: Any, _: Shape, __: Shape) -> Seen:
    if len(m.normalized_shape) != 1:
        return unknown(f"LayerNorm over {len(m.normalized_shape)} axes")
    attrs = {"eps": m.eps, "affine": m.elementwise_affine, "features": m.normalized_shape[0]}
    return Seen("layernorm", attrs, _affine(m))


def _groupnorm(m: Any, _: Shape, __: Shape) -> Seen:
    return Seen("groupnorm", {"groups": m.num_groups, "eps": m.eps, "affine": m.affine, "channels": m.num_channels}, _affine(m))


def _lrn(m: Any, x: Shape, _: Shape) -> Seen:
    # PyTorch divides alpha by size
    return Seen("lrn", {"size": m.size, "alpha": m.alpha / m.size, "beta": m.beta, "k": m.k, "channels": x[1]})


def _pool(op: str, kernel: Any, stride: Any, padding: Any, ceil: bool, x: Shape, **more: Any) -> Seen:
    rank = len(x) - 2
    attrs = {"kernel": _axes(kernel, rank), "stride": _axes(stride or kernel, rank), "padding": _pairs(padding, rank)}
    return Seen(op, attrs | {"ceil_mode": bool(ceil)} | more)


def _maxpool(m: Any, x: Shape, _: Shape) -> Seen:
    if prod(_axes(m.dilation, len(x) - 2)) != 1:
        return unknown(f"{type(m).__name__} with dilation {m.dilation}")
    return _pool("maxpool", m.kernel_size, m.stride, m.padding, m.ceil_mode, x)


def _avgpool(m: Any, x: Shape, _: Shape) -> Seen:
    if getattr(m, "divisor_override", None):
        return unknown(f"{type(m).__name__} with a divisor of {m.divisor_override}")
    return _pool("avgpool", m.kernel_size, m.stride, m.padding, m.ceil_mode, x, count_include_pad=m.count_include_pad)


def _adaptive(_: Any, __: Shape, y: Shape) -> Seen:
    return Seen("adaptive_avgpool", {"output_size": tuple(y[2:])})


def _softmax(m: Any, x: Shape, _: Shape) -> Seen:
    return Seen("softmax") if m.dim in (-1, len(x) - 1) else unknown(f"Softmax over axis {m.dim}")


def _gelu(m: Any, _: Shape, __: Shape) -> Seen:
    return Seen("gelu") if m.approximate == "none" else unknown(f"GELU with approximate={m.approximate!r}")


def _flatten(m: Any, x: Shape, _: Shape) -> Seen:
    whole = m.start_dim == 1 and m.end_dim in (-1, len(x) - 1)
    return Seen("flatten") if whole else unknown(f"Flatten from axis {m.start_dim} to {m.end_dim}")


def _plain(op: str) -> Callable[[Any, Shape, Shape], Seen]:
    return lambda _, __, ___: Seen(op)


MODULES: tuple[tuple[tuple[type, ...], Callable[[Any, Shape, Shape], Seen]], ...] = (
    ((nn.modules.conv._ConvNd,), _conv),
    ((nn.Linear,), _linear),
    ((nn.modules.batchnorm._BatchNorm,), _batchnorm),
    ((nn.LayerNorm,), _layernorm),
    ((nn.GroupNorm,), _groupnorm),
    ((nn.LocalResponseNorm,), _lrn),
    ((nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d), _maxpool),
    ((nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d), _avgpool),
    ((nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d, nn.AdaptiveAvgPool3d), _adaptive),
    ((nn.ReLU,), _plain("relu")),
    ((nn.Tanh,), _plain("tanh")),
    ((nn.Sigmoid,), _plain("sigmoid")),
    ((nn.LeakyReLU,), lambda m, _, __: Seen("leaky_relu", {"slope": m.negative_slope})),
    ((nn.GELU,), _gelu),
    ((nn.SiLU,), _plain("silu")),
    ((nn.Softmax,), _softmax),
    ((nn.Flatten,), _flatten),
    ((nn.Dropout,), lambda m, _, __: Seen("dropout", {"p": m.p})),
)


def module(m: nn.Module, x: Shape, y: Shape) -> Seen:
    """What a module without children does to an input of shape ``x``; its class's name where the vocabulary has no op for it."""
    for kinds, rule in MODULES:
        if isinstance(m, kinds):
            return rule(m, x, y)
    return unknown(type(m).__name__)


class Call:
    """The arguments of a function call, by position or by name."""

    def __init__(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
        self.args, self.kwargs = args, kwargs

    def get(self, index: int, name: str, default: Any = None) -> Any:
        """The argument at ``index``, or the one called ``name``."""
        return self.args[index] if len(self.args) > index else self.kwargs.get(name, default)

    def tensor(self, index: int, name: str) -> Tensor | None:
        """The same for a tensor."""
        found = self.get(index, name)
        return found if isinstance(found, Tensor) else None


def _f_conv(c: Call, x: Shape, y: Shape) -> Seen:
    weight, bias = c.tensor(1, "weight"), c.tensor(2, "bias")
    rank = len(x) - 2
    attrs = {
        "out_channels": y[1],
        "kernel": tuple(weight.shape[2:]) if weight is not None else (),
        "stride": _axes(c.get(3, "stride", 1), rank),
        "padding": _pairs(c.get(4, "padding", 0), rank),
        "dilation": _axes(c.get(5, "dilation", 1), rank),
        "groups": int(c.get(6, "groups", 1)),
        "bias": bias is not None,
        "in_channels": x[1],
    }
    return Seen("conv", attrs, _sizes(weight=weight, bias=bias))


def _f_conv_transpose(c: Call, x: Shape, y: Shape) -> Seen:
    weight, bias = c.tensor(1, "weight"), c.tensor(2, "bias")
    rank = len(x) - 2
    attrs = {
        "out_channels": y[1],
        "kernel": tuple(weight.shape[2:]) if weight is not None else (),
        "stride": _axes(c.get(3, "stride", 1), rank),
        "padding": _pairs(c.get(4, "padding", 0), rank),
        "output_padding": _axes(c.get(5, "output_padding", 0), rank),
        "groups": int(c.get(6, "groups", 1)),
        "dilation": _axes(c.get(7, "dilation", 1), rank),
        "bias": bias is not None,
        "in_channels": x[1],
    }
    return Seen("conv_transpose", attrs, _sizes(weight=weight, bias=bias))


def _f_linear(c: Call, x: Shape, y: Shape) -> Seen:
    weight, bias = c.tensor(1, "weight"), c.tensor(2, "bias")
    attrs = {"out_features": y[-1], "bias": bias is not None, "in_features": x[-1]}
    return Seen("linear", attrs, _sizes(weight=weight, bias=bias))


def _f_batchnorm(c: Call, x: Shape, _: Shape) -> Seen:
    mean, var = c.tensor(1, "running_mean"), c.tensor(2, "running_var")
    scale, shift = c.tensor(3, "weight"), c.tensor(4, "bias")
    stats = {"running_stats": mean.numel() + var.numel()} if mean is not None and var is not None else {}
    attrs = {"eps": c.get(7, "eps", 1e-5), "affine": scale is not None, "channels": x[1]}
    return Seen("batchnorm", attrs, _sizes(norm_scale=scale, norm_shift=shift) | stats)


def _f_layernorm(c: Call, x: Shape, _: Shape) -> Seen:
    scale, shift = c.tensor(2, "weight"), c.tensor(3, "bias")
    attrs = {"eps": c.get(4, "eps", 1e-5), "affine": scale is not None, "features": x[-1]}
    found = Seen("layernorm", attrs, _sizes(norm_scale=scale, norm_shift=shift))
    return found if len(c.get(1, "normalized_shape")) == 1 else unknown("layer_norm over several axes")


def _f_groupnorm(c: Call, x: Shape, _: Shape) -> Seen:
    scale, shift = c.tensor(2, "weight"), c.tensor(3, "bias")
    attrs = {"groups": c.get(1, "num_groups"), "eps": c.get(4, "eps", 1e-5), "affine": scale is not None, "channels": x[1]}
    return Seen("groupnorm", attrs, _sizes(norm_scale=scale, norm_shift=shift))


def _f_lrn(c: Call, x: Shape, _: Shape) -> Seen:
    size = c.get(1, "size")
    attrs = {"size": size, "alpha": c.get(2, "alpha", 1e-4) / size, "beta": c.get(3, "beta", 0.75), "k": c.get(4, "k", 1.0)}
    return Seen("lrn", attrs | {"channels": x[1]})


def _f_maxpool(c: Call, x: Shape, _: Shape) -> Seen:
    if c.get(4, "dilation", 1) not in (1, (1,) * (len(x) - 2)):
        return unknown("max_pool with dilation")
    return _pool(
        "maxpool", c.get(1, "kernel_size"), c.get(2, "stride"), c.get(3, "padding", 0), bool(c.get(5, "ceil_mode", False)), x
    )


def _f_avgpool(c: Call, x: Shape, _: Shape) -> Seen:
    ceil, include = bool(c.get(4, "ceil_mode", False)), bool(c.get(5, "count_include_pad", True))
    stride, padding = c.get(2, "stride"), c.get(3, "padding", 0)
    return _pool("avgpool", c.get(1, "kernel_size"), stride, padding, ceil, x, count_include_pad=include)


def _f_pad(c: Call, x: Shape, _: Shape) -> Seen:
    flat, value = list(c.get(1, "pad")), c.get(3, "value", None) or 0.0
    pairs = [(flat[k], flat[k + 1]) for k in range(0, len(flat), 2)][::-1]
    pads = ((0, 0),) * (len(x) - 1 - len(pairs)) + tuple(pairs)
    if c.get(2, "mode", "constant") != "constant" or min(flat) < 0 or len(pads) != len(x) - 1:
        return unknown("pad that is not a constant around the axes after the batch")
    if value not in (0.0, float("-inf")):
        return unknown(f"pad with {value}")
    return Seen("zero_pad", {"pads": pads} | ({"value": "-inf"} if value else {}))


def _f_getitem(c: Call, x: Shape, y: Shape) -> Seen:
    index = c.get(1, "index")
    index = index if isinstance(index, tuple) else (index,)
    plain = all(isinstance(i, slice) and i.start is None and i.stop is None for i in index)
    steps = tuple((i.step or 1) if isinstance(i, slice) else 0 for i in index)
    if not plain or len(index) != len(x) or steps[:2] != (1, 1) or len(x) != len(y):
        return unknown("indexing")
    return Seen("subsample", {"stride": steps[2:]})


def _f_add(c: Call, x: Shape, y: Shape) -> Seen:
    other = c.tensor(1, "other")
    if other is None or tuple(other.shape) != x or y != x:
        return unknown("add of other shapes")
    return Seen("add", {"inplace": False})


def _f_mul(c: Call, x: Shape, y: Shape) -> Seen:
    other = c.tensor(1, "other")
    per_channel = other is not None and tuple(other.shape) == (*x[:2], *(1,) * (len(x) - 2))
    return Seen("scale") if per_channel and x == y else unknown("product of other shapes")


def _f_shape(_: Call, x: Shape, y: Shape) -> Seen:
    return Seen("flatten") if y == (x[0], prod(x[1:])) else Seen("reshape", {"shape": y})


def _f_mean(c: Call, x: Shape, _: Shape) -> Seen:
    axes = c.get(1, "dim")
    axes = sorted(a % len(x) for a in ((axes,) if isinstance(axes, int) else axes or ()))
    whole = axes == list(range(2, len(x))) and bool(axes)
    return Seen("adaptive_avgpool", {"output_size": (1,) * (len(x) - 2)}) if whole else unknown("mean over other axes")


def _f_plain(op: str, **attrs: Any) -> Callable[[Call, Shape, Shape], Seen]:
    return lambda _, __, ___: Seen(op, attrs)


FUNCTIONS: dict[str, Callable[[Call, Shape, Shape], Seen]] = {
    **dict.fromkeys(("conv1d", "conv2d", "conv3d"), _f_conv),
    **dict.fromkeys(("conv_transpose1d", "conv_transpose2d", "conv_transpose3d"), _f_conv_transpose),
    "linear": _f_linear,
    "batch_norm": _f_batchnorm,
    "layer_norm": _f_layernorm,
    "group_norm": _f_groupnorm,
    "local_response_norm": _f_lrn,
    **dict.fromkeys(("max_pool1d", "max_pool2d", "max_pool3d"), _f_maxpool),
    **dict.fromkeys(("avg_pool1d", "avg_pool2d", "avg_pool3d"), _f_avgpool),
    **dict.fromkeys(("adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d"), _adaptive),
    "pad": _f_pad,
    "getitem": _f_getitem,
    "add": _f_add,
    "iadd": _f_add,
    "mul": _f_mul,
    "cat": lambda c, x, _: Seen("concat", {"axis": c.get(1, "dim", 0) % len(x)}),
    **dict.fromkeys(("flatten", "reshape", "view", "squeeze", "unsqueeze"), _f_shape),
    "mean": _f_mean,
    "relu": _f_plain("relu"),
    "tanh": _f_plain("tanh"),
    "sigmoid": _f_plain("sigmoid"),
    "leaky_relu": lambda c, _, __: Seen("leaky_relu", {"slope": c.get(1, "negative_slope", 0.01)}),
    "gelu": lambda c, _, __: Seen("gelu") if c.get(9, "approximate", "none") == "none" else unknown("gelu, approximate"),
    "silu": _f_plain("silu"),
    "softmax": lambda c, x, _: Seen("softmax") if c.get(1, "dim") in (-1, len(x) - 1) else unknown("softmax over another axis"),
    "dropout": lambda c, _, __: Seen("dropout", {"p": c.get(1, "p", 0.5)}),
}
SAME = frozenset({"contiguous", "clone", "detach", "to", "requires_grad_", "float"})  # hand on what they get


def function(name: str, args: Sequence[Any], kwargs: Mapping[str, Any], x: Shape, y: Shape) -> Seen:
    """What a function called ``name`` does; under its own name where the vocabulary has no op for it."""
    rule = FUNCTIONS.get(name)
    return rule(Call(args, kwargs), x, y) if rule is not None else unknown(f"torch function {name}")
