"""Calls of modules, whatever their class: elements that come in and go out, and the parameters that the module itself holds.

``attrs``: ``path`` of the module, ``began``, how many calls of modules began before, ``again`` where it was called before,
``twins``, further paths that lead to it. ``params``, (name, shape, kind, needs a gradient) of each parameter of the module's own,
``param_bytes`` where they have not 4 bytes an element; ``kept``, (name, shape) of running statistics that are parameters too;
``masked``, (name, elements) of what a pruning mask lets through of each parameter ``…_orig`` that has one;
``stats``, (name, shape) of each buffer; ``tensors``, (name, shape, needs a gradient) of a weight and bias that are no parameters
of its own. ``leaf`` where it holds no module, ``hollow`` where those that it holds are empty, ``chain`` for a plain sequence of
modules; ``row``, its class and the number in its name; ``settings``, its plain attributes by name, such as ``kernel_size``.
``given``, ``made`` and ``pair``: see ``crosscheck.ops.calls.forms``. Its depth is that of its home.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

from crosscheck.contract.call import Call, Shape
from crosscheck.ops.calls.forms import FLOAT, front, made, paired
from crosscheck.ops.calls.kinds import KINDS, held
from crosscheck.ops.calls.sublayers import SUBLAYERS
from crosscheck.ops.kind import Counts


def passes_for_leaf(call: Call) -> bool:
    """True where the module holds no modules, or none that are not empty."""
    return bool(call.attrs.get("leaf") or call.attrs.get("hollow"))


def own_params(call: Call) -> dict[str, int]:
    """Elements of the module's own parameters, by name."""
    return {name: prod(shape) for name, shape in held(call).items()}


def class_name(call: Call) -> str:
    """The name of its class, without that of its package."""
    return call.name.rpartition(".")[2]


def count(call: Call) -> Counts:
    """Elements, its own parameters by kind, and what follows from its class."""
    counts: Counts = {"in_elements": call.x, "out_elements": call.y} if call.inputs and call.outputs else {}
    counts |= _kinds(call)
    if passes_for_leaf(call):
        counts |= _leaf(call)
    known = KINDS.get(call.name) or SUBLAYERS.get(call.name)
    return counts | known(call) if known and call.inputs and call.outputs else counts


def _kinds(call: Call) -> Counts:
    """Its own parameters, by kind at the first call."""
    params = call.attrs.get("params", ())
    if call.attrs.get("again"):
        return {"repeated_params": (sum(own_params(call).values()),)}
    own: dict[str, int] = {}
    for _, shape in call.attrs.get("kept", ()):
        own["running_stats"] = own.get("running_stats", 0) + prod(shape)
    for _, shape, kind, _ in params:
        own[kind] = own.get(kind, 0) + prod(shape)
    counts: Counts = {kind: (n,) for kind, n in own.items()}
    if params and not passes_for_leaf(call):
        name = "branch_held_params" if call.attrs.get("path") else "root_held_params"
        counts[name] = (sum(own.values()),)
    size = call.attrs.get("param_bytes", 0)
    wide = size and passes_for_leaf(call)  # what is held beside modules has no bytes in any tool
    return counts | ({"wide_param_bytes": (size - FLOAT * sum(own.values()),)} if wide else {})


def _leaf(call: Call) -> Counts:
    """Of a module that holds no others: what its parameters are multiplied by, and what it makes."""
    own, (y, size) = own_params(call), front(made(call))
    if not own:
        return {} if call.attrs.get("chain") or not size else {"plain_out_elements": y}
    counts = _outputs(call, y, size) if sum(own.values()) else {}
    grid = "Conv" in class_name(call)
    counts |= _masked(call, own, y, grid=grid)
    for name, kind in (("weight", "weights"), ("bias", "biases")):
        if n := own.pop(name, 0):
            counts |= _times(kind, n, y, grid=grid)
    weights = sum(n for name, n in own.items() if "weight" in name)
    biases = sum(n for name, n in own.items() if "bias" in name and "weight" not in name)
    return counts | {"step_weights": (weights, *y[:2]), "step_biases": (biases, *y[:2]), "loose_weights": (weights,)}


def _masked(call: Call, own: Mapping[str, int], y: Shape, *, grid: bool) -> Counts:
    """Of parameters that are pruned: products of what masks let through, and what parameters of such longer names multiply."""
    left = {n.removesuffix("_orig"): (own[n], elements) for n, elements in call.attrs.get("masked", ())}
    if not left:
        return {}
    named = sum(elements for n, (_, elements) in left.items() if n in ("weight", "bias"))
    longer = [(n not in ("weight", "bias"), *both) for n, both in left.items() if "weight" in n or "bias" in n]
    stepped = sum(elements for other, _, elements in longer if other) * prod(y[:2])
    positions = prod((*y[:1], *y[2:])) if grid else prod(y[:1])
    counts: Counts = {"unmasked_products": (named * positions + stepped,)}
    counts["masked_step_products"] = (sum(whole for _, whole, _ in longer), *y[:2])
    again = call.attrs.get("again")
    return counts if again else counts | {"masked_params": (sum(whole - elements for whole, elements in left.values()),)}


def _outputs(call: Call, y: Shape, size: int) -> Counts:
    name = "repeated_out_elements" if call.attrs.get("again") else "param_out_elements"
    if not size:
        return {}
    counts: Counts = {name: y, "wide_out_bytes": (size - FLOAT, *y)}
    if call.attrs.get("again") or not y:
        return counts
    return counts | {"late_out_elements": (prod(y) - prod(front(paired(call))[0][1:]),)}


def _times(kind: str, n: int, y: Shape, *, grid: bool) -> Counts:
    """Parameters times the first output size, or times all but the second."""
    first, rest = (y[0] if y else 1), y[2:]
    if grid:
        counts: Counts = {f"grid_{kind}": (n, first, *rest)}
        return counts | ({"single_grid_weights": (n, *rest)} if kind == "weights" else {})
    counts = {f"sample_{kind}": (n, first)}
    return counts | ({"late_weights": (n, first - 1)} if kind == "weights" else {})
