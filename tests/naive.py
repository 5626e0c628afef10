"""Counts by doing the work: every product, addition and window element of a layer is visited and ticked off.

Nothing here multiplies sizes; it is slow and it is the definition.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import product

import numpy as np

from crosscheck.spec import Layer, Shape


def cells(shape: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Every index of an array of this shape."""
    return product(*(range(n) for n in shape))


def starts(size: int, kernel: int, stride: int, pad: tuple[int, int], dilation: int, ceil: bool) -> list[int]:
    """First cells of the windows along one axis, negative ones being padding."""
    found = [s for s in range(-pad[0], size + pad[1], stride) if s + (kernel - 1) * dilation < size + pad[1]]
    last = found[-1] + (kernel - 1) * dilation
    if ceil and last < size + pad[1] - 1 and found[-1] + stride < size:
        found.append(found[-1] + stride)
    return found


def _windows(layer: Layer) -> Iterator[tuple[tuple[int, ...], list[tuple[tuple[int, ...], bool]]]]:
    """Every output position of a convolution or pooling with its taps, and whether each tap reads a real cell."""
    a, size = layer.attrs, layer.x[2:]
    rank = len(size)
    dilation = a.get("dilation", (1,) * rank)
    axes = [starts(size[i], a["kernel"][i], a["stride"][i], a["padding"][i], dilation[i], bool(a.get("ceil_mode"))) for i in range(rank)]
    for position in cells([len(axis) for axis in axes]):
        taps = []
        for tap in cells(a["kernel"]):
            at = [axes[i][position[i]] + tap[i] * dilation[i] for i in range(rank)]
            taps.append((tap, all(0 <= at[i] < size[i] for i in range(rank))))
        yield position, taps


def _conv(layer: Layer) -> Counter[str]:
    count: Counter[str] = Counter()
    weights, per_sample = set(), set()
    channels, outputs, groups = layer.x[1], layer.attrs["out_channels"], layer.attrs["groups"]
    group_of = {c: g for g, cs in enumerate(np.array_split(np.arange(channels), groups)) for c in cs.tolist()}
    out_group = {c: g for g, cs in enumerate(np.array_split(np.arange(outputs), groups)) for c in cs.tolist()}
    depthwise = groups > 1 and all(list(group_of.values()).count(g) == 1 for g in group_of.values())
    placed = list(_windows(layer))
    more = _sub_grid_positions(layer) - len(placed) if max(layer.attrs["dilation"]) > 1 else 0
    for n, out in product(range(layer.x[0]), range(outputs)):
        for c, _, _ in product(range(channels), cells(layer.attrs["kernel"]), range(more)):
            if group_of[c] == out_group[out]:
                count["dilation_mac"] += 1
                count["grouped_dilation_mac"] += groups > 1 and not depthwise
        for _, taps in placed:
            for c, (tap, real) in product(range(channels), taps):
                if group_of[c] != out_group[out]:
                    continue
                count["mac"] += 1
                count["pad_mac"] += not real
                count["depthwise_mac"] += depthwise
                count["grouped_mac"] += groups > 1 and not depthwise
                weights.add((out, c, tap))
                per_sample.add((n, out, c, tap))
            count["bias_add"] += layer.attrs["bias"]
    count["weight"], count["sample_weights"] = len(weights), len(per_sample)
    if layer.attrs["bias"]:
        count["bias"], count["sample_biases"] = len({w[0] for w in weights}), len({w[:2] for w in per_sample})
    return count


def _sub_grid_positions(layer: Layer) -> int:
    """Positions with stride 1 where those of one residue modulo the dilation form a sub-grid, all as large as the largest."""
    a, total = layer.attrs, 1
    for size, kernel, pad, dilation in zip(layer.x[2:], a["kernel"], a["padding"], a["dilation"], strict=True):
        by_residue = Counter(k % dilation for k, _ in enumerate(starts(size, kernel, 1, pad, dilation, ceil=False)))
        total *= max(by_residue.values()) * dilation
    return total


