"""Containers as pseudo layers of op ``container``: what a tool may charge for a block as a whole, beside the layers inside it.

Their counts need the whole network, so the engine adds them; a layer is visited once for each container that it lives in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from math import prod

from crosscheck.contract.network import CONTAINER, ROOT, Layer, Model, Shape, numel
from crosscheck.contract.traits import Trait, having

Counted = tuple[Layer, Mapping[str, int]]

WIRING = frozenset(having(Trait.WIRING))
PLAIN = "Sequential"  # the class of a container that the description gives none: it runs what it holds, and is nothing more
SHALLOW = 3  # containers less deep than this are shallow; the root's depth is 0


@dataclass
class _Block:
    """A container under way: its first layer, the output, all that leaves it, and sums of parameters.

    ``held`` are those that it keeps itself, for functional calls; ``listed`` are those of the rows below it, while it is open.
    """

    first: Layer
    out: Shape = ()
    left: tuple[Shape, ...] = ()
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
    repeats = any(layer.call_of for layer, _ in layers)
    if repeats:
        _list(layers, blocks)
    found = []
    for path, block in blocks.items():
        if path not in model.by_id and (counts := _counts(block, root=not path) | _sizes(model, path, block)):
            inner = Layer(path or ROOT, CONTAINER, {}, block.first.inputs[:1], block.first.in_shapes[:1], (block.out,))
            found.append((inner, counts))
    if found and found[0][0].id == ROOT:
        found[0] = (found[0][0], found[0][1] | _overturned(layers, found))
    if any(layer.functional for layer, _ in layers):
        layers = tuple((layer, _held(layer, counts, blocks)) for layer, counts in layers)
    if repeats:
        again = _called_again(layers)
        layers = tuple(
            (layer, {**counts, "overwritten_out_elements": numel(layer.y)} if layer.id in again else counts)
            for layer, counts in layers
        )
    return layers, tuple(found)


def _called_again(layers: Iterable[Counted]) -> set[str]:
    """Ids of the calls of a module after which it is called once more."""
    latest: dict[str, str] = {}  # by the module's first call
    again: set[str] = set()
    for layer, _ in layers:
        if layer.call_of is not None and not layer.functional:
            again.add(latest.get(layer.call_of, layer.call_of))
            latest[layer.call_of] = layer.id
    return again


def _homes(layer: Layer) -> list[str]:
    """The containers of a layer, outermost first, the root being ``""``."""
    return ["", *accumulate(layer.path[:-1], "{}.{}".format)]


def _blocks(model: Model, layers: Iterable[Counted]) -> dict[str, _Block]:
    """Every container by its path; its output is the first value made inside that anybody outside reads."""
    blocks: dict[str, _Block] = {}
    chains: dict[str, list[_Block]] = {}  # a layer's containers, outermost first, by the path of the inmost
    sums: dict[str, list[int]] = {}  # weights and parameters of the layers right in a container
    homes = model.homes
    known: dict[int, tuple[int, int]] = {}  # by the identity of counts, which like layers share
    holders: set[str] = set()  # containers with a module right in them
    for layer, counts in layers:
        home = homes[layer.id]
        if home not in chains:
            chains[home] = _chain(blocks, layer)
        found = known.get(id(counts))
        weights, params = known.setdefault(id(counts), _params(counts)) if found is None else found
        if params:
            if home in sums:
                sums[home][0] += weights
                sums[home][1] += params
            else:
                sums[home] = [weights, params]
            if "weight" in layer.id:  # all parameters inside then have "weight" in their names
                named = max((k for k, part in enumerate(layer.path) if "weight" in part), default=-1)
                for block in chains[home][: named + 1]:
                    block.weights += params - weights
        if layer.functional:
            chains[home][-1].held += params
        elif home not in holders and layer.call_of is None and layer.op not in WIRING:
            holders.add(home)
            chains[home][-1].modules = True
    for home, (weights, params) in sums.items():
        for block in chains[home]:
            block.weights += weights
            block.params += params
    for name, depth in model.leaving.items():
        for block in chains[homes[name]][depth:]:
            block.left = (*block.left, model.by_id[name].y)
            block.out = block.left[0]
    if not all(block.left for block in blocks.values()):
        for layer in model.layers:  # nobody reads what is made there: the last value stands for it
            for block in chains[homes[layer.id]]:
                block.out = block.out if block.left else layer.y
    return blocks


def _chain(blocks: dict[str, _Block], layer: Layer) -> list[_Block]:
    """The containers of a layer, outermost first; those that are new come into being, and all but the inmost hold another."""
    chain = [blocks.setdefault(home, _Block(layer)) for home in _homes(layer)]
    for block in chain[:-1]:
        block.modules = True
    return chain


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


def _sizes(model: Model, path: str, block: _Block) -> dict[str, int]:
    """What enters the network, on its root, and what leaves a container; zeros left out."""
    counts: dict[str, int] = {}
    if block.held and not block.modules:
        counts = _with_beyond("held_out_elements", [block.out])
    if (model.kind_of(path) != PLAIN or block.held) if path else not block.modules:
        counts["hooked_out_elements"] = sum(map(numel, block.left)) or numel(block.out)
    if path:
        if model.kind_of(path) == PLAIN:
            return counts
        several = len(block.left) > 1
        out = prod(-numel(shape[1:]) for shape in block.left) if several else numel(block.out)
        return counts | {"container_out_products" if several else "container_out_elements": out}
    shapes = [i.shape for i in model.inputs]
    if shapes:
        counts |= _with_beyond("input_elements", shapes)
        product = prod(shapes[0][:1]) * prod(numel(shape[1:]) for shape in shapes)
        counts |= {"inputs": len(shapes), "input_excess": product - counts["input_elements"]}
    return {name: n for name, n in counts.items() if n}


def _overturned(layers: Iterable[Counted], containers: Iterable[Counted]) -> dict[str, int]:
    """How far |S| exceeds S, in full and in 32 bits, where S sums the outputs of all modules and of containers with a class."""
    names = ("container_out_elements", "container_out_products")
    total = sum(c.get("out_elements", 0) for x, c in layers if not x.functional and x.op not in WIRING)
    total += sum(counts.get(name, 0) for _, counts in containers for name in names)
    kept = (total + 2**31) % 2**32 - 2**31
    found = {"overturned_out_elements": abs(total) - total, "wrapped_out_elements": abs(kept) - total}
    return {name: n for name, n in found.items() if n}


def _with_beyond(name: str, shapes: Iterable[Shape]) -> dict[str, int]:
    """Elements of tensors, and those of them beyond the first sample, the batch coming first."""
    shapes = tuple(shapes)
    value = sum(map(numel, shapes))
    beyond = value - sum(numel(shape[1:]) for shape in shapes)
    return {name: value} | ({f"beyond_{name}": beyond} if beyond else {})


def _held(layer: Layer, counts: Mapping[str, int], blocks: Mapping[str, _Block]) -> Mapping[str, int]:
    """The counts of a layer; where it is a functional call beside modules in a shallow container, these parameters apart."""
    *homes, _ = layer.path
    _, params = _params(counts)
    if layer.functional and params and len(homes) < SHALLOW and blocks[".".join(homes)].modules:
        return {**counts, "shallow_held_params": params}
    return counts
