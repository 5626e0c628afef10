"""The op vocabulary: per op kind its attributes, its output shape and its primitive counts, from shapes alone.

A count is kept as its factors, ``(64, 3, 7, 7, 112, 112)``, so that a report can show the arithmetic; the engine multiplies.
The formulas follow from the definition of each op; nothing here knows how any tool counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import prod
from typing import Any

from crosscheck.contract import origin
from crosscheck.contract.network import Layer, Shape
from crosscheck.errors import UnknownNameError
from crosscheck.ops import geometry, quirks, shapes
from crosscheck.ops.files import FILE_OPS
from crosscheck.ops.kind import REQUIRED, Attrs, Counts, Factors, Op
from crosscheck.ops.kind import elements as _elements
from crosscheck.ops.other import OTHER_OPS
from crosscheck.ops.papers import PAPER_OPS
from crosscheck.ops.primitives import BEYOND, STORED

FILES = ("onnx", "caffe", "")  # frameworks of conventions that count files; the engine's own have none
_BEYOND = tuple((name, f"beyond_{name}") for name in BEYOND)
CAFFE_ONLY = "plumbing"  # the family of ops that no ONNX graph has


def _weights(layer: Layer, weight: Factors, bias: Factors) -> Counts:
    """Parameters of a weight and a bias, once over all calls; charged per sample and call where a tool does so."""
    n = layer.x[0]
    counts: Counts = {"sample_weights": (n, *weight), "sample_biases": (n, *bias)}
    counts |= {"repeated_params": (prod(weight) + prod(bias),)} if layer.call_of else {"weight": weight, "bias": bias}
    return counts | _made_by_parameters(layer)


def _made_by_parameters(layer: Layer) -> Counts:
    """The output of a module with parameters, apart for first and further calls; a functional call has no module."""
    return {} if layer.functional else {"repeated_out_elements" if layer.call_of else "param_out_elements": layer.y}


def _count_conv(layer: Layer) -> Counts:
    a, x, y = layer.attrs, layer.x, layer.y
    weight = (y[1], x[1] // a["groups"], *a["kernel"])
    mac = (y[0], *weight, *y[2:])
    counts = _elements(layer) | _weights(layer, weight, (y[1],) if a["bias"] else (0,)) | {"mac": mac}
    if any(map(max, a["padding"])):
        counts["padding_mac"] = (y[0], *weight[:2], _missed(a, x[2:], y[2:]))
    if 1 < a["groups"] < x[1]:
        counts["grouped_mac"] = mac
    if len(x) != 4:
        counts["nonplanar_mac"] = mac
    if a["bias"]:
        counts["bias_add"] = y
    return counts | quirks.conv(layer, weight, mac) | quirks.renamed(layer, mac)


def _missed(attrs: Mapping[str, Any], size: Shape, places: Shape) -> int:
    """Pairs of a tap and one of the window's places in which the tap lies outside a plane of this size."""
    axes = zip(size, attrs["kernel"], attrs["stride"], attrs["padding"], attrs["dilation"], places, strict=True)
    met = [geometry.meetings(n, k, s, before, d, o) for n, k, s, (before, _), d, o in axes]
    return prod((*attrs["kernel"], *places)) - prod(met)


