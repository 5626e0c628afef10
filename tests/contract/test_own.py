"""A user's network crosses to its worker unchanged; its tensors are found wherever they are."""

from __future__ import annotations

import json
from collections import UserDict
from dataclasses import dataclass
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crosscheck.contract.network import Input
from crosscheck.contract.own import Blank, Own, inputs, unseen

sizes = st.lists(st.integers(1, 9), max_size=4).map(tuple)
blanks = st.builds(Blank, sizes, st.sampled_from(["float32", "int64", "bool"]))
plain = st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=4)
values: Any = st.recursive(
    plain | blanks, lambda more: st.lists(more, max_size=3).map(tuple) | st.dictionaries(st.text(max_size=3), more, max_size=3)
)


@given(st.text(max_size=5), st.lists(values, max_size=3).map(tuple), st.dictionaries(st.text(max_size=3), values, max_size=3))
def test_a_job_gives_back_what_it_was_given(maker: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    own = Own(maker, ("/a", "/b"), "", args, kwargs)
    assert Own.from_json(json.loads(json.dumps(own.to_json()))) == own


@dataclass
class Pair:
    left: Blank
    right: Blank


def test_tensors_are_found_in_all_that_holds_them_in_order_and_under_names_of_their_own() -> None:
    a, b = Blank((1, 2)), Blank((3,))
    args = (a, 5, (b, a), Pair(a, b), UserDict(mask=b))
    assert inputs(args, {"left": a, "flag": True}) == (
        Input("input", (1, 2)),
        Input("input2", (3,)),
        Input("input21", (1, 2)),
        Input("left", (1, 2)),
        Input("right", (3,)),
        Input("mask", (3,)),
        Input("left_2", (1, 2)),
    )
    model = unseen("net", "nets.py:net", inputs(args, {}))
    assert (model.input_text, model.layers[0].op) == ("1x2+3+1x2+1x2+3+3", "unknown")


@given(st.lists(values, max_size=4).map(tuple), st.dictionaries(st.text(max_size=2), values, max_size=3))
def test_no_name_of_an_input_is_there_twice(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    names = [i.name for i in inputs(args, kwargs)]
    assert len(set(names)) == len(names)
