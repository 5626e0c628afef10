"""Containers as pseudo layers of op ``container``: what a tool may charge for a block as a whole, beside the layers inside it.

Their counts need the whole network, so the engine adds them. Containers and layers go by their index (see ``Nest``), like layers
by that of the first of them (see ``Model.alike``), and containers that are alike share their counts, too. What sets one of like
layers apart because of its container is an ``Extra``, beside their counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import compress
from math import prod
from typing import Any, NamedTuple

from crosscheck.contract.nest import Nest
from crosscheck.contract.network import CONTAINER, ROOT, Layer, Model, Shape, numel
from crosscheck.contract.traits import Trait, having
from crosscheck.counting.displaced import displaced

Counts = Mapping[str, int]  # by primitive
Counted = tuple[Layer, Counts]
Extra = tuple[tuple[str, int], ...]  # further primitives of one layer
Params = Mapping[int, tuple[int, int]]  # elements of the weight, and of all parameters, of like layers

WIRING = frozenset(having(Trait.WIRING))
PLAIN = "Sequential"  # the class of a container that the description gives none: it runs what it holds, and is nothing more
SHALLOW = 3  # containers less deep than this are shallow; the root's depth is 0


class _Box(NamedTuple):
    """All that a container's counts depend on; those that are equal in it share them.

    ``plain`` where it has no class of its own, ``modules`` where a module or container is right in it. ``weights`` are those at
    any depth, ``held`` parameters of functional calls right in it, ``displaced`` those that tools list in rows of others. ``out``
    is its output, ``several`` all that is read outside where they are more than one, each by the first like layer.
    """

    depth: int
    plain: bool
    modules: bool
    weights: int
    held: int
    displaced: int
    out: int
    several: tuple[int, ...]


@dataclass(slots=True)
class _Alike:
    """Containers under way that share their counts: how many they are."""

    counts: Counts
    times: int = 0


@dataclass(frozen=True, slots=True)
class Contained:
    """What comes of containers: the ``extra`` of layers, and the ``counts`` of each container that has any, the root first.

    ``kinds`` are these once more: depth and counts of those that are alike, and how many they are.
    """

    extra: Mapping[int, Extra]
    counts: Mapping[int, Counts]
    kinds: tuple[tuple[int, Counts, int], ...]


@dataclass(frozen=True, slots=True)
class _Columns:
    """A number of each container: weights and parameters at any depth, and parameters of functional calls right in it.

    ``modules`` are the containers that have a module or a container right in them.
    """

    weights: list[int]
    params: list[int]
    held: list[int]
    modules: set[int]


def contain(model: Model, known: Mapping[int, Counts], times: Mapping[int, int]) -> Contained:
    """What comes of the containers of a network; of like layers ``known`` are the counts, and ``times`` how many they are."""
    if not model.layers:
        return Contained({}, {}, ())
    params = {k: _params(counts) for k, counts in known.items()}
    functional = frozenset(k for k in known if model.layers[k].functional)
    repeats = any(model.layers[k].call_of is not None for k in known)
    columns = _columns(model, params, functional)
    moved = displaced(model, params, columns.params, columns.held, columns.modules) if repeats else [0] * len(columns.params)
    extra = _held(model, params, functional, columns.modules) if functional else {}
    for k in _called_again(model) if repeats else ():
        extra[k] = (*extra.get(k, ()), ("overwritten_out_elements", numel(model.layers[k].y)))
    outs = sum(n * known[k].get("out_elements", 0) for k, n in times.items() if _is_module(model.layers[k]))
    return Contained(extra, *_boxes(model, columns, moved, outs))


def pseudo_layer(model: Model, box: int) -> Layer:
    """A container as a layer: it reads what its first layer reads."""
    first, out = (model.layers[k] for k in (model.nest.firsts[box], model.nest.outs[box]))
    return Layer(model.nest.paths[box] or ROOT, CONTAINER, {}, first.inputs[:1], first.in_shapes[:1], (out.y,))


def _boxes(
    model: Model, columns: _Columns, moved: list[int], outs: int
) -> tuple[dict[int, Counts], tuple[tuple[int, Counts, int], ...]]:
    """Counts of containers, and of those that are alike; ``outs`` are the elements that all modules make."""
    rows = enumerate(_rows(model, columns, moved))
    top = _Box(*next(rows)[1])
    root = _counts(model, top, root=True)
    doubles = model.nest.doubles
    found: dict[int, Counts] = {0: root} if root and 0 not in doubles else {}
    kinds: dict[tuple[Any, ...], _Alike] = {}
    for box, row in rows:
        kind = kinds.get(row)
        if kind is None:
            kind = kinds[row] = _Alike(_counts(model, _Box(*row), root=False))
        if kind.counts and box not in doubles:
            found[box] = kind.counts
            kind.times += 1
    alike = [(row[0], kind.counts, kind.times) for row, kind in kinds.items() if kind.times]
    if 0 in found:
        found[0] = root | _overturned(outs, [*alike, (top.depth, root, 1)])
        alike.insert(0, (top.depth, found[0], 1))
    return found, tuple(alike)


def _rows(model: Model, columns: _Columns, moved: list[int]) -> Iterator[tuple[Any, ...]]:
    """Of each container what a ``_Box`` has, as a plain tuple."""
    nest, kinds = model.nest, model.containers
    several: list[tuple[int, ...]] = [()] * len(nest.paths)
    for box, layers in nest.several.items():
        several[box] = tuple(model.alike[k] for k in layers)
    plain = (kinds.get(path, PLAIN) == PLAIN for path in nest.paths)
    modules = map(columns.modules.__contains__, range(len(nest.paths)))
    outs = map(model.alike.__getitem__, nest.outs)
    return zip(nest.depths, plain, modules, columns.weights, columns.held, moved, outs, several, strict=True)


def _columns(model: Model, params: Params, functional: frozenset[int]) -> _Columns:
    """Sum up what is in each container; those that hold others come before them."""
    nest, alike, layers = model.nest, model.alike, model.layers
    weights, all_, held = ([0] * len(nest.paths) for _ in range(3))
    learned = {k: own if own[1] else None for k, own in params.items()}
    for home, own in zip(nest.homes, map(learned.__getitem__, alike), strict=True):
        if own is not None:
            weights[home] += own[0]
            all_[home] += own[1]
    if any("weight" in name for name in nest.names):
        for k, layer in enumerate(layers):
            if "weight" in layer.path[-1]:
                weights[nest.homes[k]] += params[alike[k]][1] - params[alike[k]][0]
    for home, k in zip(nest.homes, alike, strict=True) if functional else ():
        if k in functional:
            held[home] += params[k][1]
    modules = {k: layers[k].call_of is None and _is_module(layers[k]) for k in params}
    inside = set(compress(nest.homes, map(modules.__getitem__, alike)))
    _raise(nest, weights, all_)
    return _Columns(weights, all_, held, inside.union(nest.around[1:]))


def _raise(nest: Nest, weights: list[int], params: list[int]) -> None:
    """Add what a container has to the one around it; all of it is weights there where "weight" is in its name."""
    around, paths = nest.around, nest.paths
    for box in range(len(paths) - 1, 0, -1):
        if params[box]:
            named = "weight" in paths[box] and "weight" in paths[box].rpartition(".")[2]
            weights[around[box]] += params[box] if named else weights[box]
            params[around[box]] += params[box]


def _params(counts: Counts) -> tuple[int, int]:
    """Elements of a layer's weight, and of all its parameters."""
    weights = counts.get("weight", 0) + counts.get("norm_scale", 0)
    return weights, weights + counts.get("bias", 0) + counts.get("norm_shift", 0)


