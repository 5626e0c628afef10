"""What calls of a captured network do, counted from their shapes: a file for each level that tools look at.

A count is kept as its factors. Names of primitives are those of layers, so that what a tool charges for a kernel stands beside
what another charges for the layer that ran it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod

from crosscheck.contract.call import Call, Level
from crosscheck.ops.calls import function, kernel, module, node, operator, parameter, trace
from crosscheck.ops.kind import Counts

Counter = Callable[[Call], Counts]
TABLES: Mapping[Level, Mapping[str, Counter]] = {
    Level.KERNEL: kernel.KERNELS,
    Level.HOOKED: kernel.KERNELS,
    Level.CHILDREN: kernel.KERNELS,
    Level.FUNCTION: function.FUNCTIONS,
    Level.OPERATOR: operator.OPERATORS,
    Level.TRACE: trace.NODES,
    Level.SCOPED: trace.NODES,
    Level.NODE: node.NODES,
    Level.BODY: node.NODES,
}
COUNTERS: Mapping[Level, Counter] = {Level.MODULE: module.count, Level.PARAMETER: parameter.count}


def known(level: Level) -> Mapping[str, Counter] | None:
    """The calls that are counted by name, each by its own formula; None for a level where one formula serves all."""
    return None if level in COUNTERS else TABLES.get(level, {})


def elements(call: Call) -> Counts:
    """Elements of the first tensor that came in and of the first that came out."""
    return {"in_elements": call.x or (1,), "out_elements": call.y or (1,)} if call.outputs else {}


def factors(call: Call) -> Counts:
    """The factors of every primitive of one call, of one of them where they are several."""
    if call.level in COUNTERS:
        return COUNTERS[call.level](call)
    counter = TABLES.get(call.level, {}).get(call.name)
    return elements(call) | (counter(call) if counter else {})


def counts(call: Call) -> dict[str, int]:
    """The primitive counts of one call, of one of them where they are several, zeros left out."""
    return {name: value for name, parts in factors(call).items() if (value := prod(parts))}
