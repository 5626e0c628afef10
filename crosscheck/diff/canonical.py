"""A network in canonical form: what computes, in one order of execution, whatever the spelling.

Padding that is written out joins the window that it is for, means over windows that tile are one kind of pooling, and ops that
hand on the elements they get are looked through; what was normalised so is remembered as spelling.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from crosscheck.contract.network import Layer, Model, Shape
from crosscheck.contract.traits import Trait, having
from crosscheck.diff.files import fuse_biases, input_shapes, is_global_mean, static
from crosscheck.ops.described import OPS

Pairs = tuple[tuple[int, int], ...]

THROUGH = frozenset(having(Trait.SAME_ELEMENTS))
CLASSES = {op: trait.name.lower() for trait in (Trait.ACTIVATION, Trait.POOLING, Trait.NORMALISATION) for op in having(trait)}
WINDOWED = frozenset(having(Trait.PADDED))
_NONNEGATIVE = frozenset(having(Trait.NONNEGATIVE))
_KEEPS_SIGN = frozenset(having(Trait.KEEPS_NONNEGATIVE))
_SAID_ELSEWHERE = ("ceil_mode", "output_padding", "inplace")  # by shapes, by the padding, or nowhere in the values
_KEYS = {name: [k for k in op.attrs if k not in _SAID_ELSEWHERE] for name, op in OPS.items()}


@dataclass(frozen=True)
class Unit:
    """A layer that computes something. ``attrs`` are those that its function depends on, ``x`` and ``y`` the shapes in and out
    of it with folded padding taken off, ``reads`` the ids of the units and inputs that it reads, ``spelt`` how it is written.
    ``declared`` is the padding that is declared, of which ``attrs`` has what windows read; ``block`` the kind of block it is in.
    """

    layer: Layer
    op: str
    attrs: Mapping[str, Any]
    x: Shape
    y: Shape
    reads: tuple[str, ...]
    spelt: Mapping[str, str] = field(default_factory=dict)
    declared: Pairs = ()
    block: str = ""

    @property
    def id(self) -> str:
        """Id of its layer."""
        return self.layer.id

    @property
    def kind(self) -> str:
        """Its class among ops that can stand in for one another, else its op."""
        return CLASSES.get(self.op, self.op)

    @cached_property
    def key(self) -> tuple[Any, ...]:
        """What two units must share to be the same."""
        return (self.op, tuple(sorted((k, repr(_rounded(v))) for k, v in self.attrs.items())), self.x, self.y)


@dataclass(frozen=True)
class Canonical:
    """Units in order of execution, and the layers that were looked through or folded into others."""

    model: Model
    units: tuple[Unit, ...]
    folded: tuple[Layer, ...]
    inputs: tuple[Shape, ...]
    static: frozenset[str]

    @property
    def through(self) -> Counter[str]:
        """How often each op was looked through; ``static`` for all that does not depend on the input's elements."""
        return Counter(
            "static" if layer.id in self.static else layer.op
            for layer in self.folded
            if layer.op in THROUGH or layer.id in self.static
        )


def canonical(model: Model) -> Canonical:
    """The canonical form of a network.

    Where branches meet in a sum, the one that is deepest comes first, so that the order does not depend on which of them a
    description happens to mention first.
    """
    model, still = fuse_biases(model, THROUGH), static(model)
    readers = Counter(v for layer in model.layers for v in layer.inputs) + Counter(model.outputs)
    site = _Site(model, readers, still)
    made = {layer.id: site.unit(layer) for layer in model.layers if layer.op not in THROUGH and layer.id not in still}
    folded = {name for unit in made.values() for name in site.folds.get(unit.id, ())}
    kept = {name: unit for name, unit in made.items() if name not in folded}
    order = _order(model, site, kept)
    return Canonical(model, tuple(order), tuple(x for x in model.layers if x.id not in kept), input_shapes(model), still)


def _rounded(value: Any) -> Any:
    """A float to six digits: a number that went through single precision is the same number."""
    return float(f"{value:.5e}") if isinstance(value, float) else value