def _count_conv_transpose(layer: Layer) -> Counts:
    """Every input element meets every tap once; positions that padding crops are included, as padding zeros are in ``mac``."""
    a, x, y = layer.attrs, layer.x, layer.y
    weight = (x[1], y[1] // a["groups"], *a["kernel"])
    grid_mac = (y[0], *weight, *y[2:])
    counts = _elements(layer) | _weights(layer, weight, (y[1],) if a["bias"] else (0,))
    counts |= {"mac": (x[0], *weight, *x[2:]), "output_grid_mac": grid_mac, "scatter_elements": (*y[:2], *_scattered(layer))}
    if any(map(max, a["padding"])):
        counts["padding_mac"] = (x[0], *weight[:2], _missed(a, y[2:], x[2:]))
    if a["bias"]:
        counts["bias_add"] = y
    return counts | quirks.conv_transpose(layer, weight, grid_mac) | quirks.renamed(layer, grid_mac)


def _scattered(layer: Layer) -> tuple[int, ...]:
    """Positions of each spatial axis, uncropped, that some input element reaches through some tap."""
    a = layer.attrs
    axes = zip(layer.x[2:], a["kernel"], a["stride"], a["dilation"], strict=True)
    return tuple(geometry.reached(n, k, s, d) for n, k, s, d in axes)


def _count_linear(layer: Layer) -> Counts:
    a = layer.attrs
    weight = (a["out_features"], a["in_features"])
    counts = _elements(layer) | _weights(layer, weight, (a["out_features"],) if a["bias"] else (0,))
    beyond = (layer.y[0], prod(layer.y[1:-1]) - 1, a["out_features"])
    mac = (*layer.y, a["in_features"])
    counts |= {"mac": mac, "position_mac": (*beyond, a["in_features"])} | quirks.renamed(layer, mac)
    if a["bias"]:
        counts["bias_add"] = layer.y
    return counts | quirks.linear(layer, beyond)


def _count_norm(layer: Layer) -> Counts:
    n, c = layer.x[0], layer.attrs["channels"]
    counts = _elements(layer) | {"channels": (c,)}
    if len(layer.x) != 4:
        counts["nonplanar_in_elements"] = layer.x
    if layer.attrs["affine"]:
        counts |= {"sample_weights": (n, c), "sample_biases": (n, c)} | _made_by_parameters(layer)
    else:
        counts |= {"plain_channels": (c,), "plain_in_elements": layer.x}
    if not layer.call_of:
        counts["running_stats"] = (2, c)
        if layer.attrs["affine"]:
            counts |= {"norm_scale": (c,), "norm_shift": (c,)}
    elif layer.attrs["affine"]:
        counts["repeated_params"] = (2, c)
    return counts


def _count_sample_norm(layer: Layer) -> Counts:
    """Normalisations whose statistics come from each sample: no running statistics; ``rows`` are normalised apart."""
    a, x = layer.attrs, layer.x
    rows = prod(x[:-1]) if layer.op == "layernorm" else x[0] * a["groups"]
    size = a["features"] if layer.op == "layernorm" else a["channels"]
    counts = _elements(layer) | {"rows": (rows,), "channels": (size,)}
    if a["affine"]:
        counts |= {"sample_weights": (x[0], size), "sample_biases": (x[0], size)} | _made_by_parameters(layer)
        counts |= {"repeated_params": (2, size)} if layer.call_of else {"norm_scale": (size,), "norm_shift": (size,)}
    else:
        counts |= {"plain_rows": (rows,), "plain_in_elements": x}
    return counts | quirks.spelling(layer, "InstanceNormalization", "instance_elements")


def _count_softmax(layer: Layer) -> Counts:
    return _elements(layer) | {"rows": (prod(layer.x[:-1]),)}


def _count_pool(layer: Layer) -> Counts:
    windows = (*layer.y, *layer.attrs["kernel"])
    counts = _elements(layer) | {"window_elements": windows} | quirks.pool(layer)
    return counts | {"volume_elements": windows} if len(layer.x) == 5 else counts


def _count_adaptive(layer: Layer) -> Counts:
    x, y = layer.x, layer.y
    spans = tuple(sum(geometry.adaptive_spans(n, o)) for n, o in zip(x[2:], y[2:], strict=True))
    windows = (*y[:2], *spans)
    counts = _elements(layer) | {"window_elements": windows} | quirks.adaptive(layer, windows)
    if x == y:
        counts["idle_elements"] = y
    if len(x) != 4:
        counts["nonplanar_in_elements"] = x
    own = counts.get("tiled_elements") or counts.get("scan_elements")
    return counts | {"volume_elements": own} if own and len(x) == 5 and max(y[2:]) > 1 else counts


def _count_lrn(layer: Layer) -> Counts:
    return _elements(layer) | {"channel_window_elements": (*layer.x, layer.attrs["size"])} | quirks.lrn(layer)


def _count_flatten(layer: Layer) -> Counts:
    return _elements(layer) | quirks.spelling(layer, "Reshape", "reshape_elements")


def _count_add(layer: Layer) -> Counts:
    sums = (len(layer.inputs) - 1, *layer.y)
    return _elements(layer) | {"element_sums": sums} | quirks.in_place(layer, sums)


# --- the table ------------------------------------------------------------------------------------------------------------

_CONV = {"out_channels": REQUIRED, "kernel": REQUIRED, "stride": 1, "padding": 0, "dilation": 1, "groups": 1, "bias": True}
_POOL = {"kernel": REQUIRED, "stride": None, "padding": 0, "ceil_mode": False}

OPS: dict[str, Op] = {
    "conv": Op("convolution", _CONV, shapes.conv, _count_conv),
    "conv_transpose": Op(
        "transposed convolution",
        _CONV | {"output_padding": 0},
        shapes.conv_transpose,
        _count_conv_transpose,
    ),
    "linear": Op(
        "fully connected layer over the last axis", {"out_features": REQUIRED, "bias": True}, shapes.linear, _count_linear
    ),
    "batchnorm": Op("batch normalisation, inference", {"eps": 1e-5, "affine": True}, shapes.channelwise, _count_norm),
    "lrn": Op(
        "local response normalisation across channels, y = x / (k + alpha * sum of size squares) ** beta",
        {"size": 5, "alpha": 1e-4, "beta": 0.75, "k": 2.0},
        shapes.channelwise,
        _count_lrn,
    ),
    "layernorm": Op("normalisation over the last axis", {"eps": 1e-5, "affine": True}, shapes.last_axis, _count_sample_norm),
    "groupnorm": Op(
        "normalisation over groups of channels",
        {"groups": REQUIRED, "eps": 1e-5, "affine": True},
        shapes.grouped_channels,
        _count_sample_norm,
    ),
    "relu": Op("max(x, 0)", {}, shapes.same, _elements),
    "tanh": Op("hyperbolic tangent", {}, shapes.same, _elements),
    "sigmoid": Op("1 / (1 + exp(-x))", {}, shapes.same, _elements),
    "leaky_relu": Op("x where positive, else slope times x", {"slope": 0.01}, shapes.same, _elements),
    "gelu": Op("x times the normal distribution function of x, exact", {}, shapes.same, _elements),
    "silu": Op("x times sigmoid of x", {}, shapes.same, _elements),
    "softmax": Op("exponentials over the last axis that sum to 1", {}, shapes.same, _count_softmax),
    "maxpool": Op("maximum over a window, padding never wins", _POOL, shapes.pool, _count_pool),
    "avgpool": Op("mean over a window", _POOL | {"count_include_pad": True}, shapes.pool, _count_pool),
    "adaptive_avgpool": Op("mean over windows that tile the input", {"output_size": REQUIRED}, shapes.adaptive, _count_adaptive),
    "flatten": Op("all axes after the batch into one", {}, shapes.flatten, _count_flatten),
    "dropout": Op("identity in inference", {"p": 0.5}, shapes.same, _elements),
    "add": Op("element-wise sum of equal shapes", {"inplace": False}, shapes.equal, _count_add),
    "scale": Op("each channel of each sample times a number of its own, the second input", {}, shapes.scale, _elements),
    "concat": Op("joined along one axis", {"axis": 1}, shapes.concat, _elements),
    "subsample": Op("every stride-th element of each spatial axis", {"stride": REQUIRED}, shapes.subsample, _elements),
    "zero_pad": Op("zeros around each axis after the batch", {"pads": REQUIRED}, shapes.pad, _elements),
}


DESCRIBED: Mapping[str, Op] = OPS | PAPER_OPS
_OPS: Mapping[str, Op] = {**OTHER_OPS, **FILE_OPS, **DESCRIBED}


def vocabulary(framework: str, scope: str = "") -> Mapping[str, Op]:
    """The ops that a convention of this framework needs a word on.

    One of files meets file ops too, of ONNX those that no Caffe file alone has; so does one of the engine's own, unless its
    ``scope`` is ``described``, and it meets the ops of papers, which no framework has.
    """
    if framework not in FILES:
        return OPS
    if scope == "described":
        return DESCRIBED
    known = OPS if framework else {**DESCRIBED, **OTHER_OPS}
    return {**known, **{name: op for name, op in FILE_OPS.items() if framework != "onnx" or op.family != CAFFE_ONLY}}


def complete(op: str, attrs: Mapping[str, Any], in_shapes: Sequence[Shape]) -> tuple[Attrs, Shape]:
    """All attributes, defaults filled in and axes spelled out, and the output shape.

    Raises UnknownNameError for an op that is not in the table and ValueError for attributes or shapes that do not fit.
    """
    if op not in DESCRIBED:
        raise UnknownNameError("op", op, DESCRIBED)
    known = DESCRIBED[op].attrs
    odd = sorted(set(attrs) - set(known))
    if odd:
        raise ValueError(f"{op} has no attribute {odd[0]!r}; it has {', '.join(known) or 'none'}")
    full: Attrs = {**known, **attrs}
    lacking = [k for k, v in full.items() if v is REQUIRED]
    if lacking:
        raise ValueError(f"{op} needs {', '.join(lacking)}")
    if any(d < 1 for x in in_shapes for d in x):
        raise ValueError(f"a dimension of {' and '.join(map(str, in_shapes))} is below 1")
    shape = DESCRIBED[op].resolve(full, in_shapes)
    if min(shape) < 1:
        raise ValueError(f"the output {shape} is empty")
    return full, shape


def factors(layer: Layer) -> Counts:
    """The factors of every primitive of one layer; their product is the count.

    The origin of a layer that was read from a file says in ``stored`` how many elements of each parameter primitive the file
    holds for it and for no layer before it; that stands in for what its shapes would tell.
    """
    counts = _OPS[layer.op].counts(layer)
    if layer.origin.file == "caffe":
        counts = counts | {"calls": (1,)}
    if len(layer.out_shapes) > 1:
        counts["later_out_elements"] = (sum(map(prod, layer.out_shapes[1:])),)
    stored = layer.origin.stored
    if stored is not None:
        kept = {k: v for k, v in counts.items() if k not in STORED or prod(v) == stored.get(k)}
        counts = {k: (n,) for k, n in stored.items()} | kept
    for name, beyond in _BEYOND:
        if parts := counts.get(name):  # the batch comes first in all of these
            if layer.functional:
                counts[beyond] = parts
            elif parts[0] != 1:
                counts[beyond] = (parts[0] - 1, *parts[1:])
    return counts


def formula(layer: Layer, primitive: str) -> str:
    """The arithmetic of one primitive, ``64·3·7·7·112·112``; a batch of 1 is left out, no count is an empty string."""
    parts = factors(layer).get(primitive, ())
    if len(parts) > 1 and (parts[0], *layer.x[:1]) == (1, 1):
        parts = parts[1:]
    return "·".join(map(str, parts)) if prod(parts) and parts else ""


def counts(layer: Layer) -> Mapping[str, int]:
    """The primitive counts of one layer, zeros left out."""
    if layer.origin is origin.DESCRIBED:
        try:
            known = (layer.op, tuple(layer.attrs.items()), layer.in_shapes, layer.out_shapes)
            return _known(*known, again=layer.call_of is not None, functional=layer.functional)
        except TypeError:  # an attribute that cannot be a key, such as a list
            pass
    return _products(layer)


@lru_cache(maxsize=2**13)
def _known(
    op: str,
    attrs: tuple[tuple[str, Any], ...],
    ins: tuple[Shape, ...],
    outs: tuple[Shape, ...],
    *,
    again: bool,
    functional: bool,
) -> Mapping[str, int]:
    """The same of a layer that nothing but this tells: networks of one family repeat theirs, each is worked out once."""
    return _products(Layer("", op, dict(attrs), ("",) * len(ins), ins, outs, op if again else None, functional))


def _products(layer: Layer) -> dict[str, int]:
    return {name: value for name, parts in factors(layer).items() if (value := prod(parts))}
