"""Says 10 for the convolution, 5 more in total, and nothing of any other layer; parameters in total alone."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from crosscheck.contract.network import Model
from crosscheck.contract.rows import TOTAL, Reading
from tests.fakes.room.build import Native

TOOL = "steady"
TITLE = "steady(net)"
PACKAGE = "pytest"
CONVENTION = "mac"
METRICS = ("compute", "params")


def measure(native: Native, model: Model) -> Iterator[Reading]:
    native.used += 1
    if native.used > 1:
        raise AssertionError("every tool gets a network that no other tool has touched")
    sys.stdout.write("a tool talks\n")
    yield Reading("conv", "compute", 10, "ops", "said so")
    yield Reading(TOTAL, "compute", 15, "ops", "in all")
    yield Reading(TOTAL, "params", 0, "params")
