"""Rows of modules down to a level: what early summaries add up of leaf modules, and of containers on the last level but one.

Every path that leads to a module makes a row of its own at each of its calls; multiply-adds are here those of one of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from crosscheck.counting.modules.tree import Extras, Tree, Visit
from crosscheck.ops.calls import module
from crosscheck.ops.calls.forms import front, made

SUMMED = 3  # the level whose rows are added up whole; one more is listed


def levels(tree: Tree) -> Extras:
    """What the rows of such a summary have that parameters and leaf modules alone do not tell, by call."""
    found: Extras = {tree.root.index: _params(tree)}
    for visit in tree.visits:
        if _depths(visit) and not visit.leaf:
            found[visit.index] = {**found.get(visit.index, {}), **_weights(tree, visit)}
    return found


def _depths(visit: Visit) -> list[int]:
    """The depth of each of its rows; the network itself has one only where it holds no modules, or is one of PyTorch's layers."""
    depths = (path.count(".") + 1 if path else 0 for path in visit.paths)
    alone = visit.leaf or visit.call.name == "nn.MultiheadAttention"
    return [d for d in depths if d <= SUMMED + 1 and (d or alone)]


def _params(tree: Tree) -> dict[str, int]:
    """Parameters beside modules in shallow containers, and all others that are listed more often than once, less those never."""
    summed = sum(tree.size(path) for path, depth, leaf in _first(tree) if depth == SUMMED or (leaf and depth < SUMMED))
    held = sum(n for names, n in tree.params if _shallow(tree, names[0].rpartition(".")[0]))
    listed = tree.total + sum(tree.elsewhere.values()) - held
    return {"shallow_held_params": held, "unlisted_params": listed - summed}


def _first(tree: Tree) -> Iterator[tuple[str, int, bool]]:
    """Path, depth and kind of the first row of every module."""
    seen: set[str] = set()
    for visit in tree.visits:
        for depth in _depths(visit):
            if visit.path not in seen:
                seen.add(visit.path)
                yield visit.path, depth, visit.leaf


def _shallow(tree: Tree, path: str) -> bool:
    """True for a container above the level that is summed."""
    return (path.count(".") + 1 if path else 0) < SUMMED and path not in _leaves(tree)


def _leaves(tree: Tree) -> frozenset[str]:
    return frozenset(v.path for v in tree.visits if v.leaf)


def _weights(tree: Tree, visit: Visit) -> dict[str, int]:
    """Weights in a container, all by their long names, and one of its own as of a layer."""
    inner = sum(n for name, n in tree.inside.get(visit.path, ()) if "weight" in name and name != "weight")
    own = module.own_params(visit.call).get("weight", 0)
    y, _ = front(made(visit.call))
    rest = y[2:] if "Conv" in module.class_name(visit.call) else ()
    return {
        "container_weights": inner,
        "container_channel_weights": inner * prod(y[:2]),
        "outer_weights": own * prod((*y[:1], *rest)),
        "single_outer_weights": own * prod(rest),
    }
