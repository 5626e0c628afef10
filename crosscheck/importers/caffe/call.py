"""A layer of Caffe under way: the shapes of its bottoms, its settings, and what it turns out to be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crosscheck.contract.network import Shape
from crosscheck.contract.origin import DESCRIBED, Origin
from crosscheck.importers.caffe.fields import Fields
from crosscheck.importers.caffe.net import Node
from crosscheck.importers.imported import MisfitError, UnshapedError, one_axis
from crosscheck.ops import described as ops

Blob = tuple[str, Shape]  # the primitive that its elements are, and its shape


class OddError(ValueError):
    """A layer that is known, put to a use that is not; says which."""


@dataclass(slots=True)
class Made:
    """What a layer is: op, attributes, shapes of its tops (None where unknown), blobs of parameters in Caffe's order.

    ``x`` stands in for the shape of the first bottom where its last axes are seen as one.
    """

    op: str
    shapes: Sequence[Shape | None]
    attrs: dict[str, Any] = field(default_factory=dict)
    blobs: tuple[Blob, ...] = ()
    x: Shape | None = None
    origin: Origin = DESCRIBED


@dataclass(slots=True)
class Call:
    """A layer under way: the shapes of its bottoms, None where unknown."""

    node: Node
    bottoms: list[Shape | None]

    def x(self, k: int = 0) -> Shape:
        """The shape of a bottom. Raises MisfitError where there is none, UnshapedError where nobody knows it."""
        if k >= len(self.bottoms):
            raise MisfitError(f"it reads {len(self.bottoms)} blobs, {k + 1} are needed")
        shape = self.bottoms[k]
        if shape is None:
            raise UnshapedError(f"the shape of {self.node.bottoms[k]!r} is not known")
        return shape

    def param(self, name: str) -> Fields:
        """The message of this layer's own settings."""
        return self.node.fields.sub(name)

    def axis(self, fields: Fields, rank: int, default: int = 1, name: str = "axis") -> int:
        """An axis from a field, counted from the front."""
        return one_axis(fields.get(name, default), rank)

    def only(self, bottoms: int = 1, tops: int = 1) -> None:
        """Refuse other numbers of bottoms and tops than Caffe's own check does. Raises MisfitError."""
        found = (len(self.bottoms), len(self.node.tops))
        if found != (bottoms, tops):
            raise MisfitError(f"it reads {found[0]} blobs and makes {found[1]}, where {bottoms} and {tops} belong")

    def network(self, op: str, attrs: Mapping[str, Any], *shapes: Shape, blobs: tuple[Blob, ...] = ()) -> Made:
        """An op that networks are described with."""
        full, y = ops.complete(op, attrs, shapes)
        return Made(op, [y], full, blobs)


Handler = Callable[[Call], Made]


def stated(op: str, *shapes: Shape, blobs: tuple[Blob, ...] = (), origin: Origin = DESCRIBED, **attrs: Any) -> Made:
    """An op that only comes from files."""
    return Made(op, shapes, {"shape": shapes[0], **attrs}, blobs, origin=origin)
