"""Every op kind in PyTorch: a plain ``torch.nn`` module or a functional call; one small function each, one table at the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, reduce
from math import prod
from operator import add, iadd, mul
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812  (the name that every PyTorch user knows)
from torch import Tensor, nn

from adapters.room import Unsupported
from crosscheck.contract.network import Layer
from crosscheck.contract.traits import Trait, having

Pairs = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Made:
    """How one layer is done: by a module of its own or by a function of inputs and named tensors. ``before`` pads its input."""

    module: nn.Module | None = None
    function: Callable[..., Tensor] | None = None
    before: Callable[[Tensor], Tensor] | None = None


def _ranked(namespace: Any, stem: str, layer: Layer, *, lowest: int = 1) -> Any:
    """``Conv2d`` for an input of (N, C, H, W), and its likes. Raises Unsupported."""
    rank = len(layer.x) - 2
    if not lowest <= rank <= 3:
        raise Unsupported(f"layer {layer.id!r}: PyTorch has no {stem} over {rank} spatial axes")
    return getattr(namespace, f"{stem}{max(rank, 1)}d")


def _late(function: Callable[..., Tensor], *after: Any, **options: Any) -> Callable[..., Tensor]:
    """A function of ``F`` that is looked up when it runs, as ``F.relu(x)`` in a forward method is: some tools patch these."""
    name = function.__name__

    def call(x: Tensor, **state: Tensor) -> Tensor:
        made: Tensor = getattr(F, name)(x, *after, **options, **state)
        return made

    return call


def _pad(pairs: Pairs, value: float = 0.0) -> Callable[[Tensor], Tensor]:
    """``F.pad`` wants the last axis first."""
    return partial(F.pad, pad=[p for pair in reversed(pairs) for p in pair], value=value)


def _lopsided(pairs: Pairs) -> bool:
    return any(a != b for a, b in pairs)


def _plain(values: tuple[int, ...]) -> int | tuple[int, ...]:
    """One int where all axes agree, as users write it."""
    return values[0] if len(set(values)) == 1 else values


def _conv(layer: Layer, _: bool) -> Made:
    a = layer.attrs
    options = {name: a[name] for name in ("stride", "dilation", "groups")}
    before = _pad(a["padding"]) if _lopsided(a["padding"]) else None
    options["padding"] = tuple(0 if before else p for p, _ in a["padding"])
    if layer.functional:
        return Made(function=_late(_ranked(F, "conv", layer), **options), before=before)
    kind = _ranked(nn, "Conv", layer)
    # "meta" leaves out PyTorch's own initialisation: the seeded weights replace these
    module = kind(a["in_channels"], a["out_channels"], a["kernel"], bias=a["bias"], device="meta", **options)
    return Made(module, before=before)


def _conv_transpose(layer: Layer, _: bool) -> Made:
    """PyTorch crops as much after as before, and takes back after with ``output_padding`` what was too much."""
    a = layer.attrs
    first = tuple(p for p, _ in a["padding"])
    extra = tuple(p - (after - e) for (p, after), e in zip(a["padding"], a["output_padding"], strict=True))
    if any(not 0 <= e < max(s, d) for e, s, d in zip(extra, a["stride"], a["dilation"], strict=True)):
        raise Unsupported(f"layer {layer.id!r}: no ConvTranspose with padding {a['padding']} and stride {a['stride']}")
    options = {name: a[name] for name in ("stride", "dilation", "groups")} | {"padding": first, "output_padding": extra}
    if layer.functional:
        return Made(function=_late(_ranked(F, "conv_transpose", layer), **options))
    kind = _ranked(nn, "ConvTranspose", layer)
    return Made(kind(a["in_channels"], a["out_channels"], a["kernel"], bias=a["bias"], device="meta", **options))


def _linear(layer: Layer, _: bool) -> Made:
    a = layer.attrs
    if layer.functional:
        return Made(function=_late(F.linear))
    return Made(nn.Linear(a["in_features"], a["out_features"], bias=a["bias"], device="meta"))


def _batchnorm(layer: Layer, _: bool) -> Made:
    a = layer.attrs
    if layer.functional:
        return Made(function=_late(F.batch_norm, training=False, eps=a["eps"]))
    return Made(_ranked(nn, "BatchNorm", layer, lowest=0)(a["channels"], eps=a["eps"], affine=a["affine"]))


def _layernorm(layer: Layer, _: bool) -> Made:
    a = layer.attrs
    if layer.functional:
        return Made(function=_late(F.layer_norm, normalized_shape=(a["features"],), eps=a["eps"]))
    return Made(nn.LayerNorm(a["features"], eps=a["eps"], elementwise_affine=a["affine"]))


def _groupnorm(layer: Layer, _: bool) -> Made:
    a = layer.attrs
    if prod(layer.x) == a["groups"]:
        raise Unsupported(f"layer {layer.id!r}: PyTorch's GroupNorm refuses a batch of one value per group")
    if layer.functional:
        return Made(function=_late(F.group_norm, num_groups=a["groups"], eps=a["eps"]))
    return Made(nn.GroupNorm(a["groups"], a["channels"], eps=a["eps"], affine=a["affine"]))


def _lrn(layer: Layer, _: bool) -> Made:
    a = layer.attrs
    if len(layer.x) < 3:
        raise Unsupported(f"layer {layer.id!r}: PyTorch's LocalResponseNorm needs a spatial axis")
    # PyTorch divides alpha by size
    options = {"size": a["size"], "alpha": a["alpha"] * a["size"], "beta": a["beta"], "k": a["k"]}
    if layer.functional:
        return Made(function=_late(F.local_response_norm, **options))
    return Made(nn.LocalResponseNorm(**options))


def _relu(layer: Layer, inplace: bool) -> Made:
    return Made(function=_late(F.relu, inplace=inplace)) if layer.functional else Made(nn.ReLU(inplace=inplace))


def _tanh(layer: Layer, _: bool) -> Made:
    return Made(function=torch.tanh) if layer.functional else Made(nn.Tanh())


def _sigmoid(layer: Layer, _: bool) -> Made:
    return Made(function=torch.sigmoid) if layer.functional else Made(nn.Sigmoid())


def _leaky_relu(layer: Layer, _: bool) -> Made:
    slope = layer.attrs["slope"]
    return Made(function=_late(F.leaky_relu, negative_slope=slope)) if layer.functional else Made(nn.LeakyReLU(slope))


def _gelu(layer: Layer, _: bool) -> Made:
    return Made(function=_late(F.gelu)) if layer.functional else Made(nn.GELU())


def _silu(layer: Layer, _: bool) -> Made:
    return Made(function=_late(F.silu)) if layer.functional else Made(nn.SiLU())


def _softmax(layer: Layer, _: bool) -> Made:
    return Made(function=_late(F.softmax, dim=-1)) if layer.functional else Made(nn.Softmax(dim=-1))


def _dropout(layer: Layer, _: bool) -> Made:
    p = layer.attrs["p"]
    return Made(function=_late(F.dropout, p=p, training=False)) if layer.functional else Made(nn.Dropout(p))


def _pool(layer: Layer, stem: str, options: dict[str, Any], before: Callable[[Tensor], Tensor] | None) -> Made:
    for name in ("stride", "padding"):
        options[name] = _plain(options[name])
    options["kernel_size"] = _plain(layer.attrs["kernel"])
    if layer.functional:
        return Made(function=_late(_ranked(F, f"{stem.lower()}_pool", layer), **options), before=before)
    return Made(_ranked(nn, f"{stem}Pool", layer)(**options), before=before)


def _window_pad(layer: Layer) -> Pairs:
    """The padding of a pooling without what no window reaches: ``ceil_mode`` would put a window of padding alone there."""
    a = layer.attrs
    reach = [(o - 1) * s + k for o, s, k in zip(layer.y[2:], a["stride"], a["kernel"], strict=True)]
    axes = zip(a["padding"], reach, layer.x[2:], strict=True)
    return tuple((first, min(after, max(0, end - size - first))) for (first, after), end, size in axes)


def _maxpool(layer: Layer, _: bool) -> Made:
    a = layer.attrs
    before = _pad(_window_pad(layer), float("-inf")) if _lopsided(a["padding"]) else None
    padding = tuple(0 if before else p for p, _ in a["padding"])
    return _pool(layer, "Max", {"stride": a["stride"], "padding": padding, "ceil_mode": a["ceil_mode"]}, before)


def _avgpool(layer: Layer, _: bool) -> Made:
    a = layer.attrs
    ceil, include = a["ceil_mode"], a["count_include_pad"]
    before = _pad(_window_pad(layer)) if include and (_lopsided(a["padding"]) or _too_wide(layer)) else None
    if _lopsided(a["padding"]) and not include:
        # padding stays out of the mean: as much after as before is right where it leaves the number of windows alone
        ceil = next((mode for mode in (False, True) if _windows(layer, mode) == layer.y[2:]), None)
        if ceil is None:
            raise Unsupported(f"layer {layer.id!r}: no AvgPool with padding {a['padding']} that the mean leaves out")
    if _too_wide(layer) and not include:
        raise Unsupported(f"layer {layer.id!r}: AvgPool3d refuses a window wider than its input without the padding")
    padding = tuple(0 if before else p for p, _ in a["padding"])
    options = {"stride": a["stride"], "padding": padding, "ceil_mode": ceil, "count_include_pad": include}
    return _pool(layer, "Avg", options, before)


def _too_wide(layer: Layer) -> bool:
    """Whether AvgPool3d, alone among the poolings, refuses: it compares its window with the input before padding."""
    return len(layer.x) == 5 and any(k > n for k, n in zip(layer.attrs["kernel"], layer.x[2:], strict=True))


def _windows(layer: Layer, ceil: bool) -> tuple[int, ...]:
    """How many windows PyTorch fits in with the leading padding on both sides."""
    a, found = layer.attrs, []
    for n, k, s, (p, _) in zip(layer.x[2:], a["kernel"], a["stride"], a["padding"], strict=True):
        out = (n + 2 * p - k + (s - 1 if ceil else 0)) // s + 1
        found.append(out - 1 if ceil and (out - 1) * s >= n + p else out)
    return tuple(found)


def _adaptive_avgpool(layer: Layer, _: bool) -> Made:
    size = layer.attrs["output_size"]
    if layer.functional:
        return Made(function=_late(_ranked(F, "adaptive_avg_pool", layer), size))
    return Made(_ranked(nn, "AdaptiveAvgPool", layer)(size))


def _flatten(_: Layer, __: bool) -> Made:
    return Made(function=partial(torch.flatten, start_dim=1))


def _sum(*xs: Tensor) -> Tensor:
    return reduce(add, xs)


def _sum_into_first(*xs: Tensor) -> Tensor:
    return reduce(iadd, xs)


def _add(layer: Layer, alone: bool) -> Made:
    if layer.attrs["inplace"] and not alone:
        raise Unsupported(f"layer {layer.id!r}: it may not write over {layer.inputs[0]!r}, which is read elsewhere")
    return Made(function=_sum_into_first if layer.attrs["inplace"] else _sum)


def _scale(_: Layer, __: bool) -> Made:
    return Made(function=mul)


def _cat(*xs: Tensor, dim: int) -> Tensor:
    return torch.cat(xs, dim)


def _concat(layer: Layer, _: bool) -> Made:
    return Made(function=partial(_cat, dim=layer.attrs["axis"]))


def _every(x: Tensor, stride: tuple[int, ...]) -> Tensor:
    # contiguous, as batch norm computes (and a profiler sees) something else on a strided view
    return x[(slice(None), slice(None), *(slice(None, None, s) for s in stride))].contiguous()


def _subsample(layer: Layer, _: bool) -> Made:
    return Made(function=partial(_every, stride=layer.attrs["stride"]))


def _zero_pad(layer: Layer, _: bool) -> Made:
    return Made(function=_pad(layer.attrs["pads"]))


VIEWS = frozenset(having(Trait.VIEW))

LAYERS: dict[str, Callable[[Layer, bool], Made]] = {
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
