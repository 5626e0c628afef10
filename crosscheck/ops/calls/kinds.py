"""What PyTorch's own modules do, by class: calls of ``nn.Conv2d``, ``nn.LSTM`` and so on, from their settings and shapes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod
from types import MappingProxyType

from crosscheck.contract.call import Call
from crosscheck.contract.network import Shape
from crosscheck.ops.calls.forms import PACKED
from crosscheck.ops.kind import Counts, Factors
from crosscheck.ops.quirks import float_cut

Counter = Callable[[Call], Counts]
PROJECTION = "weight_hr"  # how PyTorch's LSTM calls the weights that make its state smaller
MODES = {
    "nearest": "nearest_elements",
    "linear": "line_elements",
    "bilinear": "plane_elements",
    "bicubic": "cubic_elements",
}


def held(call: Call) -> dict[str, Shape]:
    """Shapes of the module's own parameters, by name."""
    return {name: shape for name, shape, _, _ in call.attrs.get("params", ())}


def _biases(call: Call) -> Counts:
    """Of a bias that is a parameter of the module's own, or one that is made from such."""
    if "bias" in held(call):
        return {"bias_add": call.y}
    return {"lent_bias_add": call.y} if any(name == "bias" for name, *_ in call.attrs.get("tensors", ())) else {}


def _linear(call: Call) -> Counts:
    """Every position of every sample; ``position_mac`` are those beyond the first of each first size."""
    own, weight = held(call), (call.y[-1], call.x[-1])
    first, positions = call.y[0], prod(call.y[:-1]) - call.y[0]
    counts: Counts = {"mac": (*call.x, call.y[-1]), "position_mac": (positions, *weight), "late_weights": (first - 1, *weight)}
    if "bias" in own:
        counts |= {"position_bias_add": (positions, call.y[-1])}
    counts |= _biases(call)
    return counts if "weight" in own else counts | {"lent_weights": (first, *weight), "single_lent_weights": weight}


def _lent(call: Call, name: str, mac: Factors) -> Counts:
    """Products beyond the first of the first sizes, and those of a weight that is no parameter, which is made from others."""
    counts: Counts = {f"late_{name}": (mac[0] - 1, *mac[1:])}
    return counts if "weight" in held(call) else counts | {"lent_weights": mac, "single_lent_weights": mac[1:]}


