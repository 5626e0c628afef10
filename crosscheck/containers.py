"""Containers as pseudo layers of op ``container``: what a tool may charge for a block as a whole, beside the layers inside it.

Their counts need the whole network, so the engine adds them; a layer is visited once for each container that it lives in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crosscheck.spec import CONTAINER, ROOT, Layer, Model, Shape

Counted = tuple[Layer, Mapping[str, int]]

WIRING = frozenset({"flatten", "add", "concat", "subsample", "zero_pad"})  # functions: they make no module inside a container
SHALLOW = 3  # containers of fewer names than this are shallow


@dataclass
class _Block:
    """A container under way; ``held`` are the parameters that it keeps itself, for functional calls."""

    first: Layer
    out: Shape = ()
    left: bool = False
    weights: int = 0
    held: int = 0
    modules: bool = False


def contain(model: Model, layers: Iterable[Counted]) -> tuple[tuple[Counted, ...], tuple[Counted, ...]]:
    """The layers, with what depends on the containers around them added, and the containers that hold weights.

    The root is among these only where it has no module inside, as a tool then takes it for a layer.
    """
    layers = tuple(layers)
    blocks = _blocks(model, layers)
    found = []
    for path, block in blocks.items():
        if block.weights and path not in model.by_id and (path or not block.modules):
            inner = Layer(path or ROOT, CONTAINER, {}, block.first.inputs[:1], block.first.in_shapes[:1], (block.out,))
            found.append((inner, _counts(block)))
    return tuple(_held(layer, counts, blocks) for layer, counts in layers), tuple(found)


def _blocks(model: Model, layers: Iterable[Counted]) -> dict[str, _Block]:
    """Every container by its path; its output is the first value made inside that anybody outside reads."""
    blocks: dict[str, _Block] = {}
    together = _together(model)
    for layer, counts in layers:
        parts = layer.path
        weights, params = _params(counts)
        named = max((k for k, part in enumerate(parts) if "weight" in part), default=-1)
        path = ""
        for depth in range(len(parts)):
            path = f"{path}.{parts[depth - 1]}" if depth > 1 else parts[0] if depth else ""
            block = blocks.get(path) or blocks.setdefault(path, _Block(layer))
            block.weights += params if named >= depth else weights
            if not block.left:
                block.out = layer.y
                block.left = depth > together.get(layer.id, depth) if depth else layer.id == model.outputs[0]
        if layer.functional:
            blocks[path].held += params
        elif layer.call_of is None and layer.op not in WIRING:
            blocks[path].modules = True
        for depth in range(len(parts) - 1):
            blocks[".".join(parts[:depth])].modules = True
    return blocks
