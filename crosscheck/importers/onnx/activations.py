"""Activations that a file spells out, read back: what groups of nodes compute, by their wiring and their numbers.

A reading changes no count: tools see the nodes. It tells the reader that five of them are one GELU. Sources of the formulas:
Hendrycks and Gimpel 2016, arXiv:1606.08415 (GELU, both forms); Ramachandran et al. 2017, arXiv:1710.05941 (SiLU, as swish with
beta 1); Howard et al. 2019, arXiv:1905.02244, sec. 5.2 (hard swish).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from crosscheck.contract.network import Layer, Model, numel

SHOWN = 3
SUMS = ("add_broadcast", "bias")  # with one number; a vector of one is what the importer takes for a bias
CLOSE = 1e-3  # exporters round constants to single precision or to a few digits


@dataclass(frozen=True, slots=True)
class Reading:
    """Nodes that together are one activation; ``elements`` of its output."""

    kind: str
    nodes: tuple[str, ...]
    elements: int


Found = tuple[str, tuple[Layer, ...]] | None


class _Graph:
    """Makers and readers of values, and small questions about wiring."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.maker = {v: x for x in model.layers for v in x.values}
        self.readers: dict[str, list[Layer]] = {}
        for x in model.layers:
            for v in dict.fromkeys(x.inputs):
                self.readers.setdefault(v, []).append(x)

    def made_by(self, value: str, *ops: str) -> Layer | None:
        """The layer of one of these ops that makes the value."""
        found = self.maker.get(value)
        return found if found is not None and found.op in ops else None

    def only_reader(self, x: Layer, *ops: str) -> Layer | None:
        """The only reader of a layer, if it is of one of these ops and the value is no output of the network."""
        found = self.readers.get(x.id, [])
        return found[0] if len(found) == 1 and found[0].op in ops and x.id not in self.model.outputs else None

    def scaled(self, x: Layer | None, factor: float) -> bool:
        """True for a product with this number, or a quotient by its inverse."""
        if x is None or len(x.inputs) != 1 or x.origin.number is None:
            return False
        number = x.origin.number
        return (x.op == "mul" and _close(number, factor)) or (x.op == "div" and bool(number) and _close(1 / number, factor))

    def plus(self, x: Layer | None, number: float) -> bool:
        """True for a sum with this number."""
        return x is not None and x.op in SUMS and len(x.inputs) == 1 and _close(x.origin.number, number)


def _close(a: float | None, b: float) -> bool:
    return a is not None and math.isclose(a, b, rel_tol=CLOSE)


def recognise(model: Model) -> list[Reading]:
    """Every activation that is spelt out, each node in one reading at most, in the order of the graph."""
    graph, used, found = _Graph(model), set[str](), []
    for x in model.layers:
        for rule in RULES.get(x.op, ()):
            read = rule(graph, x)
            if read is not None and not used & {n.id for n in read[1]}:
                kind, nodes = read
                used |= {n.id for n in nodes}
                found.append(Reading(kind, tuple(n.id for n in nodes), numel(nodes[-1].y)))
                break
    return found


OPS = {"SiLU": "silu", "hard swish": "hard_swish", "GELU": "gelu", "GELU, its tanh form,": "gelu_tanh"}


def spelled(model: Model) -> list[tuple[str, tuple[str, ...]]]:
    """The op of every activation that is spelt out, and its nodes."""
    return [(OPS[r.kind], r.nodes) for r in recognise(model)]


def notes(model: Model) -> list[str]:
    """A line for every kind of activation that is spelt out."""
    kinds: dict[tuple[str, int], list[Reading]] = {}
    for r in recognise(model):
        kinds.setdefault((r.kind, len(r.nodes)), []).append(r)
    lines = []
    for (kind, size), read in kinds.items():
        shown = ", ".join(r.nodes[-1] for r in read[:SHOWN]) + (f" and {len(read) - SHOWN} more" if len(read) > SHOWN else "")
        elements = sum(r.elements for r in read)
        lines.append(f"{len(read)} times {size} nodes are {kind} spelt out, {elements:,} elements, up to {shown}")
    return lines


def _gated(graph: _Graph, gate: Layer, x: str) -> Layer | None:
    """The product of a gate with the value that it was made from."""
    product = graph.only_reader(gate, "mul")
    return product if product is not None and sorted(product.inputs) == sorted((gate.id, x)) else None


