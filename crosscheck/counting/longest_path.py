"""The longest path of a network: which layers with weights follow one another from an input to an output."""

from __future__ import annotations

from crosscheck.contract.nest import OUTSIDE
from crosscheck.contract.network import Model
from crosscheck.contract.traits import Trait, having

WITH_WEIGHTS = frozenset(having(Trait.WEIGHTED))


def longest(model: Model) -> tuple[int, ...]:
    """The layers with weights on the path that has most of them, in order; of equal paths the one of first inputs."""
    nest, alike = model.nest, model.alike
    steps = {k: model.layers[k].op in WITH_WEIGHTS for k in dict.fromkeys(alike)}
    length = [0] * (len(alike) + 1)  # of the longest path that ends with a layer, and last with an input
    came = list(nest.reads)
    joins = nest.joins
    for k, (read, step) in enumerate(zip(nest.reads, map(steps.__getitem__, alike), strict=True)):
        before = length[read]
        if k in joins:
            for other in joins[k]:
                if length[other] > before:
                    came[k], before = other, length[other]
        length[k] = before + 1 if step else before
    k, found = max(nest.ends, key=length.__getitem__), []
    while k != OUTSIDE:
        if steps[alike[k]]:
            found.append(k)
        k = came[k]
    return tuple(reversed(found))
