"""Operators as PyTorch dispatches them (ATen), composed ones taken apart: what each multiplies, from the shapes of its tensors.

Names are those of ``OpOverloadPacket``s without their namespace: ``addmm``, ``convolution``. Formulas follow from the
definitions of the operators. What an operator does that is not here is told by crosscheck.ops.calls.families.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod
from types import MappingProxyType

from crosscheck.contract.call import Call, Shape
from crosscheck.ops.calls.phi import PHI
from crosscheck.ops.kind import Counts, Factors

# --- products of matrices -------------------------------------------------------------------------------------------------


def _mm(call: Call) -> Counts:
    """(…, n, k) · (k, m), or as many of them as the first has in front."""
    a, b = call.inputs[:2]
    return {"mac": (*a, b[-1])}


def _grouped_mm(call: Call) -> Counts:
    """Rows, columns or samples in groups of which each meets a matrix of its own: (n, k) and (g, k, m), (g, n, k) and (k, m)."""
    a, b = call.inputs[:2]
    return {"mac": (*a[len(a) - 2 if len(b) == 2 else 0 :], b[-1])}


def _addmm(call: Call) -> Counts:
    """A sum's other side, then (n, k) · (k, m)."""
    _, a, b = call.inputs[:3]
    return {"mac": (*a, b[-1]), "bias_add": call.y}


def _mv(call: Call) -> Counts:
    """(n, k) · (k,), and two vectors."""
    return {"mac": call.inputs[0]}


def _addmv(call: Call) -> Counts:
    return {"mac": call.inputs[1], "bias_add": call.y}


def _addr(call: Call) -> Counts:
    """A sum's other side, then every product of two vectors."""
    return {"mac": call.y, "bias_add": call.y}


def _matmul(call: Call) -> Counts:
    """Either side may be a vector, and axes in front are repeated where one side lacks them."""
    a, b = call.inputs[:2]
    depth = a[-2:][0] if call.attrs.get("transpose_x") else a[-1]
    return {"mac": (*call.y, depth)} if len(a) > 1 or len(b) > 1 else {"mac": a}


def _linear(call: Call) -> Counts:
    """(…, k) · (m, k) transposed; a weight that is packed is known by what comes out."""
    biased = len(call.inputs) > 2
    return {"mac": (*call.x, *call.y[-1:])} | ({"bias_add": call.y} if biased else {})


def _trilinear(call: Call) -> Counts:
    """(n, i) · (o, i, j) · (n, j): first with the one vector, then with the other."""
    x, weight, _ = call.inputs[:3]
    return {"mac": (x[0], weight[0], weight[1] + 1, weight[2])}


# --- convolutions ---------------------------------------------------------------------------------------------------------


def _convolution(call: Call) -> Counts:
    """``input, weight, bias``: of a transposed one every input position meets every tap, else every output position does.

    Weights that are packed stand in ``attrs`` as ``packed``, their shape.
    """
    weight = call.inputs[1] if len(call.inputs) > 1 else call.attrs.get("packed", ())
    if not weight:
        return {}
    return _convolved(call, weight, call.x if call.attrs.get("transposed") else call.y)


def _scattered(call: Call) -> Counts:
    """A transposed convolution by its own name."""
    return _convolved(call, call.inputs[1], call.x)


