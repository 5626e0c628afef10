"""What layers of classes such as ``nn.Conv2D`` do, from their settings and shapes: those whose names ``kinds`` has not.

``settings`` are the layer's attributes without the underscores in front of their names. Channels may be last.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod
from types import MappingProxyType
from typing import Any

from crosscheck.contract.call import Call
from crosscheck.contract.network import Shape
from crosscheck.ops.kind import Counts


def _own(call: Call) -> frozenset[str]:
    return frozenset(name for name, *_ in call.attrs.get("params", ()))


def _conv(call: Call) -> Counts:
    """Every output position meets the whole weight."""
    s = _settings(call)
    mac = (prod(call.y) // s["out_channels"], s["out_channels"], s["in_channels"] // s["groups"], *s["kernel_size"])
    return _with_bias({"mac": mac}, call, prod(mac))


def _conv_transpose(call: Call) -> Counts:
    """Every input position meets the whole weight; ``output_grid_mac`` is what it is if every output position did."""
    s, inputs = _settings(call), _settings(call)["in_channels"]
    mac = (prod(call.x) // inputs, inputs, s["out_channels"] // s["groups"], *s["kernel_size"])
    grid = (prod(call.y), inputs // s["groups"], *s["kernel_size"])
    return _with_bias({"mac": mac, "output_grid_mac": grid}, call, prod(grid))


def _settings(call: Call) -> Mapping[str, Any]:
    found: Mapping[str, Any] = call.attrs["settings"]
    return found


def _with_bias(counts: Counts, call: Call, met: int) -> Counts:
    """The bias too, and what is counted otherwise where the second size is taken for the channels, in double precision."""
    s, biased = _settings(call), "bias" in _own(call)
    taken = int(prod(call.y) * (call.x[1] / s["groups"] * prod(s["kernel_size"]) + biased))
    counts["second_size_mac"] = (taken - met - biased * prod(call.y),)
    return counts | ({"bias_add": call.y} if biased else {})


def _adaptive(call: Call) -> Counts:
    return {"floor_cut_elements": (floor_cut(call.x, call.y),)}


def floor_cut(x: Shape, y: Shape) -> int:
    """|x| less |y| windows of input size // output size along each axis but the first two."""
    return prod(x) - prod(y) * prod(n // m for n, m in zip(x[2:], y[2:], strict=True))


SUBLAYERS: Mapping[str, Callable[[Call], Counts]] = MappingProxyType(
    {
        **{f"nn.Conv{d}D": _conv for d in (1, 2, 3)},
        **{f"nn.Conv{d}DTranspose": _conv_transpose for d in (1, 2, 3)},
        **{f"nn.AdaptiveAvgPool{d}D": _adaptive for d in (1, 2, 3)},
    }
)
