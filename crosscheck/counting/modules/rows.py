"""A list with one row for each class and number in a layer's name; plain sequences have none, nor networks that hold layers.

A call writes its row anew, also where another layer of that name and number has written it before.
"""

from __future__ import annotations

from math import prod
from typing import Any

from crosscheck.counting.modules.tree import Extras, Tree, Visit
from crosscheck.ops.calls.forms import SEQUENCE, TENSOR, made


def rows(tree: Tree) -> Extras:
    """What the rows of such a list lack, by call: parameters of layers without a row, and outputs that are not their last."""
    if "row" not in tree.root.call.attrs:
        return {}
    last: dict[Any, Visit] = {}
    for visit in sorted(tree.visits, key=lambda v: v.index):  # a row is written when a call ends
        if _is_listed(visit):
            last[visit.call.attrs["row"]] = visit
    return {v.index: _params(v, last) | _outputs(v, last, v.call.home in tree.layers) for v in tree.visits}


def _is_listed(visit: Visit) -> bool:
    attrs = visit.call.attrs
    plain = attrs.get("chain") or (not visit.path and not attrs.get("leaf"))
    return not plain or bool(attrs.get("settings", {}).get("could_use_cudnn"))


def _params(visit: Visit, last: dict[Any, Visit]) -> dict[str, int]:
    """Of a layer's own parameters, at its first call."""
    attrs = visit.call.attrs
    if visit.again:
        return {}
    own = [(prod(shape), trained) for _, shape, _, trained in attrs.get("params", ())]
    owner = last.get(attrs["row"])
    if _is_listed(visit) and owner is not None and owner.path == visit.path:
        return {"frozen_listed_params": sum(n for n, trained in own if not trained)}
    return {"rowless_params": sum(n for n, _ in own), "rowless_stats": sum(prod(shape) for _, shape in attrs.get("kept", ()))}


def _outputs(visit: Visit, last: dict[Any, Visit], is_layer: bool) -> dict[str, int]:
    """Of what leaves a call: all of it where the row is written over, else what is beside its first tensor; a block's apart."""
    call = visit.call
    first, row = prod(call.y) if call.inputs and call.outputs else 0, last.get(call.attrs["row"]) is visit
    if not is_layer:
        return {"out_elements": 0, "hooked_out_elements": _elements(made(call)) if row else 0}
    return {"further_out_elements": _elements(made(call)) - first} if row else {"overwritten_out_elements": first}


def _elements(form: tuple[Any, ...]) -> int:
    """Elements of all tensors in tuples and lists; whatever has no shape counts as one."""
    if form[0] == TENSOR:
        return prod(form[2:])
    return sum(map(_elements, form[1:])) if form[0] == SEQUENCE and len(form) > 1 else 1
