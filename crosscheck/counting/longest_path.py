"""The longest path of a network: which layers with weights follow one another from an input to an output."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from crosscheck.contract.network import Layer, Model
from crosscheck.contract.traits import Trait, having

WITH_WEIGHTS = frozenset(having(Trait.WEIGHTED))


def longest(model: Model) -> tuple[str, ...]:
    """Ids of the layers with weights on the path that has most of them, in order; of equal paths the one of first inputs."""
    length: dict[str, int] = {i.name: 0 for i in model.inputs}
    came: dict[str, str] = {}
    for layer in model.layers:
        best = max(layer.inputs, key=length.__getitem__, default="")
        so_far = length[best] if best else 0
        for value in layer.values:
            length[value] = so_far + (layer.op in WITH_WEIGHTS)
            came[value] = best
    found, value = [], max(model.outputs, key=length.__getitem__)
    while value:
        name = value.partition(":")[0] if value not in model.by_id else value
        if name in model.by_id and model.by_id[name].op in WITH_WEIGHTS:
            found.append(name)
        value = came.get(value, "")
    return tuple(reversed(found))


def mark(model: Model, layers: Iterable[tuple[Layer, Mapping[str, int]]]) -> list[tuple[Layer, Mapping[str, int]]]:
    """The layers with their counts, those on the longest path with one ``path_layers`` more; like layers go on sharing theirs."""
    on = frozenset(longest(model))
    marked: dict[int, Mapping[str, int]] = {}
    found = []
    for layer, counts in layers:
        if layer.id in on and id(counts) not in marked:
            marked[id(counts)] = {**counts, "path_layers": 1}
        found.append((layer, marked[id(counts)] if layer.id in on else counts))
    return found
