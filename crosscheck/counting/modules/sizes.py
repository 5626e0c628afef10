"""What enters a captured network, and what leaves its modules where shapes are taken apart and multiplied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

from crosscheck.contract.network import numel
from crosscheck.counting.modules.tree import Extras, Tree, Visit
from crosscheck.ops.calls.forms import FLOAT, MAPPING, SEQUENCE, TENSOR, front, made, paired
from crosscheck.ops.calls.module import own_params

ASKS = {"weight": 4, "bias": 3}  # whether it is there, whether it has a size, the size; of a weight, whether it is trained


def sizes(tree: Tree) -> Extras:
    """Sizes of inputs with the call of the network, and of what leaves every other module with its own."""
    found: Extras = {v.index: _left(v, tree.batch) for v in tree.visits[1:]}
    for visit in tree.visits[1:]:
        if asked := _asked(tree.makers.get(visit.path, {}), found):
            found[visit.index] = found[visit.index] | {"asked_out_elements": asked}
    kept = sum(len(v.paths) * _row(v, found) for v in tree.visits[1:])
    short = (kept + 2**31) % 2**32 - 2**31
    found[tree.root.index] = _entered(tree) | {
        "overturned_out_elements": abs(kept) - kept,
        "wrapped_out_elements": abs(short) - kept,
    }
    return found


def _entered(tree: Tree) -> dict[str, int]:
    """Elements of the inputs, those beyond the first sample, and how they differ from what tools take them for."""
    shapes, attrs = tree.shapes, tree.root.call.attrs
    total = sum(map(numel, shapes))
    return {
        "input_elements": total,
        "beyond_input_elements": total - sum(numel(s[1:]) for s in shapes),
        "inputs": len(shapes),
        "input_excess": prod(shapes[0][:1]) * prod(numel(s[1:]) for s in shapes) - total,
        "wide_input_bytes": sum(_wide(part) for key in ("given", "named") for part in attrs.get(key, ())[1:]),
        "number_inputs": attrs.get("numbers", 0),
    }


def _wide(form: tuple[Any, ...]) -> int:
    """Bytes of tensors beyond 4 an element."""
    if form[0] == TENSOR:
        size, *shape = map(int, form[1:])
        return (size - FLOAT) * prod(shape)
    return sum(_wide(part) for part in form[1:]) if form[0] in (SEQUENCE, MAPPING) else 0


def _row(visit: Visit, found: Extras) -> int:
    """What the row of a call comes to."""
    return _told(visit) + sum(found[visit.index].values())


def _asked(makers: Mapping[str, Sequence[Visit]], found: Extras) -> int:
    """What modules that make a weight or bias leave behind, each time that a hook on their module asks for it by name."""
    return sum(ASKS.get(name, 0) * sum(_row(v, found) for v in inner) for name, inner in makers.items())


def _told(visit: Visit) -> int:
    """What its elements count for before the corrections of ``_left``: those of a leaf module, no plain sequence."""
    y, size = front(made(visit.call))
    return prod(y) if size and visit.leaf and (own_params(visit.call) or not visit.call.attrs.get("chain")) else 0


def _left(visit: Visit, batch: int) -> dict[str, int]:
    """What leaves a module that is given two samples, with the batch in the first place.

    Of several tensors all sizes are multiplied, the batch being -1.
    """
    if visit.call.attrs.get("chain"):
        return {"rebatched_out_elements": -_told(visit)}
    form, told = paired(visit.call), _told(visit)
    if form[0] == SEQUENCE:
        product = prod(-numel(part[3:]) for part in form[1:] if part[0] == TENSOR)
        return {"rebatched_out_elements": product - told} if visit.leaf else {"container_out_products": product}
    y = tuple(form[2:]) if form[0] == TENSOR else ()
    if not y:
        return {}
    now = numel(front(made(visit.call))[0])
    single = {} if visit.leaf else {"container_out_elements": now}
    return single | {"rebatched_out_elements": batch * numel(y[1:]) - now}
