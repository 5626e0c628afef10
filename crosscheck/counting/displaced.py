"""Parameters that tools list in rows of others: those in a container after a module from elsewhere was called in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from crosscheck.contract.network import Model

Params = Mapping[int, tuple[int, int]]  # elements of the weight, and of all parameters, of like layers


def displaced(model: Model, own: Params, params: list[int], held: list[int], modules: set[int]) -> list[int]:
    """Of each container the parameters that no row below it lists until it ends, or a module from outside is called in it.

    ``params`` are those at any depth, ``held`` those of functional calls right in it, which it lists itself; ``modules`` are the
    containers with modules, in whose place their rows list.
    """
    nest = model.nest
    listed, rest = [0] * len(params), [0] * len(params)
    ended: set[int] = set()
    around: list[int] = []  # containers under way, inmost first

    def end(boxes: Iterable[int]) -> None:
        for box in [b for b in boxes if b not in ended]:
            ended.add(box)
            rest[box] = params[box] - listed[box] if box in modules else held[box]
            for other in around:
                listed[other] += rest[box] if other not in ended else 0

    for layer, k, home in zip(model.layers, model.alike, nest.homes, strict=True):
        if not around or home != around[0]:
            chain = nest.chain(home)
            end(box for box in around if box not in chain)
            around = chain
        if layer.call_of and not layer.functional:
            end(box for box in around if nest.paths[box] and not layer.call_of.startswith(f"{nest.paths[box]}."))
        elif not layer.functional:
            for box in around:
                listed[box] += own[k][1] if box not in ended else 0
    end(around)
    return [max(r, 0) - h for r, h in zip(rest, held, strict=True)]
