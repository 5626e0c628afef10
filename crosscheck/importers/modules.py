"""A file read as the modules that it may have been made of, for conventions of tools that look at modules and calls.

A graph is not a network of modules. What can be told is read back: a product and a sum with a stored vector are one linear layer,
nodes that spell an activation out are one module, two nodes with one weight are a module that is called twice, and what only
moves elements or is computed from constants alone is nobody's module. What a file no longer shows cannot be read back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from crosscheck.contract.network import Layer, Model
from crosscheck.contract.origin import DESCRIBED, Origin
from crosscheck.contract.traits import Trait, having
from crosscheck.importers.facts import NOTHING, Facts, Held
from crosscheck.ops.described import OPS
from crosscheck.ops.files import FILE_OPS

BIASED = frozenset(having(Trait.BIASED))
AFFINE = frozenset(having(Trait.AFFINE))
MOVING = frozenset(("movement", "fixed", "plumbing"))  # families of ops that no module stands for
SAME = frozenset(having(Trait.SAME_ELEMENTS)) - OPS.keys()
CURVES = frozenset((*having(Trait.ACTIVATION), "log_softmax", "softmax_axis"))
FUNCTIONS = ("unary", "binary", "reduction", "product", "movement")  # families of ops that are functions, but for curves
LEARNED = ("weight", "bias", "norm_scale", "norm_shift", "running_stats", "operand")
Spelled = Callable[[Model], Sequence[tuple[str, tuple[str, ...]]]]  # ops, and the nodes that spell each out


@dataclass(frozen=True)
class Modules:
    """What was read: ``model``, and ``nodes``, the node of the file that each layer of it is, or is done by."""

    model: Model
    nodes: Mapping[str, str]


@dataclass
class _Reading:
    """A reading under way: layers kept so far by id, what stands for a value of the file, and stored tensors by layer."""

    file: Model
    facts: Mapping[str, Facts]
    kept: dict[str, Layer] = field(default_factory=dict)
    source: dict[str, str] = field(default_factory=dict)
    held: dict[str, tuple[Held, ...]] = field(default_factory=dict)
    readers: dict[str, int] = field(default_factory=dict)
    nodes: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for value in (*self.file.outputs, *(v for x in self.file.layers for v in x.inputs)):
            self.readers[value] = self.readers.get(value, 0) + 1

    def learned(self, layer: Layer) -> tuple[Held, ...]:
        """Stored tensors of a node that are parameters."""
        return tuple(h for h in self.facts.get(layer.id, NOTHING).held if h.part in LEARNED)

    def skip(self, layer: Layer) -> None:
        """Let the first value that a layer reads stand for all that it makes."""
        if layer.inputs:
            self.source |= dict.fromkeys(layer.values, self.source.get(layer.inputs[0], layer.inputs[0]))

    def joins(self, layer: Layer, ops: frozenset[str]) -> Layer | None:
        """The kept layer of one of these ops whose output this node alone reads, if it reads nothing else."""
        if len(layer.inputs) != 1 or self.readers[layer.inputs[0]] > 1:
            return None
        found = self.kept.get(self.source.get(layer.inputs[0], layer.inputs[0]))
        return found if found is not None and found.op in ops and found.y == layer.y else None

    def join(self, into: Layer, layer: Layer, **attrs: Any) -> None:
        """Make a node part of the layer before it."""
        self.kept[into.id] = replace(into, attrs={**into.attrs, **attrs})
        self.held[into.id] = (*self.held[into.id], *self.learned(layer))
        self.source |= dict.fromkeys(layer.values, into.id)

    def keep(self, layer: Layer) -> None:
        """Keep a node as the module, or the functional call, that it is; what it does in the same go follows it."""
        held = self.learned(layer)
        loose = _is_function(layer) if layer.op in FILE_OPS else layer.op in BIASED and _unheld(layer, held)
        reads = tuple(self.source.get(v, v) for v in layer.inputs)
        origin = _origin(layer, held, loose=loose)
        self.kept[layer.id] = replace(layer, inputs=reads, functional=loose, origin=origin)
        self.held[layer.id] = held
        self.nodes[layer.id] = layer.id
        before = layer.id
        for op in self.facts.get(layer.id, NOTHING).fused:
            after = _beside(layer, op, before)
            self.kept[after.id], self.held[after.id] = after, ()
            self.source[layer.id] = before = after.id
            self.nodes[after.id] = layer.id


def _is_function(layer: Layer) -> bool:
    """An op of files that no framework has a module for, or that is written as a function everywhere."""
    return FILE_OPS[layer.op].family in FUNCTIONS and layer.op not in CURVES


def _unheld(layer: Layer, held: Sequence[Held]) -> bool:
    """A product with a weight that is computed, not stored."""
    return layer.origin.file == "onnx" and not any(h.part == "weight" for h in held)


def _origin(layer: Layer, held: Sequence[Held], *, loose: bool) -> Origin:
    """Described layers hold what their shapes tell, as no module shares a tensor; others what the file holds for them."""
    if layer.op in OPS:
        return Origin(stored={}) if loose else DESCRIBED
    if layer.origin.file != "onnx":
        return replace(layer.origin, file="")
    stored: dict[str, int] = {}
    for h in held:
        stored[h.part] = stored.get(h.part, 0) + h.elements
    return replace(layer.origin, file="", stored=stored)


def _beside(layer: Layer, op: str, before: str) -> Layer:
    """An op that a node does to its output in the same go; of a sum the other operand is not told."""
    shapes, reads = ((layer.y,) * 2, (before, before)) if op == "add" else ((layer.y,), (before,))
    attrs = {"inplace": False} if op == "add" else {"slope": 0.01} if op == "leaky_relu" else {"shape": layer.y}
    return Layer(f"{layer.id}+{op}", op, attrs, reads, shapes, (layer.y,), origin=Origin(native=layer.origin.native))


def read(model: Model, facts: Mapping[str, Facts], spelled: Spelled = lambda _: ()) -> Modules:
    """The file as modules; ``spelled`` finds the activations that its nodes spell out."""
    at = _Reading(model, facts)
    groups = {nodes[-1]: (op, nodes) for op, nodes in spelled(model)}
    inner = {name for _, nodes in groups.values() for name in nodes[:-1]}
    for layer in model.layers:
        if layer.id in inner:
            continue
        _take(at, _module(model, layer, *groups[layer.id]) if layer.id in groups else layer)
    layers = _called(list(at.kept.values()), at.held)
    return _named(replace(model, layers=tuple(layers), outputs=_outputs(model, at)), at)


def _module(model: Model, last: Layer, op: str, nodes: Sequence[str]) -> Layer:
    """The activation that several nodes are, which reads what the first of them that reads from outside does."""
    made = {v for name in nodes for v in model.by_id[name].values}
    value, shape = next(
        (v, s)
        for name in nodes
        for v, s in zip(model.by_id[name].inputs, model.by_id[name].in_shapes, strict=True)
        if v not in made
    )
    return replace(last, op=op, attrs={"shape": last.y}, inputs=(value,), in_shapes=(shape,))


def _take(at: _Reading, layer: Layer) -> None:
    """Keep a node, make it part of the layer before it, or let its input stand for it."""
    family = FILE_OPS[layer.op].family if layer.op in FILE_OPS else ""
    holds = at.learned(layer) or layer.origin.held.get("operand")
    if layer.op == "constant" or ((family in MOVING or layer.op in SAME) and not holds):
        at.skip(layer)
        return
    if layer.op == "bias" and (before := at.joins(layer, BIASED)):
        size = before.attrs.get("out_features") or before.attrs.get("out_channels")
        if not before.attrs["bias"] and sum(h.elements for h in at.learned(layer)) == size:
            at.join(before, layer, bias=True)
            return
    if layer.op == "learned_scale" and (before := at.joins(layer, AFFINE)) and not before.attrs["affine"]:
        parts = [layer.origin.held.get(part) for part in ("norm_scale", "norm_shift")]
        if parts == [before.attrs["channels"]] * 2:
            at.join(before, layer, affine=True)
            return
    at.keep(layer)


def _outputs(model: Model, at: _Reading) -> tuple[str, ...]:
    """What stands for the outputs; the last layer where nothing that is left does."""
    there = {*at.kept, *(v for x in at.kept.values() for v in x.values), *(i.name for i in model.inputs)}
    found = tuple(v for v in dict.fromkeys(at.source.get(v, v) for v in model.outputs) if v in there)
    return found or tuple(at.kept)[-1:] or (model.inputs[0].name,)


def _called(layers: list[Layer], held: Mapping[str, Sequence[Held]]) -> list[Layer]:
    """Layers that hold the very tensors of an earlier one are calls of its module.

    Equal vectors are often stored once, so a normalisation or an activation is a call only next to one of a weight.
    """
    first: dict[Any, str] = {}
    again: dict[str, str] = {}
    for x in layers:
        key = (x.op, tuple((h.part, h.tensor) for h in held[x.id]))
        owner = first.setdefault(key, x.id)
        if owner != x.id and key[1]:
            again[x.id] = owner
    sure = {name for name in again if any(h.part == "weight" for h in held[name])}
    beside = {v for x in layers if x.id in sure for v in x.inputs}
    for x in layers:
        if x.id in again and (x.id in beside or sure & set(x.inputs)):
            sure.add(x.id)
    return [replace(x, call_of=again[x.id], origin=_again(x.origin)) if x.id in sure else x for x in layers]


def _again(origin: Origin) -> Origin:
    """A further call holds nothing anew."""
    return origin if origin.stored is None else replace(origin, stored={"repeated_params": sum(origin.stored.values())})


def _named(model: Model, at: _Reading) -> Modules:
    """Names without dots, which would pass for containers: a file has none."""
    ids: dict[str, str] = {}
    taken = {i.name for i in model.inputs}
    for x in model.layers:
        name = x.id.replace(".", "/")
        while name in taken:
            name += "'"
        ids[x.id] = name
        taken.add(name)

    def value(v: str) -> str:
        head, _, tail = v.rpartition(":")
        return f"{ids[head]}:{tail}" if head in ids else ids.get(v, v)

    layers = tuple(
        replace(x, id=ids[x.id], inputs=tuple(map(value, x.inputs)), call_of=ids[x.call_of] if x.call_of else None)
        for x in model.layers
    )
    named = replace(model, layers=layers, outputs=tuple(map(value, model.outputs)))
    return Modules(named, {ids[made]: node for made, node in at.nodes.items()})
