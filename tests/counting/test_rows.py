"""A list that has one row for a class and a number: what its rows add up to, by hand."""

from __future__ import annotations

from typing import Any

import pytest

from crosscheck.contract.call import Call, Level, Shape
from crosscheck.contract.network import ROOT, Input, Layer, Model
from crosscheck.conventions import read as convention
from crosscheck.counting import engine

X: Shape = (2, 6)
HELD: dict[str, Any] = {"params": (("weight", (6, 6), "weight", True), ("bias", (6,), "bias", False))}


def call(path: str, row: tuple[str, str], name: str = "nn.Linear", **attrs: Any) -> Call:
    return Call(Level.MODULE, name, path or ROOT, (X,), (X,), {"path": path, "row": row, "leaf": bool(path)} | attrs)


def total(metric: str, *seen: Call, tool: str = "paddle_summary") -> int:
    layers = tuple(Layer(p, "other", {}, ("input",), (X,), (X,)) for p in dict.fromkeys(c.home for c in seen) if p != ROOT)
    calls = tuple(Call(c.level, c.name, c.home, c.inputs, c.outputs, {**c.attrs, "began": k}) for k, c in enumerate(seen))
    order = (*calls[1:], calls[0])  # the network's own call ends last
    model = Model("mine", "mine", "", "", (Input("input", X),), layers, (layers[-1].id,), {"": "Mine"}, order)
    return engine.total(engine.tally(model), convention.load(tool), metric)


NET = call("", ("Mine", "0"), "mine.Mine")


@pytest.mark.parametrize(
    ("seen", "params", "trainable", "outputs"),
    [
        ([call("a", ("Linear", "0"), **HELD)], 42, 36, 12),
        ([call("a", ("Linear", "0"), **HELD), call("a", ("Linear", "0"), again=True, **HELD)], 42, 36, 12),
        ([call("a", ("Linear", "0"), **HELD), call("b", ("Linear", "0"), **HELD)], 42, 36, 12),
        ([call("a", ("Linear", "0"), **HELD), call("b", ("Linear", "1"), **HELD)], 84, 72, 24),
        ([call("a", ("Sequential", "0"), chain=True, **HELD), call("b", ("ReLU", "0"))], 0, 0, 12),
        ([call("a", ("LSTM", "0"), chain=True, settings={"could_use_cudnn": True}, **HELD)], 42, 36, 12),
        ([call("a", ("Norm", "0"), kept=(("_mean", (6,)),))], 6, 0, 12),
        (
            [call("a", ("Two", "0"), made=("tuple", ("tensor", 4, 2, 6), ("tensor", 4, 5), ("other", "NoneType")))],
            0,
            0,
            12 + 5 + 1,
        ),
        ([call("a", ("Keys", "0"), made=("dict", ("tensor", 4, 2, 6)))], 0, 0, 1),
    ],
    ids=["one", "again", "of one name", "of two", "a sequence", "recurrent", "statistics", "a tuple", "a dictionary"],
)
def test_rows_are_written_by_the_last_call_of_their_name(seen: list[Call], params: int, trainable: int, outputs: int) -> None:
    assert total("params", NET, *seen) == params
    assert total("params_trainable", NET, *seen) == trainable
    assert total("params_nontrainable", NET, *seen) == params - trainable
    assert total("memory_activations", NET, *seen) == 8 * outputs
    assert total("memory_params", NET, *seen) == 4 * params
    assert total("memory_input", NET, *seen) == 4 * 12


def test_what_a_network_holds_itself_has_no_row() -> None:
    assert total("params", call("", ("Mine", "0"), "mine.Mine", **HELD), call("a", ("Linear", "0"), **HELD)) == 42


def test_hooks_are_as_many_as_paths_and_layers_count_by_their_exact_class() -> None:
    linear, odd = call("a", ("Linear", "0"), twins=("b.a",), **HELD), call("c", ("Thin", "0"), "mine.Thin", **HELD)
    assert total("compute", NET, linear, odd, tool="paddle_flops") == 2 * (2 * 6 * 6)
    assert total("params", NET, linear, odd, tool="paddle_flops") == 84
    block = call("d", ("Block", "0"), "mine.Block", **{**HELD, "leaf": False})
    assert total("params", NET, linear, block, tool="paddle_flops") == 42
