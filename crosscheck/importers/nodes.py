"""A file read node by node, for tools that look at every node: what is computed from constants alone is an op like any other.

A stored tensor belongs to the first node that reads it itself and does more than move it; to the first of all, if none does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from crosscheck.contract.network import Layer, Model
from crosscheck.contract.traits import Trait, having
from crosscheck.importers.facts import NOTHING, Facts
from crosscheck.ops.files import FILE_OPS

SAME = frozenset(having(Trait.SAME_ELEMENTS))


def read(model: Model, facts: Mapping[str, Facts], *, told: bool = False) -> Model:
    """The file with every node as the op that it is; ``told`` sizes that ONNX's own inference does not find are 0."""
    nodes = [_op(x, facts.get(x.id, NOTHING)) for x in model.layers]
    owners = _owners(nodes, facts)
    lost = untold(facts) if told else ()
    layers = [_with_own(x, facts.get(x.id, NOTHING), owners) for x in nodes]
    return replace(model, layers=tuple(_untold(x) if x.id in lost else x for x in layers))


def untold(facts: Mapping[str, Facts]) -> frozenset[str]:
    """The nodes whose sizes ONNX's own inference does not find."""
    return frozenset(name for name, known in facts.items() if known.open)


def _op(layer: Layer, known: Facts) -> Layer:
    """A node of constants alone as the op that it is; it reads no value of the network."""
    return layer if known.op is None else replace(known.op, id=layer.id, inputs=(), origin=known.op.origin)


def _owners(nodes: list[Layer], facts: Mapping[str, Facts]) -> dict[str, str]:
    """The node that each stored tensor belongs to."""
    first: dict[str, str] = {}
    moved: dict[str, str] = {}
    for x in nodes:
        for h in facts.get(x.id, NOTHING).held:
            if h.own:
                (moved if _moves(x) else first).setdefault(h.tensor, x.id)
    return moved | first


def _moves(layer: Layer) -> bool:
    return layer.op in SAME or (layer.op in FILE_OPS and FILE_OPS[layer.op].family == "movement")


def _with_own(layer: Layer, known: Facts, owners: Mapping[str, str]) -> Layer:
    """The node with the stored tensors that belong to it; a branch or loop keeps what its bodies hold."""
    if layer.origin.bodies or (not known.held and known.op is None):
        return layer
    stored: Counter[str] = Counter()
    for h in {h.tensor: h for h in reversed(known.held) if h.own and owners[h.tensor] == layer.id}.values():
        stored[h.part] += h.elements
        stored["node_held"] += h.elements * h.in_node
        stored["unshaped"] += h.elements * h.unshaped
    return layer.with_origin(stored={part: n for part, n in stored.items() if n})


def _untold(layer: Layer) -> Layer:
    """A node whose sizes an inference of shapes does not find: all that it would compute is 0 times something."""
    nothing = tuple(tuple(0 for _ in s) for s in layer.out_shapes)
    stored: Counter[str] = Counter()
    for part, n in layer.origin.held.items():
        stored[part if part in ("literals", "node_held", "unshaped") else "operand"] += n
    return replace(layer, op="shape", attrs={"shape": nothing[0]}, out_shapes=nothing).with_origin(stored=dict(stored))
