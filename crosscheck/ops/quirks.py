"""What only one tool counts, or few that do alike: primitives that follow from how a tool works, not from an op's definition.

Whose conventions alone may weigh each, the line of source that makes it so and a sentence stand in quirks.toml. Those of one
layer are counted here, by op; those of containers and of the whole network in crosscheck.counting.containers.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from types import MappingProxyType
from typing import Final

from crosscheck import toml
from crosscheck.contract.network import Layer, Shape
from crosscheck.ops import geometry
from crosscheck.ops.kind import Counts, Factors


@dataclass(frozen=True, slots=True)
class Quirk:
    """A primitive that only these tools count, by id: ``source`` is the line that makes it so in the first of them.

    ``kind`` is what it is a count of: ``compute``, ``params`` or ``sizes``, or ``calls`` where calls alone have it.
    """

    kind: str
    tools: tuple[str, ...]
    source: str
    says: str


def _read(path: Path) -> Mapping[str, Quirk]:
    table = toml.loads(path.read_text(encoding="utf-8"))
    return MappingProxyType({name: Quirk(**{**entry, "tools": tuple(entry["tools"])}) for name, entry in table.items()})


QUIRKS: Final = _read(Path(__file__).with_suffix(".toml"))


# --- convolutions and linear layers ---------------------------------------------------------------------------------------


def conv(layer: Layer, weight: Factors, mac: Factors) -> Counts:
    """Of a convolution with these factors of its weight and its MACs, zeros included."""
    kernel, groups = layer.attrs["kernel"], layer.attrs["groups"]
    counts = _dilated(layer, weight) if max(layer.attrs["dilation"]) > 1 else {}
    if groups > 1:
        lost = weight[1] - weight[1] // groups
        counts |= {"ungrouped_mac": (*mac, groups - 1), "twice_grouped_mac": (*mac[:2], lost, *mac[3:])}
        taps = prod(kernel) * (weight[1] / groups)
        counts["divided_products"] = (mac[0], 2 * prod(mac[1:]) - int(2 * (prod(layer.y[2:]) * weight[0] * taps)))
        if not layer.call_of:
            counts["twice_grouped_weight"] = (weight[0], lost, *kernel)
            counts["divided_weight"] = (prod(weight) - int(weight[0] * taps),)
    if len(kernel) == 1:
        counts["squared_line_mac"] = (*mac, groups, kernel[0] - 1)
    if len(kernel) == 3 and groups == layer.x[1] > 1:
        counts["volume_depthwise_mac"] = (prod(mac) + prod(counts.get("dilation_mac", (0,))),)
    return counts


def _dilated(layer: Layer, weight: Factors) -> Counts:
    a, x, y = layer.attrs, layer.x, layer.y
    dense = zip(x[2:], a["kernel"], a["padding"], a["dilation"], strict=True)
    rounded = tuple(-(-geometry.window_out(n, k, 1, p, d) // d) * d for n, k, p, d in dense)
    counts: Counts = {"dilation_mac": (y[0], *weight, prod(rounded) - prod(y[2:]))}
    return counts | ({"grouped_dilation_mac": counts["dilation_mac"]} if 1 < a["groups"] < x[1] else {})


def conv_transpose(layer: Layer, weight: Factors, grid_mac: Factors) -> Counts:
    """Of a transposed convolution with these factors of its weight, and of what every output position and tap would multiply."""
    a, x, y, grid = layer.attrs, layer.x, layer.y, _transposed_grid(layer)
    counts: Counts = {"output_channel_grid_mac": (*y, *weight[1:])}
    counts["input_channel_products"] = (_single(prod((2, *x, x[1], *a["kernel"]))),)
    if x[1] != y[1]:
        counts["ungrouped_grid_mac"] = (*grid_mac, a["groups"] - 1)
    if len(grid) < 3:
        counts["grid_products"] = (2 * prod((y[0], *weight, *grid)) // prod(a["stride"]),)
    if a["bias"]:
        counts["grid_elements"] = (*y[:2], *grid)
        counts["forward_grid_bias_add"] = (y[0], y[1] // a["groups"], *_forward_grid(layer))
    if a["groups"] > 1:
        each = y[1] // a["groups"]
        counts["regrouped_mac"] = (x[0], x[1], each - each // a["groups"], *a["kernel"], *x[2:])
    return counts


def _forward_grid(layer: Layer) -> tuple[int, ...]:
    """Window positions that a convolution with the leading padding on both sides would have; below 1 where no window fits."""
    a = layer.attrs
    axes = zip(layer.x[2:], a["kernel"], a["stride"], a["padding"], a["dilation"], strict=True)
    return tuple((n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, s, (p, _), d in axes)


def _transposed_grid(layer: Layer) -> tuple[int, ...]:
    """Spatial sizes before cropping; the output's own where it is size times stride and cropped as SAME crops."""
    a = layer.attrs
    spans = tuple(d * (k - 1) + 1 for k, d in zip(a["kernel"], a["dilation"], strict=True))
    axes = tuple(zip(layer.x[2:], layer.y[2:], spans, a["stride"], a["padding"], strict=True))
    if all(o == n * s and p[0] == max(0, span - s) // 2 for n, o, span, s, p in axes):
        return layer.y[2:]
    return tuple(max((n - 1) * s + max(span, s), p[0] + o) for n, o, span, s, p in axes)


def _single(value: int) -> int:
    """The nearest number that single precision can hold."""
    return int(struct.unpack("f", struct.pack("f", value))[0])


def linear(layer: Layer, beyond: Factors) -> Counts:
    """Of a linear layer with these factors of its outputs at positions beyond the first of each sample."""
    counts: Counts = {"position_bias_add": beyond} if layer.attrs["bias"] else {}
    return counts if layer.call_of else counts | {"products": (1,)}


# --- poolings and normalisations ------------------------------------------------------------------------------------------


def pool(layer: Layer) -> Counts:
    """Of a pooling over windows of one size."""
    counts: Counts = {}
    if _padding_is_written(layer):
        counts["written_pad_elements"] = (*layer.x[:2], prod(_reached(layer)) - prod(layer.x[2:]))
    return counts | lead(layer)


def lead(layer: Layer) -> Counts:
    """Of any pooling with a window over three axes."""
    kernel = layer.attrs["kernel"]
    return {"leading_window_elements": (*layer.y, kernel[0])} if len(kernel) == 3 else {}


def _padding_is_written(layer: Layer) -> bool:
    """Where sides differ, or a mean's window is longer than an axis of its volume; never where the mean leaves padding out."""
    a, size = layer.attrs, layer.x[2:]
    if not a.get("count_include_pad", True):
        return False
    narrow = layer.op == "avgpool" and len(size) == 3 and any(k > n for k, n in zip(a["kernel"], size, strict=True))
    return narrow or any(before != after for before, after in a["padding"])


def _reached(layer: Layer) -> tuple[int, ...]:
    """Spatial sizes with the leading padding and as much of the trailing one as some window reads."""
    a = layer.attrs
    ends = ((o - 1) * s + k for o, s, k in zip(layer.y[2:], a["stride"], a["kernel"], strict=True))
    axes = zip(layer.x[2:], a["padding"], ends, strict=True)
    return tuple(n + before + min(after, max(0, end - n - before)) for n, (before, after), end in axes)


def adaptive(layer: Layer, windows: Factors) -> Counts:
    """Of an adaptive pooling whose windows have these factors of their elements."""
    x, y = layer.x, layer.y
    axes = tuple(zip(x[2:], y[2:], strict=True))
    cut = prod(x[2:]) - prod(y[2:]) * prod(n // o for n, o in axes)
    counts: Counts = {"floor_cut_elements": (*x[:2], cut), "float_cut": (float_cut(x, y),)}
    if all(n % o == 0 for n, o in axes):
        return counts | {"tiled_elements": x}
    if any(-(-n // o) + 1 > n for n, o in axes):
        return counts | {"slice_elements": windows}
    return counts | {"scan_elements": (*y[:2], _scan(x[2:], y[2:])), "scan_positions": (sum(y[2:]),)}


def float_cut(x: Shape, y: Shape) -> int:
    """1 where double precision gives (1 + product of size / output) · |y| a little less than the whole |x| + |y|, else 0."""
    ratio = prod((n / o for n, o in zip(x[2:], y[2:], strict=True)), start=1.0)
    return prod(x) + prod(y) - int((ratio + 1) * prod(y))


def _scan(size: Sequence[int], out: Sequence[int]) -> int:
    """Elements per sample and channel of all windows of ceil(n / o) and one more, at every position, one axis after the other."""
    total, now = 0, list(size)
    for axis, (n, o) in enumerate(zip(size, out, strict=True)):
        short = -(-n // o)
        total += prod(now) // n * ((n - short + 1) * short + (n - short) * (short + 1))
        now[axis] = o
    return total


def lrn(layer: Layer) -> Counts:
    """Of a local response normalisation across channels."""
    x, size = layer.x, layer.attrs["size"]
    half = (size - 1) // 2
    counts: Counts = {"channel_pad_elements": (x[0], size - 1, *x[2:]), "neighbour_elements": (x[0], min(half, x[1]), *x[2:])}
    return counts | {"slide_elements": (2 * x[1] - size, *x[2:])} if half < x[1] else counts


def lead_axis(layer: Layer) -> Counts:
    """Of a normalisation whose axes a file names."""
    return {"lead_rows": (prod(layer.x) // layer.attrs["lead"],)} if "lead" in layer.attrs else {}


# --- spellings of files ---------------------------------------------------------------------------------------------------

COPIES = frozenset(
    ("Cast", "Constant", "Gather", "Reshape", "ScatterND", "Shape", "Slice", "Split", "Squeeze", "Tile", "Transpose", "Unsqueeze")
)


def spelling(layer: Layer, node: str, primitive: str) -> Counts:
    """Elements of a layer that a file writes as a node of this type, under a primitive of their own."""
    return {primitive: layer.y} if layer.origin.node == node else {}


PRODUCTS = {"conv": "Conv", "conv_transpose": "ConvTranspose"}  # the node that a file usually has for it


def renamed(layer: Layer, mac: Factors) -> Counts:
    """Of sums of products that a file writes as another node than Conv, ConvTranspose, Gemm or MatMul: quantised, fused."""
    node = layer.origin.node
    usual = (PRODUCTS[layer.op],) if layer.op in PRODUCTS else ("Gemm", "MatMul")
    return {"renamed_mac": mac, "renamed_out_elements": layer.y} if node and node not in usual else {}


def capped(layer: Layer) -> Counts:
    """Of a clip."""
    return {"capped_elements": layer.x} if layer.attrs.get("bounds") == (0, 6) else {}


def added(layer: Layer) -> Counts:
    """Of a sum, stored tensors among what it adds."""
    counts: Counts = {"first_elements": (layer.origin.first,)} if layer.origin.first else {}
    return counts | ({"product_bias_elements": layer.y} if layer.origin.after_product else {})


def made(layer: Layer) -> Counts:
    """Of a value that is computed from constants alone."""
    return {} if layer.origin.node in COPIES or not layer.origin.node else {"made_elements": layer.y}


def in_place(layer: Layer, sums: Factors) -> Counts:
    """Of an element-wise sum with these factors of its additions."""
    return {"inplace_element_sums": sums} if layer.attrs["inplace"] else {}
