"""Sizes along one axis of a network as functions of the image's: each is made of an earlier one, the first is the axis itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crosscheck.contract.network import Layer, Model
from crosscheck.contract.traits import Trait, having
from crosscheck.ops import geometry

Pair = tuple[int, int]  # indices of a size along the height and of one along the width
JOINS = frozenset(having(Trait.JOINS))
PLANE = 4  # axes of (N, C, H, W)
REFUSED = -1


@dataclass(frozen=True, slots=True)
class Step:
    """One size: what is done, by the name of a rule, and with which numbers; the first is the index of the size it is made of."""

    rule: str
    numbers: tuple[int, ...] = ()


AXIS = Step("axis")


def _window(sizes: Sequence[int], of: int, shift: int, stride: int, before: int) -> int:
    """Places of a window: (n + shift) // stride + 1; where ``before`` ≥ 0, the padding, one more may hang over."""
    span = sizes[of] + shift
    if span < 0:
        return 1 if before >= 0 and -span < stride and sizes[of] > 0 else REFUSED
    if before < 0:
        return span // stride + 1
    out = -(-span // stride) + 1
    return out - 1 if (out - 1) * stride >= sizes[of] + before else out


def _met(sizes: Sequence[int], of: int, kernel: int, stride: int, before: int, dilation: int, out: int) -> int:
    return geometry.meetings(sizes[of], kernel, stride, before, dilation, sizes[out])


def _spans(sizes: Sequence[int], of: int, out: int) -> int:
    return sum(geometry.adaptive_spans(sizes[of], out))


RULES: Mapping[str, Callable[..., int]] = {
    "fixed": lambda sizes, n: n,
    "window": _window,
    "met": _met,
    "spans": _spans,
    "tiled": lambda sizes, of, out: 0 if sizes[of] % out else sizes[of],
    "floored": lambda sizes, of, out: sizes[of] // out,
    "idle": lambda sizes, of, out: out if sizes[of] == out else 0,
}


def values(steps: Sequence[Step], side: int) -> tuple[int, ...] | None:
    """All sizes along an axis of an image with this side; None where a window does not fit."""
    found = [side]
    for step in steps[1:]:
        if (size := RULES[step.rule](found, *step.numbers)) < 0:
            return None
        found.append(size)
    return tuple(found)


@dataclass(slots=True)
class Sizes:
    """Sizes of a network: ``ins`` and ``outs`` are planes of each layer, None where it has none; ``equal`` sizes must be so."""

    steps: list[Step] = field(default_factory=lambda: [AXIS])
    ins: list[Pair | None] = field(default_factory=list)
    outs: list[Pair | None] = field(default_factory=list)
    equal: dict[Pair, None] = field(default_factory=dict)

    def at(self, rule: str, *numbers: int) -> int:
        """The index of a size, added where it is not there yet."""
        step = Step(rule, numbers)
        if step not in self.steps:
            self.steps.append(step)
        return self.steps.index(step)

    def constant(self, pair: Pair) -> bool:
        """Whether a plane is as large for every image."""
        return all(self.steps[k].rule == "fixed" for k in pair)

    def same(self, pair: Pair) -> Pair:
        """The first plane that is as large for every image that the network takes."""
        first = {max(two): min(two) for two in self.equal}
        height, width = pair
        while height in first or width in first:
            height, width = first.get(height, height), first.get(width, width)
        return height, width

    def fixed(self, out: Sequence[int]) -> Pair:
        """A plane of this (H, W), whatever the image."""
        height, width = (self.at("fixed", n) for n in out)
        return height, width

    def each(self, rule: str, of: Pair, numbers: Sequence[Sequence[int]]) -> Pair:
        """The same rule along both axes, with numbers of each."""
        height, width = (self.at(rule, k, *more) for k, more in zip(of, numbers, strict=True))
        return height, width


def of(model: Model) -> Sizes | None:
    """The sizes of a network; None where a layer has other axes than two of space, or what these rules do not say."""
    found = Sizes()
    if any(len(i.shape) != PLANE for i in model.inputs):
        return None
    known: dict[str, Pair | None] = {i.name: (0, 0) for i in model.inputs}
    for layer in model.layers:
        if "output_padding" in layer.attrs or len(layer.out_shapes) > 1 or any(len(s) not in (2, PLANE) for s in layer.in_shapes):
            return None
        read = [known[v] for v in layer.inputs]
        if layer.op in JOINS:
            _joined(found, layer, read)
        known[layer.id] = _out(found, layer, read[0]) if len(layer.y) == PLANE else None
        found.ins.append(read[0])
        found.outs.append(known[layer.id])
    return found


def _joined(found: Sizes, layer: Layer, read: Sequence[Pair | None]) -> None:
    first, *rest = read
    for other, shape in zip(rest, layer.in_shapes[1:], strict=True):
        if first and other and shape[2:] == layer.x[2:]:
            found.equal |= {pair: None for pair in zip(first, other, strict=True) if pair[0] != pair[1]}


def _out(found: Sizes, layer: Layer, x: Pair | None) -> Pair | None:
    a = layer.attrs
    if x is None:
        return None
    if "output_size" in a:
        return found.fixed(a["output_size"])
    if "pads" in a:
        windows = [(before + after - 1, 1, -1) for before, after in a["pads"][1:]]
    elif "stride" in a:
        windows = [_reach(a, axis) for axis in range(2)]
    else:
        return x
    height, width = (k if w == (-1, 1, -1) else found.at("window", k, *w) for k, w in zip(x, windows, strict=True))
    return height, width


def _reach(attrs: Mapping[str, Any], axis: int) -> tuple[int, int, int]:
    """What a window along an axis adds to the size, its stride, and the padding before it, -1 where none may hang over."""
    kernel, dilation = (attrs.get(name, (1, 1))[axis] for name in ("kernel", "dilation"))
    before, after = attrs.get("padding", ((0, 0), (0, 0)))[axis]
    shift = before + after - (kernel - 1) * dilation - 1
    return shift, attrs["stride"][axis], before if attrs.get("ceil_mode") else -1
