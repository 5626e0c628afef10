"""What torchinfo and its first editions have in common: a list with an entry for every call of a module."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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
    """The arguments by which a summary gets the shapes of a described network, or what another is called with.

    Its numbers are the network's own: it may take its way by them.
    """
    where = {"device": "meta"} if native.on_meta else {}
    if native.of_floats and native.seen is None:
        return {"input_size": [i.shape for i in model.inputs], **where}
    if native.inputs and native.kwargs:
        raise Unsupported("summary passes what it has no use for itself, and this network is called by position and keyword")
    return {"input_data": list(native.inputs) or dict(native.kwargs), **where}


def readings(native: Native, found: Any, charged: Callable[[Any], bool]) -> Iterator[Reading]:
    """The totals of a summary and what its list says of every layer; of a container where ``charged`` says that it counts.

    A repeated call, "(recursive)", has no parameters. A module that several paths lead to may have several entries a call.
    """
    entries: dict[int, list[Any]] = {}
    for info in found.summary_list:
        entries.setdefault(id(info.module), []).append(info)
    for _, module, ids in native.leaves():
        yield from _leaf(entries.get(id(module), []), ids)
    layers = {id(module) for _, module, _ in native.leaves()}
    for module, name in native.containers():
        counted = [info.macs for info in entries.get(id(module), []) if charged(info)]
        if counted and id(module) not in layers:
            yield Reading(name, "compute", sum(counted), MULT_ADDS)
    yield Reading(TOTAL, "compute", found.total_mult_adds, MULT_ADDS)
    yield Reading(TOTAL, "params", found.total_params, PARAMS)


def _leaf(entries: Sequence[Any], ids: Sequence[str]) -> Iterator[Reading]:
    """The entries of one module, those of each call together."""
    per = max(1, len(entries) // len(ids))
    for k, layer in enumerate(ids):
        mine = entries[k * per : (k + 1) * per]
        if mine:
            yield Reading(layer, "compute", sum(info.macs for info in mine), MULT_ADDS)
        for info in mine[:1]:
            if not info.is_recursive:
                yield Reading(layer, "params", info.num_params, PARAMS)
