"""Rewrites that leave layers out or put copies of values between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from crosscheck.contract.network import Layer, Model
from crosscheck.exports.nodes import first, moved, node, shape_of


def drop(model: Model, ops: Sequence[str]) -> Model:
    """Layers of these ops are left out."""
    return moved(model, lambda x: () if x.op in ops else None)


def become_identity(model: Model, ops: Sequence[str]) -> Model:
    """Layers of these ops become an Identity."""
    return moved(model, lambda x: [node(x.id, "identity", "Identity", [first(x)], x.y)] if x.op in ops else None)


def identity_after(model: Model, ops: Sequence[str]) -> Model:
    """An Identity stands behind every layer of these ops."""
    return moved(
        model, lambda x: [x, node(f"{x.id}/Identity", "identity", "Identity", [(x.id, x.y)], x.y)] if x.op in ops else None
    )


def identity_before(model: Model, ops: Sequence[str], times: int) -> Model:
    """Every input of a layer of these ops runs through so many Identity nodes."""

    def change(x: Layer) -> list[Layer] | None:
        if x.op not in ops:
            return None
        pieces: list[Layer] = []
        reads = []
        for k, (value, shape) in enumerate(zip(x.inputs, x.in_shapes, strict=True)):
            last = value
            for n in range(times):
                pieces.append(node(f"{x.id}/input_{k}_{n}", "identity", "Identity", [(last, shape)], shape))
                last = pieces[-1].id
            reads.append(last)
        return [*pieces, replace(x, inputs=tuple(reads))]

    return moved(model, change)


def identity_at_end(model: Model, times: int) -> Model:
    """The output runs through so many Identity nodes."""
    layers = list(model.layers)
    outputs = []
    for value in model.outputs:
        last, y = value, shape_of(model, value)
        for k in range(times):
            layers.append(node(f"{value}/Identity_{k}", "identity", "Identity", [(last, y)], y))
            last = layers[-1].id
        outputs.append(last)
    return replace(model, layers=tuple(layers), outputs=tuple(outputs))
