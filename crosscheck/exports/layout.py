"""Channels last outside, channels first inside: the transposes that TensorFlow's exporter puts between the two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from crosscheck.contract.network import Input, Layer, Model, Shape, numel
from crosscheck.contract.origin import Number
from crosscheck.exports.nodes import Value, moved, node, shape_of


def last(shape: Shape) -> Shape:
    """``(N, C, *spatial)`` as ``(N, *spatial, C)``; two axes stay as they are."""
    return (shape[0], *shape[2:], shape[1]) if len(shape) > 2 else shape


def _turn(id: str, value: Value, y: Shape, cheap: bool) -> Layer:
    """A transpose, or where ``cheap`` and just axes of one size move, the reshape that comes to the same."""
    first = value[1] if y == last(value[1]) else y  # whichever has its channels first
    channels, spatial = first[1], first[2:]
    if cheap and (channels == 1 or numel(spatial) == 1):
        return node(id, "reshape", "Reshape", [value], y, numbers=[Number(len(y), f"{y}")])
    return node(id, "transpose", "Transpose", [value], y)


def _inputs(model: Model) -> tuple[Input, ...]:
    return tuple(Input(i.name, last(i.shape)) for i in model.inputs)


def channels_last_around(model: Model, ops: Sequence[str]) -> Model:
    """All values have their channels last; layers of ``ops`` stand between two transposes."""

    def change(x: Layer) -> list[Layer]:
        if x.op in ops and len(x.x) > 2:
            before = node(f"{x.id}/before", "transpose", "Transpose", [(x.inputs[0], last(x.x))], x.x)
            inner = replace(x, id=f"{x.id}/{x.origin.native}", inputs=(before.id, *x.inputs[1:]))
            return [before, inner, node(x.id, "transpose", "Transpose", [(inner.id, x.y)], last(x.y))]
        attrs = dict(x.attrs)
        if "shape" in attrs:
            attrs["shape"] = last(attrs["shape"])
        if "pads" in attrs:
            attrs["pads"] = (*attrs["pads"][1:], attrs["pads"][0])
        if "axis" in attrs and len(x.x) > 2:
            attrs["axis"] = len(x.x) - 1 if attrs["axis"] == 1 else attrs["axis"] - 1
        shapes = tuple(map(last, x.in_shapes)), tuple(map(last, x.out_shapes))
        return [replace(x, attrs=attrs, in_shapes=shapes[0], out_shapes=shapes[1])]

    return moved(model, change, inputs=_inputs(model))


def channels_last_ends(model: Model) -> Model:
    """Inputs and outputs have their channels last, and so has what is flattened; between them transposes have cancelled out."""
    turned: dict[str, str] = {}
    layers: list[Layer] = []
    shapes = {i.name: i.shape for i in model.inputs}
    for x in model.layers:
        for value in (v for v in dict.fromkeys(x.inputs) if v in shapes and len(shapes[v]) > 2 and v not in turned):
            layers.append(_turn(f"{value}/before", (value, last(shapes[value])), shapes[value], True))
            turned[value] = layers[-1].id
        read = replace(x, inputs=tuple(turned.get(v, v) for v in x.inputs))
        if x.op == "flatten" and x.x[1] > 1 and numel(x.x[2:]) > 1:
            layers.append(node(f"{x.id}/before", "transpose", "Transpose", [(read.inputs[0], x.x)], last(x.x)))
            read = replace(read, inputs=(layers[-1].id,), in_shapes=(last(x.x),))
        layers.append(read)
    outputs = []
    for value in model.outputs:
        y = shape_of(model, value)
        turns = len(y) > 2 and value not in shapes  # an input that nothing is left of is an output as it came
        if turns:
            layers.append(_turn(f"{value}/after", (value, y), last(y), True))
        outputs.append(layers[-1].id if turns else value)
    return replace(model, layers=tuple(layers), outputs=tuple(outputs), inputs=_inputs(model))
