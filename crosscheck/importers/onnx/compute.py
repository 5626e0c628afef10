"""Nodes of an ONNX graph that compute: poolings, normalisations, element-wise ops, reductions.

Source of attributes, defaults and shapes: onnx/docs/Operators.md and Changelog.md of ONNX 1.17 and 1.23, opsets 7 to 28.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from operator import neg, pos
from typing import Any

from crosscheck.contract.network import Shape, numel
from crosscheck.contract.origin import Origin
from crosscheck.importers.imported import MisfitError, one_axis
from crosscheck.importers.onnx.node import Call, Handler, Made, Nums, broadcast, few, stated
from crosscheck.ops import geometry
from crosscheck.ops.files import BINARY, REDUCTION, UNARY

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
            y = (*x[:2], *(geometry.pool_out(size, k, s, p, d, ceil) for size, k, s, p, d in axes))
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
    work: dict[str, Callable[[Any], Any]] = {"Neg": neg, "Floor": math.floor, "Ceil": math.ceil, "Abs": abs}
    work |= {"Not": lambda v: int(not v), "Identity": pos}
    if op == "Cast" and nums is not None and all(map(math.isfinite, nums)):
        whole = n.number("to") not in (1, 10, 11, 16)
        work["Cast"] = int if whole else float
    kept = tuple(map(work[op], nums)) if nums is not None and op in work and all(map(math.isfinite, nums)) else None
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
        origin=Origin(operands=len(shapes), first=numel(y if n.node.op == "Sum" else shapes[0])),
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
    return stated("prelu" if op == "PRelu" else snake(op), y, nums, origin=Origin(operands=count))


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