def _silu(graph: _Graph, gate: Layer) -> Found:
    product = _gated(graph, gate, gate.inputs[0])
    return ("SiLU", (gate, product)) if product else None


def _hard_swish(graph: _Graph, gate: Layer) -> Found:
    product = _gated(graph, gate, gate.inputs[0])
    return ("hard swish", (gate, product)) if product else None


def _hard_swish_clipped(graph: _Graph, clip: Layer) -> Found:
    """``x · clip(x + 3, 0, 6) / 6``, the division before or after the product."""
    moved = graph.made_by(clip.inputs[0], *SUMS)
    if moved is None or not graph.plus(moved, 3) or clip.attrs.get("bounds") != (0, 6):
        return None
    x = moved.inputs[0]
    sixth = graph.only_reader(clip, "mul", "div")
    if graph.scaled(sixth, 1 / 6) and sixth is not None:
        product = _gated(graph, sixth, x)
        return ("hard swish", (moved, clip, sixth, product)) if product else None
    product = _gated(graph, clip, x)
    end = graph.only_reader(product, "mul", "div") if product else None
    return ("hard swish", (moved, clip, product, end)) if product and end and graph.scaled(end, 1 / 6) else None


def _half_of(graph: _Graph, curve: Layer, x: str) -> tuple[Layer, ...] | None:
    """``0.5 · x · (1 + curve)``, in whatever order it is multiplied."""
    one = graph.only_reader(curve, *SUMS)
    if one is None or not graph.plus(one, 1):
        return None
    product = graph.only_reader(one, "mul", "div")
    if product is None:
        return None
    if graph.scaled(product, 0.5):
        end = _gated(graph, product, x)
        return (one, product, end) if end else None
    other = next((v for v in product.inputs if v != one.id), "")
    half = graph.made_by(other, "mul", "div")
    if half is not None and half.inputs == (x,) and graph.scaled(half, 0.5):
        return (half, one, product)
    end = graph.only_reader(product, "mul", "div")
    return (one, product, end) if other == x and end is not None and graph.scaled(end, 0.5) else None


def _gelu(graph: _Graph, erf: Layer) -> Found:
    scaled = graph.made_by(erf.inputs[0], "mul", "div")
    if scaled is None or not graph.scaled(scaled, math.sqrt(0.5)):
        return None
    rest = _half_of(graph, erf, scaled.inputs[0])
    return ("GELU", (scaled, erf, *rest)) if rest else None


def _gelu_tanh(graph: _Graph, tanh: Layer) -> Found:
    """``0.5 · x · (1 + tanh(√(2/π) · (x + 0.044715 · x³)))``."""
    scaled = graph.made_by(tanh.inputs[0], "mul", "div")
    if scaled is None or not graph.scaled(scaled, math.sqrt(2 / math.pi)):
        return None
    total = graph.made_by(scaled.inputs[0], "add")
    if total is None or len(total.inputs) != 2:
        return None
    for x, small in (total.inputs, total.inputs[::-1]):
        share = graph.made_by(small, "mul", "div")
        if share is None or not graph.scaled(share, 0.044715):
            continue
        cube = _cube(graph, share.inputs[0], x)
        rest = _half_of(graph, tanh, x) if cube else None
        if cube and rest:
            return "GELU, its tanh form,", (*cube, share, total, scaled, tanh, *rest)
    return None


def _cube(graph: _Graph, value: str, x: str) -> tuple[Layer, ...] | None:
    power = graph.made_by(value, "pow")
    if power is not None:
        return (power,) if power.inputs == (x,) and _close(power.origin.number, 3) else None
    product = graph.made_by(value, "mul")
    square = next((s for v in product.inputs if (s := graph.made_by(v, "mul")) and s.inputs == (x, x)), None) if product else None
    return (square, product) if product and square and sorted(product.inputs) == sorted((square.id, x)) else None


RULES: dict[str, Iterable[Callable[[_Graph, Layer], Found]]] = {
    "sigmoid": (_silu,),
    "hard_sigmoid": (_hard_swish,),
    "clip": (_hard_swish_clipped,),
    "erf": (_gelu,),
    "tanh": (_gelu_tanh,),
}
