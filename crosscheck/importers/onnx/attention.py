"""Attention as one node: the products of queries with keys and of their weights with values, for every head.

Sources: onnx/docs/Operators.md of ONNX 1.19, Attention (opsets 23 and 24); docs/ContribOperators.md of ONNX Runtime 1.20,
MultiHeadAttention and GroupQueryAttention. A mask, causal or given, hides products and saves none of them.
"""

from __future__ import annotations

from crosscheck.contract.network import Shape
from crosscheck.importers.imported import MisfitError, UnshapedError
from crosscheck.importers.onnx.node import Call, Handler, Made

Heads = tuple[int, int, int, int]  # batch, heads, positions, size of a head


def _heads(x: Shape, heads: int) -> Heads:
    """A tensor as ``(N, heads, positions, size)``, from that or from ``(N, positions, heads · size)``. Raises MisfitError."""
    if len(x) == 4:
        return x[0], x[1], x[2], x[3]
    if len(x) != 3 or heads < 1 or x[2] % heads:
        raise MisfitError(f"{x} does not divide into {heads} heads")
    return x[0], heads, x[1], x[2] // heads


def _attended(q: Heads, k: Heads, v: Heads, past: int) -> Made:
    """Every query meets the keys and values of its group, those of the past included; groups divide the heads of queries."""
    if (q[0], q[3]) != (k[0], k[3]) or k[:3] != v[:3] or q[1] % k[1]:
        raise MisfitError(f"heads {q}, {k} and {v} of queries, keys and values do not fit")
    return Made("attention", [], {"extents": (*q[:3], k[2] + past, q[3] + v[3])})


def _stated(made: Made, *shapes: Shape | None) -> Made:
    made.shapes, made.attrs["shape"] = shapes, shapes[0]
    return made


def _past(n: Call, at: int) -> int:
    """Positions that a cache holds already."""
    return n.shape(at)[2] if n.has(at) else 0


def _attention(n: Call) -> Made:
    """Attention of ONNX itself: inputs q, k, v, mask, past key, past value; outputs y, present key, present value, products."""
    x = n.shape(0)
    q = _heads(x, n.number("q_num_heads"))
    k, v = (_heads(n.shape(i), n.number("kv_num_heads")) for i in (1, 2))
    past = _past(n, 4)
    made = _attended(q, k, v, past)
    y = (*q[:3], v[3]) if len(x) == 4 else (q[0], q[2], q[1] * v[3])
    keys, values = ((*h[:2], h[2] + past, h[3]) for h in (k, v))
    return _stated(made, y, keys, values, (*q[:3], k[2] + past))


def _multi_head(n: Call) -> Made:
    """MultiHeadAttention of ONNX Runtime: inputs q, k, v, bias, mask, bias of products, past key, past value."""
    if not n.has(1) or not n.has(2) or len(n.shape(1)) != 3 or n.has(6):
        raise UnshapedError("packed or cached keys")
    heads = n.number("num_heads")
    q, k, v = (_heads(n.shape(i), heads) for i in range(3))
    made = _stated(_attended(q, k, v, 0), (q[0], q[2], heads * v[3]))
    made.roles = {3: "bias"}
    return made


def _group_query(n: Call) -> Made:
    """GroupQueryAttention of ONNX Runtime: inputs q, k, v, past key, past value; a cache that is as long as it will get."""
    if not n.has(1) or not n.has(2):
        raise UnshapedError("packed queries, keys and values")
    q = _heads(n.shape(0), n.number("num_heads"))
    k, v = (_heads(n.shape(i), n.number("kv_num_heads")) for i in (1, 2))
    past = _past(n, 3)
    keys, values = ((*h[:2], h[2] + past, h[3]) for h in (k, v))
    return _stated(_attended(q, k, v, past), (q[0], q[2], q[1] * v[3]), keys, values)


HANDLERS: dict[str, Handler] = {
    "Attention": _attention,
    "com.microsoft::MultiHeadAttention": _multi_head,
    "com.microsoft::GroupQueryAttention": _group_query,
}