def _conv_transpose(layer: Layer) -> Counter[str]:
    """Every input element is spread over the output by every tap; what lands outside is cropped and was work all the same."""
    count: Counter[str] = Counter()
    weights, per_sample = set(), set()
    a, outputs = layer.attrs, layer.attrs["out_channels"]
    halves = [np.array_split(np.arange(c), a["groups"]) for c in (layer.x[1], outputs)]
    wired = [(c, o) for ins, outs in zip(*halves, strict=True) for c, o in product(ins.tolist(), outs.tolist())]
    for n, (c, out), tap in product(range(layer.x[0]), wired, list(cells(a["kernel"]))):
        weights.add((c, out, tap))
        per_sample.add((n, c, out, tap))
        count["mac"] += sum(1 for _ in cells(layer.x[2:]))
        count["output_grid_mac"] += sum(1 for _ in cells(shape(layer)[2:]))
    if a["bias"]:
        count["bias_add"] = sum(1 for _ in cells(shape(layer)))
        count["bias"], count["sample_biases"] = len({w[1] for w in weights}), len({(w[0], w[2]) for w in per_sample})
    return count + Counter(weight=len(weights), sample_weights=len(per_sample))


def _linear(layer: Layer) -> Counter[str]:
    count: Counter[str] = Counter()
    weights, per_sample = set(), set()
    firsts: dict[int, list[int]] = {}  # the first position of each sample
    for *row, out in cells((*layer.x[:-1], layer.attrs["out_features"])):
        beyond = firsts.setdefault(row[0], row) != row
        for feature in range(layer.x[-1]):
            count["mac"] += 1
            count["position_mac"] += beyond
            weights.add((out, feature))
            per_sample.add((row[0], out, feature))
        count["bias_add"] += layer.attrs["bias"]
        count["position_bias_add"] += layer.attrs["bias"] and beyond
    count["weight"], count["sample_weights"] = len(weights), len(per_sample)
    if layer.attrs["bias"]:
        count["bias"], count["sample_biases"] = len({w[0] for w in weights}), len({w[:2] for w in per_sample})
    return count


def _norm(layer: Layer) -> Counter[str]:
    seen = {(n, c) for n, c, *_ in cells(layer.x)}
    channels = {c for _, c in seen}
    count = Counter({"channels": len(channels), "running_stats": len(list(product(("mean", "variance"), channels)))})
    if len(layer.x[2:]) == len(("height", "width")):
        count["planar_in_elements"] = sum(1 for _ in cells(layer.x))
    if layer.attrs["affine"]:
        count["affine_channels"] = len(channels)
    return count + _scale_and_shift(layer, seen)


def _scale_and_shift(layer: Layer, seen: set[tuple[int, int]]) -> Counter[str]:
    """Parameters of a normalisation that scales and shifts what has one second index of ``seen`` alike."""
    each = len({k for _, k in seen})
    if not layer.attrs["affine"]:
        return Counter()
    return Counter(norm_scale=each, norm_shift=each, sample_weights=len(seen), sample_biases=len(seen))


def _layernorm(layer: Layer) -> Counter[str]:
    seen = {(at[0], at[-1]) for at in cells(layer.x)}
    return _softmax(layer) + Counter(channels=len({k for _, k in seen})) + _scale_and_shift(layer, seen)


def _groupnorm(layer: Layer) -> Counter[str]:
    groups = np.array_split(np.arange(layer.x[1]), layer.attrs["groups"])
    rows = {(at[0], g) for at in cells(layer.x) for g, members in enumerate(groups) if at[1] in members}
    seen = {(n, c) for n, c, *_ in cells(layer.x)}
    return Counter(rows=len(rows), channels=len({k for _, k in seen})) + _scale_and_shift(layer, seen)


def _softmax(layer: Layer) -> Counter[str]:
    return Counter(rows=len({at[:-1] for at in cells(layer.x)}))


def _pool(layer: Layer) -> Counter[str]:
    count: Counter[str] = Counter()
    placed = list(_windows(layer))
    for _ in cells(layer.x[:2]):
        for position, taps in placed:
            for _, real in taps:
                count["window_elements"] += 1
                count["volume_elements"] += len(position) == len(("depth", "height", "width"))
                count["pad_window_elements"] += not real
    return count


