"""Two networks compared in words: nothing for equals, the same from both sides, terms that add up, and sentences that name it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from crosscheck import models
from crosscheck.contract.network import Layer, Model
from crosscheck.diff import SPELLING, Amounts, Comparison, Difference, compare
from crosscheck.diff.align import align
from crosscheck.diff.canonical import canonical
from crosscheck.models.writer import Graph
from tests.random_networks import every_op, networks

ALL = sorted(models.variants())
FAMILIES = ["lenet", "lenet5", "alexnet", "alexnet-paper", "vgg11", "vgg16", "vgg16-bn", "resnet18", "resnet18-a", "resnet50"]
FAMILIES += ["resnet50-v1", "resnet50-keras", "resnet101"]


def says(here: str, there: str, **options: Any) -> list[str]:
    found = compare(models.build(here), models.build(there, **options))
    assert found.residual == Amounts()
    return [d.says for d in found.differences if d.cause != SPELLING]


def content(c: Comparison, turned: bool = False) -> Counter[Any]:
    """What every difference is about and adds, without its words; ``turned`` as seen from the other side."""
    nothing = Amounts()
    return Counter(
        (d.cause, *((d.there, d.here, nothing - d.amounts) if turned else (d.here, d.there, d.amounts))) for d in c.differences
    )


@pytest.mark.parametrize("name", ALL)
def test_a_network_does_not_differ_from_itself(name: str) -> None:
    model = models.build(name, batch=2)
    found = compare(model, Model.from_json(model.to_json()))
    assert found.differences == ()
    assert found.same
    assert found.paired > 0


@pytest.mark.parametrize(("here", "there"), list(combinations(FAMILIES, 2)))
def test_terms_add_up_and_both_sides_tell_the_same(here: str, there: str) -> None:
    a, b = models.build(here), models.build(there)
    found, back = compare(a, b), compare(b, a)
    assert found.residual == back.residual == Amounts()
    assert found.difference == Amounts() - back.difference
    assert not found.same
    assert content(found) == content(back, turned=True)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(networks(), networks())
def test_random_networks_obey_the_same_laws(a: Model, b: Model) -> None:
    assert compare(a, a).differences == ()
    found, back = compare(a, b), compare(b, a)
    assert found.residual == Amounts()
    assert content(found) == content(back, turned=True)
    pairs = align(canonical(a).units, canonical(b).units)
    for side, model in enumerate((a, b)):
        assert [p[side].layer.id for p in pairs if p[side]] == [u.id for u in canonical(model).units], "each once, in order"  # type: ignore[union-attr]


# --- sentences -----------------------------------------------------------------------------------------------------------------


def test_v1_and_v15_differ_in_where_the_stride_is() -> None:
    moved, rest = compare(models.build("resnet50"), models.build("resnet50-v1")).differences
    assert moved.says == "3 blocks (layer2.0, layer3.0, layer4.0): stride 2 on the 3×3 convolution here, on the 1×1 there"
    assert moved.amounts == Amounts(3_857_973_248 - 4_089_184_256)
    assert rest.cause == "consequence"
    assert "6 layers do the same on other shapes" in rest.says
    back = says("resnet50-v1", "resnet50")
    assert back[0] == "3 blocks (layer2.0, layer3.0, layer4.0): stride 2 on the 1×1 convolution here, on the 3×3 there"


def test_keras_adds_biases_and_another_epsilon() -> None:
    assert says("resnet50-keras", "resnet50-v1") == [
        "every convolution (53) has a bias here (26,560 parameters), none there",
        "every batch normalisation (53): epsilon 1.001e-05 here, epsilon 1e-05 there",
    ]
    assert len(says("resnet50", "resnet50-keras")) == 4, "and where the stride is, with what follows from it"


def test_the_three_shortcut_options() -> None:
    assert says("resnet18", "resnet18-a") == [
        (
            "on the shortcut of 3 blocks (layer2.0, layer3.0, layer4.0): "
            "convolution 1×1; batch normalisation here, subsampling, stride 2; zero padding there"
        )
    ]
    (c,) = compare(models.build("resnet18"), models.build("resnet18-c")).differences
    assert c.says == (
        "on the shortcut of 5 blocks (layer1.0, layer1.1, layer2.1, layer3.1, layer4.1): "
        "nothing but the value itself here, convolution 1×1; batch normalisation there"
    )
    assert c.amounts.params == 12_043_816 - 11_689_512


def test_the_two_lenets() -> None:
    assert says("lenet", "lenet5") == [
        "input 1x1x28x28 here, 1x1x32x32 there",
        "convolution features.0/features.c1: 3×3, padding 1 here, 5×5, no padding there",
        "2 layers (features.1/features.tanh1, features.4/features.tanh3): ReLUs here, tanh there",
        "2 layers (features.2/features.s2, features.5/features.s4): max poolings here, average poolings there",
        "no activation between fc.0 and fc.1, fc.1 and fc.2 here, tanh there",
    ]


@pytest.mark.parametrize(
    ("here", "there", "wanted"),
    [
        ("vgg16", "vgg16-bn", ["after every convolution (13): nothing here, batch normalisation there"]),
        (
            "vgg16",
            "vgg19",
            ["after 3 ReLUs (features.15, features.22, features.29): nothing here, convolution 3×3; ReLU there"],
        ),
        (
            "resnet50",
            "resnet101",
            [
                (
                    "after layer3.5.relu3: nothing here, 17 more Bottleneck blocks (layer3.6, layer3.7, layer3.8, … layer3.22; "
                    "51 convolutions, 51 batch normalisations, 51 ReLUs, 17 sums) there"
                )
            ],
        ),
        (
            "alexnet-paper",
            "alexnet-ungrouped",
            ["3 convolutions (features.conv2, features.conv4, features.conv5): 2 groups here, no groups there"],
        ),
        ("alexnet", "alexnet-paddle", ["after features.12: average pooling 1×1, which changes nothing here, nothing there"]),
    ],
)
def test_what_repeats_is_one_sentence(here: str, there: str, wanted: list[str]) -> None:
    assert says(here, there) == wanted


def test_blocks_of_another_kind_are_not_taken_apart() -> None:
    told = says("resnet18", "resnet50")
    assert len(told) == 2
    assert "8 Basic blocks" in told[0]
    assert "16 Bottleneck blocks" in told[0]


def test_another_input_is_the_cause_and_other_shapes_the_consequence() -> None:
    found = compare(models.build("alexnet"), models.build("alexnet", input_shape=(3, 227, 227)))
    assert [d.cause for d in found.differences] == ["input", "consequence"]
    assert found.differences[1].amounts == found.difference


# --- one change, one difference ------------------------------------------------------------------------------------------------


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
    whole = every_op()
    for layer in whole.layers:
        if layer.in_shapes[:1] != layer.out_shapes or layer.call_of or len(layer.inputs) != 1 or layer.id == "block.depthwise":
            continue
        found = compare(whole, without(whole, layer))
        told = [d for d in found.differences if d.cause == "layers"]
        assert [(d.here, d.there) for d in told] == [((layer.id,), ())], (layer.id, found.differences)


def without(model: Model, gone: Layer) -> Model:
    def reads(values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(gone.inputs[0] if v == gone.id else v for v in values)

    layers = tuple(replace(x, inputs=reads(x.inputs)) for x in model.layers if x.id != gone.id)
    return replace(model, layers=layers, outputs=reads(model.outputs))


# --- spelling ------------------------------------------------------------------------------------------------------------------


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


# --- networks from files -------------------------------------------------------------------------------------------------------


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

    made = {x.id: x for x in plain().layers}
    conv, fc = (replace(made[k], attrs={**made[k].attrs, "bias": False}) for k in ("conv", "fc"))
    four = conv.y
    layers = (
        call("turn", "transpose", {"shape": (1, 2, 6, 6)}, ("input",), (1, 6, 6, 2), (1, 2, 6, 6)),
        replace(conv, inputs=("turn",)),
        call("add", "bias", {"shape": four, "stored": {"bias": 3, "literals": 4}}, ("conv",), four, four),
        replace(made["relu"], inputs=("add",)),
        call("mean", "reduce_mean", {"shape": (1, 3)}, ("relu",), four, (1, 3)),
        Layer("size", "shape", {"shape": (2,)}, ("mean",), ((1, 3),), ((2,),)),
        Layer("unused", "slice", {"shape": (1,)}, ("size",), ((2,),), ((1,),)),
        replace(fc, inputs=("mean",)),
        call("add2", "bias", {"shape": (1, 4), "stored": {"bias": 4}}, ("fc",), (1, 4), (1, 4)),
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


@pytest.mark.parametrize(("here", "there"), [("resnet50", "resnet50-v1"), ("vgg16", "vgg19"), ("resnet18-c", "resnet18-a")])
def test_networks_too_large_to_weigh_every_pair_obey_the_same_laws(
    here: str, there: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crosscheck.diff.align.CELLS", 0)
    a, b = models.build(here), models.build(there)
    found = compare(a, b)
    assert not found.same
    assert found.residual == Amounts()
    assert content(found) == content(compare(b, a), turned=True)
    assert compare(a, a).differences == ()