@dataclass
class _Site:
    """A network while its units are made; ``folds`` has the written paddings that each unit took up."""

    model: Model
    readers: Counter[str]
    still: frozenset[str]
    folds: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def source(self, value: str) -> str:
        """The input or layer that a value comes from, ops that hand it on looked through."""
        by_id = self.model.by_id
        name = value
        while True:
            layer = by_id.get(name) or by_id.get(name.rpartition(":")[0])
            if layer is None or layer.op not in THROUGH or not layer.inputs:
                return layer.id if layer is not None else name
            name = layer.inputs[0]

    def unit(self, layer: Layer) -> Unit:
        """The unit of one layer."""
        attrs: dict[str, Any] = {k: layer.attrs[k] for k in _KEYS.get(layer.op, ()) if k in layer.attrs}
        op, x, y, reads, spelt = layer.op, layer.x, layer.y, layer.inputs, dict[str, str]()
        pads: Pairs = ()
        if layer.op == "unknown" and layer.origin.native:
            attrs["native"] = layer.origin.native
        if layer.op == "conv_transpose":  # what is added after was not cropped there
            extra = zip(layer.attrs["padding"], layer.attrs["output_padding"], strict=True)
            attrs["padding"] = tuple((before, after - more) for (before, after), more in extra)
        if layer.op in WINDOWED and len(x) > 2:
            x, reads, pads = self._fold(layer, x, reads, tuple(layer.attrs["padding"]), spelt)
            attrs["padding"] = _used(layer, x, y, pads)
        if layer.op in ("maxpool", "avgpool"):
            _pool(layer, attrs, y)
        if layer.op == "adaptive_avgpool":
            op = _tiles(layer, attrs, spelt)
        if op == "avgpool" and attrs["kernel"] == x[2:] and set(y[2:]) == {1} and not _any(attrs["padding"]):
            attrs = {"extent": "global"}
        if layer.call_of:
            first = self.model.by_id[layer.call_of]
            if any(k in first.attrs for k in ("bias", "affine")):
                attrs["shared"] = True
            else:
                spelt["shared"] = "one module called several times"
        if is_global_mean(layer):
            op, attrs, spelt["adaptive"] = "avgpool", {"extent": "global"}, "by its output size"
        if layer.origin.bias_apart:
            spelt["bias"] = "with its bias added by an op of its own"
        if layer.functional:
            spelt["call"] = "called as a function"
        return Unit(
            layer,
            op,
            attrs,
            _flat(x),
            _flat(y),
            tuple(s for v in reads if (s := self.source(v)) not in self.still),
            spelt,
            pads,
            self._block(layer),
        )

    def _block(self, layer: Layer) -> str:
        """Kind of the inmost named container: ``Bottleneck``, which some call BottleneckBlock; empty where there is none."""
        path = layer.id.rpartition(".")[0]
        while path:
            kind = self.model.containers.get(path, "Sequential")
            if kind not in ("Sequential", "Block"):
                return kind.removesuffix("Block")
            path = path.rpartition(".")[0]
        return ""

    def _fold(
        self, layer: Layer, x: Shape, reads: tuple[str, ...], pads: Pairs, spelt: dict[str, str]
    ) -> tuple[Shape, tuple[str, ...], Pairs]:
        """Take up paddings that are written out before the window and that nobody else reads."""
        while True:
            before = self.model.by_id.get(reads[0])
            if before is None or before.op != "zero_pad" or self.readers[before.id] != 1 or not self._fits(layer, before):
                return x, reads, pads
            written: Pairs = before.attrs["pads"][1:]
            if before.attrs["pads"][0] != (0, 0):
                return x, reads, pads
            pads = tuple((a + c, b + d) for (a, b), (c, d) in zip(pads, written, strict=True))
            x, reads = before.x, before.inputs
            spelt["padding"] = "with its padding written out before it"
            self.folds[layer.id] = (*self.folds.get(layer.id, ()), before.id)

    def _fits(self, layer: Layer, pad: Layer) -> bool:
        """Whether padding before the window does what the window's own padding does."""
        value = pad.attrs.get("value", 0.0)
        if layer.op == "maxpool":
            return value == "-inf" or (value == 0.0 and self._nonnegative(pad.inputs[0]))
        return bool(value == 0.0) and (
            layer.op == "conv" or bool(layer.attrs["count_include_pad"]) or not _any(layer.attrs["padding"])
        )

    def _nonnegative(self, value: str) -> bool:
        """Whether no element of a value can be negative."""
        todo, seen = [value], set()
        while todo:
            name = todo.pop()
            layer = self.model.by_id.get(name)
            if layer is None or (layer.op not in _NONNEGATIVE and layer.op not in _KEEPS_SIGN):
                return False
            if layer.op not in _NONNEGATIVE and name not in seen:
                seen.add(name)
                todo += layer.inputs
        return True


