"""The rewrites: Model -> Model, each what an exporter does to one kind of layer. A recipe names them and their options."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from crosscheck.contract.network import Layer, Model, numel
from crosscheck.contract.origin import Number, Origin
from crosscheck.contract.traits import Trait, having
from crosscheck.errors import UsageError
from crosscheck.exports import lrn
from crosscheck.exports.copies import become_identity, drop, identity_after, identity_at_end, identity_before
from crosscheck.exports.layout import channels_last_around, channels_last_ends
from crosscheck.exports.nodes import first, moved, node, readers, with_attrs, with_stored
from crosscheck.exports.numbers import hold_in_nodes, leave_unused, share_numbers
from crosscheck.ops import described as ops
from crosscheck.ops import geometry
from crosscheck.ops.primitives import STORED

Rewrite = Callable[..., Model]
TYPES = {
    "conv": "Conv",
    "linear": "Gemm",
    "batchnorm": "BatchNormalization",
    "lrn": "LRN",
    "relu": "Relu",
    "tanh": "Tanh",
    "sigmoid": "Sigmoid",
    "maxpool": "MaxPool",
    "avgpool": "AveragePool",
    "adaptive_avgpool": "GlobalAveragePool",
    "flatten": "Flatten",
    "dropout": "Dropout",
    "add": "Add",
    "concat": "Concat",
}


def as_nodes(model: Model, copies: bool = False) -> Model:
    """Every call is a node, be it of a module or not; what a module called twice stores is stored once, or with ``copies`` twice.

    Raises UsageError for an op that no recipe knows.
    """
    layers: list[Layer] = []
    called = {x.call_of for x in model.layers if x.call_of}
    for x in model.layers:
        if x.op not in TYPES:
            raise UsageError(f"layer {x.id!r}: no recipe knows op {x.op!r}. Hint: they know {', '.join(TYPES)}")
        source = model.by_id[x.call_of] if copies and x.call_of else x
        kept = {k: n for k, n in ops.counts(source).items() if k in STORED and k != "repeated_params"}
        origin = Origin("onnx", TYPES[x.op], stored=kept, shared=bool(x.call_of) or x.id in called)
        attrs = {**x.attrs, "inplace": False} if x.op == "add" else x.attrs
        layers.append(replace(x, attrs=attrs, call_of=None, functional=False, origin=origin))
    return replace(model, layers=tuple(layers), containers={"": "Graph"})


def fold_batchnorm(model: Model, biased: bool = True) -> Model:
    """A normalisation behind a convolution that nothing else reads becomes part of its weight and bias.

    ``biased`` is False where just convolutions without a bias take one in.
    """
    read_by, gone = readers(model), {}
    for conv in (x for x in model.layers if x.op == "conv" and not x.origin.shared and x.id not in model.outputs):
        behind = read_by.get(conv.id, [])
        if conv.attrs["bias"] and not biased:
            continue
        if len(behind) == 1 and behind[0].op == "batchnorm" and not behind[0].origin.shared:
            gone[behind[0].id] = conv.id

    def change(x: Layer) -> list[Layer] | None:
        if x.id in gone:
            return []
        if x.id in gone.values():
            return [with_attrs(with_stored(x, folded=True, stored={**x.origin.held, "bias": x.y[1]}), bias=True)]
        return None

    return moved(model, change)


def decompose_batchnorm(model: Model) -> Model:
    """A normalisation becomes a product with stored factors and a sum with stored shifts, the statistics worked into both."""

    def change(x: Layer) -> list[Layer] | None:
        if x.op != "batchnorm":
            return None
        once = 0 if "norm_scale" not in x.origin.held else x.y[1]
        scaled = node(f"{x.id}/Mul", "mul", "Mul", [first(x)], x.y, stored={"operand": once})
        added = node(x.id, "bias", "Add", [(scaled.id, x.y)], x.y, stored={"bias": once}, origin=Origin(first=numel(x.y)))
        return [scaled, added]

    return moved(model, change)


def bare_matmul(model: Model, transposed: bool = False) -> Model:
    """A linear layer without a bias becomes a matrix product, its weight ``transposed`` by a node of its own where it is so."""

    def change(x: Layer) -> list[Layer] | None:
        if x.op != "linear" or x.attrs["bias"]:
            return None
        turned = node(f"{x.id}/Transpose", "constant", "Transpose", [], (x.attrs["in_features"], x.attrs["out_features"]))
        return [*([turned] if transposed else []), with_stored(x, native="MatMul")]

    return moved(model, change)


def split_bias(model: Model, ops: Sequence[str], onnx: str = "", shaped: bool = False, apart: bool = False) -> Model:
    """A bias is added by a node of its own.

    ``onnx`` is what the layer is called without it. ``shaped`` where the bias is first reshaped, by a shape that is cast.
    ``apart`` where only convolutions do so that a normalisation was folded into, or that stand behind padding of their own.
    """

    def change(x: Layer) -> list[Layer] | None:
        if x.op not in ops or not x.attrs["bias"]:
            return None
        if apart and not x.origin.folded and not _explicit(x):
            return None
        stored = dict(x.origin.held)
        bias = {"bias": stored.pop("bias")} if "bias" in stored else {}
        native = onnx or x.origin.native
        bare = with_stored(with_attrs(replace(x, id=f"{x.id}/{native}"), bias=False), native=native, stored=stored)
        pieces, numbers = [bare], []
        if shaped:
            wide = (1, x.y[1], *[1] * (len(x.y) - 2))
            pieces.append(node(f"{x.id}/shape", "constant", "Identity", [], (len(wide),)))
            pieces.append(node(f"{x.id}/reshaped", "constant", "Reshape", [], wide))
            numbers = [Number(len(wide))]
        origin = Origin(first=numel(x.y), after_product=x.op == "linear")
        pieces.append(node(x.id, "bias", "Add", [(bare.id, bare.y)], x.y, numbers=numbers, stored=bias, origin=origin))
        return pieces

    return moved(model, change)


def _explicit(x: Layer) -> bool:
    """True for padding that is neither none nor TensorFlow's SAME."""
    a = x.attrs
    pads = tuple(a["padding"])
    if not any(map(any, pads)):
        return False
    same = geometry.resolve_padding("same", x.x[2:], a["kernel"], a["stride"], a.get("dilation", (1,) * len(pads)))
    return pads != tuple(same)


