"""The order of nodes: each after those whose values it reads; a graph that has none is refused.

And how many they are, once the functions that they call are opened up.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterable, Mapping, Sequence

from crosscheck.errors import FileError
from crosscheck.importers.onnx.protos import Function, Node

Name = tuple[str, str, str]  # domain, operator, overload
Functions = Mapping[Name, Function]


def opened(nodes: Iterable[Node], functions: Functions, known: dict[Name, int], depth: int) -> int:
    """How many nodes there are with functions opened up, at least: ``known`` has those of each function, ``depth`` is the most.

    Bodies of branches and loops are not looked into, as a branch may never be taken.
    """
    count = 0
    for node in nodes:
        name = (node.domain, node.op, node.overload)
        if depth and name in functions and name not in known:
            known[name] = opened(functions[name].nodes, functions, known, depth - 1)
        count += 1 + known.get(name, 0)
    return count


def ordered(nodes: Sequence[Node], known: Container[str]) -> list[Node]:
    """The nodes, each after those that it reads from. Raises FileError where a value is made twice, never, or from itself."""
    maker: dict[str, int] = {}
    for k, node in enumerate(nodes):
        for name in node.outputs:
            if not name:
                continue
            if name in maker:
                raise FileError(f"value {name!r} is made by two nodes")
            maker[name] = k
    waits = [0] * len(nodes)
    readers: list[list[int]] = [[] for _ in nodes]
    for k, node in enumerate(nodes):
        for name in dict.fromkeys(node.reads()):
            if name in maker:
                waits[k] += 1
                readers[maker[name]].append(k)
            elif name not in known:
                raise FileError(f"node {node.name or node.op!r} reads {name!r}, which nothing makes")
    if all(k < r for k, rs in enumerate(readers) for r in rs):
        return list(nodes)
    ready = deque(k for k, count in enumerate(waits) if not count)
    done: list[Node] = []
    while ready:
        k = ready.popleft()
        done.append(nodes[k])
        for r in readers[k]:
            waits[r] -= 1
            if not waits[r]:
                ready.append(r)
    if len(done) < len(nodes):
        stuck = next(node for k, node in enumerate(nodes) if waits[k])
        raise FileError(f"the graph is cyclic: node {stuck.name or stuck.op!r} waits for its own output")
    return done
