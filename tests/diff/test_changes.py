"""One change to a network is one difference, in its place."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from crosscheck.contract.network import Layer, Model
from crosscheck.diff import Amounts, compare
from crosscheck.models.writer import Graph
from tests.random_networks import every_op


def changed(op: str, **attrs: Any) -> Model:
    """A small network; ``attrs`` go to its one layer called ``x``, which is an ``op``."""
    g = Graph("small", (1, 4, 12, 12))
    g.add("stem", "conv", out_channels=4, kernel=1)
    g.add("x", op, **attrs)
    g.add("after", "sigmoid")
    return g.build()


CHANGES: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("conv", {"out_channels": 4, "kernel": 3}, {"kernel": 5}, "3×3 here, 5×5 there"),
    ("conv", {"out_channels": 4, "kernel": 3}, {"stride": 2}, "stride 1 here, stride 2 there"),
    ("conv", {"out_channels": 4, "kernel": 3}, {"padding": 1}, "no padding here, padding 1 there"),
    ("conv", {"out_channels": 4, "kernel": 3}, {"dilation": 2}, "dilation 1 here, dilation 2 there"),
    ("conv", {"out_channels": 4, "kernel": 3}, {"groups": 2}, "no groups here, 2 groups there"),
    ("conv", {"out_channels": 4, "kernel": 3}, {"out_channels": 8}, "4 output channels here, 8 output channels there"),
    ("conv", {"out_channels": 4, "kernel": 3}, {"bias": False}, "has a bias here (4 parameters), none there"),
    ("conv_transpose", {"out_channels": 4, "kernel": 2}, {"stride": 2}, "stride 1 here, stride 2 there"),
    ("batchnorm", {}, {"eps": 1e-3}, "epsilon 1e-05 here, epsilon 0.001 there"),
    ("batchnorm", {}, {"affine": False}, "a scale and a shift here, no scale and shift there"),
    ("groupnorm", {"groups": 2}, {"groups": 4}, "2 groups here, 4 groups there"),
    ("lrn", {}, {"size": 3}, "size 5 here, size 3 there"),
    ("lrn", {}, {"alpha": 1e-3}, "alpha 0.0001 here, alpha 0.001 there"),
    ("leaky_relu", {}, {"slope": 0.2}, "slope 0.01 here, slope 0.2 there"),
    ("maxpool", {"kernel": 3}, {"stride": 2}, "stride 3 here, stride 2 there"),
    ("maxpool", {"kernel": 3}, {"kernel": 2}, "here, 2×2, stride 2 there"),
    ("avgpool", {"kernel": 3, "padding": 1}, {"count_include_pad": False}, "a mean that leaves padding out there"),
    ("adaptive_avgpool", {"output_size": 5}, {"output_size": 7}, "output size 5×5 here, output size 7×7 there"),
    ("dropout", {}, {"p": 0.1}, "rate 0.5 here, rate 0.1 there"),
    ("subsample", {"stride": 2}, {"stride": 3}, "stride 2 here, stride 3 there"),
    ("zero_pad", {"pads": ((0, 0), (1, 1), (1, 1))}, {"pads": ((0, 4), (0, 0), (0, 0))}, "padding 1 here, 4 channels there"),
]


@pytest.mark.parametrize(("op", "attrs", "change", "told"), CHANGES)
def test_one_setting_changed_is_one_difference_in_its_place(
    op: str, attrs: dict[str, Any], change: dict[str, Any], told: str
) -> None:
    found = compare(changed(op, **attrs), changed(op, **(attrs | change)))
    causes = [d for d in found.differences if d.cause != "consequence"]
    assert [(d.cause, d.here, d.there) for d in causes] == [("attribute", ("x",), ("x",))], found.differences
    assert told in causes[0].says
    assert found.residual == Amounts()


def test_every_layer_that_is_left_out_is_missed() -> None:
    """One element-wise layer after another is taken out of a network with every op."""
    whole, gone = every_op(), 0
    for layer in whole.layers:
        if layer.in_shapes[:1] != layer.out_shapes or layer.call_of or len(layer.inputs) != 1 or layer.id == "block.depthwise":
            continue
        found = compare(whole, without(whole, layer))
        told = [d for d in found.differences if d.cause == "layers"]
        assert [(d.here, d.there) for d in told] == [((layer.id,), ())], (layer.id, found.differences)
        gone += 1
    assert gone >= 15


def without(model: Model, gone: Layer) -> Model:
    def reads(values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(gone.inputs[0] if v == gone.id else v for v in values)

    layers = tuple(replace(x, inputs=reads(x.inputs)) for x in model.layers if x.id != gone.id)
    return replace(model, layers=layers, outputs=reads(model.outputs))


def test_reading_from_elsewhere_is_told() -> None:
    def wired(source: str) -> Model:
        g = Graph("wired", (1, 2, 4, 4))
        g.add("a", "tanh")
        g.add("b", "sigmoid")
        g.add("c", "gelu")
        g.add("sum", "add", "c", source)
        return g.build()

    found = compare(wired("a"), wired("b"))
    assert [(d.cause, d.says) for d in found.differences] == [("wiring", "sum reads a here, sum reads b there")]
