"""Containers as pseudo layers of op ``container``: what a tool may charge for a block as a whole, beside the layers inside it.

Their counts need the whole network, so the engine adds them; a layer is visited once for each container that it lives in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate, takewhile

from crosscheck.spec import CONTAINER, ROOT, Layer, Model, Shape, numel

Counted = tuple[Layer, Mapping[str, int]]

WIRING = frozenset({"flatten", "add", "concat", "subsample", "zero_pad"})  # functions: they make no module inside a container
SHALLOW = 3  # containers less deep than this are shallow; the root's depth is 0


@dataclass
class _Block:
    """A container under way: its first layer, the output, and sums of parameters.

    ``held`` are those that it keeps itself, for functional calls; ``listed`` are those of the rows below it, while it is open.
    """

    first: Layer
    out: Shape = ()
    left: bool = False
    weights: int = 0
    params: int = 0
    held: int = 0
    listed: int = 0
    modules: bool = False
    open: bool = True

    @property
    def rest(self) -> int:
        """Parameters that no row below it lists; all of them where no module inside makes a row."""
        return self.params - self.listed if self.modules else self.held


def contain(model: Model, layers: Iterable[Counted]) -> tuple[tuple[Counted, ...], tuple[Counted, ...]]:
    """The layers, with the counts that depend on their containers added, and the containers that have counts of their own."""
    layers = tuple(layers)
    blocks = _blocks(model, layers)
    if any(layer.call_of for layer, _ in layers):
        _list(layers, blocks)
    found = []
    for path, block in blocks.items():
        if path not in model.by_id and (counts := _counts(block, root=not path)):
            inner = Layer(path or ROOT, CONTAINER, {}, block.first.inputs[:1], block.first.in_shapes[:1], (block.out,))
            found.append((inner, counts))
    return tuple((layer, _held(layer, counts, blocks)) for layer, counts in layers), tuple(found)


def _homes(layer: Layer) -> list[str]:
    """The containers of a layer, outermost first, the root being ``""``."""
    return ["", *accumulate(layer.path[:-1], "{}.{}".format)]


def _blocks(model: Model, layers: Iterable[Counted]) -> dict[str, _Block]:
    """Every container by its path; its output is the first value made inside that anybody outside reads."""
    blocks: dict[str, _Block] = {}
    inmost = _inmost(model)
    for layer, counts in layers:
        weights, params = _params(counts)
        named = max((k for k, part in enumerate(layer.path) if "weight" in part), default=-1)
        homes = _homes(layer)
        for depth, home in enumerate(homes):
            block = blocks.get(home) or blocks.setdefault(home, _Block(layer))
            block.weights += params if named >= depth else weights
            block.params += params
            block.modules |= depth < len(homes) - 1
            if not block.left:
                block.out = layer.y
                block.left = depth > inmost.get(layer.id, depth) if home else layer.id == model.outputs[0]
        if layer.functional:
            blocks[homes[-1]].held += params
        elif layer.call_of is None and layer.op not in WIRING:
            blocks[homes[-1]].modules = True
    return blocks


def _list(layers: Iterable[Counted], blocks: Mapping[str, _Block]) -> None:
    """Sum up what the rows below each container list until it ends, or until a module from outside is called in it."""
    around: list[str] = []

    def close(paths: Iterable[str]) -> None:
        for path in sorted((p for p in paths if blocks[p].open), key=len, reverse=True):
            blocks[path].open = False
            for other in around:
                if blocks[other].open:
                    blocks[other].listed += blocks[path].rest

    for layer, counts in layers:
        homes = _homes(layer)
        close(set(around) - set(homes))
        around = homes
        if layer.call_of and not layer.functional:
            close(p for p in homes if p and not layer.call_of.startswith(f"{p}."))
        elif not layer.functional:
            for home in homes:
                blocks[home].listed += _params(counts)[1] if blocks[home].open else 0
    close(around)


def _inmost(model: Model) -> dict[str, int]:
    """For every value that is read, the depth of the inmost container that it and all its readers live in."""
    homes = {layer.id: layer.path[:-1] for layer in model.layers}
    depths = dict.fromkeys(model.outputs, 0)
    for layer in model.layers:
        for value in layer.inputs:
            pairs = zip(homes.get(value, ()), homes[layer.id], strict=False)
            depth = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
            depths[value] = min(depth, depths.get(value, depth))
    return depths


def _params(counts: Mapping[str, int]) -> tuple[int, int]:
    """Elements of a layer's weight, and of all its parameters."""
    weights = counts.get("weight", 0) + counts.get("norm_scale", 0)
    return weights, weights + counts.get("bias", 0) + counts.get("norm_shift", 0)


def _counts(block: _Block, *, root: bool) -> dict[str, int]:
    """The primitives of a container, zeros left out; a root is called by nobody, unless it passes for a layer."""
    over = numel(block.out[:2])
    weights = 0 if root and block.modules else block.weights
    place = ("root" if block.modules else "lone") if root else "branch" if block.modules else "leaf"
    counts = {
        "container_weights": weights,
        "container_channel_weights": over * weights,
        "held_channel_params": 0 if block.modules else over * block.held,
        f"{place}_held_params": block.held,
        "displaced_params": 0 if block.open else max(block.rest, 0) - block.held,
    }
    return {name: n for name, n in counts.items() if n}


def _held(layer: Layer, counts: Mapping[str, int], blocks: Mapping[str, _Block]) -> Mapping[str, int]:
    """The counts of a layer; where it is a functional call beside modules in a shallow container, these parameters apart."""
    *homes, _ = layer.path
    _, params = _params(counts)
    if layer.functional and params and len(homes) < SHALLOW and blocks[".".join(homes)].modules:
        return {**counts, "shallow_held_params": params}
    return counts
