"""Nodes of a file, as the importer would read them, and the replacing of layers by nodes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from crosscheck.contract.network import Layer, Model, Shape
from crosscheck.contract.origin import DESCRIBED, Number, Origin
from crosscheck.errors import SpecError
from crosscheck.ops import described as ops

Change = Callable[[Layer], Sequence[Layer] | None]
Value = tuple[str, Shape]  # the name of a value and its shape
NOT_ELEMENTS = ("node_held", "unshaped")  # what a layer's ``stored`` tells beside how many elements of which kind


def with_attrs(layer: Layer, **attrs: Any) -> Layer:
    """The layer with other parameters of its operation."""
    return replace(layer, attrs={**layer.attrs, **attrs})


def with_stored(layer: Layer, **origin: Any) -> Layer:
    """The layer with other fields of its origin; what is stored as numbers is told by ``numbers``."""
    changed = replace(layer.origin, **origin)
    stored = {k: n for k, n in changed.held.items() if k not in ("literals", "unshaped")}
    stored["literals"] = sum(n.elements for n in changed.numbers)
    stored["unshaped"] = sum(n.elements for n in changed.numbers if n.single)
    return replace(layer, origin=replace(changed, stored={k: n for k, n in stored.items() if n}))


def node(
    id: str,
    op: str,
    onnx: str,
    reads: Sequence[Value],
    y: Shape,
    *,
    numbers: Sequence[Number] = (),
    stored: Mapping[str, int] | None = None,
    origin: Origin = DESCRIBED,
    **attrs: Any,
) -> Layer:
    """One node; ``origin`` has what else is to be said of it.

    Raises SpecError where an op that networks are described with gives another shape than ``y``.
    """
    shapes = tuple(shape for _, shape in reads)
    if op in ops.OPS:
        full, out = ops.complete(op, attrs, shapes[:1] if op == "flatten" else shapes)
        if out != y:
            raise SpecError(f"node {id!r} ({onnx}) gives {out}, not {y}")
    else:
        full = {"shape": y, **attrs}
    layer = Layer(id, op, full, tuple(name for name, _ in reads), shapes, (y,), origin=origin)
    return with_stored(layer, file="onnx", native=onnx, stored=dict(stored or {}), numbers=tuple(numbers))


def moved(model: Model, change: Change, **other: Any) -> Model:
    """The network with layers replaced: ``change`` gives the nodes in place of a layer, the last of which makes its value.

    None leaves a layer as it is; an empty sequence drops it, and its readers read what it read first. Where nothing is replaced,
    the network itself comes back.
    """
    now: dict[str, str] = {}
    layers: list[Layer] = []
    for layer in model.layers:
        inputs = tuple(now.get(v, v) for v in layer.inputs)
        read = layer if inputs == layer.inputs else replace(layer, inputs=inputs)
        pieces = change(read)
        if pieces is None:
            layers.append(read)
            continue
        layers += pieces
        now[layer.id] = pieces[-1].id if pieces else read.inputs[0]
    if not now and not other:
        return model
    outputs = tuple(now.get(v, v) for v in model.outputs)
    return replace(model, layers=tuple(layers), outputs=outputs, **other)


def readers(model: Model) -> dict[str, list[Layer]]:
    """Who reads each value, by its name."""
    found: dict[str, list[Layer]] = {}
    for layer in model.layers:
        for value in dict.fromkeys(layer.inputs):
            found.setdefault(value, []).append(layer)
    return found


def first(layer: Layer) -> Value:
    """The first value that a layer reads."""
    return layer.inputs[0], layer.x


def shape_of(model: Model, value: str) -> Shape:
    """Shape of the first output of a layer, or of an input of the network."""
    return next((i.shape for i in model.inputs if i.name == value), None) or model.by_id[value].y
