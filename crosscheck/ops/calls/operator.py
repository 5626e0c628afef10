"""Operators as PyTorch's profiler records them while they run: what each does, from the shapes of its inputs alone.

What comes out is not recorded. ``attrs`` of ``conv2d`` are its ``stride``, ``padding`` and ``dilation``, of two numbers each, and
``groups``; one is missing where it was no numbers, such as padding "same".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from crosscheck.contract.call import Call
from crosscheck.ops.calls.kernel import KERNELS
from crosscheck.ops.geometry import window_out
from crosscheck.ops.kind import Counts


def _conv2d(call: Call) -> Counts:
    """Weight elements at every output position of every sample; nothing where data or padding do not tell the positions."""
    names, (x, weight) = ("stride", "padding", "dilation"), call.inputs[:2]
    if len(x) != 4 or any(len(call.attrs.get(name) or ()) != 2 for name in names):
        return {}
    axes = zip(x[2:], weight[2:], *(call.attrs[name] for name in names), strict=True)
    return {"mac": (x[0], *weight, *(window_out(n, k, s, (p, p), d) for n, k, s, p, d in axes))}


def _elements(call: Call) -> Counts:
    return {"in_elements": call.x or (1,)}


def _product(call: Call) -> Counts:
    return {"mac": KERNELS[call.name](call)["mac"]}


OPERATORS: Mapping[str, Callable[[Call], Counts]] = MappingProxyType(
    {
        "conv2d": _conv2d,
        **dict.fromkeys(("add", "mul"), _elements),
        **dict.fromkeys(("mm", "bmm", "addmm", "baddbmm"), _product),
    }
)
