"""Writing a network down: what a call reads, what is refused, and calling a layer again."""

from __future__ import annotations

from typing import Any

import pytest

from crosscheck.counting.engine import tally
from crosscheck.errors import SpecError
from crosscheck.models.writer import Graph


def test_a_layer_reads_the_one_before_unless_told_otherwise() -> None:
    g = Graph("net", (1, 3, 8, 8))
    first = g.add("first", "conv", out_channels=4, kernel=3)
    g.add("second", "relu")
    g.add("third", "add", first, "second")
    g.add("fourth", "tanh", "input")
    model = g.build()
    assert {x.id: x.inputs for x in model.layers} == {
        "first": ("input",),
        "second": ("first",),
        "third": ("first", "second"),
        "fourth": ("input",),
    }
    assert model.outputs == ("fourth",)
    assert (g.shape(), g.shape("first"), g.shape("input")) == ((1, 3, 8, 8), (1, 4, 6, 6), (1, 3, 8, 8))


def test_attributes_are_completed_for_every_axis() -> None:
    g = Graph("net", (1, 3, 8, 7))
    g.add("conv", "conv", out_channels=4, kernel=(3, 2), padding="same", stride=2)
    g.add("pool", "maxpool", kernel=2)
    conv, pool = (dict(x.attrs) for x in g.build().layers)
    assert (conv["stride"], conv["padding"], conv["in_channels"], conv["bias"]) == ((2, 2), ((0, 1), (0, 1)), 3, True)
    assert (pool["kernel"], pool["stride"]) == ((2, 2), (2, 2)), "a pooling strides by its window unless told otherwise"


def test_unknown_inputs_and_taken_ids_are_refused() -> None:
    g = Graph("net", (1, 3, 8, 8))
    with pytest.raises(SpecError, match="net: layer 'a' reads 'nowhere', which no earlier layer makes"):
        g.add("a", "relu", "nowhere")
    g.add("a", "conv", out_channels=4, kernel=3)
    g.add("b", "relu")
    for taken in ("a", "input"):
        with pytest.raises(SpecError, match=f"layer id '{taken}' is used twice"):
            g.add(taken, "relu", "b")
    assert [x.id for x in g.build().layers] == ["a", "b"], "a refused call leaves nothing behind"


def test_a_layer_may_be_called_again_with_the_same_attributes_alone() -> None:
    g = Graph("net", (2, 4, 8, 8))
    g.add("conv", "conv", out_channels=4, kernel=3, padding=1)
    g.add("again", "conv", call_of="conv", out_channels=4, kernel=3, padding=1)
    g.add("relu", "relu")
    odd: list[tuple[str, str, dict[str, Any], str]] = [
        ("other_attrs", "conv", {"out_channels": 4, "kernel": 5, "padding": 1}, "conv"),
        ("other_op", "tanh", {}, "relu"),
        ("nothing_there", "tanh", {}, "later"),
        ("an_input", "tanh", {}, "input"),
    ]
    for name, op, attrs, of in odd:
        with pytest.raises(SpecError, match=f"layer '{name}' calls '{of}' again"):
            g.add(name, op, call_of=of, **attrs)
    counted = tally(g.build())
    assert counted.sum("weight") == 4 * 4 * 9
    assert counted.sum("mac") == 2 * (4 * 4 * 9) * (2 * 8 * 8), "two calls, batch 2, 8×8 positions"


def test_another_call_needs_the_channels_of_the_first() -> None:
    g = Graph("net", (1, 2, 8, 8))
    g.add("conv", "conv", out_channels=4, kernel=1)
    with pytest.raises(SpecError, match="layer 'again' calls 'conv' again with"):
        g.add("again", "conv", call_of="conv", out_channels=4, kernel=1)  # 4 channels come in now, not 2
