"""Which of Keras's paddings a convolution or pooling needs: ``valid``, ``same``, or zeros put around the input beforehand."""

from __future__ import annotations

from collections.abc import Iterable

from crosscheck.contract.network import Layer

Pairs = tuple[tuple[int, int], ...]


def overhang(layer: Layer) -> tuple[int, ...]:
    """Elements per spatial axis by which the last window of a pooling reaches over the padded input."""
    a = layer.attrs
    axes = zip(layer.x[2:], layer.y[2:], a["kernel"], a["stride"], a["padding"], strict=True)
    return tuple(max(0, (o - 1) * s + k - n - p[0] - p[1]) for n, o, k, s, p in axes)


def reach(layer: Layer) -> Pairs:
    """(before, after) per spatial axis that the windows read beyond the input, overhang included."""
    if layer.op == "conv":
        return tuple(layer.attrs["padding"])
    return tuple((p[0], p[1] + h) for p, h in zip(layer.attrs["padding"], overhang(layer), strict=True))


def same(layer: Layer) -> Pairs:
    """(before, after) per spatial axis of TensorFlow's SAME: ceil(size / stride) outputs, the odd element after.

    Source: https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2
    """
    a = layer.attrs
    pairs = []
    for n, k, s, d in zip(layer.x[2:], a["kernel"], a["stride"], a.get("dilation", (1,) * len(a["kernel"])), strict=True):
        total = max(0, (-(-n // s) - 1) * s + (k - 1) * d + 1 - n)
        pairs.append((total // 2, total - total // 2))
    return tuple(pairs)


def is_zero(pairs: Pairs) -> bool:
    """True where nothing is added on any axis."""
    return all(pair == (0, 0) for pair in pairs)


def padding(calls: Iterable[Layer]) -> str:
    """``valid`` or ``same`` where it fits all calls of one layer, else ``explicit``."""
    layers = tuple(calls)
    if all(is_zero(reach(layer)) for layer in layers):
        return "valid"
    return "same" if all(reach(layer) == same(layer) for layer in layers) else "explicit"


def transposed(layer: Layer) -> tuple[str, tuple[int, ...] | None, Pairs]:
    """Padding and output padding of a transposed convolution in Keras, and what to crop (before, after) from its output.

    Without output padding Keras gives (size - 1) * stride + max(span, stride) for ``valid`` and size * stride for ``same``.
    """
    a = layer.attrs
    spans = [d * (k - 1) + 1 for k, d in zip(a["kernel"], a["dilation"], strict=True)]
    axes = list(zip(layer.x[2:], layer.y[2:], spans, a["stride"], a["padding"], strict=True))
    plain = [(n - 1) * s + max(span, s) for n, _, span, s, _ in axes]
    grid = [max(size, p[0] + o) for size, (_, o, _, _, p) in zip(plain, axes, strict=True)]
    crop = tuple((p[0], size - p[0] - o) for size, (_, o, _, _, p) in zip(grid, axes, strict=True))
    if not is_zero(crop) and all(o == n * s and p[0] == max(0, span - s) // 2 for n, o, span, s, p in axes):
        return "same", None, tuple((0, 0) for _ in axes)
    extra = tuple(size - (n - 1) * s - span for size, (n, _, span, s, _) in zip(grid, axes, strict=True))
    return "valid", None if grid == plain else extra, crop
