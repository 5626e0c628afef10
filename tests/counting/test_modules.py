"""Tools that hook modules, predicted from calls: as from layers where there are layers, and by hand where there were none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from crosscheck import models
from crosscheck.contract.call import Call, Level, Shape
from crosscheck.contract.network import ROOT, Input, Layer, Model
from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from tests.module_calls import captured

TOOLS = ("torchinfo", "torchinfo_009", "torch_summary_145", "torchsummary_151", "thop")


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize(("name", "batch"), [("lenet", 2), ("alexnet", 1), ("resnet18", 2), ("resnet50", 1)])
def test_calls_of_modules_and_the_layers_above_them_predict_the_same(name: str, batch: int, tool: str) -> None:
    described, by = models.build(name, batch=batch), convention.load(tool)
    seen = engine.tally(captured(described))
    want = {(p.layer, p.metric): p.value for p in engine.predict(engine.tally(described), by) if p.value}
    got = {(p.layer, p.metric): p.value for p in engine.predict(seen, by) if p.value}
    totals = {key: n for key, n in want.items() if key[0].startswith("(") or key[1] in ("compute", "params")}
    assert totals
    assert {key: got.get(key) for key in totals} == totals


Params = Mapping[str, Shape]
NOTHING: Mapping[str, Sequence[str]] = {}


def network(calls: Sequence[Call], shared: Mapping[str, Sequence[str]] = NOTHING) -> Model:
    """A network of these calls, the first the network's own; parameters have further names where they are ``shared``."""
    x = calls[0].x
    layer = Layer("fc", "other", {}, ("input",), (x,), (x,))
    found = {}
    for call in calls:
        for name, shape, kind, _ in call.attrs.get("params", ()):
            path = f"{call.attrs['path']}.{name}".lstrip(".")
            if path not in [other for names in shared.values() for other in names]:
                found[path] = Call(
                    Level.PARAMETER, "parameter", call.home, (shape,), (), {"kind": kind, "names": (path, *shared.get(path, ()))}
                )
    began = [Call(c.level, c.name, c.home, c.inputs, c.outputs, {**c.attrs, "began": k}) for k, c in enumerate(calls)]
    return Model("mine", "mine", "", "", (Input("input", x),), (layer,), ("fc",), {"": "Mine"}, (*began, *found.values()))


def call(
    path: str, x: Shape, y: Shape, params: Params | None = None, name: str = "mine.Part", frozen: str = "", **attrs: Any
) -> Call:
    own = tuple((n, shape, "bias" if "bias" in n else "weight", n != frozen) for n, shape in (params or {}).items())
    more = {"path": path, "leaf": bool(path)} | ({"params": own} if own else {}) | attrs
    return Call(Level.MODULE, name, path or ROOT, (x,), (y,), more)


def value(model: Model, tool: str, metric: str) -> int:
    return engine.total(engine.tally(model), convention.load(tool), metric)


X: Shape = (3, 5, 4)


def test_a_parameter_of_two_modules_counts_twice_where_rows_are_added_up() -> None:
    """An embedding of 7 × 4 whose weight is the output layer's: 28 once, 56 in rows; thop has a rule for the second alone."""
    calls = [
        call("", (3, 5), (3, 5, 7)),
        call("emb", (3, 5), X, {"weight": (7, 4)}, "nn.Embedding"),
        call("head", X, (3, 5, 7), {"weight": (7, 4)}, "nn.Linear"),
    ]
    model = network(calls, {"emb.weight": ["head.weight"]})
    assert [value(model, tool, "params") for tool in ("mac", *TOOLS)] == [28, 56, 56, 56, 56, 28]
    assert [value(model, tool, "memory_params") for tool in TOOLS[:4]] == [4 * 56] * 4
    rows = {p.layer: p.value for p in engine.predict(engine.tally(model), convention.load("torchinfo")) if p.metric == "params"}
    assert rows["(total)"] == 56


def test_parameters_that_no_row_has_make_up_for_shared_ones_in_the_rest_of_the_network() -> None:
    """What the network has beyond its rows is 20 - 28: no less than nothing, so 20 of them are in the list's sum."""
    calls = [
        call("", (3, 5), (3, 5, 7)),
        call("emb", (3, 5), X, {"weight": (7, 4)}, "nn.Embedding"),
        call("head", X, (3, 5, 7), {"weight": (7, 4)}, "nn.Linear"),
    ]
    calls[0] = call("", (3, 5), (3, 5, 7), {"gain": (20,)})
    model = network(calls, {"emb.weight": ["head.weight"]})
    assert value(model, "torchinfo", "params") == 56
    assert value(model, "torchinfo_009", "params") == 56, "what a shallow container holds is left out"
    assert value(model, "torchinfo", "memory_params") == 4 * 56


def test_a_module_that_two_paths_lead_to_counts_for_each() -> None:
    twin = call("a", X, (3, 5, 2), {"weight": (2, 4)}, "nn.Linear", twins=("b",))
    model = network([call("", X, (3, 5, 2)), twin])
    assert value(model, "torchinfo", "compute") == 3 * 2 * 4
    assert value(model, "torchinfo_009", "compute") == 2 * 3 * 2 * 4
    assert value(model, "thop", "compute") == 4 * 3 * 5 * 2 * 4
    assert value(model, "thop", "params") == 2 * 8