def zero_bias(model: Model) -> Model:
    """A convolution without a bias gets one of zeros, which the graph computes from the type of the input."""

    def change(x: Layer) -> list[Layer] | None:
        if x.op != "conv" or x.attrs["bias"]:
            return None
        zero, channels = f"{x.id}/zero", (x.y[1],)
        return [
            node(f"{x.id}/channels", "constant", "Shape", [], (1,)),
            node(f"{x.id}/bias_shape", "constant", "Expand", [], (1,)),
            node(zero, "cast_like", "CastLike", [first(x)], (), numbers=[Number(1, "0.0")]),
            node(f"{x.id}/bias", "expand", "Expand", [(zero, ())], channels, numbers=[Number(1)]),
            with_attrs(replace(x, inputs=(*x.inputs, f"{x.id}/bias"), in_shapes=(*x.in_shapes, channels)), bias=True),
        ]

    return moved(model, change)


def flatten_as_reshape(model: Model, shape: str) -> Model:
    """A flattening becomes a Reshape, by a ``stored`` shape, one that is stored and ``cast``, ``joined`` or ``computed``."""

    def change(x: Layer) -> list[Layer] | None:
        if x.op != "flatten":
            return None
        whole = [Number(2, f"{x.y}" if shape == "stored" else "")]
        if shape == "stored":
            return [node(x.id, "flatten", "Reshape", [first(x)], x.y, numbers=whole)]
        if shape in ("cast", "joined"):
            onnx = {"cast": "Cast", "joined": "Concat"}[shape]
            made = node(f"{x.id}/shape", "constant", onnx, [], (2,))
            return [made, node(x.id, "flatten", "Reshape", [first(x)], x.y, numbers=whole)]
        sizes, batch, wanted = (f"{x.id}/{part}" for part in ("sizes", "batch", "shape"))
        return [
            node(sizes, "shape", "Shape", [first(x)], (len(x.x),)),
            node(batch, "slice", "Slice", [(sizes, (len(x.x),))], (1,)),
            node(wanted, "concat_other", "Concat", [(batch, (1,))], (2,), numbers=[Number(1)]),
            node(x.id, "flatten", "Reshape", [first(x), (wanted, (2,))], x.y),
        ]

    return moved(model, change)


