"""Nodes of the graph that TensorFlow makes of a call: what each multiplies, from the shapes of its tensors.

Names are those of TensorFlow's operations: ``Conv2D``, ``BatchMatMulV2``. Tensors are channels last, weights (*kernel, C, O),
unless ``attrs`` say otherwise: ``data_format``, ``strides``, ``ksize``, ``adj_x``, ``transpose_a``, ``equation``. ``unread``
tells that no output depends on a node, which therefore never runs. A size that nobody knows when the graph is made is 0.
Source of the formulas: https://www.tensorflow.org/api_docs/python/tf/raw_ops.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod
from types import MappingProxyType

from crosscheck.contract.call import Call
from crosscheck.ops.calls import einsum
from crosscheck.ops.kind import Counts

CHANNELS_FIRST = ("NCHW", "NCDHW")


def _convolution(call: Call) -> Counts:
    """``input, filter``: every output position of a sample meets every weight."""
    return {"mac": (*call.y, *call.inputs[1][:-1])}


def _depthwise(call: Call) -> Counts:
    """``input, filter``, (kh, kw, C, m): every output element meets one window."""
    return {"mac": (*call.y, *call.inputs[1][:2])}


def _scattered(call: Call) -> Counts:
    """``input_sizes, filter, out_backprop``: every position of the last meets every weight."""
    met, weight = call.inputs[2], call.inputs[1]
    channels = 1 if call.attrs.get("data_format") in CHANNELS_FIRST else len(met) - 1
    return {"mac": (*(n for k, n in enumerate(met) if k != channels), *weight)}


def _scattered_plane(call: Call) -> Counts:
    """The same over two axes, of channels last with what meets the whole output, over the product of the strides."""
    counts = _scattered(call)
    if call.attrs.get("data_format") in CHANNELS_FIRST:
        return counts
    strides, weight = call.attrs.get("strides", (1, 1, 1, 1)), call.inputs[1]
    grid = 2 * prod(call.y[:-1]) * prod(weight)
    return counts | {"grid_products": (grid // (strides[1] * strides[2]),)}


def _product(call: Call) -> Counts:
    """(n, k) · (k, m), either side turned where ``transpose_a`` or ``transpose_b`` says so."""
    return {"mac": (*call.y, call.x[0 if call.attrs.get("transpose_a") else 1])}


def _products(call: Call) -> Counts:
    """(…, n, k) · (…, k, m), either side turned where ``adj_x`` or ``adj_y`` says so."""
    summed, last = call.x[-2 if call.attrs.get("adj_x") else -1], call.x[-1]
    return {"mac": (*call.y, summed), "turned_mac": (prod(call.y) * (last - summed),)}


def _einsum(call: Call) -> Counts:
    return {"mac": einsum.count(str(call.attrs.get("equation", "")), call.inputs)["mac"]}


def _pool(call: Call) -> Counts:
    """``ksize`` has a size for every axis; of channels first nobody counts the windows."""
    return {} if call.attrs.get("data_format") in CHANNELS_FIRST else {"window_elements": (*call.y, *call.attrs.get("ksize", ()))}


def _dilation(call: Call) -> Counts:
    """``input, filter``, (kh, kw, C): a maximum of sums over each window."""
    return {"window_elements": (*call.y, *call.inputs[1][:2])}


def _bias(call: Call) -> Counts:
    return {"bias_add": call.x}


def _sum(call: Call) -> Counts:
    """Of several tensors of one shape."""
    return {"element_sums": (*call.x, len(call.inputs) - 1)}


def _nothing(call: Call) -> Counts:
    return {}


def _apart(counter: Callable[[Call], Counts]) -> Callable[[Call], Counts]:
    """The same, with products that nothing reads under a name of their own."""

    def count(call: Call) -> Counts:
        counts = counter(call)
        return {"unread_mac" if k == "mac" else k: v for k, v in counts.items()} if call.attrs.get("unread") else counts

    return count


PRODUCTS: Mapping[str, Callable[[Call], Counts]] = MappingProxyType(
    {
        **dict.fromkeys(("Conv2D", "Conv3D"), _apart(_convolution)),
        "DepthwiseConv2dNative": _apart(_depthwise),
        "Conv2DBackpropInput": _apart(_scattered_plane),
        "Conv3DBackpropInputV2": _apart(_scattered),
        "MatMul": _apart(_product),
        **dict.fromkeys(("BatchMatMul", "BatchMatMulV2", "BatchMatMulV3"), _apart(_products)),
        "Einsum": _apart(_einsum),
    }
)
NODES: Mapping[str, Callable[[Call], Counts]] = MappingProxyType(
    {
        **PRODUCTS,
        **dict.fromkeys(("AvgPool", "MaxPool"), _pool),
        "Dilation2D": _dilation,
        "BiasAdd": _bias,
        "AddN": _sum,
        **dict.fromkeys(  # elements alone
            (
                *("Reciprocal", "Square", "Rsqrt", "Log", "Neg", "AssignSub", "AssignAdd", "L2Loss", "Softmax"),
                *("Add", "AddV2", "Sub", "Mul", "RealDiv", "Maximum", "Minimum", "Pow", "SquaredDifference"),
                *("GreaterEqual", "Greater", "LessEqual", "Less", "Equal", "NotEqual"),
                *("Mean", "Sum", "ArgMax", "ArgMin"),
            ),
            _nothing,
        ),
    }
)
