"""A list with a row for every call of a module, and for containers that nobody calls: what its rows add up to.

A container counts for what it has beyond the rows listed below it, no less than nothing. A row is listed below another where it
follows it and is deeper, until one comes that is not; a module that lives elsewhere brings the containers that it lives in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crosscheck.counting.modules.tree import Extras, Tree, Visit, around


@dataclass(slots=True, eq=False)
class Row:
    """A row of the list: a module that was ``listed`` before counts for nothing."""

    path: str
    depth: int
    params: int
    leaf: bool
    listed: bool


def listing(tree: Tree) -> Extras:
    """Parameters that rows of the list count beyond the one time that the network has them, by call."""
    found: Extras = {index: {"shared_params": n} for index, n in tree.elsewhere.items()}
    rows = list(_rows(tree))
    displaced = _sum(rows) - tree.unmasked("") - sum(tree.elsewhere.values())
    found.setdefault(tree.root.index, {})["displaced_params"] = displaced
    return found


def _sum(rows: list[Row]) -> int:
    """What all rows add up to, each module once."""
    rest = [row.params for row in rows]
    for k in range(len(rows) - 1, -1, -1):
        if not rows[k].leaf:
            rest[k] -= sum(rest[j] for j in _below(rows, k) if not rows[j].listed)
    return sum(n if row.leaf else max(n, 0) for row, n in zip(rows, rest, strict=True) if not row.listed)


def _below(rows: list[Row], k: int) -> Iterator[int]:
    for j in range(k + 1, len(rows)):
        if rows[j].depth <= rows[k].depth:
            return
        yield j


def _rows(tree: Tree) -> Iterator[Row]:
    """Rows of calls, before each those of its containers that are not above it already."""
    above: dict[int, str] = {}
    listed = {v.path for v in tree.visits}
    added: dict[str, Row] = {}
    for visit in tree.visits:
        place = visit.paths[-1]
        depth = place.count(".") + 1 if place else 0
        for d, path in enumerate(around(place)):
            home = tree.known_by(path)
            if d and above.get(d) != home:
                yield _added(tree, home, d, added, listed)
                above[d] = home
        yield _called(tree, visit, depth)
        above = {d: path for d, path in above.items() if d < depth} | {depth: visit.path}


def _called(tree: Tree, visit: Visit, depth: int) -> Row:
    return Row(visit.path, depth, tree.unmasked(visit.path), visit.leaf, visit.again)


def _added(tree: Tree, path: str, depth: int, added: dict[str, Row], listed: set[str]) -> Row:
    """The one row of a container, however often it comes: the second time it was listed before, and so was the first."""
    row = added.setdefault(path, Row(path, depth, tree.unmasked(path), leaf=False, listed=False))
    row.listed = row.listed or path in listed
    listed.add(path)
    return row
