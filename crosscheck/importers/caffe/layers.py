"""Layers of Caffe that compute: what each is, the shapes of its tops and of the blobs of its parameters.

Source: the LayerSetUp and Reshape methods in src/caffe/layers/ of Caffe 1.0, and the defaults in src/caffe/proto/caffe.proto.
"""

from __future__ import annotations

from math import prod

from crosscheck.contract.network import Shape, show_shape
from crosscheck.contract.origin import Origin
from crosscheck.importers.caffe.call import Blob, Call, Handler, Made, OddError, stated
from crosscheck.importers.caffe.fields import Fields
from crosscheck.importers.caffe.windows import convolution, im2col, pooling
from crosscheck.importers.imported import MOST_KERNEL, MisfitError


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
    "Convolution": convolution,
    "Deconvolution": convolution,
    "Pooling": pooling,
    "Im2col": im2col,
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
