"""Layers of described networks as a page shows them: nesting, shapes, arithmetic, MACs and parameters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from crosscheck import models
from crosscheck.counting.containers import Counted
from crosscheck.counting.engine import tally
from crosscheck.errors import CrosscheckError
from crosscheck.ops import described as ops
from crosscheck.studies.compare.network import LEARNABLE


@dataclass(frozen=True, slots=True)
class LayerRow:
    """One layer; ``formula`` is how its MACs are reckoned."""

    network: str
    id: str
    op: str
    input: str
    output: str
    formula: str
    macs: int
    params: int


@dataclass(frozen=True, slots=True)
class Outline:
    """A network of the reports: its input (C, H, W), MACs and learnable parameters."""

    name: str
    family: str
    says: str
    source: str
    input: str
    macs: int
    params: int


def outlines(networks: Sequence[tuple[str, str]]) -> tuple[tuple[Outline, ...], tuple[LayerRow, ...]]:
    """Outlines and layers of networks by name and input ``NxCxHxW``; what is not described here is left out."""
    found = [x for name, shape in dict.fromkeys(networks) if (x := _of(name, shape)) is not None]
    return tuple(outline for outline, _ in found), tuple(row for _, rows in found for row in rows)


def _of(name: str, shape: str) -> tuple[Outline, tuple[LayerRow, ...]] | None:
    try:
        batch, *image = map(int, shape.split("x"))
        counted = tally(models.build(name, batch=batch, input_shape=tuple(image)))
    except (CrosscheckError, ValueError):
        return None
    rows = tuple(_rows(name, counted.layers))
    m = counted.model
    return Outline(name, m.family, m.variant, m.source, shape, sum(r.macs for r in rows), sum(r.params for r in rows)), rows


def _rows(name: str, layers: Iterable[Counted]) -> Iterator[LayerRow]:
    for layer, counts in layers:
        ins = ", ".join("×".join(map(str, s)) for s in layer.in_shapes)
        params = sum(counts.get(p, 0) for p in LEARNABLE) if layer.call_of is None else 0
        out = "×".join(map(str, layer.y))
        yield LayerRow(name, layer.id, layer.op, ins, out, ops.formula(layer, "mac"), counts.get("mac", 0), params)
