"""Strict arithmetic against layers that are worked through one operation at a time; ops of papers, paths and what they tell."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, reject, settings

from crosscheck import models
from crosscheck.contract.network import Layer, Model, Shape, numel
from crosscheck.contract.rows import TOTAL
from crosscheck.conventions import read as convention
from crosscheck.conventions.by_op import expand
from crosscheck.counting import engine
from crosscheck.counting.longest_path import longest
from crosscheck.errors import ConventionError, ShapeError
from crosscheck.models.writer import Graph
from crosscheck.ops import described as ops
from crosscheck.ops.papers import PAPER_OPS
from tests.counting import naive_arithmetic
from tests.helpers import same
from tests.ops.test_described import calls, layer
from tests.random_networks import every_op, networks

STRICT = convention.load("arithmetic")
KINDS = [m for m, table in STRICT.metrics.items() if not table.parts]


def charged(it: Layer) -> dict[str, int]:
    """What strict arithmetic says of one layer, zeros left out."""
    found = ops.counts(it)
    sums = {
        kind: sum(w.weight * found.get(w.primitive, 0) for w in STRICT.table(kind).weights(it.op, STRICT.id)) for kind in KINDS
    }
    return {k: v for k, v in sums.items() if v}


@pytest.mark.parametrize("op", list(ops.OPS))
def test_every_operation_of_a_layer_is_ticked_off(op: str) -> None:
    assert op in naive_arithmetic.WORK, f"tests/counting/naive_arithmetic.py cannot do {op!r} yet"
    done = []

    @settings(max_examples=25, deadline=None)
    @given(calls(op))
    def law(call: tuple[dict[str, Any], Sequence[Shape]]) -> None:
        attrs, shapes = call
        try:
            it = layer(op, attrs, *shapes)
        except ValueError:
            reject()
        if numel(it.in_shapes[0]) > 400:
            reject()
        same(charged(it), naive_arithmetic.counts(it), f"{op} {dict(it.attrs)} {shapes}")
        done.append(it)

    law()
    assert len(done) >= 10, "too few calls fit their inputs to prove anything"


TABLE = ((0,), (0, 2), (1, 2))
PAPER: list[tuple[str, dict[str, Any], Shape]] = [
    ("table_conv", {"table": TABLE, "kernel": 2}, (2, 3, 5, 4)),
    ("table_conv", {"table": TABLE, "kernel": (3, 1), "stride": (2, 1)}, (1, 3, 7, 4)),
    ("trainable_pool", {"kernel": 2}, (2, 3, 4, 6)),
    ("trainable_pool", {"kernel": (3, 1), "stride": 1}, (1, 2, 5, 5)),
    ("scaled_tanh", {}, (2, 3, 2)),
    ("rbf", {"out_features": 4}, (3, 5)),
]


@pytest.mark.parametrize(("op", "attrs", "shape"), PAPER)
def test_ops_of_papers_cost_what_their_formulas_say(op: str, attrs: dict[str, Any], shape: Shape) -> None:
    it = layer(op, attrs, shape)
    same(charged(it), naive_arithmetic.counts(it), f"{op} {attrs}")
    counts = ops.counts(it)
    assert (counts["in_elements"], counts["out_elements"]) == (numel(it.x), numel(it.y))
    assert {op for op, *_ in PAPER} == set(PAPER_OPS)


def test_a_table_that_names_all_channels_is_a_plain_convolution() -> None:
    full = layer("table_conv", {"table": ((0, 1, 2),) * 4, "kernel": 3}, (2, 3, 6, 5))
    plain = layer("conv", {"out_channels": 4, "kernel": 3}, (2, 3, 6, 5))
    assert full.y == plain.y
    wanted = {k: v for k, v in ops.counts(plain).items() if k in ("mac", "weight", "bias", "bias_add", "out_elements")}
    same({k: v for k, v in ops.counts(full).items() if k in wanted}, wanted)


@pytest.mark.parametrize(
    ("op", "attrs", "shape", "reason"),
    [
        ("table_conv", {"table": ((0, 3),), "kernel": 1}, (1, 3, 4, 4), "names channel 3; the input has 3"),
        ("table_conv", {"table": ((0, 0),), "kernel": 1}, (1, 3, 4, 4), "each once"),
        ("table_conv", {"table": (), "kernel": 1}, (1, 3, 4, 4), "one or more input channels"),
        ("table_conv", {"table": ((0,),), "kernel": 5}, (1, 3, 4, 4), "window of 5 does not fit"),
        ("trainable_pool", {"kernel": 0}, (1, 3, 4, 4), "at least 1"),
        ("trainable_pool", {"kernel": 2}, (1, 3), "needs an input of"),
        ("rbf", {"out_features": 3}, (1, 3, 4), "needs an input of"),
        ("rbf", {"out_features": 0}, (1, 3), "at least one output"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(op: str, attrs: dict[str, Any], shape: Shape, reason: str) -> None:
    with pytest.raises(ShapeError, match=rf"layer 'odd' \({op}\).*{reason}"):
        Graph("net", shape).add("odd", op, **attrs)


def totals(model: Model, id: str) -> dict[str, int]:
    counted = engine.tally(model)
    return {metric: engine.total(counted, convention.load(id), metric) for metric in convention.load(id).metrics}


def test_lenet5_of_1998_has_the_connections_and_parameters_that_the_paper_gives() -> None:
    """LeCun et al. 1998, Proc. IEEE 86(11), sec. II.B; F6 is given with parameters alone, the output with its inputs."""
    counted, c = engine.tally(models.build("lenet5-1998")), convention.load("connections")
    paper = {
        "c1": (122_304, 156),
        "s2": (5_880, 12),
        "c3": (151_600, 1_516),
        "s4": (2_000, 32),
        "c5": (48_120, 48_120),
        "f6": (10_164, 10_164),
        "output": (840, 0),
    }
    found = {}
    for x, counts in counted.layers:
        both = tuple(engine.layer_value(counted, c.table(m), c.id, x, counts) for m in ("connections", "params"))
        if any(both):
            found[x.id] = both
    same(found, paper)
    assert totals(counted.model, "connections") == {"connections": 340_908, "params": 60_000}
    assert totals(counted.model, "depth") == {"depth": 7}, "seven layers with weights, the input not counted"


def test_alexnet_has_the_neurons_of_its_paper_and_its_input() -> None:
    """Krizhevsky et al. 2012, sec. 3.5: 290,400 + 186,624 + 64,896 + 64,896 + 43,264 + 4096 + 4096 + 1000 neurons."""
    by_layer = (290_400, 186_624, 64_896, 64_896, 43_264, 4_096, 4_096, 1_000)
    assert totals(models.build("alexnet-paper"), "neurons") == {"neurons": 3 * 227 * 227 + sum(by_layer)}


def test_a_residual_networks_name_tells_its_depth_and_shortcuts_do_not_lengthen_it() -> None:
    for depth in (18, 34, 50, 101, 152):
        model = models.build(f"resnet{depth}")
        on = [model.layers[k].id for k in longest(model)]
        assert totals(model, "depth") == {"depth": len(on)} == {"depth": depth}
        assert not any("downsample" in name for name in on)
    for depth, name in ((16, "vgg16"), (19, "vgg19"), (8, "alexnet")):
        assert totals(models.build(name, batch=3), "depth") == {"depth": depth}


@settings(max_examples=40, deadline=None)
@given(networks())
def test_the_longest_path_is_a_path_and_none_is_longer(model: Model) -> None:
    from crosscheck.counting.longest_path import WITH_WEIGHTS

    reach: dict[str, set[str]] = {}  # all that a value comes from
    length: dict[str, int] = {}
    for x in model.layers:
        reach[x.id] = {x.id}.union(*(reach.get(v, set()) for v in x.inputs))
        length[x.id] = (x.op in WITH_WEIGHTS) + max(length.get(v, 0) for v in x.inputs)
    on = [model.layers[k].id for k in longest(model)]
    assert len(on) == max(length[v] for v in model.outputs)
    for before, after in pairwise(on):
        assert before in reach[after]
    assert not on or on[-1] in reach[model.outputs[0]]


def test_layers_add_up_and_every_metric_is_affine_in_the_batch() -> None:
    networks_by_batch = [
        {n: engine.tally(every_op((n, 4, 9, 8))) for n in (1, 2, 3)},
        {n: engine.tally(models.build("lenet5-1998", batch=n)) for n in (1, 2, 3)},
    ]
    for c in map(convention.load, ("arithmetic", "neurons", "connections", "depth", "cs231n")):
        for by_batch in networks_by_batch:
            rows = {n: {(p.metric, p.layer): p.value for p in engine.predict(t, c)} for n, t in by_batch.items()}
            for metric in c.metrics:
                one, two, three = (rows[n][metric, TOTAL] for n in (1, 2, 3))
                assert three - two == two - one, (c.id, metric)
                layers = sum(v for (m, name), v in rows[2].items() if m == metric and name != TOTAL)
                assert layers == two, (c.id, metric)


def test_a_sum_is_the_sum_of_its_parts_in_every_layer() -> None:
    counted, summed = engine.tally(every_op()), set()
    for c in map(convention.load, convention.ids()):
        for table in (t for t in c.metrics.values() if t.parts):
            rows = {(p.metric, p.layer): p.value for p in engine.predict(counted, c)}
            names = {name for _, name in rows}
            for name in names:
                parts = sum(rows.get((part.metric, name), 0) for part in table.parts)
                assert rows.get((table.metric, name), 0) == parts, (c.id, name)
                summed |= {(c.id, table.metric, name)} if parts else set()
    assert len({(by, metric) for by, metric, _ in summed}) >= 8
    assert len(summed) >= 150


def test_vgg16_in_the_table_of_the_course_is_summed_as_written_there() -> None:
    """Rows of the CS231n notes for VGG-16, as products of the sizes that stand there: INPUT, CONV, POOL, FC."""
    rows = [224 * 224 * 3]
    for side, channels, convolutions in ((224, 64, 2), (112, 128, 2), (56, 256, 3), (28, 512, 3), (14, 512, 3)):
        rows += [side * side * channels] * convolutions + [side // 2 * (side // 2) * channels]
    rows += [4096, 4096, 1000]
    found = totals(models.build("vgg16"), "cs231n")
    assert found["memory"] == 4 * sum(rows)
    assert found["memory"] == found["memory_input"] + found["memory_activations"]
    assert found["params"] == 138_357_544 - 13_416, "no biases"


GOOD = """
id = "good"
title = "Good"
tool = ""
framework = ""
package = ""
versions = ""
says = "made up"
[mul]
unit = "u"
label = "l"
[add]
unit = "u"
label = "l"
[compute]
unit = "u"
label = "l"
sum = ["mul", "add"]
[[by_op]]
ops = ["conv"]
charges = { mul = { mac = 1 } }
source = "s"
says = "w"
"""


def test_an_entry_by_op_weighs_where_it_charges_and_ignores_elsewhere() -> None:
    c = convention.parse(GOOD, "good.toml")
    assert c.by_op
    assert [w.primitive for w in c.table("mul").weighed["conv"]] == ["mac"]
    assert c.table("add").ignored["conv"].says == "w"
    assert [t.metric for t in c.table("compute").parts] == ["mul", "add"]
    assert c.table("compute").knows("conv")
    assert not c.table("compute").knows("relu")
    assert expand({"id": "x", "mul": {"unit": "u"}}, "x") == {"id": "x", "mul": {"unit": "u"}}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('sum = ["mul", "add"]', 'sum = ["mul"]', "sum needs two or more metrics"),
        ('sum = ["mul", "add"]', 'sum = ["mul", "mul"]', "each once"),
        ('sum = ["mul", "add"]', 'sum = ["mul", "exp"]', "sum names 'exp'"),
        ('sum = ["mul", "add"]', 'sum = "mul"', "'sum' is missing or not a list"),
        ('sum = ["mul", "add"]', 'sum = ["mul", "add"]\ndepth = 1', "'depth' beside sum"),
        ("charges = { mul", "charges = { exp", "charges 'exp', which has no table here"),
        ("charges = { mul = { mac = 1 } }", "", "'charges' is missing"),
        ('says = "w"', 'says = "w"\ncolor = 1', "unknown entry 'color'"),
        ("[[by_op]]", "[by_op]", "must be a list of tables"),
        ('[mul]\nunit = "u"', '[mul]\nunit = "u"\nweigh = []', "has weigh or ignore beside by_op"),
        ('says = "made up"', 'says = "made up"\nscope = "all"', "scope is 'all'"),
        ('says = "made up"', 'says = "made up"\nadd = 1', "add is not a table|Cannot|not valid TOML"),
    ],
)
def test_a_file_by_op_that_is_wrong_is_refused_by_name(old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(ConventionError, match=f"good.toml.*({message})"):
        convention.parse(GOOD.replace(old, new, 1), "good.toml")


def test_a_tool_cannot_meet_an_op_of_a_paper_and_says_so() -> None:
    counted = engine.tally(models.build("lenet5-1998"))
    with pytest.raises(ConventionError, match=r"'torchinfo' cannot meet op 'scaled_tanh' \(layer 'squash1'\): no framework has"):
        engine.total(counted, convention.load("torchinfo"), "compute")
