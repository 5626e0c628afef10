"""Gives a total and has no layers to give."""

from __future__ import annotations

from crosscheck.contract.network import Model
from crosscheck.contract.rows import TOTAL, Reading
from tests.fakes.room.build import Native

TOOL = "whole"
TITLE = "whole(net)"
PACKAGE = "pytest"
CONVENTION = "mac"
METRICS = ("compute",)
PER_LAYER = False


def measure(_: Native, __: Model) -> list[Reading]:
    return [Reading(TOTAL, "compute", 15, "ops")]
