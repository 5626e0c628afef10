"""Op kinds that only come from files: what ONNX graphs and Caffe networks have beside the ops that networks are described with.

The importer states each output shape (attribute ``shape``), so there is no shape rule here. A convention needs a word on these
only if it counts files; it may name a whole family, ``@movement``, for all that it does not name one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from crosscheck.contract.network import Layer, Shape
from crosscheck.ops import quirks
from crosscheck.ops.kind import REQUIRED, Attrs, Counts, Op, elements

FAMILIES = {
    "unary": "element by element, from one tensor",
    "binary": "element by element, from several tensors, small ones repeated",
    "product": "products of two tensors that are summed",
    "pooling": "poolings that described networks do not have",
    "normalisation": "normalisations over other axes than the described ones",
    "reduction": "one number of many",
    "movement": "elements moved, picked, repeated or made, nothing computed from their values",
    "sampling": "elements mixed from neighbours: resizing",
    "recurrent": "recurrent networks, all steps in one op",
    "fixed": "what is computed from constants alone, and constants that nobody reads",
    "unknown": "what the engine does not know, with an upper bound, and the bodies of branches and loops",
    "plumbing": "what Caffe sets up as layers beside the network itself: data, copies for several readers, losses, accuracies",
}


def _words(text: str) -> list[str]:
    return text.split()


UNARY = _words(
    "abs acos acosh asin asinh atan atanh bernoulli bitwise_not cast cast_like ceil celu clip cos cosh cum_sum "
    "dequantize_linear dynamic_quantize_linear elu erf exp floor gelu_tanh hard_sigmoid hard_swish identity is_inf is_nan log "
    "mish neg not quantize_linear reciprocal round selu shrink sign sin sinh softplus softsign sqrt tan thresholded_relu"
)
BINARY = _words(
    "add_broadcast and bias bit_shift bitwise_and bitwise_or bitwise_xor div equal greater greater_or_equal less less_or_equal "
    "max mean min mod mul or pow prelu sub where xor"
)
REDUCTION = _words(
    "arg_max arg_min reduce_l1 reduce_l2 reduce_log_sum reduce_log_sum_exp reduce_max reduce_mean reduce_min reduce_prod "
    "reduce_sum reduce_sum_square"
)
MOVEMENT = _words(
    "center_crop_pad compress concat_other constant_of_shape depth_to_space expand eye_like gather gather_elements gather_nd "
    "multinomial non_zero one_hot pad random_normal random_normal_like random_uniform random_uniform_like range reshape "
    "reverse_sequence scatter scatter_elements scatter_nd shape size slice space_to_depth split squeeze tile top_k transpose "
    "trilu unique unsqueeze"
)


def _stated(attrs: Attrs, _: Sequence[Shape]) -> Shape:
    return tuple(attrs["shape"])


def _several(layer: Layer) -> Counts:
    sums = (max(layer.origin.operands - 1, 0), *layer.y)
    return elements(layer) | {"element_sums": sums} | quirks.added(layer)


def _prelu(layer: Layer) -> Counts:
    """Slopes that are stored for it, once more for each sample."""
    held = layer.origin.held
    slopes = held.get("operand", 0) + held.get("repeated_params", 0)
    return _several(layer) | ({"sample_weights": (layer.x[0], slopes)} if slopes and layer.x else {})


def _clip(layer: Layer) -> Counts:
    return elements(layer) | quirks.capped(layer)


def _bias(layer: Layer) -> Counts:
    return elements(layer) | {"bias_add": layer.y} | quirks.added(layer)


def _product(layer: Layer) -> Counts:
    """Every output element sums ``depth`` products."""
    mac = (*layer.y, layer.attrs["depth"])
    counts = elements(layer) | {"mac": mac} | quirks.renamed(layer, mac)
    return counts | {"bias_add": layer.y} if layer.attrs.get("bias") else counts


def _einsum(layer: Layer) -> Counts:
    """One multiply-add for every combination of the sizes that ``extents`` lists."""
    return elements(layer) | {"mac": tuple(layer.attrs["extents"])}


def _pool(layer: Layer) -> Counts:
    windows = (*layer.y, *layer.attrs["kernel"])
    counts = elements(layer) | {"window_elements": windows} | quirks.lead(layer)
    return counts | {"volume_elements": windows} if len(layer.attrs["kernel"]) == 3 else counts


def _norm(layer: Layer) -> Counts:
    """``rows`` slices are normalised apart; ``lead`` is the size of the first of the normalised axes."""
    return elements(layer) | {"rows": (layer.attrs["rows"],)} | quirks.lead_axis(layer)


def _reshape(layer: Layer) -> Counts:
    return elements(layer) | quirks.spelling(layer, "Flatten", "flatten_elements")


def _resize(layer: Layer) -> Counts:
    mode = f"{layer.attrs.get('mode', '')}_elements"
    return elements(layer) | ({mode: layer.y} if mode in ("linear_elements", "cubic_elements") else {})


def _recurrent(layer: Layer) -> Counts:
    """Per step, direction and sample: ``gates`` rows of ``hidden``, each over the input and the state before."""
    a = layer.attrs
    steps, batch, size = layer.x
    rows = (steps, batch, a["directions"], a["gates"] * a["hidden"])
    counts = {"mac": (*rows, size + a["hidden"]), "gate_elements": (2, *rows), "state_elements": (steps, batch, a["hidden"])}
    return elements(layer) | counts


def _fixed(layer: Layer) -> Counts:
    counts = {"out_elements": layer.y} | quirks.made(layer)
    return counts | {"unused_elements": (layer.origin.unused,)} if layer.origin.unused else counts


def _handed_over(layer: Layer) -> Counts:
    return {"out_elements": layer.y}


def _unknown(layer: Layer) -> Counts:
    return elements(layer) if layer.in_shapes else {"out_elements": layer.y}


def _kinds(family: str, names: Iterable[str], counts: Callable[[Layer], Counts] = elements) -> dict[str, Op]:
    """Ops that are called as in ONNX, in snake case."""
    stated = {"shape": REQUIRED}
    return {name: Op(f"ONNX {name.replace('_', ' ')}", stated, _stated, counts, family) for name in names}


def _op(family: str, says: str, counts: Callable[[Layer], Counts], *attrs: str) -> Op:
    return Op(says, dict.fromkeys(("shape", *attrs), REQUIRED), _stated, counts, family)


FILE_OPS: dict[str, Op] = {
    **_kinds("unary", UNARY),
    **_kinds("binary", BINARY, _several),
    "clip": _op("unary", "held within bounds; between 0 and 6 a ReLU6", _clip),
    "prelu": _op("binary", "x where positive, else a stored slope times x", _prelu),
    "bias": _op("binary", "sum with a stored tensor, as an op of its own", _bias),
    "add_broadcast": _op("binary", "element-wise sum that repeats an operand or adds one number", _several),
    "matmul": _op("product", "matrix product that is no fully connected layer", _product, "depth"),
    "einsum": _op("product", "sum of products by an index formula", _einsum, "extents"),
    "attention": _op("product", "products of queries with keys and of their weights with values, by head", _einsum, "extents"),
    "max_pool_other": _op("pooling", "maximum pooling with dilation, wide padding or stored places", _pool, "kernel"),
    "avg_pool_other": _op("pooling", "mean pooling with dilation or wide padding", _pool, "kernel"),
    "lp_pool": _op("pooling", "p-norm over a window", _pool, "kernel"),
    "global_max_pool": _op("pooling", "maximum over all spatial axes", _pool, "kernel"),
    "stochastic_pool": _op("pooling", "an element of each window, drawn at random; weighted mean in tests", _pool, "kernel"),
    "global_lp_pool": _op("pooling", "p-norm over all spatial axes", _pool, "kernel"),
    "layernorm_axes": _op("normalisation", "layer normalisation over several axes", _norm, "rows"),
    "rms_norm": _op("normalisation", "division by the root of the mean square", _norm, "rows"),
    "mean_variance_norm": _op("normalisation", "mean and variance made 0 and 1", _norm, "rows"),
    "lp_norm": _op("normalisation", "division by the p-norm along an axis", _norm, "rows"),
    "softmax_axis": _op("normalisation", "softmax over another axis than the last, or over several", _norm, "rows"),
    "lrn_within": _op("normalisation", "local response normalisation over windows within each channel", elements, "size"),
    "learned_scale": _op(
        "normalisation", "each element times a factor of its channel, learned or read, plus a shift if it has one", elements
    ),
    "log_softmax": _op("normalisation", "logarithm of the softmax", _norm, "rows"),
    "hardmax": _op("normalisation", "1 at the largest element, else 0", _norm, "rows"),
    **_kinds("reduction", REDUCTION),
    **_kinds("movement", MOVEMENT),
    "reshape": _op("movement", "other sizes, the same elements in the same order", _reshape),
    "im2col": _op("movement", "windows laid out as columns", elements),
    "resize": _op("sampling", "resized by interpolation", _resize),
    "grid_sample": _op("sampling", "sampled at given places", elements),
    "lstm": _op("recurrent", "long short-term memory", _recurrent, "directions", "gates", "hidden"),
    "gru": _op("recurrent", "gated recurrent unit", _recurrent, "directions", "gates", "hidden"),
    "rnn": _op("recurrent", "plain recurrent network", _recurrent, "directions", "gates", "hidden"),
    "constant": _op("fixed", "computed from constants alone, or constants that no node reads", _fixed),
    "input": _op("plumbing", "what comes in, handed over by a layer that has no data of its own", _handed_over),
    "data": _op("plumbing", "what comes in, handed over by a layer that reads or holds it", _handed_over),
    "fan_out": _op("plumbing", "one blob handed to several readers", elements),
    "loss": _op("plumbing", "how wrong predictions are, one number", elements),
    "accuracy": _op("plumbing", "how many predictions are right, one number", elements),
    "prior_box": _op("plumbing", "boxes around every position of a feature map, made of sizes alone", elements),
    "detections": _op("plumbing", "boxes that are left where they overlap", elements),
    "silence": _op("plumbing", "blobs that nobody wants to read, thrown away or written to a file", elements),
    "unknown": _op("unknown", "an op that the engine does not know, or a branch or loop with its bodies", _unknown),
}


def members(family: str) -> tuple[str, ...]:
    """The ops of one family. Raises KeyError for a family that is not there."""
    if family not in FAMILIES:
        raise KeyError(family)
    return tuple(name for name, op in FILE_OPS.items() if op.family == family)
