"""Does what the network's name says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from adapters.room import Unsupported
from crosscheck.contract.network import Model
from crosscheck.contract.rows import TOTAL, Reading
from tests.fakes.room.build import Native

TOOL = "moody"
TITLE = "moody(net)"
PACKAGE = "pytest"
CONVENTION = "mac"
METRICS = ("compute",)

DOES: dict[str, list[tuple[str, Any]]] = {
    "stranger": [("elsewhere", 1), (TOTAL, 1)],
    "twice": [("conv", 1), ("conv", 2), (TOTAL, 3)],
    "no_total": [("conv", 1)],
    "none_total": [(TOTAL, None)],
    "zero": [(TOTAL, 0)],
    "float": [("conv", 1.0), (TOTAL, 1)],
    "float_total": [(TOTAL, 1.0)],
    "silent_layer": [("conv", None), (TOTAL, 3)],
}


def measure(_: Native, model: Model) -> Iterator[Reading]:
    if model.name == "raises":
        raise RuntimeError("shape\n  mismatch")
    if model.name == "cannot":
        raise Unsupported("layer 'conv': not here")
    for layer, value in DOES.get(model.name, [(TOTAL, 1)]):
        yield Reading(layer, "compute", value, "ops")
