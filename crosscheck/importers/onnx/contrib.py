"""Nodes of ONNX Runtime's own operators, domain com.microsoft: those that ONNX has too, fused, renamed or quantised.

Source: docs/ContribOperators.md of ONNX Runtime 1.20. ``fused`` of a node are the ops that it does to the output in the same go.
"""

from __future__ import annotations

from dataclasses import replace
from math import prod

from crosscheck.importers.onnx import compute, moves, products
from crosscheck.importers.onnx.node import Call, Handler, Made, stated

DOMAIN = "com.microsoft"
ACTIVATIONS = {"Relu": "relu", "LeakyRelu": "leaky_relu", "Sigmoid": "sigmoid", "Tanh": "tanh", "Clip": "clip"}
ACTIVATIONS |= {"HardSigmoid": "hard_sigmoid", "Elu": "elu", "HardSwish": "hard_swish"}


def _with_activation(handler: Handler, name: str = "activation") -> Handler:
    """An op and an activation in one node."""

    def handle(n: Call) -> Made:
        made = handler(n)
        done = n.text(name)
        made.fused = (ACTIVATIONS.get(done, "unknown"),) if done else ()
        return made

    return handle


def _fused_conv(n: Call) -> Made:
    """A convolution, to which input 3 is added, then an activation."""
    made = _with_activation(products.convolution)(n)
    made.fused = (*(("add",) if n.has(3) else ()), *made.fused)
    return made


def _bias_gelu(n: Call) -> Made:
    x = n.shape(0)
    return Made("gelu" if n.node.op == "BiasGelu" else "gelu_tanh", [x], {"shape": x}, {1: "bias"})


def _quick_gelu(n: Call) -> Made:
    """X times sigmoid of alpha times x: a SiLU where alpha is 1."""
    return Made("silu", [n.shape(0)]) if n.real("alpha", 1.702) == 1 else Made("unknown", [n.shape(0)], {"shape": n.shape(0)})


def _skip_norm(n: Call) -> Made:
    """A sum and a normalisation of it: input, skip, gamma, beta (or the bias of a root-mean-square norm), bias."""
    x = n.shape(0)
    simple = n.node.op.startswith("SkipSimplified")
    if simple:
        made = stated("rms_norm", x, rows=prod(x[:-1]), lead=x[-1])
        made.roles = {2: "norm_scale", 3: "bias"}
    else:
        made = n.network("layernorm", {"eps": n.real("epsilon", 1e-5)}, [x], norm_scale=2, norm_shift=3)
        made.roles = {**made.roles, 4: "bias"}
    made.fused = ("add",)
    made.shapes = [x, None, None, x]
    return made


def _joined(n: Call) -> Made:
    """Concatenation of quantised tensors: scale and zero point of the output, then each tensor with its own."""
    return moves.HANDLERS["Concat"](_plain(n, "Concat", *range(2, len(n.inputs), 3)))


def _plain(n: Call, op: str, *places: int) -> Call:
    """The node of ONNX's own that reads these inputs alone."""
    return Call(replace(n.node, op=op), [n.inputs[k] for k in places], n.opset, n.read)


def _first(op: str) -> Handler:
    """An op that is done to input 0 alone, whatever scales and zero points come with it."""
    return lambda n: compute.HANDLERS[op](_plain(n, op, 0))


def _quantised_pair(op: str) -> Handler:
    """An element-wise op of two quantised tensors, each followed by its scale and its zero point."""

    def handle(n: Call) -> Made:
        made = compute.HANDLERS[op](_plain(n, op, 0, 3))
        made.roles = {3 * k: role for k, role in made.roles.items()}
        return made

    return handle


HANDLERS: dict[str, Handler] = {
    f"{DOMAIN}::{name}": handler
    for name, handler in {
        "FusedConv": _fused_conv,
        "FusedGemm": _with_activation(products.HANDLERS["Gemm"]),
        "QLinearAdd": _quantised_pair("Add"),
        "QLinearMul": _quantised_pair("Mul"),
        "QLinearConcat": _joined,
        "QLinearSigmoid": _first("Sigmoid"),
        "QLinearLeakyRelu": _first("LeakyRelu"),
        "QLinearAveragePool": _first("AveragePool"),
        "QLinearGlobalAveragePool": _first("GlobalAveragePool"),
        "QuantizeLinear": compute.HANDLERS["QuantizeLinear"],
        "DequantizeLinear": compute.HANDLERS["DequantizeLinear"],
        "Gelu": lambda n: Made("gelu", [n.shape(0)]),
        "FastGelu": _bias_gelu,
        "BiasGelu": _bias_gelu,
        "QuickGelu": _quick_gelu,
        "SkipLayerNormalization": _skip_norm,
        "SkipSimplifiedLayerNormalization": _skip_norm,
    }.items()
}
