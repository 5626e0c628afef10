"""What every call of a module adds where its weight and bias are asked for by these names, be they parameters or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod

from crosscheck.counting.modules.tree import Extras, Tree, Visit
from crosscheck.ops.calls.forms import front, made
from crosscheck.ops.calls.module import own_params

NAMES = ("weight", "bias")


def attributes(tree: Tree) -> Extras:
    """How weight and bias of a call differ from the module's parameters, and which of them count as frozen, by call."""
    found = {v.index: _attributes(v, tree.makers.get(v.path, {})) for v in tree.visits[1:]}
    if not tree.root.leaf:
        found[tree.root.index] = {"apart_params": -sum(own_params(tree.root.call).values())}
    return found


def _attributes(visit: Visit, makers: Mapping[str, Sequence[Visit]]) -> dict[str, int]:
    """Of one call; a weight that modules inside make anew needs no gradient, as none is asked for where a tool runs."""
    attrs = visit.call.attrs
    own = sum(own_params(visit.call).values())
    if attrs.get("chain"):
        return {"apart_params": -own}
    tensors = [(n, shape, trained) for n, shape, _, trained in attrs.get("params", ())] + list(attrs.get("tensors", ()))
    named = {name: (prod(shape), trained) for name, shape, trained in tensors if name in NAMES}
    named |= {name: (prod(front(made(inner[0].call))[0]), False) for name, inner in makers.items() if name in NAMES}
    value = sum(n for n, _ in named.values())
    _, trained = named.get("weight", (0, False))
    return {"apart_params": value - own, "frozen_row_params": 0 if trained else value}
