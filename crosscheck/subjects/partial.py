"""The engine's own counts of a captured network with layers that they have no word on: lower bounds, and what these lack."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace

from crosscheck.contract.call import FAILED, Level
from crosscheck.contract.network import Model
from crosscheck.conventions.table import Convention, Ignored, MetricTable
from crosscheck.ops.calls import families

LOWEST = (Level.KERNEL, Level.NODE, Level.BODY)
HELD = "parameter"  # the op of a parameter that a container holds
PRODUCTS = "products"


def opened(c: Convention, model: Model) -> Convention:
    """The convention, one of described networks passing over all ops of a captured network that it has no word on."""
    ops = _unknown(c, model)
    return replace(c, metrics={name: _passing(table, ops) for name, table in c.metrics.items()}) if ops else c


def lacking(c: Convention, model: Model) -> str:
    """What such a convention passes over that could add to its numbers, by native name; empty for nothing.

    What containers run beside all layers is told by its kernels.
    """
    if not _described_alone(c, model):
        return ""
    ops, kernels = _unknown(c, model), below(model)
    found = Counter(x.origin.native or x.op for x in model.layers if x.op in ops and _adds(c, x.op, kernels.get(x.id, {})))
    layers = {x.id for x in model.layers}
    inside = {home: [k for k in names if _adds(c, "", {k: None})] for home, names in kernels.items() if home not in layers}
    beside = [f"{', '.join(names)} in {home}" for home, names in inside.items() if names]
    return ", ".join((*(f"{n} {name}" for name, n in found.items()), *beside))


def below(model: Model) -> dict[str, dict[str, None]]:
    """Names of the kernels or nodes below each layer and container."""
    found: dict[str, dict[str, None]] = {}
    for call in model.calls:
        if call.level in LOWEST and call.name != FAILED:
            found.setdefault(call.home, {})[call.name] = None
    return found


def _described_alone(c: Convention, model: Model) -> bool:
    """Whether the convention is of described networks, and the network a captured one."""
    return bool(c.scope and model.calls)


def _unknown(c: Convention, model: Model) -> frozenset[str]:
    if not _described_alone(c, model):
        return frozenset()
    ops = {layer.op for layer in model.layers}
    return frozenset(op for op in ops for table in c.metrics.values() if not table.knows(op))


def _passing(table: MetricTable, ops: Collection[str]) -> MetricTable:
    rest = {op: Ignored(op, "definition", "no word on it: told beside the number") for op in ops if op not in table.weighed}
    parts = tuple(_passing(part, ops) for part in table.parts)
    return replace(table, ignored={**rest, **table.ignored}, parts=parts)


def _adds(c: Convention, op: str, kernels: Mapping[str, None]) -> bool:
    """Whether a layer with these kernels may be more than nothing to the convention."""
    if op == HELD:
        return False
    kinds = {families.family(k) for k in kernels}
    if c.beyond == PRODUCTS:
        return bool(kinds & {families.PRODUCT, families.UNKNOWN})
    return not kinds <= families.MOVING
