"""Primitive counts of described networks at several input sizes: what a page weighs by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crosscheck import models
from crosscheck.contract.network import CONTAINER, Model, Shape
from crosscheck.counting.engine import tally
from crosscheck.errors import CrosscheckError

Key = tuple[str, int, str, str]  # kind of layer and how deep, op, primitive
LARGE, SMALL = (128, 192, 224, 227, 256, 299, 320, 384, 448), (28, 32, 48, 64, 96, 128, 224)
TURNED = frozenset((CONTAINER, p) for p in ("overturned_out_elements", "wrapped_out_elements"))  # no count per image
FROM = 200  # pixels a side, from where a network's own input is a large one


@dataclass(frozen=True, slots=True)
class Counted:
    """Counts of one network at one input size: ``base`` with one sample in a batch, ``step`` more with each further one."""

    input: Shape
    base: Mapping[Key, int]
    step: Mapping[Key, int]


@dataclass(frozen=True, slots=True)
class Counts:
    """A described network and its counts, at its own input size (C, H, W) first."""

    name: str
    family: str
    says: str
    source: str
    sizes: tuple[Counted, ...]


def described(names: Iterable[str] | None = None, *, own_size: bool = False) -> tuple[Counts, ...]:
    """Every described network, or those with these names; ``own_size`` leaves all sizes but its own out."""
    known = models.variants()
    return tuple(_counts(name, own_size) for name in (known if names is None else names))


def _counts(name: str, own_size: bool) -> Counts:
    v = models.get(name)
    channels, side, _ = v.input
    sides = () if own_size else LARGE if side >= FROM else SMALL
    shapes = dict.fromkeys([tuple(v.input), *((channels, s, s) for s in sides)])
    found = [c for shape in shapes if (c := _counted(name, shape)) is not None]
    return Counts(name, v.family, v.says, v.source, tuple(found))


def _counted(name: str, shape: Shape) -> Counted | None:
    """The counts at one size; None where the network does not take it."""
    try:
        one, two = (_flat(models.build(name, batch=n, input_shape=shape)) for n in (1, 2))
    except CrosscheckError:
        return None
    return Counted(shape, one, {key: two.get(key, 0) - one.get(key, 0) for key in {**one, **two}})


def _flat(model: Model) -> dict[Key, int]:
    return {
        (kind, depth, op, primitive): n
        for (kind, depth), sums in tally(model).groups.items()
        for op, counts in sums.items()
        for primitive, n in counts.items()
        if n
    }
