"""Terms that the sizes of a network make, and what rules say by them: taps that meet padding, and adaptive poolings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod

from crosscheck.contract.network import Layer, Model
from crosscheck.ops import described as ops
from crosscheck.ops import geometry, quirks
from crosscheck.studies.site.sizes import Pair, Sizes

Key = tuple[str, int, str, str]  # kind of layer and how deep, op, primitive
PADDED, CUT = "padding_mac", "float_cut"
UNEVEN = frozenset((CUT, "overturned_out_elements", "wrapped_out_elements"))  # no count per image: the page works them out


@dataclass(frozen=True, slots=True)
class Term:
    """A number: 1, the elements of a ``plane`` of two sizes, or a primitive of an adaptive pooling of a plane to (H, W)."""

    rule: str
    numbers: tuple[int, ...] = ()


ONE = Term("one")
Sum = Mapping[Term, int]  # how many times each term is in a count
Said = tuple[Key, Sum, Sum]  # of one sample, and of a further one


@dataclass(frozen=True, slots=True)
class Cut:
    """An adaptive pooling of a plane of so many channels to (H, W), of which double precision may cut something off."""

    key: Key
    channels: int
    plane: Pair
    out: Pair


def value(term: Term, heights: Sequence[int], widths: Sequence[int]) -> int:
    """What a term is for an image with these sizes along its height and its width."""
    if term == ONE:
        return 1
    i, j, *out = term.numbers
    plane = heights[i], widths[j]
    if not out:
        return prod(plane)
    layer = Layer("", "", {}, (), ((1, 1, *plane),), ((1, 1, *out),))
    spans = tuple(sum(geometry.adaptive_spans(n, o)) for n, o in zip(plane, out, strict=True))
    return prod(quirks.adaptive(layer, spans).get(term.rule, (0,)))


def said(model: Model, found: Sizes) -> Iterator[Said]:
    """What padding and adaptive pooling count, layer by layer."""
    for layer, x, y in zip(model.layers, found.ins, found.outs, strict=True):
        if x and y and "output_size" in layer.attrs:
            yield from _pooled(model, layer, found, x)
        elif x and y and PADDED in (parts := ops.factors(layer)):
            each = prod(parts[PADDED][:-1])
            met = found.each("met", x, [(*_taps(layer, axis), to) for axis, to in enumerate(y)])
            sum_ = {Term("plane", y): each * prod(layer.attrs["kernel"]), Term("plane", met): -each}
            yield _key(model, layer, PADDED), sum_, sum_


def _taps(layer: Layer, axis: int) -> tuple[int, ...]:
    a = layer.attrs
    return a["kernel"][axis], a["stride"][axis], a["padding"][axis][0], a["dilation"][axis]


def _pooled(model: Model, layer: Layer, found: Sizes, x: Pair) -> Iterator[Said]:
    channels, out = layer.x[1], layer.y[2:]
    plane = {name: Term("plane", found.each(name, x, [(n,) for n in out])) for name in ("spans", "tiled", "floored", "idle")}
    windows = {plane["spans"]: channels}
    sums: dict[str, Sum] = {
        "window_elements": windows,
        "tiled_elements": {plane["tiled"]: channels},
        "floor_cut_elements": {Term("plane", x): channels, plane["floored"]: -channels * prod(out)},
        "idle_elements": {plane["idle"]: channels},
    }
    if max(out) > 1:
        sums |= {name: {Term(name, (*x, *out)): channels} for name in ("slice_elements", "scan_elements")}
        yield _key(model, layer, "scan_positions"), {Term("scan_positions", (*x, *out)): 1}, {}
    yield _key(model, layer, "beyond_window_elements"), windows if layer.functional else {}, windows
    for name, sum_ in sums.items():
        yield _key(model, layer, name), sum_, sum_


def cuts(model: Model, planes: Iterable[Pair | None]) -> Iterator[Cut]:
    """What double precision may cut off, where layers read these planes."""
    for layer, x in zip(model.layers, planes, strict=True):
        if x and max(layer.attrs.get("output_size", (1,))) > 1:
            height, width = layer.y[2:]
            yield Cut(_key(model, layer, CUT), layer.x[1], x, (height, width))


def _key(model: Model, layer: Layer, primitive: str) -> Key:
    return layer.kind, 0 if model.bare else layer.depth, layer.op, primitive
