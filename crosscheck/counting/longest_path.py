"""The longest path of a network: which layers with weights follow one another from an input to an output."""

from __future__ import annotations

from crosscheck.contract.network import Model
from crosscheck.contract.traits import Trait, having

WITH_WEIGHTS = frozenset(having(Trait.WEIGHTED))


def longest(model: Model) -> tuple[str, ...]:
    """Ids of the layers with weights on the path that has most of them, in order; of equal paths the one of first inputs."""
    layers = model.layers
    at = dict.fromkeys((i.name for i in model.inputs), -1)  # which layer makes a value; none makes an input
    length = [0] * (len(layers) + 1)  # of the longest path that ends with a layer, and last with an input
    came: list[int] = []
    for k, layer in enumerate(layers):
        reads = layer.inputs
        best = at[reads[0]] if len(reads) == 1 else max(map(at.__getitem__, reads), key=length.__getitem__, default=-1)
        came.append(best)
        length[k] = length[best] + (layer.op in WITH_WEIGHTS)
        at[layer.id] = k
        if len(layer.out_shapes) > 1:
            at |= dict.fromkeys(layer.values, k)
    k, found = max(map(at.__getitem__, model.outputs), key=length.__getitem__), []
    while k >= 0:
        if layers[k].op in WITH_WEIGHTS:
            found.append(layers[k].id)
        k = came[k]
    return tuple(reversed(found))