def _conv(call: Call) -> Counts:
    settings, y = call.attrs.get("settings", {}), call.y
    weight = (settings["out_channels"], settings["in_channels"] // settings["groups"], *settings["kernel_size"])
    mac = (*y[:1], *weight, *y[2:])
    return {"mac": mac} | _lent(call, "mac", mac) | _biases(call)


def _conv_transpose(call: Call) -> Counts:
    settings, x = call.attrs.get("settings", {}), call.x
    weight = (settings["in_channels"], settings["out_channels"] // settings["groups"], *settings["kernel_size"])
    grid = (*call.y[:1], *weight, *call.y[2:])
    counts: Counts = {"mac": (*x[:1], *weight, *x[2:]), "output_grid_mac": grid} | _lent(call, "output_grid_mac", grid)
    return counts | _biases(call)


def _norm(call: Call) -> Counts:
    settings = call.attrs.get("settings", {})
    return {} if settings.get("affine", settings.get("elementwise_affine", True)) else {"plain_in_elements": call.x}


def _softmax(call: Call) -> Counts:
    dim = call.attrs.get("settings", {}).get("dim")
    return {} if dim is None else {"rows": (prod(call.x) // call.x[dim],)}


def _adaptive(call: Call) -> Counts:
    return {"float_cut": (float_cut(call.x, call.y),)}


def _recurrent(call: Call) -> Counts:
    """Gates of every step, direction and sample: (N, L, …) or (L, N, …), the product of both is what counts.

    Packed sequences count as if all were as long as the longest.
    """
    settings, first = call.attrs.get("settings", {}), call.attrs.get("given", ("", ("",)))[1]
    times = prod(first[1:3] if first[0] == PACKED else call.x[:2]) * (2 if settings.get("bidirectional") else 1)
    layers = settings.get("num_layers", 1)
    if "hidden_size" not in settings:  # one that runs a cell, which counts by itself
        return {}
    forward = {n: s for n, s in held(call).items() if not n.endswith("_reverse")}
    counts = _gates(forward, times, layers * settings["hidden_size"])
    return counts | (_projected(settings, forward, times, counts["mac"]) if settings.get("proj_size") else {})


def _projected(settings: Mapping[str, int], own: Mapping[str, Shape], times: int, mac: Factors) -> Counts:
    """What projections of the state add, and products as they were if the state had the size of the gates: four of them."""
    size, inner = settings["hidden_size"], settings["hidden_size"] * (2 if settings.get("bidirectional") else 1)
    widths = [settings["input_size"], *[inner] * (settings.get("num_layers", 1) - 1)]
    sized = 4 * size * sum(width + size for width in widths)
    added = sum(prod(s) for n, s in own.items() if n.startswith(PROJECTION))
    return {"projection_mac": (times, added), "weighed_mac": mac, "sized_mac": (times, sized)}


def _cell(call: Call) -> Counts:
    return _gates(held(call), prod(call.x[:1]), call.attrs.get("settings", {})["hidden_size"])


def _gates(own: Mapping[str, Shape], times: int, hidden: int) -> Counts:
    weights = sum(prod(s) for n, s in own.items() if n.startswith("weight"))
    gates = sum(s[0] for n, s in own.items() if n.startswith("weight") and not n.startswith(PROJECTION))
    biases = sum(prod(s) for n, s in own.items() if n.startswith("bias"))
    counts: Counts = {"mac": (times, weights), "gate_elements": (times, gates), "hidden_elements": (times, hidden)}
    return counts | ({"bias_add": (times, biases)} if biases else {})


def _attention(call: Call) -> Counts:
    """Queries, keys and values (L, N, e), or (N, L, e) where the batch is first: projections, scores, weighted sums, output."""
    if len(call.inputs) < 3 or len(call.x) != 3:
        return {}
    settings = call.attrs.get("settings", {})
    n, at = (call.x[0], 1) if settings.get("batch_first") else (call.x[1], 0)
    (lq, dq), (lk, dk), (lv, dv) = ((s[at], s[2]) for s in call.inputs[:3])
    heads = settings["num_heads"]
    scores = lq * lk
    products = lq * dq * dq + lk * dk * dk + lv * dv * dv + heads * scores * (dq // heads + dv // heads) + lq * dv * dv
    biased = (lq + lk + lv) * dq if "in_proj_bias" in held(call) else 0
    return {"mac": (n, products), "bias_add": (n, biased + lq * dv), "score_elements": (n, heads, scores)}


def _resized(call: Call) -> Counts:
    mode = MODES.get(call.attrs.get("settings", {}).get("mode", ""))
    return {"first_out_elements": call.y[1:]} | ({mode: call.y} if mode else {})


KINDS: Mapping[str, Counter] = MappingProxyType(
    {
        "nn.Linear": _linear,
        **{f"nn.Conv{d}d": _conv for d in (1, 2, 3)},
        **{f"nn.ConvTranspose{d}d": _conv_transpose for d in (1, 2, 3)},
        **{f"nn.{kind}Norm{d}d": _norm for kind in ("Batch", "Instance") for d in (1, 2, 3)},
        **dict.fromkeys(("nn.GroupNorm", "nn.LayerNorm", "nn.SyncBatchNorm"), _norm),
        "nn.Softmax": _softmax,
        **{f"nn.AdaptiveAvgPool{d}d": _adaptive for d in (1, 2, 3)},
        **{f"nn.{kind}": _recurrent for kind in ("RNN", "GRU", "LSTM")},
        **{f"nn.{kind}Cell": _cell for kind in ("RNN", "GRU", "LSTM")},
        "nn.MultiheadAttention": _attention,
        **dict.fromkeys(("nn.Upsample", "nn.UpsamplingBilinear2d", "nn.UpsamplingNearest2d"), _resized),
    }
)
