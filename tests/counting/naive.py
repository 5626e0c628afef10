"""Counts by doing the work: every product, addition and window element of a layer is visited and ticked off.

Nothing here multiplies sizes; it is slow and it is the definition. `naive_parts` has the primitives that are parts of
these, or what the same layer would cost if it were done in another way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import product

import numpy as np

from crosscheck.contract.network import Layer, Shape


def cells(shape: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Every index of an array of this shape."""
    return product(*(range(n) for n in shape))


def size(shape: Sequence[int]) -> int:
    """Elements of an array of this shape."""
    return sum(1 for _ in cells(shape))


def starts(n: int, kernel: int, stride: int, pad: tuple[int, int], dilation: int, ceil: bool) -> list[int]:
    """First cells of the windows along one axis, negative ones being padding."""
    found = [s for s in range(-pad[0], n + pad[1], stride) if s + (kernel - 1) * dilation < n + pad[1]]
    if ceil and not found:  # the first one hangs over too
        return [-pad[0]]
    last = found[-1] + (kernel - 1) * dilation
    if ceil and last < n + pad[1] - 1 and found[-1] + stride < n:
        found.append(found[-1] + stride)
    return found


def axes_of(layer: Layer) -> list[list[int]]:
    """First cells of the windows of a convolution or pooling along every axis."""
    a, rank = layer.attrs, len(layer.x) - 2
    each = zip(layer.x[2:], a["kernel"], a["stride"], a["padding"], a.get("dilation", (1,) * rank), strict=True)
    return [starts(*axis, ceil=bool(a.get("ceil_mode"))) for axis in each]


def windows(layer: Layer) -> Iterator[tuple[tuple[int, ...], list[tuple[int, ...]]]]:
    """Every output position of a convolution or pooling with its taps."""
    for position in cells([len(axis) for axis in axes_of(layer)]):
        yield position, list(cells(layer.attrs["kernel"]))


def wiring(layer: Layer) -> list[tuple[int, int]]:
    """(input channel, output channel) of every pair that groups let meet."""
    halves = [np.array_split(np.arange(c), layer.attrs["groups"]) for c in (layer.x[1], layer.attrs["out_channels"])]
    return [(c, out) for ins, outs in zip(*halves, strict=True) for c, out in product(ins.tolist(), outs.tolist())]


def kind_of_groups(layer: Layer) -> str:
    """How a convolution is grouped: not at all, every input channel alone, or in between."""
    together = max(Counter(out for _, out in wiring(layer)).values())
    return "dense" if together == layer.x[1] else "depthwise" if together == 1 else "grouped"


def _parameters(layer: Layer, weights: set[tuple[object, ...]], biases: set[object]) -> Counter[str]:
    """Weights and biases that were touched, once, and once for every sample."""
    once = Counter(weight=len(weights), bias=len(biases))
    each = Counter(
        sample_weights=len(list(product(range(layer.x[0]), weights))), sample_biases=len(list(product(range(layer.x[0]), biases)))
    )
    return each + (Counter(repeated_params=once.total()) if layer.call_of else once)


def _conv(layer: Layer) -> Counter[str]:
    count: Counter[str] = Counter()
    wired, placed, kind = wiring(layer), list(windows(layer)), kind_of_groups(layer)
    weights: set[tuple[object, ...]] = set()
    firsts, plane = axes_of(layer), set(cells(layer.x[2:]))
    for _, (c, out), (at, taps) in product(range(layer.x[0]), wired, placed):
        corner = [first[k] for first, k in zip(firsts, at, strict=True)]
        for tap in taps:
            count["mac"] += 1
            met = tuple(n + t * d for n, t, d in zip(corner, tap, layer.attrs["dilation"], strict=True))
            count["padding_mac"] += met not in plane
            count["grouped_mac"] += kind == "grouped"
            weights.add((out, c, tap))
    biases: set[object] = {w[0] for w in weights} if layer.attrs["bias"] else set()
    count["bias_add"] = len(list(product(range(layer.x[0]), biases, placed)))
    return count + _parameters(layer, weights, biases)


def _conv_transpose(layer: Layer) -> Counter[str]:
    """Every input element is spread over the output by every tap; what lands outside is cropped and was work all the same."""
    count: Counter[str] = Counter()
    weights: set[tuple[object, ...]] = set()
    a, plane = layer.attrs, set(cells(shape(layer)[2:]))
    for _, (c, out), tap, at in product(range(layer.x[0]), wiring(layer), list(cells(a["kernel"])), list(cells(layer.x[2:]))):
        count["mac"] += 1
        axes = zip(at, tap, a["stride"], a["dilation"], a["padding"], strict=True)
        count["padding_mac"] += tuple(n * s + t * d - p for n, t, s, d, (p, _) in axes) not in plane
        weights.add((c, out, tap))
    biases: set[object] = {w[1] for w in weights} if layer.attrs["bias"] else set()
    count["bias_add"] = len(list(product(range(layer.x[0]), biases, cells(shape(layer)[2:]))))
    return count + _parameters(layer, weights, biases)


def _linear(layer: Layer) -> Counter[str]:
    count: Counter[str] = Counter()
    weights: set[tuple[object, ...]] = set()
    for *_, out in cells((*layer.x[:-1], layer.attrs["out_features"])):
        for feature in range(layer.x[-1]):
            count["mac"] += 1
            weights.add((out, feature))
        count["bias_add"] += layer.attrs["bias"]
    return count + _parameters(layer, weights, {w[0] for w in weights} if layer.attrs["bias"] else set())


