"""Counts of a network at other batches and with other classes, worked out from one image of each size and the usual classes.

Writing a network down and counting it takes milliseconds, and thousands of hypotheses are tried: what is known of how primitives
grow saves most of that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from crosscheck import models
from crosscheck.contract.network import Shape
from crosscheck.counting import engine
from crosscheck.counting.batch import Groups, at_batch
from crosscheck.errors import ShapeError


def counted(network: str, shape: Shape, classes: int | None = None) -> engine.Tally | None:
    """A network counted for an input of (N, C, H, W); None where the input does not fit it."""
    return _counted(network, shape, None if classes == models.get(network).classes else classes)


@cache
def _counted(network: str, shape: Shape, classes: int | None) -> engine.Tally | None:
    try:
        return engine.tally(models.build(network, batch=shape[0], input_shape=shape[1:], classes=classes))
    except ShapeError:
        return None


def sums(network: str, shape: Shape, classes: int | None = None, *, layers: bool = False) -> engine.Tally | None:
    """The same, good for totals: its layers are those of one sample, and of other classes unless ``layers`` are needed."""
    return _sums(network, shape, classes, layers)


@cache
def _sums(network: str, shape: Shape, classes: int | None, layers: bool) -> engine.Tally | None:
    one = (1, *shape[1:])
    if shape[0] > 1:
        single = sums(network, one, classes, layers=layers)
        return single and replace(single, groups=at_batch(single.groups, shape[0]))
    variant = models.get(network)
    if layers or classes in (None, variant.classes) or shape[1:] == variant.input:
        return counted(network, one, classes)
    here, own, other = (counted(network, *at) for at in ((one,), ((1, *variant.input),), ((1, *variant.input), classes)))
    if here is None or own is None or other is None or not _same_classifier(here, own, other):
        return counted(network, one, classes)
    return replace(here, groups=_moved(here.groups, own.groups, other.groups))


@cache
def convolutions(network: str, shape: Shape, classes: int | None = None) -> engine.Tally | None:
    """The same of convolutions alone; None where there are none."""
    known = sums(network, shape, classes)
    groups = {key: {"conv": group["conv"]} for key, group in known.groups.items() if "conv" in group} if known else {}
    return replace(known, groups=groups) if known and groups else None


def _same_classifier(here: engine.Tally, own: engine.Tally, other: engine.Tally) -> bool:
    """True where all that other classes change gets the same input here as it gets where the change is known."""
    changed = [x.id for x, counts in own.layers if x.id not in other.by_id or counts != other.by_id[x.id][1]]
    same = here.sum("weight") == own.sum("weight")  # and so does every container's product with its weights
    return same and all(here.by_id[k][0].in_shapes == own.by_id[k][0].in_shapes for k in changed)


def _moved(here: Groups, own: Groups, other: Groups) -> Groups:
    """Sums with the difference added that other classes make."""
    none: engine.Sums = {}
    return {
        key: {
            op: _shifted(counts, own.get(key, none).get(op, {}), other.get(key, none).get(op, {})) for op, counts in group.items()
        }
        for key, group in here.items()
    }


def _shifted(counts: Mapping[str, int], own: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {p: counts.get(p, 0) + other.get(p, 0) - own.get(p, 0) for p in {*counts, *own, *other}}
