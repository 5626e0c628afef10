"""Containers as pseudo layers of op ``container``: what a tool may charge for a block as a whole, beside the layers inside it.

Their counts need the whole network, so the engine adds them. ``known`` are the counts that like layers share, by the index of the
first of them (see ``Model.alike``); what sets one of them apart because of its container is an ``Extra``, beside those counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from math import prod

from crosscheck.contract.network import CONTAINER, ROOT, Layer, Model, Shape, numel
from crosscheck.contract.traits import Trait, having

Counts = Mapping[str, int]  # by primitive
Counted = tuple[Layer, Counts]
Extra = tuple[tuple[str, int], ...]  # further primitives of one layer
Params = Mapping[int, tuple[int, int]]  # elements of the weight, and of all parameters, of like layers

WIRING = frozenset(having(Trait.WIRING))
PLAIN = "Sequential"  # the class of a container that the description gives none: it runs what it holds, and is nothing more
SHALLOW = 3  # containers less deep than this are shallow; the root's depth is 0


@dataclass(slots=True)
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


def contain(model: Model, known: Mapping[int, Counts]) -> tuple[dict[str, Extra], tuple[Counted, ...]]:
    """What depends on the containers of layers, by their ids, and the containers that have counts of their own."""
    params = {k: _params(counts) for k, counts in known.items()}
    blocks = _blocks(model, params)
    kinds = [model.layers[k] for k in known]
    repeats = any(layer.call_of is not None for layer in kinds)
    if repeats:
        _list(model, params, blocks)
    found = []
    for path, block in blocks.items():
        if path not in model.by_id and (counts := _counts(block, root=not path) | _sizes(model, path, block)):
            inner = Layer(path or ROOT, CONTAINER, {}, block.first.inputs[:1], block.first.in_shapes[:1], (block.out,))
            found.append((inner, counts))
    if found and found[0][0].id == ROOT:
        found[0] = (found[0][0], found[0][1] | _overturned(model, known, found))
    extra = _held(model, params, blocks) if any(layer.functional for layer in kinds) else {}
    for layer in _called_again(model) if repeats else ():
        extra[layer.id] = (*extra.get(layer.id, ()), ("overwritten_out_elements", numel(layer.y)))
    return extra, tuple(found)


def _called_again(model: Model) -> list[Layer]:
    """The calls of a module after which it is called once more."""
    latest: dict[str, str] = {}  # by the module's first call
    again: dict[str, Layer] = {}
    for layer in model.layers:
        if layer.call_of is not None and not layer.functional:
            before = latest.get(layer.call_of, layer.call_of)
            again[before] = model.by_id[before]
            latest[layer.call_of] = layer.id
    return list(again.values())


def _homes(layer: Layer) -> list[str]:
    """The containers of a layer, outermost first, the root being ``""``."""
    return ["", *accumulate(layer.path[:-1], "{}.{}".format)]


def _blocks(model: Model, params: Params) -> dict[str, _Block]:
    """Every container by its path; its output is the first value made inside that anybody outside reads."""
    blocks: dict[str, _Block] = {}
    chains: dict[str, list[_Block]] = {}  # a layer's containers, outermost first, by the path of the inmost
    sums: dict[str, list[int]] = {}  # weights and parameters of the layers right in a container
    holders: set[str] = set()  # containers with a module right in them
    for layer, k, home in zip(model.layers, model.alike, model.homes.values(), strict=True):
        if home not in sums:
            _open(home, layer, blocks, chains)
            sums[home] = [0, 0]
        own = params[k]
        if own[1]:
            sums[home][0] += own[0]
            sums[home][1] += own[1]
            if "weight" in layer.id:
                _name_weights(layer, own, chains[home])
        if layer.functional:
            chains[home][-1].held += own[1]
        elif home not in holders and layer.call_of is None and layer.op not in WIRING:
            holders.add(home)
            chains[home][-1].modules = True
    for home, (weights, all_) in sums.items():
        for block in chains[home]:
            block.weights += weights
            block.params += all_
    _leave(model, chains)
    return blocks


def _name_weights(layer: Layer, params: tuple[int, int], chain: list[_Block]) -> None:
    """Count all parameters as weights in a container with "weight" in its name: those inside then have it in theirs."""
    named = max((k for k, part in enumerate(layer.path) if "weight" in part), default=-1)
    for block in chain[: named + 1]:
        block.weights += params[1] - params[0]


def _leave(model: Model, chains: Mapping[str, list[_Block]]) -> None:
    """Note what leaves each container; where nobody reads what is made there, the last value stands for its output."""
    homes = model.homes
    for name, depth in model.leaving.items():
        for block in chains[homes[name]][depth:]:
            block.left = (*block.left, model.by_id[name].y)
            block.out = block.left[0]
    if not all(block.left for chain in chains.values() for block in chain):
        for layer in model.layers:
            for block in chains[homes[layer.id]]:
                block.out = block.out if block.left else layer.y


def _open(home: str, first: Layer, blocks: dict[str, _Block], chains: dict[str, list[_Block]]) -> list[_Block]:
    """The containers of a layer, outermost first; those that are new come into being, and all but the inmost hold another."""
    if home not in chains:
        around = _open(home.rpartition(".")[0], first, blocks, chains) if home else []
        for block in around[-1:]:
            block.modules = True
        blocks[home] = _Block(first)
        chains[home] = [*around, blocks[home]]
    return chains[home]


def _list(model: Model, params: Params, blocks: Mapping[str, _Block]) -> None:
    """Sum up what the rows below each container list until it ends, or until a module from outside is called in it."""
    around: list[str] = []

    def close(paths: Iterable[str]) -> None:
        for path in sorted((p for p in paths if blocks[p].open), key=len, reverse=True):
            blocks[path].open = False
            for other in around:
                if blocks[other].open:
                    blocks[other].listed += blocks[path].rest

    for layer, k in zip(model.layers, model.alike, strict=True):
        homes = _homes(layer)
        close(set(around) - set(homes))
        around = homes
        if layer.call_of and not layer.functional:
            close(p for p in homes if p and not layer.call_of.startswith(f"{p}."))
        elif not layer.functional:
            for home in homes:
                blocks[home].listed += params[k][1] if blocks[home].open else 0
    close(around)


def _params(counts: Counts) -> tuple[int, int]:
    """Elements of a layer's weight, and of all its parameters."""
    weights = counts.get("weight", 0) + counts.get("norm_scale", 0)
    return weights, weights + counts.get("bias", 0) + counts.get("norm_shift", 0)