def _counts(model: Model, box: _Box, *, root: bool) -> dict[str, int]:
    """The primitives of a container, zeros left out; a root is called by nobody, unless it passes for a layer."""
    out = model.layers[box.out].y
    left = [model.layers[k].y for k in box.several] or [out]
    weights = 0 if root and box.modules else box.weights
    place = ("root" if box.modules else "lone") if root else "branch" if box.modules else "leaf"
    counts = {
        "container_weights": weights,
        "container_channel_weights": weights and numel(out[:2]) * weights,
        "held_channel_params": 0 if box.modules else numel(out[:2]) * box.held,
        f"{place}_held_params": box.held,
        "displaced_params": box.displaced,
    }
    if box.held and not box.modules:
        counts |= _with_beyond("held_out_elements", [out])
    if not box.modules if root else not box.plain or box.held:
        counts["hooked_out_elements"] = sum(map(numel, left))
    if root:
        counts |= _entering(model)
    elif not box.plain:
        several = len(left) > 1
        product = prod(-numel(shape[1:]) for shape in left) if several else numel(out)
        counts["container_out_products" if several else "container_out_elements"] = product
    return {name: n for name, n in counts.items() if n}


def _entering(model: Model) -> dict[str, int]:
    """What enters the network, on its root."""
    shapes = [i.shape for i in model.inputs]
    if not shapes:
        return {}
    counts = _with_beyond("input_elements", shapes)
    product = prod(shapes[0][:1]) * prod(numel(shape[1:]) for shape in shapes)
    return counts | {"inputs": len(shapes), "input_excess": product - counts["input_elements"]}


def _overturned(outs: int, containers: Iterable[tuple[int, Counts, int]]) -> dict[str, int]:
    """How far |S| exceeds S, in 64 and in 32 bits, where S sums the outputs of all modules and of containers with a class.

    A product of several outputs' sizes can be beyond 64 bits.
    """
    names = ("container_out_elements", "container_out_products")
    total = outs + sum(times * counts.get(name, 0) for _, counts, times in containers for name in names)
    long, short = ((total + half) % (2 * half) - half for half in (2**63, 2**31))
    found = {"overturned_out_elements": abs(long) - total, "wrapped_out_elements": abs(short) - total}
    return {name: n for name, n in found.items() if n}


def _with_beyond(name: str, shapes: Iterable[Shape]) -> dict[str, int]:
    """Elements of tensors, and those of them beyond the first sample, the batch coming first."""
    shapes = tuple(shapes)
    value = sum(map(numel, shapes))
    return {name: value, f"beyond_{name}": value - sum(numel(shape[1:]) for shape in shapes)}


def _is_module(layer: Layer) -> bool:
    return not layer.functional and layer.op not in WIRING


def _held(model: Model, params: Params, functional: frozenset[int], modules: set[int]) -> dict[int, Extra]:
    """Parameters of functional calls beside modules in a shallow container, by the layer."""
    held: dict[int, Extra] = {}
    for k, (kind, home) in enumerate(zip(model.alike, model.nest.homes, strict=True)):
        if kind in functional and params[kind][1] and home in modules and model.layers[k].id.count(".") < SHALLOW:
            held[k] = (("shallow_held_params", params[kind][1]),)
    return held


def _called_again(model: Model) -> list[int]:
    """The calls of a module after which it is called once more."""
    latest: dict[str, int] = {}  # by the module's first call
    again: dict[int, None] = {}
    for k, layer in enumerate(model.layers):
        if layer.call_of is not None and not layer.functional:
            again[latest.get(layer.call_of, model.at[layer.call_of])] = None
            latest[layer.call_of] = k
    return list(again)
