"""Calls of captured networks: a tool's number from the kernels below a network is its number from the layers above them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from crosscheck import models
from crosscheck.contract.call import FAILED, Call, Level
from crosscheck.contract.network import ROOT, Layer, Model
from crosscheck.contract.origin import Origin
from crosscheck.contract.rows import TOTAL
from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from crosscheck.errors import ConventionError
from crosscheck.explain import terms

FLOPS = convention.load("flop_counter")
LINEAR = {"leaf": True, "params": (("weight", (5, 4), "weight", True), ("bias", (5,), "bias", True))}


def kernels(model: Model) -> list[Call]:
    """What PyTorch dispatches for convolutions and linear layers."""
    found = []
    for x in model.layers:
        if x.op == "conv":
            weight = (x.y[1], x.x[1] // x.attrs["groups"], *x.attrs["kernel"])
            found.append(Call(Level.KERNEL, "convolution", x.id, (x.x, weight, x.y[1:2]), (x.y,)))
        elif x.op == "linear":
            found.append(Call(Level.KERNEL, "addmm", x.id, (x.y[-1:], x.x, (x.x[-1], x.y[-1])), (x.y,)))
        else:
            found.append(Call(Level.KERNEL, "copy_", x.id, x.in_shapes[:1], (x.y,)))
    return found


def captured(name: str) -> Model:
    described = models.build(name)
    return replace(described, calls=tuple(kernels(described)))


@pytest.mark.parametrize("name", ["lenet", "alexnet", "resnet18"])
def test_a_network_counted_by_its_kernels_is_the_network_counted_by_its_layers(name: str) -> None:
    described, seen = engine.tally(models.build(name)), engine.tally(captured(name))
    assert engine.total(seen, FLOPS, "compute") == engine.total(described, FLOPS, "compute") > 0
    rows = {(p.layer, p.metric): p.value for p in engine.predict(described, FLOPS) if p.value}
    assert {(p.layer, p.metric): p.value for p in engine.predict(seen, FLOPS) if p.value} == rows


@pytest.mark.parametrize("other", ["pycls", "mac"])
def test_terms_between_a_tool_of_kernels_and_one_of_layers_stand_under_the_layers_names(other: str) -> None:
    described, seen = engine.tally(models.build("resnet18")), engine.tally(captured("resnet18"))
    by = convention.load(other)
    for layer in (TOTAL, "conv1"):
        got = terms.difference(seen, by, seen, FLOPS, "compute", layer)
        want = terms.difference(described, by, described, FLOPS, "compute", layer)
        assert [(t.op, t.primitive, t.value, t.cause) for t in got] == [(t.op, t.primitive, t.value, t.cause) for t in want] != []


def test_a_network_with_calls_comes_back_from_json() -> None:
    model = captured("lenet")
    assert Model.from_json(json.dumps(model.to_json())) == model


def foreign(*calls: Call) -> Model:
    """One layer that nobody described, with calls below it."""
    inputs = (models.build("lenet").inputs[0],)
    shape = inputs[0].shape
    layer = Layer("mix", "other", {}, (inputs[0].name,), (shape,), (shape,), origin=Origin(native="einsum"))
    return Model("mine", "mine", "", "", inputs, (layer,), ("mix",), {"": "Mine"}, calls)


def test_an_op_that_nobody_described_multiplies_what_its_kernels_do() -> None:
    bmm = Call(Level.KERNEL, "bmm", "mix", ((2, 3, 4), (2, 4, 5)), ((2, 3, 5),), times=3)
    counted = engine.tally(foreign(bmm))
    assert engine.total(counted, convention.load("mac"), "compute") == 3 * 2 * 3 * 4 * 5
    assert engine.total(counted, FLOPS, "compute") == 2 * 3 * 2 * 3 * 4 * 5
    assert [t.op for t in terms.number(counted, FLOPS, "compute")] == ["einsum"]
    with pytest.raises(ConventionError, match="says nothing about op 'other'"):
        engine.total(counted, convention.load("neurons"), "neurons")


def test_a_call_that_no_rule_names_is_left_to_the_rest() -> None:
    strange = Call(Level.KERNEL, "fft_c2r", "mix", ((1, 8),), ((1, 8),))
    assert engine.total(engine.tally(foreign(strange)), FLOPS, "compute") == 0
    rules = FLOPS.table("compute").calls
    assert rules is not None
    assert rules.names("kernel:bmm")
    assert not rules.names("kernel:fft_c2r")


def test_parameters_count_once_whoever_holds_them() -> None:
    held = Call(Level.PARAMETER, "parameter", ROOT, ((1, 197, 768),), (), {"trainable": True})
    norm = Call(Level.PARAMETER, "parameter", "mix", ((768,),), (), {"trainable": True, "kind": "norm_scale"})
    assert engine.total(engine.tally(foreign(held, norm)), convention.load("mac"), "params") == 197 * 768 + 768


def test_calls_that_could_not_be_seen_are_not_zero_for_those_who_look_at_them_alone() -> None:
    failed = Call(Level.TRACE, FAILED, ROOT, attrs={"reason": "it has a loop"})
    product = Call(Level.KERNEL, "mm", "mix", ((3, 4), (4, 5)), ((3, 5),))
    counted = engine.tally(foreign(failed, product))
    assert engine.total(counted, FLOPS, "compute") == 2 * 3 * 4 * 5
    for level, tool in (("trace", "torchprofile"), ("scoped", "fvcore")):
        with pytest.raises(ConventionError, match=f"{level}: it has a loop"):
            engine.total(counted, convention.load(tool), "compute")


def test_a_level_that_was_not_stored_is_as_its_twin() -> None:
    product = Call(Level.KERNEL, "mm", "mix", ((3, 4), (4, 5)), ((3, 5),))
    beside = Call(Level.CHILDREN, "mm", "mix", ((1, 4), (4, 5)), ((1, 5),))
    by = convention.load("ptflops_aten")
    assert engine.total(engine.tally(foreign(product)), by, "compute") == 3 * 4 * 5
    assert engine.total(engine.tally(foreign(product, beside)), by, "compute") == 4 * 5
    assert engine.total(engine.tally(foreign(product, beside)), FLOPS, "compute") == 2 * 3 * 4 * 5


def test_hooks_see_one_sample_where_nothing_comes_in_by_position() -> None:
    by, inner = convention.load("ptflops_pytorch"), Call(Level.MODULE, "nn.Linear", "mix", ((3, 4),), ((3, 5),), LINEAR)
    for given, samples in (((), 3), (("tuple",), 1)):
        outer = Call(Level.MODULE, "mine.Net", ROOT, ((3, 4),), ((3, 5),), {"given": given})
        seen = replace(foreign(inner, outer), inputs=models.build("lenet", batch=3).inputs)
        assert engine.total(engine.tally(seen), by, "compute") * samples == 3 * (4 * 5 + 5)


IMAGE = ("tensor", 4, 3, 8, 8)
GIVEN: dict[str, tuple[Any, int]] = {"nothing by position": (("tuple",), 1), "a number": (("tuple", ("other", "int")), 1)}
GIVEN |= {"bytes": (("tuple", ("tensor", 1, 4, 8)), 4), "one number's tensor": (("tuple", ("tensor", 8)), 1)}
GIVEN |= {f"{k} images": (("tuple", ("tuple", *[IMAGE] * k)), k) for k in (1, 2, 6)}


@pytest.mark.parametrize("what", GIVEN)
def test_an_average_over_the_batch_is_over_what_the_first_argument_holds(what: str) -> None:
    """A tool that asks for its length finds images in a list as it finds samples in a tensor, and no channels."""
    given, samples = GIVEN[what]
    weight = {"params": (("weight", (5, 3, 1, 1), "weight", True),), "leaf": True}
    weight["settings"] = {
        "in_channels": 3,
        "out_channels": 5,
        "kernel_size": (1, 1),
        "groups": 1,
        "stride": (1, 1),
        "dilation": (1, 1),
    }
    conv = Call(Level.MODULE, "nn.Conv2d", "x", ((12, 3, 8, 8),), ((12, 5, 8, 8),), {"path": "x", **weight})
    whole = Call(Level.MODULE, "net.Net", ROOT, ((12, 3, 8, 8),), ((12, 5, 8, 8),), {"path": "", "given": given})
    counted = engine.tally(foreign(conv, whole))
    assert engine.total(counted, convention.load("ptflops_pytorch"), "compute") == 12 * 64 * 5 * 3 // samples
