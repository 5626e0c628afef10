"""Units, attributes and places in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from crosscheck.contract.network import show_shape
from crosscheck.diff.canonical import Unit

NOUNS = {
    "conv": ("convolution", "convolutions"),
    "conv_transpose": ("transposed convolution", "transposed convolutions"),
    "linear": ("linear layer", "linear layers"),
    "batchnorm": ("batch normalisation", "batch normalisations"),
    "layernorm": ("layer normalisation", "layer normalisations"),
    "groupnorm": ("group normalisation", "group normalisations"),
    "lrn": ("local response normalisation", "local response normalisations"),
    "relu": ("ReLU", "ReLUs"),
    "leaky_relu": ("leaky ReLU", "leaky ReLUs"),
    "gelu": ("GELU", "GELUs"),
    "silu": ("SiLU", "SiLUs"),
    "tanh": ("tanh", "tanh"),
    "sigmoid": ("sigmoid", "sigmoids"),
    "softmax": ("softmax", "softmaxes"),
    "maxpool": ("max pooling", "max poolings"),
    "avgpool": ("average pooling", "average poolings"),
    "adaptive_avgpool": ("adaptive average pooling", "adaptive average poolings"),
    "flatten": ("flatten", "flattens"),
    "dropout": ("dropout", "dropouts"),
    "add": ("sum", "sums"),
    "scale": ("channel scaling", "channel scalings"),
    "concat": ("concatenation", "concatenations"),
    "subsample": ("subsampling", "subsamplings"),
    "zero_pad": ("zero padding", "zero paddings"),
    "static": ("constant or computed size", "constants or computed sizes"),
    "unknown": ("unknown op", "unknown ops"),
}
MOST = 4  # places that a sentence lists before it only counts them


def noun(op: str, count: int = 1) -> str:
    """The op's name in words, for one or several."""
    one, many = NOUNS.get(op, (op, op))
    return one if count == 1 else many


def counted(ops: Iterable[str]) -> str:
    """``3 convolutions, 2 ReLUs`` in the order of first appearance."""
    return ", ".join(f"{n} {noun(op, n)}" for op, n in Counter(ops).items())


def sizes(values: Sequence[int]) -> str:
    """``3×5``."""
    return "×".join(str(v) for v in values)


def _same(values: Sequence[Any]) -> str:
    return str(values[0]) if len(set(values)) == 1 else sizes(values)


def padding(pairs: Sequence[Sequence[int]]) -> str:
    """``padding 1``, ``no padding``, or what stands before and after on every axis."""
    if not any(p for pair in pairs for p in pair):
        return "no padding"
    if all(a == b for a, b in pairs):
        return f"padding {_same([a for a, _ in pairs])}"
    sides = [f"{a}+{b}" for a, b in pairs]
    return f"padding {sides[0] if len(set(sides)) == 1 else '×'.join(sides)}"


def _zeros(pairs: Sequence[Sequence[int]]) -> str:
    """What a zero padding adds around the axes after the batch, channels first."""
    channels, *spatial = pairs
    parts = [f"{sum(channels)} channels"] if any(channels) else []
    return " and ".join(parts + ([padding(spatial)] if any(p for pair in spatial for p in pair) else []))


def attribute(name: str, value: Any) -> str:
    """One attribute and its value in words."""
    if value is None:
        return f"no {name}"
    made: dict[str, Callable[[], str]] = {
        "kernel": lambda: sizes(value),
        "stride": lambda: f"stride {_same(value)}",
        "padding": lambda: padding(value),
        "pads": lambda: _zeros(value),
        "extent": lambda: str(value),
        "dilation": lambda: f"dilation {_same(value)}",
        "output_padding": lambda: f"output padding {_same(value)}",
        "output_size": lambda: f"output size {sizes(value)}",
        "groups": lambda: "no groups" if value == 1 else f"{value} groups",
        "out_channels": lambda: f"{value:,} output channels",
        "out_features": lambda: f"{value:,} output features",
        "bias": lambda: "a bias" if value else "no bias",
        "affine": lambda: "a scale and a shift" if value else "no scale and shift",
        "shared": lambda: "parameters of an earlier call" if value else "parameters of its own",
        "count_include_pad": lambda: "a mean that counts padding" if value else "a mean that leaves padding out",
        "eps": lambda: f"epsilon {value:.6g}",
        "p": lambda: f"rate {value:g}",
        "slope": lambda: f"slope {value:.6g}",
        "native": lambda: str(value),
    }
    return made[name]() if name in made else f"{name} {value:.6g}" if isinstance(value, float) else f"{name} {value}"


def declared(unit: Unit, name: str) -> Any:
    """An attribute as it is declared: for padding that is more than what windows read."""
    return unit.declared if name == "padding" and unit.declared else unit.attrs.get(name)


def between(values: Sequence[Any], name: str) -> str:
    """One attribute of several units: ``64 to 512 output channels`` where it is a number that differs."""
    if len(set(map(repr, values))) > 1 and all(isinstance(v, int) for v in values):
        return f"{min(values):,} to {attribute(name, max(values))}"
    return attribute(name, values[0])


_PLAIN: Mapping[str, Any] = {"groups": 1, "shared": False, "count_include_pad": True}


def phrase(unit: Unit) -> str:
    """A unit with what sets it apart: ``convolution 3×3, 64 output channels, stride 2, padding 1``."""
    parts = []
    for name in ("kernel", "out_channels", "out_features", "output_size", "stride", "padding", "pads", "dilation", "groups"):
        value = declared(unit, name)
        plain = name in ("stride", "dilation") and set(value or (1,)) == {1}
        plain |= name == "stride" and unit.op in ("maxpool", "avgpool") and value == unit.attrs.get("kernel")
        plain |= name in ("padding", "pads") and not any(p for pair in value or () for p in pair)
        if value is not None and not plain and _PLAIN.get(name, ...) != value:
            parts.append(attribute(name, value))
    if unit.op == "unknown":
        return str(unit.attrs.get("native", "unknown op"))
    if unit.attrs.get("extent"):
        return f"global {noun(unit.op)}"
    if unit.op == "avgpool" and set(unit.attrs["kernel"]) == {1} and unit.x == unit.y:
        return "average pooling 1×1, which changes nothing"
    if unit.op == "zero_pad":
        return f"{noun(unit.op)} of {_zeros(unit.attrs['pads']).removeprefix('padding ')}"
    head = noun(unit.op)
    if parts and "kernel" in unit.attrs:
        head += f" {parts.pop(0)}"
    return ", ".join([head, *parts])


def places(here: Sequence[str], there: Sequence[str] = ()) -> str:
    """Up to MOST ids; those of the other side beside them where they are called otherwise."""
    shown = list(here or there)
    if here and there and len(here) == len(there) and list(here) != list(there):
        shown = [a if a == b else f"{a}/{b}" for a, b in zip(here, there, strict=True)]
    if len(shown) > MOST + 1:
        return f"{', '.join(shown[: MOST - 1])}, … {shown[-1]}"
    return ", ".join(shown)


def shapes(unit: Unit) -> str:
    """``1x64x56x56 → 1x64x28x28``, or the one shape that goes in and out."""
    return show_shape(unit.y) if unit.x == unit.y else f"{show_shape(unit.x)} → {show_shape(unit.y)}"
