"""Operators as PyTorch dispatches them (ATen), composed ones taken apart: what each multiplies, from the shapes of its tensors.

Names are those of ``OpOverloadPacket``s without their namespace: ``addmm``, ``convolution``. Formulas follow from the
definitions of the operators; an operator that is not here has its elements alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from crosscheck.contract.call import Call
from crosscheck.ops.kind import Counts


def _mm(call: Call) -> Counts:
    """(n, k) · (k, m)."""
    a, b = call.inputs[:2]
    return {"mac": (*a, b[-1])}


def _addmm(call: Call) -> Counts:
    """A sum's other side, then (n, k) · (k, m)."""
    _, a, b = call.inputs[:3]
    return {"mac": (*a, b[-1]), "bias_add": call.y}


def _mv(call: Call) -> Counts:
    return {"mac": call.inputs[0]}


def _addmv(call: Call) -> Counts:
    return {"mac": call.inputs[1], "bias_add": call.y}


def _dot(call: Call) -> Counts:
    return {"mac": call.inputs[0]}


def _convolution(call: Call) -> Counts:
    """``input, weight, bias``: of a transposed one every input position meets every tap, else every output position does."""
    x, weight = call.inputs[:2]
    mac = (x[0], *weight, *x[2:]) if call.attrs.get("transposed") else (call.y[0], *weight, *call.y[2:])
    counts: Counts = {"mac": mac}
    if len(x) != 4:
        counts["nonplanar_mac"] = mac
    return counts | ({"bias_add": call.y} if len(call.inputs) > 2 else {})


def _attention(call: Call) -> Counts:
    """Queries (…, L, e), keys (…, S, e), values (…, S, v): L·S·(e + v) for each head, a mask left out of account."""
    q, k, v = call.inputs[:3]
    return {"mac": (*q[:-1], k[-2], q[-1] + v[-1])}


KERNELS: Mapping[str, Callable[[Call], Counts]] = MappingProxyType(
    {
        "mm": _mm,
        "bmm": _mm,
        "addmm": _addmm,
        "baddbmm": _addmm,
        "addbmm": _addmm,
        "mv": _mv,
        "addmv": _addmv,
        "dot": _dot,
        "convolution": _convolution,
        "_convolution": _convolution,
        **dict.fromkeys(
            (
                "_scaled_dot_product_flash_attention_for_cpu",
                "_scaled_dot_product_flash_attention",
                "_scaled_dot_product_efficient_attention",
                "_scaled_dot_product_attention_math",
            ),
            _attention,
        ),
    }
)
