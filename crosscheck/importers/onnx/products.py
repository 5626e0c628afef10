"""Nodes of an ONNX graph that multiply and accumulate: convolutions, matrix products, recurrent layers.

Source of attributes, defaults and shapes: onnx/docs/Operators.md and Changelog.md of ONNX 1.17 and 1.23, opsets 7 to 28.
"""

from __future__ import annotations

from crosscheck.contract.network import Shape
from crosscheck.importers.imported import MisfitError, UnshapedError
from crosscheck.importers.onnx.node import STATE, Call, Handler, Made, broadcast, stated


def convolution(n: Call, w_at: int = 1, bias_at: int = 2) -> Made:
    """A convolution whose weight is input ``w_at``. Raises MisfitError."""
    x, w = n.shape(0), n.shape(w_at)
    if len(w) != len(x) or len(x) < 3:
        raise MisfitError(f"weight {w} does not fit input {x}")
    kernel, stride, dilation = n.window(len(x) - 2, w[2:])
    groups = n.number("group", 1)
    if kernel != w[2:] or w[1] * groups != x[1]:
        raise MisfitError(f"weight {w} with kernel {kernel} in {groups} groups does not fit input {x}")
    attrs = {"out_channels": w[0], "kernel": kernel, "stride": stride, "dilation": dilation, "groups": groups}
    attrs |= {"padding": n.pads(x[2:], kernel, stride, dilation), "bias": n.has(bias_at)}
    return n.network("conv", attrs, [x], weight=w_at, bias=bias_at)


def _conv_transpose(n: Call) -> Made:
    x, w = n.shape(0), n.shape(1)
    if len(w) != len(x) or len(x) < 3 or w[0] != x[1]:
        raise MisfitError(f"weight {w} does not fit input {x}")
    kernel, stride, dilation = n.window(len(x) - 2, w[2:])
    if kernel != w[2:]:
        raise MisfitError(f"kernel {kernel} does not fit weight {w}")
    rank, groups, auto = len(kernel), n.number("group", 1), n.text("auto_pad", "NOTSET")
    extra = n.integers("output_padding") or (0,) * rank
    wanted = n.integers("output_shape")
    if wanted is None and auto.startswith("SAME"):
        wanted = tuple(size * s for size, s in zip(x[2:], stride, strict=True))
    if wanted is None:
        pads = n.pads(x[2:], kernel, stride, dilation)
    else:
        spans = zip(x[2:], kernel, stride, dilation, extra, wanted[-rank:], strict=True)
        cut = [s * (size - 1) + e + (k - 1) * d + 1 - out for size, k, s, d, e, out in spans]
        extra = tuple(e + max(-c, 0) for e, c in zip(extra, cut, strict=True))
        halves = [(max(c, 0) // 2, max(c, 0) - max(c, 0) // 2) for c in cut]
        pads = tuple(halves if auto == "SAME_UPPER" else [(b, a) for a, b in halves])
    attrs = {"out_channels": w[1] * groups, "kernel": kernel, "stride": stride, "dilation": dilation, "groups": groups}
    attrs |= {"padding": pads, "output_padding": extra, "bias": n.has(2)}
    return n.network("conv_transpose", attrs, [x], weight=1, bias=2)


def _gemm(n: Call) -> Made:
    a, b = n.shape(0), n.shape(1)
    if len(a) != 2 or len(b) != 2:
        raise MisfitError(f"{a} and {b} are no matrices")
    (rows, depth), (deep, columns) = a[:: -1 if n.number("transA") else 1], b[:: -1 if n.number("transB") else 1]
    if depth != deep:
        raise MisfitError(f"{a} and {b} do not fit")
    if n.constant(1) and not n.constant(0) and not n.number("transA"):
        bias = n.has(2) and n.constant(2)
        return n.network("linear", {"out_features": columns, "bias": bias}, [a], weight=1, bias=2)
    made = stated("matmul", (rows, columns), depth=depth, bias=n.has(2))
    made.roles = {0: "weight", 1: "weight", 2: "bias"}
    return made


def _matmul(n: Call, b_at: int = 1) -> Made:
    a, b = n.shape(0), n.shape(b_at)
    if not a or not b or a[-1] != b[-2 if len(b) > 1 else 0]:
        raise MisfitError(f"{a} and {b} do not fit")
    if n.constant(b_at) and not n.constant(0) and len(b) == 2 and len(a) > 1:
        return n.network("linear", {"out_features": b[1], "bias": False}, [a], weight=b_at)
    batch = broadcast([a[:-2], b[:-2]])
    made = stated("matmul", (*batch, *a[-2:-1], *(b[-1:] if len(b) > 1 else ())), depth=a[-1])
    made.roles = {0: "weight", b_at: "weight"}
    return made


def _einsum(n: Call) -> Made:
    shapes = [n.shape(k) for k in range(len(n.inputs))]
    left, arrow, right = n.text("equation").replace(" ", "").partition("->")
    parts = left.split(",")
    sizes: dict[str, int] = {}
    if "." in left or [len(p) for p in parts] != [len(s) for s in shapes]:
        raise UnshapedError(f"equation {left!r}")
    for part, shape in zip(parts, shapes, strict=True):
        for letter, size in zip(part, shape, strict=True):
            if sizes.get(letter, 1) not in (1, size) and size != 1:
                raise MisfitError(f"index {letter!r} has two sizes")
            sizes[letter] = max(size, sizes.get(letter, 1))
    if not arrow:
        right = "".join(sorted(c for c in sizes if left.count(c) == 1))
    extents = tuple(sizes.values()) + ((len(shapes) - 1,) if len(shapes) != 2 else ())
    made = stated("einsum", tuple(sizes[c] for c in right), extents=extents)
    made.roles = dict.fromkeys(range(len(shapes)), "weight")
    return made


def _recurrent(gates: int) -> Handler:
    def handle(n: Call) -> Made:
        x, w, r = n.shape(0), n.shape(1), n.shape(2)
        if len(x) != 3 or len(w) != 3 or len(r) != 3 or w[1] % gates:
            raise MisfitError(f"weights {w} and {r} do not fit input {x}")
        directions, hidden = w[0], r[2]
        steps, batch, size = x if not n.number("layout") else (x[1], x[0], x[2])
        if w != (directions, gates * hidden, size) or r != (directions, gates * hidden, hidden):
            raise MisfitError(f"weights {w} and {r} do not fit input {x}")
        one: Shape = (directions, batch, hidden) if not n.number("layout") else (batch, directions, hidden)
        every: Shape = (steps, directions, batch, hidden) if not n.number("layout") else (batch, steps, directions, hidden)
        attrs = {"shape": every, "directions": directions, "gates": gates, "hidden": hidden}
        return Made(n.node.op.lower(), [every, one, one], attrs, {1: "weight", 2: "weight", 3: "bias", 5: STATE, 6: STATE})

    return handle


HANDLERS: dict[str, Handler] = {
    "Conv": convolution,
    "ConvInteger": lambda n: convolution(n, bias_at=len(n.inputs)),
    "QLinearConv": lambda n: convolution(n, 3, 8),
    "ConvTranspose": _conv_transpose,
    "Gemm": _gemm,
    "MatMul": _matmul,
    "MatMulInteger": _matmul,
    "QLinearMatMul": lambda n: _matmul(n, 3),
    "Einsum": _einsum,
    "LSTM": _recurrent(4),
    "GRU": _recurrent(3),
    "RNN": _recurrent(1),
}
