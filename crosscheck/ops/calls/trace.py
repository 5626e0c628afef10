"""Nodes of a graph that PyTorch traced: what each does, from the shapes of its tensors, composed operators whole.

Names are those of nodes without ``aten::``. ``attrs`` have constant inputs by the names of the operator's arguments, and
``without``, names of the tensors that an optional argument left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import zip_longest
from math import prod
from types import MappingProxyType

from crosscheck.contract.call import Call
from crosscheck.ops.calls import einsum, kernel
from crosscheck.ops.kind import Counts, Factors


def _addmm(call: Call) -> Counts:
    return {"mac": kernel.KERNELS[call.name](call)["mac"]}


def _linear(call: Call) -> Counts:
    """(…, k) · (m, k) transposed, or (k,)."""
    weight = call.inputs[1]
    return {"mac": (*call.x, *weight[:-1])}


def _matmul(call: Call) -> Counts:
    """(…, n, k) · (…, k, m): axes in front are repeated where one side lacks them; either side may be a vector."""
    a, b = call.inputs[:2]
    if len(a) == 1 and len(b) > 2:
        return {"mac": b, "missed_mac": (prod(b[:-2]) - 1, *b[-2:])}
    if len(a) < 2 or len(b) < 2:
        return {"mac": max(a, b, key=len)}
    pairs = zip_longest(reversed(a[:-2]), reversed(b[:-2]), fillvalue=1)
    batch = prod(max(one, two) if min(one, two) else 0 for one, two in pairs)
    rows = (a[-2], a[-1], b[-1])
    return {"mac": (batch, *rows), "missed_mac": (batch - prod(a[:-2]), *rows)}


def _convolution(call: Call) -> Counts:
    """Of a transposed one also what it would multiply if every output position met every tap."""
    x, weight = call.inputs[:2]
    grid = (call.y[0], *weight, *call.y[2:])
    if not call.attrs.get("transposed"):
        return {"mac": grid}
    mac = (x[0], *weight, *x[2:])
    counts: Counts = {"mac": mac, "transposed_mac": mac, "output_grid_mac": grid}
    groups = call.attrs.get("groups", 1)
    return counts | ({"ungrouped_grid_mac": (*grid, groups - 1)} if x[1] != call.y[1] else {})


def _norm(call: Call) -> Counts:
    """``training`` is True where statistics are those of the batch itself."""
    counts: Counts = {"in_elements": call.x}
    if "weight" in call.attrs.get("without", ()):
        counts["plain_in_elements"] = call.x
    return counts | ({"batch_statistics_elements": call.x} if call.attrs.get("training") else {})


def _attention(call: Call) -> Counts:
    return {"mac": kernel.attention(*call.inputs[:3])}


def _lstm(call: Call) -> Counts:
    """``input, state, cell``, then weights and biases of every layer and direction: each weight at every step of every sample."""
    mac = (*call.x[:-1], sum(prod(w) for w in call.inputs[3:] if len(w) == 2))
    sized = _sized(call) if len(call.outputs) > 1 else mac
    return {"mac": mac} | ({} if prod(sized) == prod(mac) else {"weighed_mac": mac, "sized_mac": sized})


def _sized(call: Call) -> Factors:
    """The same as the sizes of outputs tell: packed or not, and a projected state for one that is not."""
    made, state = call.outputs[:2]
    directions = made[-1] // state[-1]
    widths = [call.x[-1], *[made[-1]] * (state[0] // directions - 1)]
    return (*made[:2], directions, 4 * state[-1], sum(width + state[-1] for width in widths))


def _grid_sampler(call: Call) -> Counts:
    """``interpolation_mode`` 0 is linear, 1 takes the nearest, 2 is cubic."""
    mode = call.attrs.get("interpolation_mode", 0)
    return {"linear_elements": call.y} if mode == 0 else {"cubic_elements": call.y} if mode == 2 else {}


def _einsum(call: Call) -> Counts:
    return einsum.count(str(call.attrs.get("equation", "")), call.inputs)


def _nothing(call: Call) -> Counts:
    return {}


NODES: Mapping[str, Callable[[Call], Counts]] = MappingProxyType(
    {
        **dict.fromkeys(("addmm", "addmv", "bmm", "baddbmm"), _addmm),
        "mm": _matmul,
        "matmul": _matmul,
        "linear": _linear,
        "_convolution": _convolution,
        **dict.fromkeys(("batch_norm", "instance_norm", "layer_norm", "group_norm"), _norm),
        "scaled_dot_product_attention": _attention,
        "lstm": _lstm,
        "einsum": _einsum,
        "grid_sampler": _grid_sampler,
        **dict.fromkeys(  # elements alone
            (
                *("mul", "mul_", "mean", "leaky_relu"),
                *(f"{kind}avg_pool{n}d" for kind in ("", "adaptive_") for n in (1, 2, 3)),
                *("upsample_nearest2d", "upsample_bilinear2d"),
            ),
            _nothing,
        ),
    }
)
