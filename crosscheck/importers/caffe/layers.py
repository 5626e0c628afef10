"""Layers of Caffe that compute: what each is, the shapes of its tops and of the blobs of its parameters.

Source: the LayerSetUp and Reshape methods in src/caffe/layers/ of Caffe 1.0, and the defaults in src/caffe/proto/caffe.proto.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

from crosscheck.contract.network import Shape, show_shape
from crosscheck.contract.origin import DESCRIBED, Origin
from crosscheck.importers.caffe.fields import Fields
from crosscheck.importers.caffe.net import Node
from crosscheck.importers.onnx.node import MOST_KERNEL, MisfitError, UnshapedError, one_axis
from crosscheck.ops import described as ops

Blob = tuple[str, Shape]  # the primitive that its elements are, and its shape


class OddError(ValueError):
    """A layer that is known, put to a use that is not; says which."""


@dataclass(slots=True)
class Made:
    """What a layer is: op, attributes, shapes of its tops (None where unknown), blobs of parameters in Caffe's order.

    ``x`` stands in for the shape of the first bottom where its last axes are seen as one.
    """

    op: str
    shapes: Sequence[Shape | None]
    attrs: dict[str, Any] = field(default_factory=dict)
    blobs: tuple[Blob, ...] = ()
    x: Shape | None = None
    origin: Origin = DESCRIBED


@dataclass(slots=True)
class Call:
    """A layer under way: the shapes of its bottoms, None where unknown."""

    node: Node
    bottoms: list[Shape | None]

    def x(self, k: int = 0) -> Shape:
        """The shape of a bottom. Raises MisfitError where there is none, UnshapedError where nobody knows it."""
        if k >= len(self.bottoms):
            raise MisfitError(f"it reads {len(self.bottoms)} blobs, {k + 1} are needed")
        shape = self.bottoms[k]
        if shape is None:
            raise UnshapedError(f"the shape of {self.node.bottoms[k]!r} is not known")
        return shape

    def param(self, name: str) -> Fields:
        """The message of this layer's own settings."""
        return self.node.fields.sub(name)

    def axis(self, fields: Fields, rank: int, default: int = 1, name: str = "axis") -> int:
        """An axis from a field, counted from the front."""
        return one_axis(fields.get(name, default), rank)

    def only(self, bottoms: int = 1, tops: int = 1) -> None:
        """Refuse other numbers of bottoms and tops than Caffe's own check does. Raises MisfitError."""
        found = (len(self.bottoms), len(self.node.tops))
        if found != (bottoms, tops):
            raise MisfitError(f"it reads {found[0]} blobs and makes {found[1]}, where {bottoms} and {tops} belong")

    def network(self, op: str, attrs: Mapping[str, Any], *shapes: Shape, blobs: tuple[Blob, ...] = ()) -> Made:
        """An op that networks are described with."""
        full, y = ops.complete(op, attrs, shapes)
        return Made(op, [y], full, blobs)


Handler = Callable[[Call], Made]


def stated(op: str, *shapes: Shape, blobs: tuple[Blob, ...] = (), origin: Origin = DESCRIBED, **attrs: Any) -> Made:
    """An op that only comes from files."""
    return Made(op, shapes, {"shape": shapes[0], **attrs}, blobs, origin=origin)


# --- windows --------------------------------------------------------------------------------------------------------------


def _pair(p: Fields, stem: str, plain: str, rank: int, default: int | None) -> Shape:
    """Kernel, padding or stride: one number for all axes, one for each, or ``_h`` and ``_w`` of an image."""
    high, wide = f"{stem}_h", f"{stem}_w"
    found = tuple(p.all(plain))
    if p.has(high) or p.has(wide):
        if found or rank != 2 or (stem != "pad" and not (p.has(high) and p.has(wide))):
            raise MisfitError(f"{high} and {wide} belong to two spatial axes, both, and without {plain}")
        found = (p.get(high, default), p.get(wide, default))
    if not found and default is not None:
        found = (default,)
    if len(found) not in (1, rank):
        raise MisfitError(f"{len(found)} values of {plain} do not fit {rank} spatial axes")
    found = found * rank if len(found) == 1 else found
    least = 0 if stem == "pad" else 1
    if not all(least <= v <= MOST_KERNEL for v in found):
        raise MisfitError(f"{plain} {show_shape(found)} must be from {least} to {MOST_KERNEL}")
    return found