def _any(pairs: Pairs) -> bool:
    return any(p for pair in pairs for p in pair)


def _flat(shape: Shape) -> Shape:
    """``(N, C)`` for ``(N, C, 1, 1)``: the same elements."""
    return shape[:2] if len(shape) > 2 and all(n == 1 for n in shape[2:]) else shape


def _used(layer: Layer, x: Shape, y: Shape, pads: Pairs) -> Pairs:
    """(before, after) per axis as far as windows reach: less than what is declared where a stride stops short of it, more where
    the last window hangs over the end. A mean that counts padding keeps to what is declared, as its divisor depends on it.
    """
    a = layer.attrs
    dilation = a.get("dilation", (1,) * len(pads))
    used = []
    for n, o, k, s, d, (before, after) in zip(x[2:], y[2:], a["kernel"], a["stride"], dilation, pads, strict=True):
        reach = max(0, (o - 1) * s + d * (k - 1) + 1 - n - before)
        used.append((before, min(after, reach) if layer.op == "avgpool" and a["count_include_pad"] else reach))
    return tuple(used)


def _pool(layer: Layer, attrs: dict[str, Any], y: Shape) -> None:
    """The stride of a single window and the treatment of padding that is not there say nothing."""
    attrs["stride"] = tuple(k if o == 1 else s for k, s, o in zip(attrs["kernel"], attrs["stride"], y[2:], strict=True))
    if layer.op == "avgpool" and not _any(attrs["padding"]):
        attrs["count_include_pad"] = True


def _tiles(layer: Layer, attrs: dict[str, Any], spelt: dict[str, str]) -> str:
    """An adaptive pooling whose windows tile the input is a plain mean over these windows."""
    size, out = layer.x[2:], layer.y[2:]
    if any(n % o for n, o in zip(size, out, strict=True)):
        return layer.op
    window = tuple(n // o for n, o in zip(size, out, strict=True))
    attrs.clear()
    attrs |= {"kernel": window, "stride": window, "padding": tuple((0, 0) for _ in window), "count_include_pad": True}
    spelt["adaptive"] = "by its output size"
    return "avgpool"


def _order(model: Model, site: _Site, kept: Mapping[str, Unit]) -> Iterable[Unit]:
    """Units so that each comes after what it reads, deeper branches first; what leads to no output comes last."""
    depth: dict[str, int] = {}
    for layer in model.layers:
        unit = kept.get(layer.id)
        if unit is not None:
            depth[layer.id] = 1 + max((depth.get(v, 0) for v in unit.reads), default=0)
    done: dict[str, None] = {}
    for root in (*(site.source(v) for v in model.outputs), *kept):
        todo = [(root, False)]
        while todo:
            name, ready = todo.pop()
            if name in done or name not in kept:
                continue
            if ready:
                done[name] = None
                continue
            todo.append((name, True))
            reads = kept[name].reads
            if kept[name].op == "add":
                reads = tuple(sorted(reads, key=lambda v: -depth.get(v, 0)))
            todo += [(v, False) for v in reversed(reads)]
    return [kept[name] for name in done]
