"""Primitives that are a part of others, or what a layer would cost if it were done as some library does it; by visiting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import product

import numpy as np

from crosscheck.contract.network import Layer
from tests.counting import naive
from tests.counting.naive import cells, size

Counts = dict[str, int]
PLANE, VOLUME = 4, 5  # axes of (N, C, H, W) and (N, C, D, H, W)


def _conv(layer: Layer, has: Counts) -> Counts:
    count: Counter[str] = Counter()
    kind = naive.kind_of_groups(layer)
    if max(layer.attrs["dilation"]) > 1:
        more = _sub_grid_positions(layer) - size(naive.shape(layer)[2:])
        work = size((layer.x[0], len(naive.wiring(layer)), *layer.attrs["kernel"]))
        count["dilation_mac"] = sum(work for _ in range(more))
        if kind == "grouped":
            count["grouped_dilation_mac"] = count["dilation_mac"]
    if kind == "depthwise" and len(layer.x) == VOLUME:
        count["volume_depthwise_mac"] = has["mac"] + count["dilation_mac"]
    if len(layer.x) != PLANE:
        count["nonplanar_mac"] = has["mac"]
    wired = set(naive.wiring(layer))
    apart = sum(1 for pair in cells((layer.x[1], layer.attrs["out_channels"])) if pair not in wired)
    if len(layer.attrs["kernel"]) == 1:
        (taps,) = layer.attrs["kernel"]
        beside = len([at for at in cells((taps, taps)) if at[1]])
        pairs = size((layer.x[0], layer.x[1], layer.attrs["out_channels"], *naive.shape(layer)[2:]))
        count["squared_line_mac"] = pairs * beside
    count["ungrouped_mac"] = apart * size((layer.x[0], *layer.attrs["kernel"], *naive.shape(layer)[2:]))
    if apart:
        each = sum(1 for _, c in wired if c == 0)
        kept = len(range(layer.attrs["groups"], each + 1, layer.attrs["groups"]))
        weight = size((layer.attrs["out_channels"], each - kept, *layer.attrs["kernel"]))
        count["twice_grouped_mac"] = size((layer.x[0], weight, *naive.shape(layer)[2:]))
        count["twice_grouped_weight"] = 0 if layer.call_of else weight
        whole = size((layer.attrs["out_channels"], each, *layer.attrs["kernel"]))
        positions = size(naive.shape(layer)[2:])
        count["divided_products"] = layer.x[0] * (2 * whole * positions - 2 * whole * positions // layer.attrs["groups"])
        count["divided_weight"] = 0 if layer.call_of else whole - whole // layer.attrs["groups"]
    return count


def _sub_grid_positions(layer: Layer) -> int:
    """Positions with stride 1 where those of one residue modulo the dilation form a sub-grid, all as large as the largest."""
    a, grid = layer.attrs, []
    for n, kernel, pad, dilation in zip(layer.x[2:], a["kernel"], a["padding"], a["dilation"], strict=True):
        by_residue = Counter(k % dilation for k, _ in enumerate(naive.starts(n, kernel, 1, pad, dilation, ceil=False)))
        grid.append(sum(max(by_residue.values()) for _ in range(dilation)))
    return size(grid)


def _conv_transpose(layer: Layer, has: Counts) -> Counts:
    a, count, wired, y = layer.attrs, Counter[str](), naive.wiring(layer), naive.shape(layer)
    per_position = size((layer.x[0], len(wired), *a["kernel"]))
    count["output_grid_mac"] = sum(per_position for _ in cells(y[2:]))
    if layer.x[1] != y[1]:
        apart = [pair for pair in cells((layer.x[1], y[1])) if pair not in set(wired)]
        count["ungrouped_grid_mac"] = size((layer.x[0], len(apart), *a["kernel"], *y[2:]))
    own = sum(1 for c, _ in wired if c == 0)
    count["output_channel_grid_mac"] = sum(size((own, *a["kernel"])) for _ in cells(y))
    count["input_channel_products"] = int(np.float32(sum(size((2, layer.x[1], *a["kernel"])) for _ in cells(layer.x))))
    reached: set[tuple[int, ...]] = set()
    for at, tap in product(cells(layer.x[2:]), list(cells(a["kernel"]))):
        reached.add(tuple(i * s + t * d for i, t, s, d in zip(at, tap, a["stride"], a["dilation"], strict=True)))
    count["scatter_elements"] = sum(len(reached) for _ in cells(y[:2]))
    grid = _uncropped(layer, y[2:])
    if len(grid) < len(("depth", "height", "width")):
        twice = size((2, layer.x[0], len(wired), *a["kernel"], *grid))
        count["grid_products"] = len(range(size(a["stride"]), twice + 1, size(a["stride"])))
    if a["bias"]:
        count["grid_elements"] = size((*y[:2], *grid))
        channels = sum(1 for c, _ in wired if c == 0)
        forward = 1
        for n, k, s, p, d in zip(layer.x[2:], a["kernel"], a["stride"], a["padding"], a["dilation"], strict=True):
            forward *= _steps(n + p[0] + p[0] - (k - 1) * d - 1, s)
        count["forward_grid_bias_add"] = size((layer.x[0], channels)) * forward
    if a["groups"] > 1:
        each = sum(1 for c, _ in wired if c == 0)
        kept = len(range(a["groups"], each + 1, a["groups"]))
        count["regrouped_mac"] = size((*layer.x[:2], len(range(kept, each)), *a["kernel"], *layer.x[2:]))
    return count


def _uncropped(layer: Layer, out: Sequence[int]) -> list[int]:
    """Sizes of the grid that input elements are spread over, each over its taps or its stride, whichever is wider."""
    a, grid, as_same = layer.attrs, [], []
    for n, o, k, s, p, d in zip(layer.x[2:], out, a["kernel"], a["stride"], a["padding"], a["dilation"], strict=True):
        reach = {i * s + t for i in range(n) for t in (*range((k - 1) * d + 1), *range(s))}
        grid.append(len(range(max(*reach, p[0] + o - 1) + 1)))
        surplus = len(range(s, (k - 1) * d + 1))
        as_same.append(o == len(range(n * s)) and p[0] == surplus // 2)
    return list(out) if all(as_same) else grid


def _steps(span: int, stride: int) -> int:
    """Strides from 0 up to ``span`` and one more; below 1 by the strides that lack where ``span`` is negative."""
    count = 0
    while span >= 0:
        count, span = count + 1, span - stride
    while span < -stride:
        count, span = count - 1, span + stride
    return count


def _linear(layer: Layer, has: Counts) -> Counts:
    """Positions beyond the first of each sample."""
    late = [at for at in cells(layer.x[:-1]) if any(at[1:])]
    work = size((len(late), layer.attrs["out_features"]))
    first = 0 if layer.call_of else 1
    return {"position_mac": work * layer.x[-1], "position_bias_add": work if layer.attrs["bias"] else 0, "products": first}


def _batchnorm(layer: Layer, has: Counts) -> Counts:
    plain = {} if layer.attrs["affine"] else {"plain_channels": has["channels"], "plain_in_elements": has["in_elements"]}
    return plain | ({} if len(layer.x) == PLANE else {"nonplanar_in_elements": has["in_elements"]})


def _rows(layer: Layer, has: Counts) -> Counts:
    return {} if layer.attrs["affine"] else {"plain_rows": has["rows"], "plain_in_elements": has["in_elements"]}


def _pool(layer: Layer, has: Counts) -> Counts:
    a, count, n = layer.attrs, Counter[str](), layer.x[2:]
    if len(layer.x) == VOLUME:
        count["volume_elements"] = has["window_elements"]
        count["leading_window_elements"] = sum(a["kernel"][0] for _ in cells(naive.shape(layer)))
    lopsided = any(before != after for before, after in a["padding"])
    small = layer.op == "avgpool" and len(layer.x) == VOLUME and any(k > m for k, m in zip(a["kernel"], n, strict=True))
    if (lopsided or small) and a.get("count_include_pad", True):
        reached = []
        for m, k, pad, placed in zip(n, a["kernel"], a["padding"], naive.axes_of(layer), strict=True):
            last = placed[-1] + k - 1
            reached.append([c for c in range(-pad[0], m + pad[1]) if c < m or c <= last])
        zeros = [at for at in product(*reached) if not all(0 <= c < m for c, m in zip(at, n, strict=True))]
        count["written_pad_elements"] = size((*layer.x[:2], len(zeros)))
    return count


def _adaptive(layer: Layer, has: Counts) -> Counts:
    n, out, count = layer.x[2:], layer.attrs["output_size"], Counter[str]()
    if len(layer.x) != PLANE:
        count["nonplanar_in_elements"] = has["in_elements"]
    if all(o == m for m, o in zip(n, out, strict=True)):
        count["idle_elements"] = size(layer.x)
    long = [next(k for k in range(1, m + 2) if k * o >= m) + 1 for m, o in zip(n, out, strict=True)]
    if all(m in range(0, m + 1, o) for m, o in zip(n, out, strict=True)):
        own = count["tiled_elements"] = has["in_elements"]
    elif any(k > m for k, m in zip(long, n, strict=True)):
        count["slice_elements"] = has["window_elements"]
        return count
    else:
        own = count["scan_elements"] = sum(_scan(n, out, long) for _ in cells(layer.x[:2]))
        count["scan_positions"] = sum(len(range(o)) for o in out)
    if len(layer.x) == VOLUME and set(out) != {1}:
        count["volume_elements"] = own
    return count


def _scan(n: Sequence[int], out: Sequence[int], long: Sequence[int]) -> int:
    """One sample and channel: along each axis in turn, windows of two lengths at every place where they fit."""
    count, now = 0, list(n)
    for axis, (m, o, length) in enumerate(zip(n, out, long, strict=True)):
        for _ in cells([k for other, k in enumerate(now) if other != axis]):
            count += sum(1 for k in (length - 1, length) for start in range(m) if start + k <= m for _ in range(k))
        now[axis] = o
    return count


def _lrn(layer: Layer, has: Counts) -> Counts:
    reach, channels = layer.attrs["size"], range(layer.x[1])
    outside = {k for c in channels for k in range(c - reach // 2, c - reach // 2 + reach)} - set(channels)
    seen = sum(1 for c in channels for _ in range(c - reach // 2, c - reach // 2 + reach))
    one_side = range(reach // 2 if reach % 2 else reach // 2 - 1)
    count = {"channel_pad_elements": size((layer.x[0], len(outside), *layer.x[2:]))}
    count["channel_window_elements"] = seen * size((layer.x[0], *layer.x[2:]))
    count["neighbour_elements"] = len([c for c in one_side if c in channels]) * size((layer.x[0], *layer.x[2:]))
    if len(one_side) in channels:
        count["slide_elements"] = (len(channels) + len(channels) - reach) * size(layer.x[2:])
    return count


def _add(layer: Layer, has: Counts) -> Counts:
    return {"inplace_element_sums": has["element_sums"]} if layer.attrs["inplace"] else {}


PARTS: dict[str, Callable[[Layer, Counts], Counts]] = {
    "conv": _conv,
    "conv_transpose": _conv_transpose,
    "linear": _linear,
    "batchnorm": _batchnorm,
    "layernorm": _rows,
    "groupnorm": _rows,
    "maxpool": _pool,
    "avgpool": _pool,
    "adaptive_avgpool": _adaptive,
    "lrn": _lrn,
    "add": _add,
}
BEYOND = (
    *("mac", "bias_add", "in_elements", "plain_in_elements", "window_elements", "written_pad_elements", "sample_weights"),
    *("twice_grouped_mac", "divided_products", "output_grid_mac", "param_out_elements"),
)


def counts(layer: Layer) -> dict[str, int]:
    """Every primitive of one layer that is not zero."""
    found = _plain(layer)
    one = _plain(replace(layer, in_shapes=tuple((1, *s[1:]) for s in layer.in_shapes)))
    for name in BEYOND:  # what is not done by a module for the first sample
        found[f"beyond_{name}"] = found.get(name, 0) - (0 if layer.functional else one.get(name, 0))
    return {k: v for k, v in found.items() if v}


def _plain(layer: Layer) -> Counts:
    has = naive.counts(layer)
    if has.get("sample_weights") and not layer.functional:
        has["repeated_out_elements" if layer.call_of else "param_out_elements"] = size(naive.shape(layer))
    return has | (PARTS[layer.op](layer, has) if layer.op in PARTS else {})
