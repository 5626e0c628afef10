"""Functions, branches and loops of an ONNX graph: what goes into their bodies, and what those cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from crosscheck.contract.network import Layer, Shape, numel
from crosscheck.importers.onnx.node import Call
from crosscheck.importers.onnx.protos import Attribute, Node
from crosscheck.ops import described as ops


def entry(call: Call, k: int, said: Shape | None) -> Shape | None:
    """Loop bodies get the trip count, the condition and what is carried; others what the file says."""
    if call.node.op == "Loop":
        return () if k < 2 else call.value(k).shape if call.has(k) else said
    return said


def cost(layers: Sequence[Layer]) -> int | None:
    """MACs of some layers, of unknown ones their upper bound; None where one has no bound."""
    bounds = [x.origin.bound for x in layers if x.op == "unknown"]
    if None in bounds:
        return None
    return sum(ops.counts(x).get("mac", 0) for x in layers) + sum(numel(b) for b in bounds if b)


def filled(node: Node, attrs: Mapping[str, Attribute], absent: frozenset[str]) -> Node:
    """A function's node with attributes of the call in place of references, and inputs left out that the call leaves out."""
    if absent:
        node = replace(node, inputs=["" if name in absent else name for name in node.inputs])
    own = {}
    for name, attr in node.attrs.items():
        if not attr.ref:
            own[name] = attr
        elif attr.ref in attrs:
            own[name] = replace(attrs[attr.ref], name=name)
    return replace(node, attrs=own) if any(a.ref for a in node.attrs.values()) else node
