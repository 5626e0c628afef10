"""What torchinfo and its first editions have in common: a list with an entry for every call of a module."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from adapters.pytorch.build import Native
from crosscheck.rows import TOTAL, Reading

MULT_ADDS, PARAMS = "mult-adds", "params"


def readings(native: Native, found: Any, charged: Callable[[Any], bool]) -> Iterator[Reading]:
    """The totals of a summary and what its list says of every layer; of a container where ``charged`` says that it counts.

    A repeated call, "(recursive)", has no parameters.
    """
    waiting = {id(module): iter(ids) for _, module, ids in native.leaves()}
    names = {id(module): name for module, name in native.containers()}
    for info in found.summary_list:
        if id(info.module) in waiting:
            layer = next(waiting[id(info.module)])
            yield Reading(layer, "compute", info.macs, MULT_ADDS)
            if not info.is_recursive:
                yield Reading(layer, "params", info.num_params, PARAMS)
        elif charged(info):
            yield Reading(names[id(info.module)], "compute", info.macs, MULT_ADDS)
    yield Reading(TOTAL, "compute", found.total_mult_adds, MULT_ADDS)
    yield Reading(TOTAL, "params", found.total_params, PARAMS)