def adaptive_pooling(model: Model, one: str, axes: str = "") -> Model:
    """Adaptive pooling to one element becomes ``one``; windows that tile the input become a plain mean pooling.

    ``axes`` of a ReduceMean are ``stored``, ``shaped`` by a reshape before, or an attribute. Raises UsageError for other windows.
    """

    def change(x: Layer) -> list[Layer] | None:
        if x.op != "adaptive_avgpool":
            return None
        sizes = tuple(zip(x.x[2:], x.y[2:], strict=True))
        if all(o == 1 for _, o in sizes):
            if one == "GlobalAveragePool":
                return [node(x.id, x.op, one, [first(x)], x.y, output_size=1)]
            rank = len(sizes)
            numbers = {"stored": [Number(rank, f"{tuple(range(2, 2 + rank))}")], "shaped": [Number(rank), Number(1)]}.get(
                axes, []
            )
            shaped = [node(f"{x.id}/axes", "constant", "Reshape", [], (rank,))] if axes == "shaped" else []
            return [*shaped, node(x.id, "reduce_mean", one, [first(x)], x.y, numbers=numbers)]
        if any(n % o for n, o in sizes):
            raise UsageError(f"layer {x.id!r}: windows of {x.x[2:]} to {x.y[2:]} differ in size, which no recipe knows")
        kernel = tuple(n // o for n, o in sizes)
        return [node(x.id, "avgpool", "AveragePool", [first(x)], x.y, kernel=kernel)]

    return moved(model, change)


def decompose_lrn(model: Model, by: str) -> Model:
    """Local response normalisation as a chain of nodes, as ``by`` spells it."""
    known = True

    def change(x: Layer) -> list[Layer] | None:
        nonlocal known
        if x.op != "lrn":
            return None
        if by.startswith("script"):
            pieces = lrn.script(x, by == "script-plain", known)
            known = False
            return pieces
        return lrn.paddle(x) if by == "paddle" else lrn.torch(x, by == "torch-plain")

    return moved(model, change)


def pad_pools(model: Model) -> Model:
    """Padding of a maximum pooling that is not TensorFlow's SAME is written out, zeros behind an activation that has none below.

    Raises UsageError where the padding cannot be zeros, and for a padded mean.
    """
    positive = {x.id for x in model.layers if x.op in having(Trait.NONNEGATIVE)}

    def change(x: Layer) -> list[Layer] | None:
        if x.op not in ("maxpool", "avgpool") or not _explicit(x):
            return None
        if x.op == "avgpool" or x.inputs[0] not in positive:
            raise UsageError(f"layer {x.id!r}: no recipe knows how TensorFlow pads it")
        pads = ((0, 0), *x.attrs["padding"])
        wide = (*x.x[:2], *(n + a + b for n, (a, b) in zip(x.x[2:], x.attrs["padding"], strict=True)))
        numbers = [Number(2 * len(x.x), f"{pads}")]
        padded = node(f"{x.id}/Pad", "zero_pad", "Pad", [first(x)], wide, pads=pads, numbers=numbers)
        none = tuple((0, 0) for _ in x.attrs["padding"])
        return [padded, with_attrs(replace(x, inputs=(padded.id,), in_shapes=(wide,)), padding=none)]

    return moved(model, change)


REWRITES: dict[str, Rewrite] = {
    f.__name__: f
    for f in (
        as_nodes,
        drop,
        become_identity,
        identity_after,
        identity_before,
        identity_at_end,
        fold_batchnorm,
        decompose_batchnorm,
        bare_matmul,
        split_bias,
        zero_bias,
        flatten_as_reshape,
        adaptive_pooling,
        decompose_lrn,
        pad_pools,
        leave_unused,
        share_numbers,
        hold_in_nodes,
        channels_last_around,
        channels_last_ends,
    )
}
