"""Layers of captured networks that no op describes: a call under its native name, and a parameter that a container holds."""

from __future__ import annotations

from collections.abc import Sequence

from crosscheck.contract.network import Layer, Shape
from crosscheck.ops.kind import Attrs, Counts, Op
from crosscheck.ops.kind import elements as _elements


def _refuse(_: Attrs, __: Sequence[Shape]) -> Shape:
    raise ValueError("no description has it: it comes from a network that was captured")


def _count_other(layer: Layer) -> Counts:
    """Elements, and what the module holds; what it multiplies is told by its kernels."""
    return _elements(layer) if layer.in_shapes and layer.out_shapes else {}


OTHER_OPS = {
    "other": Op("an operation that nobody described, under its native name", {}, _refuse, _count_other, "captured"),
    "parameter": Op("a parameter that a container holds, or that nothing reads", {}, _refuse, lambda _: {}, "captured"),
}
