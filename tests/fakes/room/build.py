"""Builds nothing; what it refuses is told by the network's name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from adapters.room import Unsupported
from crosscheck.contract.network import Model


@dataclass
class Native:
    model: Model
    used: int = 0


BUILT: list[str] = []


def build(model: Model) -> Native:
    BUILT.append(model.name)
    if model.name == "unsupported":
        raise Unsupported("layer 'conv': no such padding here")
    if model.name == "broken":
        raise MemoryError("no room\nfor it")
    return Native(model)


def fresh(native: Native) -> Native:
    return Native(native.model)


def facts(native: Native, model: Model) -> Iterator[dict[str, Any]]:
    if model.name == "factless":
        raise ValueError("it does not say")
    for layer in model.layers:
        yield {"layer": layer.id, "shape": layer.y, "params": 0, "stats": None}
