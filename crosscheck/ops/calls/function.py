"""Python functions of PyTorch as patched ones see them: ``F.`` of ``torch.nn.functional``, ``torch.`` and ``Tensor.``.

``attrs``: arguments that are no tensors by name, and ``tensors``, the names of those that are. Counts follow from the definitions
of the functions; what only one tool makes of them is a quirk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from types import MappingProxyType
from typing import Any

from crosscheck.contract.call import Call
from crosscheck.contract.network import Layer, Shape
from crosscheck.ops import quirks
from crosscheck.ops.calls import einsum
from crosscheck.ops.kind import Counts

Counter = Callable[[Call], Counts]


def _given(call: Call, name: str) -> bool:
    """True where the argument is a tensor."""
    return name in call.attrs.get("tensors", ())


def _elements(call: Call) -> Counts:
    return {}  # those that every call has


def _linear(call: Call) -> Counts:
    weight = call.inputs[1]
    return {"mac": (*call.x, weight[0])} | ({"bias_add": call.y} if _given(call, "bias") else {})


def _axes(value: Any, rank: int) -> tuple[int, ...]:
    """One number for every axis."""
    return tuple(value) if isinstance(value, tuple) else (int(value),) * rank


def _conv(call: Call) -> Counts:
    weight, y = call.inputs[1], call.y
    counts: Counts = {"mac": (*y[:1], *weight, *y[2:])}
    if _given(call, "bias"):
        counts["bias_add"] = y
    if call.attrs.get("padding") != "same":
        return counts
    dilation = _axes(call.attrs.get("dilation", 1), len(y) - 2)
    odd = tuple(n - d * (k - 1) % 2 for n, k, d in zip(y[2:], weight[2:], dilation, strict=True))
    lost = prod(y[2:]) - prod(odd)
    counts["odd_same_mac"] = (*y[:1], *weight, lost)
    return counts | ({"odd_same_bias_add": (*y[:2], lost)} if _given(call, "bias") else {})


def _conv_transpose(call: Call) -> Counts:
    weight, rank = call.inputs[1], len(call.x) - 2
    settings = {"stride": 1, "padding": 0, "dilation": 1, "output_padding": 0, **call.attrs}
    attrs: dict[str, Any] = {k: _axes(settings[k], rank) for k in ("stride", "dilation", "output_padding")}
    attrs["padding"] = tuple((p, p) for p in _axes(settings["padding"], rank))
    attrs |= {"kernel": weight[2:], "groups": settings.get("groups", 1), "bias": _given(call, "bias")}
    layer = Layer("call", "conv_transpose", attrs, ("x",), (call.x,), (call.y,))
    own = quirks.conv_transpose(layer, weight, (*call.y[:1], *weight, *call.y[2:]))
    counts: Counts = {"mac": (*call.x[:1], *weight, *call.x[2:])} | ({"bias_add": call.y} if attrs["bias"] else {})
    return counts | {k: own[k] for k in ("regrouped_mac", "forward_grid_bias_add") if k in own}


def _norm(call: Call) -> Counts:
    return {} if _given(call, "weight") else {"plain_in_elements": call.x}


def _batchnorm(call: Call) -> Counts:
    return _norm(call) | ({"batch_statistics_elements": call.x} if call.attrs.get("training") else {})


def _matmul(call: Call) -> Counts:
    """(…, n, k) · (…, k, m), other axes broadcast; a vector is a row on the left and a column on the right."""
    a, b = call.inputs[:2]
    mac = prod(call.y) * a[-1]
    return {"mac": (mac,), "missed_mac": (mac - prod(a) * b[-1],)}


def _addmm(call: Call) -> Counts:
    summand, a, b = call.inputs[:3]
    return {"mac": (*a, b[-1]), "summand_elements": summand or (1,)}


def _elementwise(call: Call) -> Counts:
    """Elements of two operands, as they are where the second is a number."""
    return {"aligned_elements": front_aligned(call.inputs)}


def front_aligned(shapes: Sequence[Shape]) -> Shape:
    """The larger size of each axis, axes counted from the first."""
    rank = max(map(len, shapes), default=0)
    return tuple(max(s[k] if k < len(s) else 1 for s in shapes) for k in range(rank)) or (1,)


def _resize(call: Call) -> Counts:
    """Positions asked for by ``size``, every element of the input where ``scale_factor`` asks."""
    size, scale, rank = call.attrs.get("size"), call.attrs.get("scale_factor"), len(call.x) - 2
    if size is not None:
        asked = size if isinstance(size, tuple) else (size,)
        return {"asked_positions": asked, "scaled_elements": (*call.x[:2], *_axes(size, rank))}
    if scale is None or rank < 1:
        return {}
    grown = prod(scale) if isinstance(scale, tuple) and len(scale) == rank else scale**rank if not isinstance(scale, tuple) else 1
    return {"asked_positions": call.x, "scaled_elements": (int(prod(call.x) * grown),)}


def _einsum(call: Call) -> Counts:
    return {"rounded_cost": (einsum.printed(str(call.attrs.get("equation", "")), call.inputs),)}


_POOLS = ("F.avg_pool", "F.max_pool", "F.adaptive_avg_pool", "F.adaptive_max_pool")
_CURVES = (
    *("F.relu", "F.prelu", "F.elu", "F.leaky_relu", "F.relu6", "F.silu", "F.gelu"),
    *("F.softmax", "F.embedding", "F.dropout"),
)
FUNCTIONS: Mapping[str, Counter] = MappingProxyType(
    {
        "F.linear": _linear,
        **{f"F.conv{d}d": _conv for d in (1, 2, 3)},
        **{f"F.conv_transpose{d}d": _conv_transpose for d in (1, 2, 3)},
        **dict.fromkeys(_CURVES, _elements),
        **{f"{pool}{d}d": _elements for pool in _POOLS for d in (1, 2, 3)},
        "F.batch_norm": _batchnorm,
        **dict.fromkeys(("F.layer_norm", "F.group_norm", "F.instance_norm"), _norm),
        **dict.fromkeys(("F.upsample", "F.interpolate"), _resize),
        **{f"{space}.{name}": _matmul for space in ("torch", "Tensor") for name in ("matmul", "mm", "bmm")},
        **{f"{space}.{name}": _elementwise for space in ("torch", "Tensor") for name in ("mul", "add")},
        **dict.fromkeys(("torch.addmm", "Tensor.addmm", "torch.baddbmm"), _addmm),
        "torch.einsum": _einsum,
    }
)
