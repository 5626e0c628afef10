"""Operators of the PHI library under names that ATen has not: what each multiplies, from the shapes of its tensors.

Names are those of ``_C_ops``. Those that ATen has too mean the same there, but that a matrix may be transposed in the product
itself (``transpose_x``), and that data may have their channels last.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod
from types import MappingProxyType

from crosscheck.contract.call import Call
from crosscheck.ops.calls import einsum
from crosscheck.ops.kind import Counts


def _depthwise(call: Call) -> Counts:
    """``input, weight``: every output position of a channel meets its own taps."""
    weight = call.inputs[1]
    return {"mac": (prod(call.y) // max(weight[0], 1), *weight)}


def _transposed(call: Call) -> Counts:
    """``input, weight`` (C, m / groups, spatial…): every input position meets every tap."""
    weight = call.inputs[1]
    mac = (prod(call.x) // max(weight[0], 1), *weight)
    return {"mac": mac} if len(weight) == 4 else {"mac": mac, "nonplanar_mac": mac}


def _deformable(call: Call) -> Counts:
    """``input, offset, weight, mask``: each output position meets every tap, wherever the tap looks."""
    weight = call.inputs[2]
    return {"mac": (prod(call.y) // max(weight[0], 1), *weight)}


def _rnn(call: Call) -> Counts:
    """``input`` (L, N, e), states, then weights and biases of every layer and direction: each weight at every step and sample."""
    return {"mac": (*call.x[:-1], sum(prod(w) for w in call.inputs[1:] if len(w) == 2))}


def _bilinear(call: Call) -> Counts:
    """(n, i) · (o, i, j) · (n, j): first with the one vector, then with the other."""
    x, _, weight = call.inputs[:3]
    return {"mac": (x[0], weight[0], weight[1] + 1, weight[2])}


def _einsum(call: Call) -> Counts:
    """A product of two operands, one of which may be all there is."""
    equation = str(call.attrs.get("equation", ""))
    return {"mac": einsum.count(equation, call.inputs)["mac"]} if len(call.inputs) > 1 else {}


def _attention(call: Call) -> Counts:
    """Queries (N, L, heads, e), keys (N, S, heads, e), values alike."""
    q, k, v = call.inputs[:3]
    return {"mac": (*q[:-1], k[1], q[-1] + v[-1])}


PHI: Mapping[str, Callable[[Call], Counts]] = MappingProxyType(
    {
        "depthwise_conv2d": _depthwise,
        **dict.fromkeys(("conv2d_transpose", "conv3d_transpose", "depthwise_conv2d_transpose"), _transposed),
        "deformable_conv": _deformable,
        "rnn": _rnn,
        "bilinear": _bilinear,
        "einsum": _einsum,
        **dict.fromkeys(("flash_attn", "memory_efficient_attention"), _attention),
    }
)
