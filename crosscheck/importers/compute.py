"""Nodes of an ONNX graph that compute: convolutions, products, normalisations, poolings, element-wise ops, reductions.

Source of attributes, defaults and shapes: onnx/docs/Operators.md and Changelog.md of ONNX 1.17, opsets 7 to 22.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Any

from crosscheck import geometry
from crosscheck.file_ops import BINARY, REDUCTION, UNARY
from crosscheck.importers.calls import Call, Made, MisfitError, Nums, UnshapedError, broadcast, few, one_axis, stated
from crosscheck.spec import Shape, numel

Handler = Callable[[Call], Made]


_CAMEL = {
    "cum_sum": "CumSum", "gelu_tanh": "", "is_inf": "IsInf", "is_nan": "IsNaN", "bias": "", "add_broadcast": "", "prelu": "PRelu",
    "gather_nd": "GatherND", "scatter_nd": "ScatterND",
}  # fmt: skip
_SNAKE = {theirs: ours for ours, theirs in _CAMEL.items()}


def snake(name: str) -> str:
    """``ReduceMean`` as ``reduce_mean``."""
    return _SNAKE.get(name) or re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def camel(name: str) -> str:
    """``reduce_mean`` as ONNX writes it; empty for what ONNX does not have."""
    return _CAMEL.get(name, "".join(part.capitalize() for part in name.split("_")))


# --- products -------------------------------------------------------------------------------------------------------------


def _conv(n: Call, w_at: int = 1, bias_at: int = 2) -> Made:
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
        return Made(n.node.op.lower(), [every, one, one], attrs, {1: "weight", 2: "weight", 3: "bias"})

    return handle


# --- windows and normalisations -------------------------------------------------------------------------------------------


def _pool(op: str) -> Handler:
    def handle(n: Call) -> Made:
        x = n.shape(0)
        kernel, stride, dilation = n.window(len(x) - 2)
        pads = n.pads(x[2:], kernel, stride, dilation)
        ceil = bool(n.number("ceil_mode"))
        wide = any(max(pair) > k // 2 for pair, k in zip(pads, kernel, strict=True) if max(pair))
        if op == "lp_pool" or max(dilation) > 1 or wide:
            axes = zip(x[2:], kernel, stride, pads, dilation, strict=True)
            y = (*x[:2], *(geometry.window_out(size, k, s, p, d, ceil) for size, k, s, p, d in axes))
            other = {"maxpool": "max_pool_other", "avgpool": "avg_pool_other"}.get(op, op)
            return Made(other, [y, y], {"shape": y, "kernel": kernel})
        attrs: dict[str, Any] = {"kernel": kernel, "stride": stride, "padding": pads, "ceil_mode": ceil}
        if op == "avgpool":
            attrs["count_include_pad"] = bool(n.number("count_include_pad"))
        made = n.network(op, attrs, [x])
        return Made(made.op, [made.shapes[0]] * 2, made.attrs)

    return handle


def _global(op: str) -> Handler:
    def handle(n: Call) -> Made:
        x = n.shape(0)
        if op == "adaptive_avgpool":
            return n.network(op, {"output_size": 1}, [x])
        return stated(op, (*x[:2], *(1 for _ in x[2:])), kernel=x[2:])

    return handle


def _batchnorm(n: Call) -> Made:
    x = n.shape(0)
    for k in range(1, 5):
        if n.shape(k) != x[1:2]:
            raise MisfitError(f"{n.shape(k)} is not one number for each of {x[1:2]} channels")
    made = n.network("batchnorm", {"eps": n.real("epsilon", 1e-5)}, [x], norm_scale=1, norm_shift=2)
    made.roles = {**made.roles, 3: "running_stats", 4: "running_stats"}
    made.shapes = [*made.shapes, *[x[1:2]] * 4]
    return made


def _groupnorm(n: Call) -> Made:
    x = n.shape(0)
    if len(x) < 2:
        raise MisfitError(f"input {x} has no channels")
    groups = x[1] if n.node.op == "InstanceNormalization" else n.number("num_groups")
    return n.network("groupnorm", {"groups": groups, "eps": n.real("epsilon", 1e-5)}, [x], norm_scale=1, norm_shift=2)


def _layernorm(n: Call) -> Made:
    x = n.shape(0)
    axis = n.axis(len(x), -1)
    rest = (*x[:axis], *(1 for _ in x[axis:]))
    if n.node.op == "LayerNormalization" and axis == len(x) - 1:
        made = n.network("layernorm", {"eps": n.real("epsilon", 1e-5)}, [x])
    else:
        op = "layernorm_axes" if n.node.op == "LayerNormalization" else "rms_norm"
        made = stated(op, x, rows=numel(x[:axis]), lead=x[axis])
    return Made(made.op, [x, rest, rest], made.attrs, {1: "norm_scale", 2: "norm_shift"})


def _lrn(n: Call) -> Made:
    size = n.number("size", 1)
    if size < 1:
        raise MisfitError(f"size {size} is below 1")
    attrs = {"size": size, "alpha": n.real("alpha", 1e-4) / size, "beta": n.real("beta", 0.75), "k": n.real("bias", 1.0)}
    return n.network("lrn", attrs, [n.shape(0)])


def _softmax(n: Call) -> Made:
    """Before opset 13 all axes from ``axis`` on were one."""
    x = n.shape(0)
    axis = n.axis(len(x), -1 if n.opset >= 13 else 1)
    rest = x[axis + 1 :] if n.opset >= 13 else ()
    kind = {"Softmax": "softmax_axis", "LogSoftmax": "log_softmax", "Hardmax": "hardmax"}[n.node.op]
    if kind == "softmax_axis" and axis == len(x) - 1:
        return Made("softmax", [x])
    return stated(kind, x, rows=numel(x[:axis]) * numel(rest))


def _rows(op: str) -> Handler:
    def handle(n: Call) -> Made:
        x = n.shape(0)
        axes = n.integers("axes") or ((n.number("axis", -1),) if op == "lp_norm" else (0, 2, 3))
        gone = {one_axis(a, len(x)) for a in axes}
        return stated(op, x, rows=numel(d for k, d in enumerate(x) if k not in gone))

    return handle


# --- element by element ---------------------------------------------------------------------------------------------------


def _plain(op: str, **defaults: tuple[str, float]) -> Handler:
    """An activation that networks are described with: ``slope=("alpha", 0.01)`` reads its attribute ``alpha``."""

    def handle(n: Call) -> Made:
        return Made(op, [n.shape(0)], {mine: n.real(theirs, value) for mine, (theirs, value) in defaults.items()})

    return handle


def _gelu(n: Call) -> Made:
    x = n.shape(0)
    return Made("gelu", [x]) if n.text("approximate", "none") == "none" else stated("gelu_tanh", x)


def _unary(n: Call) -> Made:
    x, nums, op = n.shape(0), n.nums(0), n.node.op
    work: dict[str, Callable[[Any], Any]] = {"Neg": lambda v: -v, "Floor": math.floor, "Ceil": math.ceil, "Abs": abs}
    work |= {"Not": lambda v: int(not v), "Identity": lambda v: v}
    if op == "Cast" and nums is not None and all(map(math.isfinite, nums)):
        whole = n.number("to") not in (1, 10, 11, 16)
        work["Cast"] = int if whole else float
    kept = tuple(work[op](v) for v in nums) if nums is not None and op in work and all(map(math.isfinite, nums)) else None
    made = stated(snake(op), x, few(kept, x))
    made.shapes = [x, (), ()] if op == "DynamicQuantizeLinear" else [x]
    if op == "Clip":  # attributes before opset 11, then inputs
        bounds = [n.nums(k) or ((n.real(name, default),) if n.opset < 11 else None) for k, name, default in _BOUNDS]
        made.attrs["bounds"] = tuple(b[0] for b in bounds if b)
    return made


_BOUNDS = ((1, "min", -math.inf), (2, "max", math.inf))


def _sum(n: Call) -> Made:
    shapes = [n.shape(k) for k in range(len(n.inputs))]
    y = broadcast(shapes)
    stored = [n.value(k).stored for k in range(len(n.inputs))]
    if len(shapes) == 1:
        return stated("identity", y)
    if all(s is None for s in stored) and all(s == y for s in shapes):
        return Made("add", [y], {"inplace": False}, {}, few(_fold(n, y, lambda a, b: a + b), y))
    biases = [k for k, s in enumerate(stored) if s and not all(t.literal for t in s)]
    made = stated(
        "bias" if len(biases) == 1 and len(shapes) == 2 else "add_broadcast",
        y,
        operands=len(shapes),
        first=numel(y if n.node.op == "Sum" else shapes[0]),
    )
    made.roles = dict.fromkeys(biases, "bias")
    made.nums = few(_fold(n, y, lambda a, b: a + b), y)
    return made


_FOLD: dict[str, Callable[[Any, Any], Any]] = {
    "Sub": lambda a, b: a - b,
    "Mul": lambda a, b: a * b,
    "Div": lambda a, b: (abs(a) // abs(b)) * (1 if (a < 0) == (b < 0) else -1) if isinstance(a, int) else a / b,
    "Mod": lambda a, b: a % b,
    "Max": max,
    "Min": min,
    "Equal": lambda a, b: int(a == b),
    "Greater": lambda a, b: int(a > b),
    "Less": lambda a, b: int(a < b),
    "GreaterOrEqual": lambda a, b: int(a >= b),
    "LessOrEqual": lambda a, b: int(a <= b),
    "And": lambda a, b: int(bool(a) and bool(b)),
    "Or": lambda a, b: int(bool(a) or bool(b)),
}


def _fold(n: Call, y: Shape, work: Callable[[Any, Any], Any] | None) -> Nums | None:
    """Numbers of an op over two vectors, or a vector and a single number."""
    pair = [n.nums(k) for k in range(len(n.inputs))]
    if work is None or len(pair) != 2 or len(y) > 1 or pair[0] is None or pair[1] is None:
        return None
    a, b = ((nums * numel(y) if len(nums) == 1 else nums) for nums in (pair[0], pair[1]))
    if len(a) != len(b) or not all(map(math.isfinite, (*a, *b))):
        return None
    try:
        return tuple(work(u, v) for u, v in zip(a, b, strict=True))
    except ArithmeticError:
        return None


def _binary(n: Call) -> Made:
    op = n.node.op
    count = len(n.inputs)
    if not count:
        raise MisfitError("it has no inputs")
    y = n.shape(0) if op == "PRelu" else broadcast([n.shape(k) for k in range(count)])
    nums = few(_fold(n, y, _FOLD.get(op)), y)
    if op == "Where" and count == 3 and len(y) <= 1:
        picks = [n.nums(k) for k in range(3)]
        if all(p is not None for p in picks):
            wide = [p * numel(y) if len(p) == 1 else p for p in picks if p is not None]
            nums = few(tuple(a if c else b for c, a, b in zip(*wide, strict=True)), y)
    return stated("prelu" if op == "PRelu" else snake(op), y, nums, operands=count)


def _reduce(n: Call) -> Made:
    x, op = n.shape(0), n.node.op
    if op.startswith("Arg"):
        axes: Sequence[int] | None = (n.number("axis"),)
    else:
        axes = n.integers("axes") if not n.has(1) else n.whole(1)
        if axes is None and n.has(1):
            return stated(snake(op), None)
    if not axes and n.number("noop_with_empty_axes"):
        return stated(snake(op), x)
    gone = {one_axis(a, len(x)) for a in axes} if axes else set(range(len(x)))
    keep = n.number("keepdims", 1)
    y = tuple(1 if k in gone else d for k, d in enumerate(x) if keep or k not in gone)
    work = {"ReduceProd": math.prod, "ReduceSum": sum, "ReduceMax": max, "ReduceMin": min}.get(op)
    nums = n.nums(0)
    one = (work(nums),) if work and nums and len(gone) == len(x) else None  # type: ignore[operator]
    return stated(snake(op), y, few(one, y))


def _dropout(n: Call) -> Made:
    return Made("dropout", [n.shape(0)] * 2, {"p": n.real("ratio", 0.5)})


HANDLERS: dict[str, Handler] = {
    **{camel(op): _unary for op in UNARY if camel(op)},
    **{camel(op): _binary for op in BINARY if camel(op)},
    **{camel(op): _reduce for op in REDUCTION},
    "Add": _sum,
    "Sum": _sum,
    "Conv": _conv,
    "ConvInteger": lambda n: _conv(n, bias_at=len(n.inputs)),
    "QLinearConv": lambda n: _conv(n, 3, 8),
    "ConvTranspose": _conv_transpose,
    "Gemm": _gemm,
    "MatMul": _matmul,
    "MatMulInteger": _matmul,
    "QLinearMatMul": lambda n: _matmul(n, 3),
    "Einsum": _einsum,
    "LSTM": _recurrent(4),
    "GRU": _recurrent(3),
    "RNN": _recurrent(1),
    "MaxPool": _pool("maxpool"),
    "AveragePool": _pool("avgpool"),
    "LpPool": _pool("lp_pool"),
    "GlobalAveragePool": _global("adaptive_avgpool"),
    "GlobalMaxPool": _global("global_max_pool"),
    "GlobalLpPool": _global("global_lp_pool"),
    "BatchNormalization": _batchnorm,
    "InstanceNormalization": _groupnorm,
    "GroupNormalization": _groupnorm,
    "LayerNormalization": _layernorm,
    "RMSNormalization": _layernorm,
    "MeanVarianceNormalization": _rows("mean_variance_norm"),
    "LpNormalization": _rows("lp_norm"),
    "LRN": _lrn,
    "Softmax": _softmax,
    "LogSoftmax": _softmax,
    "Hardmax": _softmax,
    "Relu": _plain("relu"),
    "Tanh": _plain("tanh"),
    "Sigmoid": _plain("sigmoid"),
    "LeakyRelu": _plain("leaky_relu", slope=("alpha", 0.01)),
    "Swish": _plain("silu"),
    "Gelu": _gelu,
    "Dropout": _dropout,
}
