"""What depends on the whole tree of modules of a captured network: what a summary lists, by the call that it is counted with."""

from __future__ import annotations

from collections.abc import Mapping

from crosscheck.contract.network import Model
from crosscheck.counting.modules.attention import attention
from crosscheck.counting.modules.attributes import attributes
from crosscheck.counting.modules.levels import levels
from crosscheck.counting.modules.listing import listing
from crosscheck.counting.modules.rows import rows
from crosscheck.counting.modules.sizes import sizes
from crosscheck.counting.modules.tree import Tree


def beside(model: Model) -> Mapping[int, Mapping[str, int]]:
    """Further primitives of calls of modules, by their index in ``model.calls``; they go before those of the call itself."""
    tree = Tree.of(model)
    if tree is None:
        return {}
    found: dict[int, dict[str, int]] = {}
    for part in (listing(tree), levels(tree), sizes(tree), attributes(tree), rows(tree), attention(tree)):
        for index, counts in part.items():
            found.setdefault(index, {}).update(counts)
    return found
