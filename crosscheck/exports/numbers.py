"""Rewrites of what a file stores beside the parameters, and of where it is stored."""

from __future__ import annotations

from dataclasses import replace

from crosscheck.contract.network import Layer, Model
from crosscheck.contract.origin import Origin
from crosscheck.exports.nodes import NOT_ELEMENTS, moved, with_stored


def leave_unused(model: Model, elements: dict[str, int]) -> Model:
    """Stored numbers that no node reads: so many for each layer of an op, twice or more where its kernel has more axes."""
    unused = 0
    for x in model.layers:
        each = elements.get(x.op, 0)
        unused += each * (len(x.x) - 2) if x.op.endswith("pool") else each
    if not unused:
        return model
    held = Layer("(unused)", "constant", {"shape": (0,)}, (), (), ((0,),), origin=Origin(file="onnx", unused=unused, stored={}))
    return replace(model, layers=(*model.layers, held))


def share_numbers(model: Model) -> Model:
    """Stored numbers that are equal are kept once, with the node that reads them first."""
    seen: set[str] = set()

    def change(x: Layer) -> list[Layer] | None:
        numbers = x.origin.numbers
        kept = tuple(n for n in numbers if not n.key or not (n.key in seen or seen.add(n.key)))  # type: ignore[func-returns-value]
        return None if kept == numbers else [with_stored(x, numbers=kept)]

    return moved(model, change)


def hold_in_nodes(model: Model, what: str) -> Model:
    """What is stored lies in Constant nodes, ``everything`` or ``numbers`` alone, not in the graph's list of stored tensors."""

    def change(x: Layer) -> list[Layer] | None:
        stored = {k: n for k, n in x.origin.held.items() if k not in NOT_ELEMENTS}
        numbers = tuple(replace(n, single=False) for n in x.origin.numbers)
        held = sum(stored.values()) + x.origin.unused if what == "everything" else stored.get("literals", 0)
        return [with_stored(x, numbers=numbers, stored=stored | {"node_held": held})] if held else None

    return moved(model, change)
