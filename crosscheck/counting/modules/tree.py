"""The modules of a captured network: their calls in the order in which they began, and the parameters below each path."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod

from crosscheck.contract.call import Call, Level
from crosscheck.contract.network import Model
from crosscheck.ops.calls.module import own_params, passes_for_leaf

MAKERS = "parametrizations"
Extras = dict[int, dict[str, int]]  # further primitives, by the index of a call


@dataclass(frozen=True, slots=True)
class Visit:
    """One call of a module: ``index`` is its place in the network's calls, ``paths`` all that lead to the module."""

    index: int
    call: Call
    paths: tuple[str, ...]

    @property
    def path(self) -> str:
        """The path that it is known by."""
        return self.paths[0]

    @property
    def again(self) -> bool:
        """True where the module was called before."""
        return bool(self.call.attrs.get("again"))

    @property
    def leaf(self) -> bool:
        """True where it passes for a module that holds no others."""
        return passes_for_leaf(self.call)


@dataclass(frozen=True)
class Tree:
    """Calls of modules in the order in which they began, the network's own first; parameters with all their names.

    ``hidden`` are those of which pruning masks put some elements to 0, with how many.
    """

    visits: Sequence[Visit]
    params: Sequence[tuple[tuple[str, ...], int]]
    shapes: Sequence[tuple[int, ...]]  # of the network's inputs
    layers: Collection[str]  # ids of its layers
    hidden: Sequence[tuple[tuple[str, ...], int]] = ()

    @staticmethod
    def of(model: Model) -> Tree | None:
        """The tree of a network; None where calls of modules, or their paths, were not captured."""
        calls = [(k, c) for k, c in enumerate(model.calls) if c.level == Level.MODULE and "began" in c.attrs]
        if not calls:
            return None
        calls.sort(key=lambda pair: pair[1].attrs["began"])
        visits = [Visit(k, c, (c.attrs.get("path", ""), *c.attrs.get("twins", ()))) for k, c in calls]
        held = [(tuple(c.attrs.get("names", ("",))), c) for c in model.calls if c.level == Level.PARAMETER]
        params = [(names, prod(c.x)) for names, c in held]
        hidden = [(names, c.attrs["masked"]) for names, c in held if c.attrs.get("masked")]
        return Tree(visits, params, [i.shape for i in model.inputs], model.by_id.keys(), hidden)

    @property
    def root(self) -> Visit:
        """The call of the network itself."""
        return self.visits[0]

    @property
    def total(self) -> int:
        """All parameters, each once."""
        return sum(n for _, n in self.params)

    @cached_property
    def inside(self) -> Mapping[str, Sequence[tuple[str, int]]]:
        """Parameters of the module at each path and of all modules in it, each once, by the first of their names in there."""
        found: dict[str, list[tuple[str, int]]] = {}
        for names, n in self.params:
            seen = set()
            for name in names:
                for path in around(name):
                    if path not in seen:
                        seen.add(path)
                        found.setdefault(path, []).append((name[len(path) + 1 :] if path else name, n))
        return found

    def size(self, path: str) -> int:
        """All parameters of the module at a path and of those in it."""
        return sum(n for _, n in self.inside.get(path, ()))

    def unmasked(self, path: str) -> int:
        """The same without what pruning masks put to 0."""
        return self.size(path) - sum(n for names, n in self.hidden if any(path in around(name) for name in names))

    def known_by(self, path: str) -> str:
        """The path that the module at ``path`` is known by."""
        return self._first.get(path, path)

    @cached_property
    def _first(self) -> Mapping[str, str]:
        return {twin: v.path for v in self.visits for twin in v.paths[1:]}

    @property
    def batch(self) -> int:
        """The first size of the network's first input; 1 where it has none."""
        return self.shapes[0][0] if self.shapes and self.shapes[0] else 1

    @cached_property
    def makers(self) -> Mapping[str, Mapping[str, Sequence[Visit]]]:
        """First calls of the modules that make a weight or bias anew each time that it is read, outermost first, by its module
        and name: those in ``parametrizations``, where PyTorch keeps them.
        """
        found: dict[str, dict[str, list[Visit]]] = {}
        for visit in self.visits:
            path, within, rest = visit.path.rpartition(f".{MAKERS}.")
            if within and not visit.again:
                found.setdefault(path, {}).setdefault(rest.partition(".")[0], []).append(visit)
        return found

    @cached_property
    def elsewhere(self) -> Mapping[int, int]:
        """Parameters of leaf modules that another module was listed with before, by the index of the module's first call."""
        homes: dict[str, int] = {}
        for names, n in self.params:
            home = names[0].rpartition(".")[0]
            homes[home] = homes.get(home, 0) + n
        firsts = (v for v in self.visits if v.leaf and not v.again)
        return {v.index: n for v in firsts if (n := sum(own_params(v.call).values()) - homes.get(v.path, 0))}


def around(path: str) -> Iterator[str]:
    """The containers of what is at a path, outermost first, the network being ``""``."""
    yield ""
    for k, letter in enumerate(path):
        if letter == ".":
            yield path[:k]