def _convolution(n: Call) -> Made:
    n.only(len(n.bottoms), len(n.bottoms))
    x, p = n.x(), n.param("convolution_param")
    axis = n.axis(p, len(x))
    rank = len(x) - 2
    if len(n.bottoms) != 1 or axis != 1 or rank < 1:
        raise OddError(f"{len(n.bottoms)} bottoms, channels on axis {axis} of {len(x)}")
    kernel, stride = _pair(p, "kernel", "kernel_size", rank, None), _pair(p, "stride", "stride", rank, 1)
    pad, dilation = _pair(p, "pad", "pad", rank, 0), _pair(p, "dilation", "dilation", rank, 1)
    if not p.get("num_output", 0):
        raise MisfitError("num_output must be above 0")
    out, groups, bias = p.get("num_output"), p.get("group", 1), p.get("bias_term", True)
    attrs = {"out_channels": out, "kernel": kernel, "stride": stride, "padding": pad, "dilation": dilation, "groups": groups}
    turned = n.node.type == "Deconvolution"
    made = n.network("conv_transpose" if turned else "conv", attrs | {"bias": bias}, x)
    weight = (x[1], out // groups, *kernel) if turned else (out, x[1] // groups, *kernel)
    made.blobs = (("weight", weight), *((("bias", (out,)),) if bias else ()))
    return made


def pooled(size: int, kernel: int, stride: int, pad: int, *, clip: bool, floor: bool = False) -> int:
    """Window positions along an axis: rounded up, then, with padding, without a last window that starts behind the input.

    ``clip`` tells whether there is padding along any axis. Source: Reshape in pooling_layer.cpp of Caffe 1.0.
    """
    span = size + 2 * pad - kernel
    out = (span // stride if floor else -(-span // stride)) + 1
    return out - 1 if clip and (out - 1) * stride >= size + pad else out


def _pooling(n: Call) -> Made:
    x, p = n.x(), n.param("pooling_param")
    method = p.word("pool", ("MAX", "AVE", "STOCHASTIC"))
    if len(n.bottoms) != 1 or not 1 <= len(n.node.tops) <= (2 if method == "MAX" else 1):
        raise MisfitError(f"it reads {len(n.bottoms)} blobs and makes {len(n.node.tops)}")
    if len(x) != 4:
        raise MisfitError(f"its input {show_shape(x)} has {len(x)} axes, a pooling wants 4")
    masks = len(n.node.tops) - 1
    if p.get("global_pooling", False):
        return _global(x, method, p, masks)
    kernel, stride = _pair(p, "kernel", "kernel_size", 2, None), _pair(p, "stride", "stride", 2, 1)
    pad = _pair(p, "pad", "pad", 2, 0)
    if any(a >= k for a, k in zip(pad, kernel, strict=True)) and any(pad):
        raise MisfitError(f"padding {show_shape(pad)} must be below the window {show_shape(kernel)}")
    floor = p.word("round_mode", ("CEIL", "FLOOR")) == "FLOOR"
    axes = zip(x[2:], kernel, stride, pad, strict=True)
    y = (*x[:2], *(pooled(s, k, t, a, clip=any(pad), floor=floor) for s, k, t, a in axes))
    if min(y) < 1:
        raise MisfitError(f"no window of {show_shape(kernel)} fits {show_shape(x[2:])}")
    return _as_described(n, method, x, y, masks, {"kernel": kernel, "stride": stride, "padding": pad, "ceil_mode": not floor})


def _as_described(n: Call, method: str, x: Shape, y: Shape, masks: int, attrs: dict[str, Any]) -> Made:
    """A pooling as described networks have it, where its rule gives the same windows; else as one that files alone have."""
    op = {"MAX": "maxpool", "AVE": "avgpool"}.get(method)
    if op:
        try:
            made = n.network(op, attrs, x)
        except ValueError:
            pass
        else:
            if made.shapes[0] == y:
                made.shapes = [y] * (1 + masks)
                return made
    other = {"MAX": "max_pool_other", "AVE": "avg_pool_other", "STOCHASTIC": "stochastic_pool"}[method]
    return stated(other, *[y] * (1 + masks), kernel=attrs["kernel"], stride=attrs["stride"], padding=attrs["padding"])


def _global(x: Shape, method: str, p: Fields, masks: int) -> Made:
    if any(p.has(f) for f in ("kernel_size", "kernel_h", "kernel_w")):
        raise MisfitError("a global pooling has no kernel")
    if any(p.get(f, 0) for f in ("pad", "pad_h", "pad_w")) or any(p.get(f, 1) != 1 for f in ("stride", "stride_h", "stride_w")):
        raise MisfitError("a global pooling has no padding and no stride")
    y = (*x[:2], 1, 1)
    if method == "AVE":
        full, _ = ops.complete("adaptive_avgpool", {"output_size": 1}, [x])
        return Made("adaptive_avgpool", [y], full)
    return stated("global_max_pool" if method == "MAX" else "stochastic_pool", *[y] * (1 + masks), kernel=x[2:])


def _im2col(n: Call) -> Made:
    n.only()
    x, p = n.x(), n.param("convolution_param")
    if len(x) != 4 or n.axis(p, 4) != 1:
        raise OddError(f"axis {p.get('axis', 1)} of {len(x)}")
    parts = {stem: _pair(p, stem, plain, 2, default) for stem, plain, default in _WINDOW}
    conv = {"out_channels": 1, "kernel": parts["kernel"], "stride": parts["stride"], "padding": parts["pad"]}
    _, y = ops.complete("conv", conv | {"dilation": parts["dilation"]}, [x])
    return stated("im2col", (x[0], x[1] * prod(parts["kernel"]), *y[2:]))


_WINDOW = (("kernel", "kernel_size", None), ("stride", "stride", 1), ("pad", "pad", 0), ("dilation", "dilation", 1))


# --- products -------------------------------------------------------------------------------------------------------------


def _inner_product(n: Call) -> Made:
    n.only()
    x, p = n.x(), n.param("inner_product_param")
    axis, out, bias = n.axis(p, len(x)), p.get("num_output", 0), p.get("bias_term", True)
    size = prod(x[axis:])
    if not out or not x or not size:
        raise MisfitError("num_output must be above 0" if not out else f"its input {show_shape(x)} has nothing to sum")
    weight = (size, out) if p.get("transpose", False) else (out, size)
    blobs: tuple[Blob, ...] = (("weight", weight), *((("bias", (out,)),) if bias else ()))
    y = (*x[:axis], out)
    return Made("linear", [y], {"out_features": out, "in_features": size, "bias": bias}, blobs)


def _embed(n: Call) -> Made:
    n.only()
    x, p = n.x(), n.param("embed_param")
    out, rows = p.get("num_output", 0), p.get("input_dim", 0)
    if not out or not rows:
        raise MisfitError("num_output and input_dim must be above 0")
    blobs: tuple[Blob, ...] = (("operand", (rows, out)), *((("bias", (out,)),) if p.get("bias_term", True) else ()))
    return stated("gather", (*x, out), blobs=blobs)


def _recurrent(n: Call) -> Made:
    """LSTM: gates of the input, the state and the bias. RNN: a state and an output that is computed from it, both with bias."""
    x, p = n.x(), n.param("recurrent_param")
    lstm, exposed = n.node.type == "LSTM", bool(p.get("expose_hidden", False))
    extra = (2 if lstm else 1) if exposed else 0
    hidden = p.get("num_output", 0)
    if len(x) < 2 or not hidden or n.x(1) != x[:2]:
        raise MisfitError(
            f"its input {show_shape(x)} and marks {show_shape(n.x(1))} are not (steps, batch, …) and (steps, batch)"
        )
    if len(n.bottoms) != 2 + extra or len(n.node.tops) != 1 + extra:
        raise OddError(f"{len(n.bottoms)} bottoms and {len(n.node.tops)} tops")
    steps, batch, size = x[0], x[1], prod(x[2:])
    tops = [(steps, batch, hidden), *[(1, batch, hidden)] * extra]
    if lstm:
        made = stated("lstm", *tops, directions=1, gates=4, hidden=hidden)
        made.blobs, made.x = (("weight", (4 * hidden, size + hidden)), ("bias", (4 * hidden,))), (steps, batch, size)
        return made
    made = stated("unknown", *tops, origin=Origin(bound=(steps, batch, hidden, size + 2 * hidden)))
    made.blobs = (("operand", (hidden, size + 2 * hidden)), ("operand", (2, hidden)))
    return made


# --- normalisations -------------------------------------------------------------------------------------------------------


def _batch_norm(n: Call) -> Made:
    n.only()
    x, p = n.x(), n.param("batch_norm_param")
    if not x:
        raise MisfitError("its input is one number")
    channels = x[1] if len(x) > 1 else 1
    attrs = {"eps": p.get("eps", 1e-5), "affine": False, "channels": channels}
    stats: Blob = ("running_stats", (channels,))
    return Made("batchnorm", [x], attrs, (stats, stats, ("stats_factor", (1,))))


def _scale(n: Call) -> Made:
    """A factor, and on demand a shift, for each element of some axes; learned where there is one bottom."""
    x, p = n.x(), n.param("scale_param")
    bias = p.get("bias_term", False)
    covered = _covered(n, x, p)
    blobs = tuple(b for b, has in ((("norm_scale", covered), len(n.bottoms) == 1), (("norm_shift", covered), bias)) if has)
    return stated("learned_scale", x, blobs=blobs)


def _bias(n: Call) -> Made:
    x = n.x()
    covered = _covered(n, x, n.param("bias_param"))
    if len(n.bottoms) == 2:
        return stated("add_broadcast", x)
    return stated("bias", x, blobs=(("bias", covered),))


def _covered(n: Call, x: Shape, p: Fields) -> Shape:
    """The axes of a bottom that a factor or shift is for: those of a second bottom, or ``num_axes`` from ``axis`` on."""
    if not 1 <= len(n.bottoms) <= 2 or len(n.node.tops) != 1:
        raise MisfitError(f"it reads {len(n.bottoms)} blobs and makes {len(n.node.tops)}")
    many = len(n.x(1)) if len(n.bottoms) == 2 else p.get("num_axes", 1)
    axis = n.axis(p, len(x)) if many else 0
    covered = x[axis:] if many == -1 else x[axis : axis + many]
    if many < -1 or (many > 0 and len(covered) < many):
        raise MisfitError(f"{many} axes from axis {axis} on are not in its input {show_shape(x)}")
    if len(n.bottoms) == 2 and covered != n.x(1):
        raise MisfitError(f"its second input {show_shape(n.x(1))} does not fit the first, {show_shape(x)}, from axis {axis} on")
    return covered


def _lrn(n: Call) -> Made:
    n.only()
    x, p = n.x(), n.param("lrn_param")
    size = p.get("local_size", 5)
    if not size % 2 or size > MOST_KERNEL:
        raise MisfitError(f"local_size {size:,} must be odd and at most {MOST_KERNEL}")
    if len(x) != 4:
        raise MisfitError(f"its input {show_shape(x)} has {len(x)} axes, it wants 4")
    if p.word("norm_region", ("ACROSS_CHANNELS", "WITHIN_CHANNEL")) == "WITHIN_CHANNEL":
        return stated("lrn_within", x, size=size)
    attrs = {"size": size, "alpha": p.get("alpha", 1.0), "beta": p.get("beta", 0.75), "k": p.get("k", 1.0)}
    return n.network("lrn", attrs, x)


def _mvn(n: Call) -> Made:
    n.only()
    x = n.x()
    if len(x) < 2:
        raise MisfitError(f"its input {show_shape(x)} has {len(x)} axes, it wants 4")
    return stated("mean_variance_norm", x, rows=x[0] if n.param("mvn_param").get("across_channels", False) else x[0] * x[1])


def _softmax(n: Call) -> Made:
    n.only()
    x = n.x()
    axis = n.axis(n.param("softmax_param"), len(x))
    if axis == len(x) - 1:
        return n.network("softmax", {}, x)
    return stated("softmax_axis", x, rows=prod(x) // x[axis])


# --- element by element ---------------------------------------------------------------------------------------------------


def _relu(n: Call) -> Made:
    n.only()
    slope = n.param("relu_param").get("negative_slope", 0.0)
    return n.network("leaky_relu", {"slope": slope}, n.x()) if slope else n.network("relu", {}, n.x())


def _prelu(n: Call) -> Made:
    n.only()
    x = n.x()
    if len(x) < 2:
        raise MisfitError(f"its input {show_shape(x)} has no channels")
    shared = n.param("prelu_param").get("channel_shared", False)
    return stated("prelu", x, blobs=(("operand", () if shared else (x[1],)),))


def _described(op: str) -> Handler:
    def handle(n: Call) -> Made:
        n.only()
        return n.network(op, {}, n.x())

    return handle


def _unary(op: str) -> Handler:
    def handle(n: Call) -> Made:
        n.only()
        return stated(op, n.x())

    return handle


def _eltwise(n: Call) -> Made:
    n.only(max(len(n.bottoms), 2), 1)
    xs, p = [n.x(k) for k in range(len(n.bottoms))], n.param("eltwise_param")
    kind = p.word("operation", ("PROD", "SUM", "MAX")) if p.has("operation") else "SUM"
    if any(x != xs[0] for x in xs):
        raise MisfitError(f"its inputs {' and '.join(map(show_shape, xs))} differ")
    if len(p.all("coeff")) not in (0, len(xs)):
        raise MisfitError(f"{len(p.all('coeff'))} coefficients do not fit {len(xs)} inputs")
    if kind == "SUM":
        return n.network("add", {}, *xs)
    return stated("mul" if kind == "PROD" else "max", xs[0], origin=Origin(operands=len(xs)))


HANDLERS: dict[str, Handler] = {
    "Convolution": _convolution,
    "Deconvolution": _convolution,
    "Pooling": _pooling,
    "Im2col": _im2col,
    "InnerProduct": _inner_product,
    "Embed": _embed,
    "LSTM": _recurrent,
    "RNN": _recurrent,
    "BatchNorm": _batch_norm,
    "Scale": _scale,
    "Bias": _bias,
    "LRN": _lrn,
    "MVN": _mvn,
    "Softmax": _softmax,
    "ReLU": _relu,
    "PReLU": _prelu,
    "Sigmoid": _described("sigmoid"),
    "TanH": _described("tanh"),
    "Swish": _described("silu"),
    "Dropout": _described("dropout"),
    "AbsVal": _unary("abs"),
    "BNLL": _unary("softplus"),
    "Clip": _unary("clip"),
    "ELU": _unary("elu"),
    "Exp": _unary("exp"),
    "Log": _unary("log"),
    "Power": _unary("pow"),
    "Threshold": _unary("greater"),
    "Eltwise": _eltwise,
}