def _convolved(call: Call, weight: Shape, met: Shape) -> Counts:
    """Every position of ``met``, in whose channels the weight begins, meets the whole weight."""
    mac = (prod(met) // max(weight[0], 1), *weight)
    counts: Counts = {"mac": mac}
    if len(weight) != 4:
        counts["nonplanar_mac"] = mac
    return counts | ({"bias_add": call.y} if len(call.inputs) > 2 else {})


def _conv_tbc(call: Call) -> Counts:
    """``input`` (T, N, C), ``weight`` (k, C, o), ``bias``."""
    weight = call.inputs[1]
    return {"mac": (*call.y[:2], *weight), "nonplanar_mac": (*call.y[:2], *weight), "bias_add": call.y}


def _deform_conv2d(call: Call) -> Counts:
    """``input, weight, offset, mask, bias``: each output position meets every tap, wherever the tap looks."""
    return {"mac": (call.y[0], *call.inputs[1], *call.y[2:]), "bias_add": call.y}


# --- attention and recurrence ---------------------------------------------------------------------------------------------


def attention(q: Shape, k: Shape, v: Shape) -> Factors:
    """Queries (…, L, e), keys (…, S, e), values (…, S, v): L·S·(e + v) for each head, a mask left out of account."""
    return (*q[:-1], k[-2], q[-1] + v[-1])


def _attention(call: Call) -> Counts:
    q, k, v = call.inputs[:3]
    return {"mac": attention(q, k, v)}


def _attention_of_positions(call: Call) -> Counts:
    """Queries (N, L, heads, e), keys (N, S, heads, e), values alike."""
    q, k, v = call.inputs[:3]
    return {"mac": (*q[:-1], k[1], q[-1] + v[-1])} if len(q) == 4 else {}


def _projected(x: Shape, weights: tuple[Shape, ...]) -> int:
    """What linear layers multiply at every position of (N, L, e), and self-attention of all heads together does."""
    return prod(x[:-1]) * sum(prod(w) for w in weights) + 2 * prod(x) * x[1]


def _native_multi_head_attention(call: Call) -> Counts:
    """``query, key, value``, then weight and bias of the projections of all three and of the output; self-attention alone."""
    query, (qkv, qkv_bias, out, out_bias) = call.x, call.inputs[3:7]
    return {"mac": (_projected(query, (qkv, out)),), "bias_add": (*query[:-1], qkv_bias[0] + out_bias[0])}


def _transformer_encoder_layer(call: Call) -> Counts:
    """``src``, weights and biases of attention (as above), of two normalisations, and of two linear layers."""
    x = call.x
    qkv, qkv_bias, out, out_bias = call.inputs[1:5]
    first, first_bias, second, second_bias = call.inputs[9:13]
    biases = sum(b[0] for b in (qkv_bias, out_bias, first_bias, second_bias))
    return {"mac": (_projected(x, (qkv, out, first, second)),), "bias_add": (*x[:-1], biases)}


def _rnn_layer(call: Call) -> Counts:
    """``input``, weights of input and state: each weight at every step of every sample."""
    w, state = call.inputs[1:3]
    return {"mac": (*call.x[:-1], prod(w) + prod(state))}


def _rnn(call: Call) -> Counts:
    """``input``, then weights and biases of every layer and direction."""
    return {"mac": (*call.x[:-1], sum(prod(w) for w in call.inputs[1:] if len(w) == 2))}


# --- by name ------------------------------------------------------------------------------------------------------------

CONVOLUTIONS = (
    *("convolution", "_convolution", "convolution_overrideable", "mkldnn_convolution", "cudnn_convolution", "miopen_convolution"),
    *("_slow_conv2d_forward", "thnn_conv2d", "slow_conv3d", "slow_conv3d_forward", "slow_conv_dilated2d", "slow_conv_dilated3d"),
    *("_conv_depthwise2d", "conv_depthwise3d", "miopen_depthwise_convolution", "_nnpack_spatial_convolution", "_mps_convolution"),
    *(
        "conv1d",
        "conv2d",
        "conv3d",
        "conv1d_relu",
        "conv2d_relu",
        "conv3d_relu",
        "cudnn_convolution_relu",
        "mkldnn_convolution_pointwise",
    ),
)
FUSED_ATTENTION = (
    *(f"_scaled_dot_product_{kind}" for kind in ("flash_attention_for_cpu", "flash_attention", "efficient_attention")),
    *(f"_scaled_dot_product_{kind}" for kind in ("cudnn_attention", "attention_math", "fused_attention_overrideable")),
    *("scaled_dot_product_attention", "flex_attention", "_scaled_dot_product_attention_math_for_mps"),
)
KERNELS: Mapping[str, Callable[[Call], Counts]] = MappingProxyType(
    {
        **PHI,
        **dict.fromkeys(("mm", "bmm", "_int_mm", "_scaled_mm"), _mm),
        **dict.fromkeys(("_grouped_mm", "_scaled_grouped_mm"), _grouped_mm),
        **dict.fromkeys(("addmm", "baddbmm", "addbmm", "_addmm_activation", "addmm_", "baddbmm_", "addbmm_"), _addmm),
        **dict.fromkeys(("mv", "dot", "vdot"), _mv),
        **dict.fromkeys(("addmv", "addmv_"), _addmv),
        **dict.fromkeys(("addr", "addr_"), _addr),
        "matmul": _matmul,
        **dict.fromkeys(("linear", "linear_relu", "linear_dynamic", "linear_relu_dynamic", "linear_dynamic_fp16"), _linear),
        **dict.fromkeys(("mkldnn_linear", "_linear_pointwise", "_weight_int8pack_mm", "_weight_int4pack_mm"), _linear),
        "_trilinear": _trilinear,
        **dict.fromkeys(CONVOLUTIONS, _convolution),
        **dict.fromkeys(("slow_conv_transpose2d", "slow_conv_transpose3d", "cudnn_convolution_transpose"), _scattered),
        "conv_tbc": _conv_tbc,
        "deform_conv2d": _deform_conv2d,
        **dict.fromkeys(FUSED_ATTENTION, _attention),
        **dict.fromkeys(("_flash_attention_forward", "_efficient_attention_forward"), _attention_of_positions),
        "_native_multi_head_attention": _native_multi_head_attention,
        "_transformer_encoder_layer_fwd": _transformer_encoder_layer,
        "mkldnn_rnn_layer": _rnn_layer,
        **dict.fromkeys(("_cudnn_rnn", "miopen_rnn"), _rnn),
    }
)
