"""A network seen as it runs: what one worker of its framework tells of it."""

from __future__ import annotations

from dataclasses import replace

from crosscheck.contract.network import Layer, Model

MOVES = ("reshape", "transpose")  # no tool here has a rule for them; they move elements and compute nothing


def without_moves(model: Model) -> Model:
    """The network without ops that only move elements, their readers reading what they read."""
    source: dict[str, str] = {}
    kept: list[Layer] = []
    for layer in model.layers:
        reads = tuple(source.get(v, v) for v in layer.inputs)
        if layer.op in MOVES:
            source[layer.id] = reads[0]
        else:
            kept.append(replace(layer, inputs=reads))
    return replace(model, layers=tuple(kept), outputs=tuple(source.get(v, v) for v in model.outputs))