def _adaptive(layer: Layer) -> Counter[str]:
    count: Counter[str] = Counter()
    size, out = layer.x[2:], layer.attrs["output_size"]
    for position in product(cells(layer.x[:2]), cells(out)):
        for cell in cells(size):
            # cell j belongs to share i where [j, j+1) and [i·size/out, (i+1)·size/out) overlap
            count["window_elements"] += all(
                j * o < (i + 1) * n and (j + 1) * o > i * n for i, j, n, o in zip(position[1], cell, size, out, strict=True)
            )
            # a floored window starts at 0 and ends where another of its size would still fit `out` times
            count["floor_window_elements"] += all((j + 1) * o <= n for j, n, o in zip(cell, size, out, strict=True))
    if all(n in range(0, n + 1, o) for n, o in zip(size, out, strict=True)):
        own = count["tiled_elements"] = sum(1 for _ in cells(layer.x))
    else:
        own = count["scan_elements"] = sum(_scan(size, out) for _ in cells(layer.x[:2]))
        count["scan_positions"] = sum(len(range(o)) for o in out)
    if len(out) == len(("depth", "height", "width")) and set(out) != {1}:
        count["volume_elements"] = own
    return count


def _scan(size: Sequence[int], out: Sequence[int]) -> int:
    """One sample and channel: along each axis in turn, windows of two lengths at every place where they fit."""
    count, now = 0, list(size)
    for axis, (n, o) in enumerate(zip(size, out, strict=True)):
        length = next(k for k in range(1, n + 2) if k * o >= n)
        for _ in cells([m for other, m in enumerate(now) if other != axis]):
            count += sum(1 for k in (length, length + 1) for start in range(n) for tap in range(k) if start + k <= n and tap < k)
        now[axis] = o
    return count


def _add(layer: Layer) -> Counter[str]:
    return Counter(element_sums=sum(1 for other in layer.in_shapes[1:] for _ in cells(other)))


def _nothing(_: Layer) -> Counter[str]:
    return Counter()


COUNT: dict[str, Callable[[Layer], Counter[str]]] = {
    "conv": _conv,
    "conv_transpose": _conv_transpose,
    "linear": _linear,
    "batchnorm": _norm,
    "layernorm": _layernorm,
    "groupnorm": _groupnorm,
    "softmax": _softmax,
    "add": _add,
    "maxpool": _pool,
    "avgpool": _pool,
    "adaptive_avgpool": _adaptive,
} | dict.fromkeys(
    ["lrn", "relu", "tanh", "sigmoid", "leaky_relu", "gelu", "silu", "flatten", "dropout", "concat", "subsample", "zero_pad"], _nothing
)


def counts(layer: Layer) -> dict[str, int]:
    """Every primitive of one layer that is not zero, by visiting."""
    count = COUNT[layer.op](layer)
    count["in_elements"] = sum(1 for _ in cells(layer.x))
    count["out_elements"] = sum(1 for _ in cells(shape(layer)))
    return {k: v for k, v in count.items() if v}


def shape(layer: Layer) -> Shape:
    """The output shape, by placing every window or by doing the thing to an array of zeros."""
    a, first = layer.attrs, np.zeros(layer.x, np.int8)
    if layer.op in ("conv", "maxpool", "avgpool"):
        last = [position for position, _ in _windows(layer)][-1]
        channels = a["out_channels"] if layer.op == "conv" else layer.x[1]
        return (layer.x[0], channels, *(i + 1 for i in last))
    if layer.op == "conv_transpose":
        axes = zip(layer.x[2:], a["kernel"], a["stride"], a["padding"], a["dilation"], a["output_padding"], strict=True)
        spread = [(max(i * s + t * d for i in range(n) for t in range(k)), p, e) for n, k, s, p, d, e in axes]
        return (layer.x[0], a["out_channels"], *(len(range(p[0], last + 1 - p[1])) + e for last, p, e in spread))
    done = {
        "linear": lambda: first @ np.zeros((layer.x[-1], a["out_features"]), np.int8),
        "adaptive_avgpool": lambda: np.zeros((*layer.x[:2], *a["output_size"]), np.int8),
        "flatten": lambda: first.reshape(layer.x[0], -1),
        "add": lambda: sum((np.zeros(s, np.int8) for s in layer.in_shapes[1:]), first),
        "concat": lambda: np.concatenate([np.zeros(s, np.int8) for s in layer.in_shapes], a["axis"]),
        "subsample": lambda: first[(..., *(slice(None, None, s) for s in a["stride"]))],
        "zero_pad": lambda: np.pad(first, [(0, 0), *a["pads"]]),
    }
    return tuple(done.get(layer.op, lambda: first)().shape)
