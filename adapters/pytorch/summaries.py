"""What torchinfo and its first editions have in common: a list with an entry for every call of a module."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from adapters.pytorch.build import Native
from adapters.room import Unsupported
from crosscheck.contract.network import Model
from crosscheck.contract.rows import TOTAL, Reading

MULT_ADDS, PARAMS, BYTES = "mult-adds", "params", "B"


MEMORY = ("memory", "memory_input", "memory_activations", "memory_params")


def sizes(found: Any, megabyte: int) -> Iterator[Reading]:
    """The sizes that the first editions keep as elements and turn into MB of so many bytes, in doubles that tell every byte."""
    megabytes = (found.to_bytes(n) for n in (found.total_input, found.total_output, found.total_params))
    yield from in_bytes(*(round(megabyte * size) for size in megabytes))


def in_bytes(given: int, made: int, held: int) -> Iterator[Reading]:
    """Bytes of input, activations and parameters, and the sum of the three."""
    for metric, value in zip(MEMORY, (given + made + held, given, made, held), strict=True):
        yield Reading(TOTAL, metric, value, BYTES)


def given(native: Native, model: Model) -> dict[str, Any]:
    """The arguments by which a summary gets shapes, or where those would not do, what the network is called with."""
    where = {"device": "meta"} if native.on_meta else {}
    if native.of_floats:
        return {"input_size": [i.shape for i in model.inputs], **where}
    if native.inputs and native.kwargs:
        raise Unsupported("summary passes what it has no use for itself, and this network is called by position and keyword")
    return {"input_data": list(native.inputs) or dict(native.kwargs), **where}


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