def test_parameters_with_longer_names_are_multiplied_by_two_sizes() -> None:
    """An LSTM of 4 inputs and 2 states over 5 steps of 3 sequences: 4 gates of 2 rows, each over 4 and 2."""
    params = {"weight_ih_l0": (8, 4), "weight_hh_l0": (8, 2), "bias_ih_l0": (8,), "bias_hh_l0": (8,)}
    settings = {"input_size": 4, "hidden_size": 2, "num_layers": 1, "bias": True}
    lstm = call("r", X, (3, 5, 2), params, "nn.LSTM", settings=settings)
    model = network([call("", X, (3, 5, 2)), lstm])
    gates = sum(4 + 2 for _ in range(3 * 5) for _ in range(4) for _ in range(2))
    assert value(model, "torchinfo", "compute") == gates + 3 * 5 * 16
    assert value(model, "torchinfo_009", "compute") == gates
    assert value(model, "torch_summary_145", "compute") == 48
    assert value(model, "thop", "compute") == gates + 3 * 5 * (16 + 8 + 4 * 2)
    assert value(model, "torchsummary_151", "params") == 0


def test_a_class_passes_for_a_convolution_by_its_name_and_for_one_with_a_rule_by_being_it() -> None:
    """All output sizes but the second: of (3, 6, 2) it is 3 · 2, be the channels where they may."""
    mine = call("c", X, (3, 6, 2), {"weight": (4, 2), "bias": (2,)}, "mine.nets.Conv1D")
    model = network([call("", X, (3, 6, 2)), mine])
    assert value(model, "torchinfo", "compute") == 3 * 2 * (8 + 2)
    assert value(model, "torchinfo_009", "compute") == 3 * 2 * 8
    assert value(model, "torch_summary_145", "compute") == 2 * 8
    assert value(model, "thop", "compute") == value(model, "thop", "params") == 0


def test_containers_count_for_what_lies_inside_and_modules_that_nobody_calls_are_in_no_row() -> None:
    calls = [
        call("", X, X),
        call("block", X, X, {"scale_weight": (4,)}, leaf=False),
        call("block.fc", X, X, {"weight": (4, 4), "bias": (4,)}, "nn.Linear"),
    ]
    model = network(calls)
    aux = Call(Level.PARAMETER, "parameter", "aux", ((9, 9),), (), {"kind": "weight", "names": ("aux.weight",)})
    model = replace(model, calls=(*model.calls, aux))
    assert value(model, "torchinfo", "params") == 20 + 4 + 81
    assert value(model, "torchinfo_009", "params") == 20
    assert value(model, "torchinfo", "compute") == 3 * 20
    assert value(model, "torchinfo_009", "compute") == 3 * 16 + 3 * 5 * (16 + 4)
    assert value(model, "torch_summary_145", "compute") == 16 + 16 + 4


def test_the_first_of_a_tuple_and_the_last_of_a_mapping_stand_for_an_output() -> None:
    part = {"weight": (4, 4)}
    pair = ("tuple", ("tensor", 4, 3, 5, 2), ("tensor", 4, 3, 5, 4))
    named = ("dict", ("tensor", 4, 3, 5, 2), ("tensor", 8, 3, 5, 4))
    for made, size, wide in ((pair, 30, 30), (named, 60, 120)):
        model = network([call("", X, X), call("p", X, (3, 5, 2), part, made=made)])
        assert value(model, "torchinfo", "memory_activations") == 8 * wide
        assert value(model, "torchinfo_009", "memory_activations") == 8 * size
    model = network([call("", X, X), call("p", X, (3, 5, 2), part, made=pair)])
    assert value(model, "torchsummary_151", "memory_activations") == 8 * (5 * 2 * 5 * 4)


def test_the_first_size_of_an_output_is_taken_for_the_batch() -> None:
    """Six windows of three samples: a summary that is told a batch of 3 puts 3 there."""
    model = network([call("", X, X), call("p", (6, 5, 4), (6, 5, 2), {"weight": (2, 4)}, "nn.Linear")])
    assert value(model, "torchsummary_151", "memory_activations") == 8 * 3 * 5 * 2
    assert value(model, "torchinfo", "memory_activations") == 8 * 6 * 5 * 2


def test_what_is_frozen_or_made_from_others_is_told_apart() -> None:
    frozen = call("p", X, X, {"weight": (4, 4), "bias": (4,)}, frozen="weight")
    lent = call(
        "q", X, X, {"weight_g": (4, 1), "weight_v": (4, 4), "bias": (4,)}, "nn.Linear", tensors=(("weight", (4, 4), False),)
    )
    model = network([call("", X, X), frozen, lent])
    assert value(model, "torchsummary_151", "params") == value(model, "torchsummary_151", "params_nontrainable") == 40
    assert value(model, "torchinfo", "params") == 20 + 24
    assert value(model, "torchinfo", "compute") == 3 * 20 + 3 * 4 + 3 * 5 * 20
    assert value(model, "thop", "compute") == 3 * 5 * 16
