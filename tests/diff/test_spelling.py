"""What computes the same in other words is spelling, and nothing else is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from crosscheck import models
from crosscheck.contract.network import Layer, Model
from crosscheck.diff import SPELLING, Amounts, Difference, compare
from crosscheck.models.writer import Graph


def renamed(model: Model) -> Model:
    names = {x.id: f"n{k}" for k, x in enumerate(model.layers)}
    layers = tuple(
        replace(x, id=names[x.id], inputs=tuple(names.get(v, v) for v in x.inputs), call_of=names.get(x.call_of or ""))
        for x in model.layers
    )
    return replace(model, layers=layers, outputs=tuple(names[v] for v in model.outputs), containers={})


@pytest.mark.parametrize("name", ["resnet18", "resnet50-v1", "alexnet-paper", "lenet5"])
def test_other_names_and_no_containers_are_no_difference(name: str) -> None:
    model = models.build(name)
    assert compare(model, renamed(model)).differences == ()


def residual(shortcut_first: bool, sum_order: bool = False) -> Model:
    g = Graph("block", (1, 4, 8, 8))
    came = g.add("stem", "relu")

    def main() -> str:
        g.last = came
        g.add("conv1", "conv", out_channels=6, kernel=3, padding=1)
        g.add("relu", "relu")
        return g.add("conv2", "conv", out_channels=6, kernel=1)

    def side() -> str:
        return g.add("down", "conv", came, out_channels=6, kernel=1)

    made = [side(), main()][::-1] if shortcut_first else [main(), side()]
    g.add("add", "add", *(made[::-1] if sum_order else made))
    return g.build()


def test_which_branch_runs_first_and_the_order_of_a_sum_say_nothing() -> None:
    for other in (residual(shortcut_first=True), residual(shortcut_first=False, sum_order=True)):
        assert compare(residual(shortcut_first=False), other).differences == ()


def padded(written: bool, before: str = "relu", op: str = "maxpool") -> Model:
    g = Graph("padded", (1, 4, 9, 9))
    g.add("before", before)
    settings: dict[str, Any] = {"kernel": 3, "stride": 2} | ({"out_channels": 4} if op == "conv" else {})
    if written:
        g.add("pad", "zero_pad", pads=((0, 0), (1, 1), (1, 1)))
    g.add("window", op, **settings, padding=0 if written else 1)
    return g.build()


@pytest.mark.parametrize(("before", "op"), [("relu", "maxpool"), ("tanh", "conv"), ("tanh", "avgpool")])
def test_padding_that_is_written_out_is_spelling(before: str, op: str) -> None:
    found = compare(padded(False, before, op), padded(True, before, op))
    assert found.same
    (told,) = found.differences
    assert told.cause == SPELLING
    assert "padding of its own here, padding written out before it there" in told.says


def test_zeros_before_a_maximum_of_negative_numbers_are_another_function() -> None:
    found = compare(padded(False, "tanh"), padded(True, "tanh"))
    assert not found.same
    assert any("zero padding" in d.says for d in found.structural)


def test_a_mean_by_its_window_or_by_its_output_size_and_a_flatten_less_are_spelling() -> None:
    def pooled(op: str, **attrs: Any) -> Model:
        g = Graph("pooled", (1, 4, 8, 8))
        g.add("pool", op, **attrs)
        if op == "adaptive_avgpool":
            g.add("flatten", "flatten")
        g.add("relu", "relu")
        return g.build()

    found = compare(pooled("adaptive_avgpool", output_size=1), pooled("avgpool", kernel=8))
    assert found.same
    assert {d.cause for d in found.differences} == {SPELLING}


def test_a_function_in_place_of_a_module_is_spelling() -> None:
    g = Graph("f", (1, 2, 3, 3))
    g.add("relu", "relu", functional=True)
    h = Graph("f", (1, 2, 3, 3))
    h.add("relu", "relu")
    (told,) = compare(h.build(), g.build()).differences
    assert told == Difference(SPELLING, "ReLU relu: a module of its own here, called as a function there", ("relu",), ("relu",))


def plain() -> Model:
    g = Graph("net", (1, 2, 6, 6))
    g.add("conv", "conv", out_channels=3, kernel=3)
    g.add("relu", "relu")
    g.add("pool", "adaptive_avgpool", output_size=1)
    g.add("flatten", "flatten")
    g.add("fc", "linear", out_features=4)
    return g.build()


def from_file() -> Model:
    """The same network as files have it: channels last outside, biases added apart, a mean over axes, a computed size."""

    def call(name: str, op: str, attrs: dict[str, Any], reads: tuple[str, ...], x: tuple[int, ...], y: tuple[int, ...]) -> Layer:
        return Layer(name, op, attrs, reads, (x,), (y,))

    def added(name: str, reads: str, y: tuple[int, ...], **stored: int) -> Layer:
        return call(name, "bias", {"shape": y}, (reads,), y, y).with_origin(file="onnx", native="Add", stored=stored)

    made = {x.id: x for x in plain().layers}
    conv, fc = (replace(made[k], attrs={**made[k].attrs, "bias": False}) for k in ("conv", "fc"))
    four = conv.y
    layers = (
        call("turn", "transpose", {"shape": (1, 2, 6, 6)}, ("input",), (1, 6, 6, 2), (1, 2, 6, 6)),
        replace(conv, inputs=("turn",)),
        added("add", "conv", four, bias=3, literals=4),
        replace(made["relu"], inputs=("add",)),
        call("mean", "reduce_mean", {"shape": (1, 3)}, ("relu",), four, (1, 3)),
        Layer("size", "shape", {"shape": (2,)}, ("mean",), ((1, 3),), ((2,),)),
        Layer("unused", "slice", {"shape": (1,)}, ("size",), ((2,),), ((1,),)),
        replace(fc, inputs=("mean",)),
        added("add2", "fc", (1, 4), bias=4),
    )
    source = plain()
    return replace(source, layers=layers, outputs=("add2",), inputs=(replace(source.inputs[0], shape=(1, 6, 6, 2)),))


def test_what_files_write_otherwise_is_spelling() -> None:
    found = compare(plain(), from_file())
    assert [d.says for d in found.structural] == []
    assert found.residual == found.difference == Amounts()
    told = [d.says for d in found.differences]
    assert "convolution conv: its bias added by its own layer here, its bias added by an op of its own there" in told
    assert any("2 constants or computed sizes" in t and "1 transpose" in t for t in told)


def test_a_bias_that_two_read_before_it_is_added_stays_apart() -> None:
    file = from_file()
    twice = Layer("twice", "tanh", {}, ("conv",), (file.layers[1].y,), (file.layers[1].y,))
    found = compare(plain(), replace(file, layers=(*file.layers, twice)))
    assert any("no bias there" in d.says or "none there" in d.says for d in found.structural)
    assert found.residual == Amounts()
