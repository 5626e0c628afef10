"""Counts of a network at other batches and with other classes, worked out from one image of each size and the usual classes.

Writing a network down and counting it takes milliseconds, and thousands of hypotheses are tried: what is known of how primitives
grow saves most of that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from crosscheck import models
from crosscheck.contract.network import CONTAINER, Shape
from crosscheck.counting import engine
from crosscheck.errors import ShapeError
from crosscheck.ops.primitives import BEYOND, PARAMS

# what a batch does not change; all else is proportional to it
FIXED = (
    frozenset(PARAMS)
    | {"path_layers", "inputs", "slide_elements", "channels", "plain_channels"}
    | {
        "container_weights",
        "container_out_products",
    }
)
_Groups = Mapping[tuple[str, int], engine.Sums]


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
        return single and replace(single, groups=_at_batch(single.groups, shape[0]))
    variant = models.get(network)
    if layers or classes in (None, variant.classes) or shape[1:] == variant.input:
        return counted(network, one, classes)
    here, own, other = (counted(network, *at) for at in ((one,), ((1, *variant.input),), ((1, *variant.input), classes)))
    if here is None or own is None or other is None or not _same_classifier(here, own, other):
        return counted(network, one, classes)
    return replace(here, groups=_moved(here.groups, own.groups, other.groups))


def _at_batch(groups: _Groups, n: int) -> _Groups:
    """Sums over one sample as sums over ``n`` of them."""
    return {key: {op: grown(key[0], counts, n) for op, counts in group.items()} for key, group in groups.items()}


def grown(kind: str, counts: Mapping[str, int], n: int) -> Mapping[str, int]:
    """Counts of one sample of a layer, a functional call or a container as counts of ``n`` of them."""
    if n == 1:
        return counts
    found = {p: v if p in FIXED else n * v for p, v in counts.items()}
    if kind != "functional":  # a module's first sample is not beyond it
        known = ("input_elements", "held_out_elements") if kind == CONTAINER else BEYOND
        found |= {f"beyond_{p}": (n - 1) * counts[p] for p in known if p in counts}
    return found


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


def _moved(here: _Groups, own: _Groups, other: _Groups) -> _Groups:
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