def _counts(block: _Block, *, root: bool) -> dict[str, int]:
    """The primitives of a container, zeros left out; a root is called by nobody, unless it passes for a layer."""
    weights = 0 if root and block.modules else block.weights
    place = ("root" if block.modules else "lone") if root else "branch" if block.modules else "leaf"
    counts = {
        "container_weights": weights,
        "container_channel_weights": weights and numel(block.out[:2]) * weights,
        "held_channel_params": 0 if block.modules else numel(block.out[:2]) * block.held,
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


def _overturned(model: Model, known: Mapping[int, Counts], containers: Iterable[Counted]) -> dict[str, int]:
    """How far |S| exceeds S, in full and in 32 bits, where S sums the outputs of all modules and of containers with a class."""
    names = ("container_out_elements", "container_out_products")
    times = Counter(model.alike)
    total = sum(times[k] * c.get("out_elements", 0) for k, c in known.items() if _is_module(model.layers[k]))
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


def _is_module(layer: Layer) -> bool:
    return not layer.functional and layer.op not in WIRING


def _held(model: Model, params: Params, blocks: Mapping[str, _Block]) -> dict[str, Extra]:
    """Parameters of functional calls beside modules in a shallow container, by the layer's id."""
    held: dict[str, Extra] = {}
    for layer, k in zip(model.layers, model.alike, strict=True):
        *homes, _ = layer.path
        if layer.functional and params[k][1] and len(homes) < SHALLOW and blocks[".".join(homes)].modules:
            held[layer.id] = (("shallow_held_params", params[k][1]),)
    return held
