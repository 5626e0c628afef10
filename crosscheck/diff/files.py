"""What only networks from files have, in the words of described networks: biases added apart, sizes computed, other layouts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace

from crosscheck.contract.network import Layer, Model, Shape
from crosscheck.contract.traits import Trait, having

BIASED = frozenset(having(Trait.BIASED))


def static(model: Model) -> frozenset[str]:
    """Ids of layers whose values do not depend on the input's elements: constants, sizes, and what is computed from these."""
    data = {i.name for i in model.inputs}
    found = set()
    for layer in model.layers:
        reads = [v if v in data else v.rpartition(":")[0] or v for v in layer.inputs]
        if layer.op in ("constant", "shape") or (reads and not any(v in data for v in reads)):
            found.add(layer.id)
        else:
            data.add(layer.id)
    return frozenset(found)


def fuse_biases(model: Model, through: Collection[str]) -> Model:
    """The network with every op that adds a stored bias to a convolution or linear layer without one taken into that layer."""
    if not any(layer.op == "bias" for layer in model.layers):
        return model
    readers = Counter(v for layer in model.layers for v in layer.inputs) + Counter(model.outputs)
    layers = {layer.id: layer for layer in model.layers}
    moved: dict[str, str] = {}
    for layer in model.layers:
        if layer.op != "bias" or not layer.inputs:
            continue
        source = layers.get(moved.get(layer.inputs[0], layer.inputs[0]))
        while source is not None and source.op in through and readers[source.id] == 1:
            source = layers.get(source.inputs[0])
        if source is None or source.op not in BIASED or source.attrs.get("bias") or readers[source.id] != 1:
            continue
        stored = source.origin.stored
        if stored is not None:  # what the file holds stands in for what sizes tell
            stored = {**stored, "bias": layer.origin.held.get("bias", 0)}
        origin = replace(source.origin, stored=stored, bias_apart=True)
        layers[source.id] = replace(source, attrs={**source.attrs, "bias": True}, origin=origin)
        del layers[layer.id]
        moved[layer.id] = layer.inputs[0]

    def now(value: str) -> str:
        while value in moved:
            value = moved[value]
        return value

    kept = tuple(replace(x, inputs=tuple(now(v) for v in x.inputs)) for x in layers.values())
    return replace(model, layers=kept, outputs=tuple(now(v) for v in model.outputs))


def input_shapes(model: Model) -> tuple[Shape, ...]:
    """Shapes of the inputs; where a file turns an input into another layout before anything else, that layout's."""
    shapes = []
    for source in model.inputs:
        first = [layer for layer in model.layers if source.name in layer.inputs]
        moves = all(x.op in ("transpose", "reshape") and sorted(x.y) == sorted(x.x) for x in first)
        turned = {layer.y for layer in first} if moves else set()
        shapes.append(turned.pop() if len(turned) == 1 else source.shape)
    return tuple(shapes)


def is_global_mean(layer: Layer) -> bool:
    """Whether a mean over axes is the mean over all spatial ones."""
    x, y = layer.x, layer.y
    return layer.op == "reduce_mean" and len(x) > 2 and y[:2] == x[:2] and all(n == 1 for n in y[2:])