def _normalised(layer: Layer, axis: int) -> Counter[str]:
    """A normalisation that scales and shifts alike what has one index along ``axis``."""
    alike = {at[axis] for at in cells(layer.x)}
    count = Counter(channels=len(alike))
    if not layer.attrs["affine"]:
        return count
    each = len({(at[0], at[axis]) for at in cells(layer.x)})
    count += Counter(sample_weights=each, sample_biases=each)
    return count + (
        Counter(repeated_params=2 * len(alike)) if layer.call_of else Counter(norm_scale=len(alike), norm_shift=len(alike))
    )


def _batchnorm(layer: Layer) -> Counter[str]:
    count = _normalised(layer, 1)
    statistics = [] if layer.call_of else list(product(("mean", "variance"), range(layer.x[1])))
    return count + Counter(running_stats=len(statistics))


def _layernorm(layer: Layer) -> Counter[str]:
    return _normalised(layer, -1) + _softmax(layer)


def _groupnorm(layer: Layer) -> Counter[str]:
    groups = np.array_split(np.arange(layer.x[1]), layer.attrs["groups"])
    rows = {(at[0], g) for at in cells(layer.x) for g, members in enumerate(groups) if at[1] in members}
    return _normalised(layer, 1) + Counter(rows=len(rows))


def _softmax(layer: Layer) -> Counter[str]:
    return Counter(rows=len({at[:-1] for at in cells(layer.x)}))


def _pool(layer: Layer) -> Counter[str]:
    count: Counter[str] = Counter()
    placed = list(windows(layer))
    for _, (_, taps) in product(cells(layer.x[:2]), placed):
        count["window_elements"] += len(taps)
    return count


def _adaptive(layer: Layer) -> Counter[str]:
    count: Counter[str] = Counter()
    n, out = layer.x[2:], layer.attrs["output_size"]
    for (_, position), cell in product(product(cells(layer.x[:2]), cells(out)), list(cells(n))):
        # cell j belongs to share i where [j, j+1) and [i·size/out, (i+1)·size/out) overlap
        count["window_elements"] += all(
            j * o < (i + 1) * m and (j + 1) * o > i * m for i, j, m, o in zip(position, cell, n, out, strict=True)
        )
        # a floored window starts at 0 and ends where another of its size would still fit `out` times
        count["floor_cut_elements"] -= all((j + 1) * o <= m for j, m, o in zip(cell, n, out, strict=True))
    count["floor_cut_elements"] += size(layer.x)
    return count


def _add(layer: Layer) -> Counter[str]:
    return Counter(element_sums=sum(size(other) for other in layer.in_shapes[1:]))


def _nothing(_: Layer) -> Counter[str]:
    return Counter()


COUNT: dict[str, Callable[[Layer], Counter[str]]] = {
    "conv": _conv,
    "conv_transpose": _conv_transpose,
    "linear": _linear,
    "batchnorm": _batchnorm,
    "layernorm": _layernorm,
    "groupnorm": _groupnorm,
    "softmax": _softmax,
    "maxpool": _pool,
    "avgpool": _pool,
    "adaptive_avgpool": _adaptive,
    "add": _add,
} | dict.fromkeys(
    (
        *("lrn", "relu", "tanh", "sigmoid", "leaky_relu", "gelu", "silu", "scale"),
        *("flatten", "dropout", "concat", "subsample", "zero_pad"),
    ),
    _nothing,
)


def counts(layer: Layer) -> dict[str, int]:
    """Every primitive of one layer that can be had by visiting, and is not zero."""
    count = COUNT[layer.op](layer) + Counter(in_elements=size(layer.x), out_elements=size(shape(layer)))
    return {k: v for k, v in count.items() if v}


def shape(layer: Layer) -> Shape:
    """The output shape, by placing every window or by doing the thing to an array of zeros."""
    a, first = layer.attrs, np.zeros(layer.x, np.int8)
    if layer.op in ("conv", "maxpool", "avgpool"):
        channels = a["out_channels"] if layer.op == "conv" else layer.x[1]
        return (layer.x[0], channels, *(len(axis) for axis in axes_of(layer)))
    if layer.op == "conv_transpose":
        axes = zip(layer.x[2:], a["kernel"], a["stride"], a["padding"], a["dilation"], a["output_padding"], strict=True)
        spread = [(max(i * s + t * d for i in range(n) for t in range(k)), p, e) for n, k, s, p, d, e in axes]
        return (layer.x[0], a["out_channels"], *(len(range(p[0], last + 1 - p[1])) + e for last, p, e in spread))
    done: dict[str, Callable[[], np.ndarray]] = {
        "linear": lambda: first @ np.zeros((layer.x[-1], a["out_features"]), np.int8),
        "adaptive_avgpool": lambda: np.zeros((*layer.x[:2], *a["output_size"]), np.int8),
        "flatten": lambda: first.reshape(layer.x[0], -1),
        "add": lambda: np.sum([np.zeros(s, np.int8) for s in layer.in_shapes], axis=0),
        "scale": lambda: first * np.zeros(layer.in_shapes[1], np.int8),
        "concat": lambda: np.concatenate([np.zeros(s, np.int8) for s in layer.in_shapes], a["axis"]),
        "subsample": lambda: first[tuple(slice(None, None, s) for s in (1, 1, *a["stride"]))],
        "zero_pad": lambda: np.pad(first, [(0, 0), *a["pads"]]),
    }
    return tuple(done.get(layer.op, lambda: first)().shape)
