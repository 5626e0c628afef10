"""The network as nested blocks, for builders that make a native module of every container."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crosscheck.contract.network import Layer, Model
from crosscheck.errors import SpecError


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a block: a layer or a nested block, and the values that go in and come out."""

    name: str
    node: Layer | Block
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A container with its steps in the order of execution; ``kind`` is the class name that users know (``Bottleneck``)."""

    path: str
    kind: str
    inputs: tuple[str, ...]
    steps: tuple[Step, ...]
    outputs: tuple[str, ...]

    @property
    def is_chain(self) -> bool:
        """True where every step eats just what the step before it made."""
        flow = self.inputs
        for step in self.steps:
            if len(flow) != 1 or step.inputs != flow:
                return False
            flow = step.outputs
        return flow == self.outputs


def plan(model: Model) -> Block:
    """The network as nested blocks.

    Raises SpecError where the layers of a container do not follow one another.
    """
    return _block(model, "", model.layers, model.outputs)


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def _block(model: Model, path: str, layers: tuple[Layer, ...], wanted: Iterable[str]) -> Block:
    """Group consecutive layers by the next part of their path; ``wanted`` are the values that somebody outside reads."""
    depth = len(path.split(".")) if path else 0
    groups: list[tuple[str, list[Layer]]] = []
    for layer in layers:
        nested = len(layer.path) > depth + 1
        name = layer.path[depth]
        if nested and groups and groups[-1][0] == name and len(groups[-1][1][0].path) > depth + 1:
            groups[-1][1].append(layer)
        elif any(name == n for n, _ in groups):
            where = ".".join([*layer.path[:depth], name])
            raise SpecError(
                f"{model.name}: the layers of container {where!r} do not follow one another ({layer.id!r} comes late)"
            )
        else:
            groups.append((name, [layer]))
    own = {layer.id for layer in layers}
    reads_after: list[set[str]] = [set(wanted)]
    for _, members in reversed(groups):
        reads_after.append(reads_after[-1] | {v for m in members for v in m.inputs})
    reads_after.reverse()
    steps: list[Step] = []
    for k, (name, members) in enumerate(groups):
        made = {m.id for m in members}
        inputs = _unique(v for m in members for v in m.inputs if v not in made)
        outputs = tuple(m.id for m in members if m.id in reads_after[k + 1])
        node: Layer | Block = members[0]
        if len(members[0].path) > depth + 1:
            node = _block(model, ".".join(members[0].path[: depth + 1]), tuple(members), outputs)
        steps.append(Step(name, node, inputs, outputs or (members[-1].id,)))
    inputs = _unique(v for layer in layers for v in layer.inputs if v not in own)
    outputs = tuple(wanted) if not path else tuple(layer.id for layer in layers if layer.id in set(wanted))
    return Block(path, model.kind_of(path), inputs, tuple(steps), outputs or (layers[-1].id,))
