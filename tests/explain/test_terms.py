"""Laws of an explanation: its terms add up to the number or the difference that the engine computes apart from them."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosscheck import models
from crosscheck.contract.network import Model
from crosscheck.contract.rows import TOTAL
from crosscheck.conventions import read as convention
from crosscheck.conventions.table import FUNCTIONAL, Convention
from crosscheck.counting.engine import Tally, predict, tally, total
from crosscheck.explain import terms as explain
from crosscheck.models.writer import Graph
from tests.helpers import convention_text, floor, made_up
from tests.random_networks import every_op, networks

DEEP = ['depth = 2\ndeeper = "container"', 'depth = 1\ndeeper = "ignored"']
PLACES = [f'functional = "{where}"' for where in FUNCTIONAL] + DEEP
BUSY = ("conv", "linear", "relu", "maxpool", "batchnorm", "add")
HELD = {op: sorted(tally(every_op()).totals[op]) for op in BUSY}  # primitives that random networks often have
WEIGHTS = st.integers(-3, 3).filter(bool)
CHARGES = {op: st.dictionaries(st.sampled_from(held), WEIGHTS, min_size=1, max_size=4) for op, held in HELD.items()}
TABLES = st.fixed_dictionaries({}, optional=CHARGES) | st.fixed_dictionaries(CHARGES)


@st.composite
def conventions(draw: Any, id: str) -> Convention:
    """A convention with random weights on random ops, written as TOML and read back."""
    text = convention_text(id, {"compute": draw(TABLES)})
    return convention.parse(text.replace("[compute]\n", f"[compute]\n{draw(st.sampled_from(PLACES))}\n", 1), f"{id}.toml")


def predicted(t: Tally, c: Convention) -> dict[str, int]:
    """The engine's own number for every layer and the total."""
    return {p.layer: p.value for p in predict(t, c)}


def summed(terms: list[explain.Term]) -> int:
    return sum(t.value for t in terms)


def test_terms_add_up_to_the_difference_in_total_and_in_every_layer() -> None:
    reached: Counter[str] = Counter()

    @settings(max_examples=80, deadline=None)
    @given(networks(), conventions("a"), conventions("b"))
    def law(model: Model, a: Convention, b: Convention) -> None:
        t = tally(model)
        numbers_a, numbers_b = predicted(t, a), predicted(t, b)
        for layer in numbers_a.keys() & numbers_b.keys():
            assert summed(explain.number(t, a, "compute", layer)) == numbers_a[layer], layer
            there = summed(explain.difference(t, a, t, b, "compute", layer))
            assert there == numbers_a[layer] - numbers_b[layer], layer
            assert summed(explain.difference(t, b, t, a, "compute", layer)) == -there, layer
            reached["differ in total" if layer == TOTAL else "differ in a layer"] += there != 0
        assert TOTAL in numbers_a.keys() & numbers_b.keys()
        assert explain.difference(t, a, t, a, "compute") == [], "a tool does not differ from itself"

    law()
    floor(reached, **{"differ in total": 15, "differ in a layer": 20})


def test_terms_add_up_where_two_tools_saw_different_networks() -> None:
    reached: Counter[str] = Counter()

    @settings(max_examples=80, deadline=None)
    @given(networks(), networks(), conventions("a"), conventions("b"))
    def law(seen: Model, other: Model, a: Convention, b: Convention) -> None:
        t, u = tally(seen), tally(other)
        terms = explain.difference(t, a, u, b, "compute")
        assert summed(terms) == total(t, a, "compute") - total(u, b, "compute")
        assert summed(explain.difference(u, b, t, a, "compute")) == -summed(terms)
        by_graph = explain.difference(t, a, u, a, "compute")
        assert {term.cause for term in by_graph} <= {"graph"}, "one convention on two networks differs by what it saw alone"
        reached.update(term.cause for term in (*terms, *by_graph))

    law()
    floor(reached, graph=80, weight=40)


def test_every_term_is_its_own_arithmetic_and_the_largest_comes_first() -> None:
    reached: Counter[str] = Counter()

    @settings(max_examples=60, deadline=None)
    @given(networks(), conventions("a"), conventions("b"))
    def law(model: Model, a: Convention, b: Convention) -> None:
        t = tally(model)
        terms = explain.difference(t, a, t, b, "compute")
        for term in terms:
            charge = term.weight_a - term.weight_b if term.cause == "weight" else term.weight_a
            assert term.value == charge * term.count != 0
            assert term.source
            assert str(abs(term.weight_a)) in term.says or term.cause == "graph"
        assert [abs(x.value) for x in terms] == sorted((abs(x.value) for x in terms), reverse=True)
        keys = [(x.cause, x.op, x.primitive) for x in terms]
        assert len(set(keys)) == len(keys)
        reached["terms"] += len(terms)
        reached["several"] += len(terms) > 1

    law()
    floor(reached, terms=40, several=8)


def test_a_weight_term_names_both_charges_and_both_sources() -> None:
    a = made_up("alpha", {"compute": {"conv": {"mac": 2}, "relu": {"out_elements": 1}}}, quirks={"relu": "a relu is not free"})
    b = made_up("beta", {"compute": {"conv": {"mac": 1}}})
    g = Graph("net", (1, 3, 8, 8))
    g.add("conv", "conv", out_channels=4, kernel=3, bias=False)
    g.add("relu", "relu")
    t = tally(g.build())
    first, second = explain.difference(t, a, t, b, "compute")
    macs = 4 * 3 * 3 * 3 * 6 * 6
    assert (first.op, first.primitive, first.weight_a, first.weight_b, first.count, first.value) == (
        "conv",
        "mac",
        2,
        1,
        macs,
        macs,
    )
    assert first.says.endswith("alpha charges 2, beta 1")
    assert first.source == "alpha.py:1; beta.py:1"
    assert (first.cause, first.quirk) == ("weight", "")
    assert (second.op, second.value, second.weight_b, second.quirk) == ("relu", 4 * 6 * 6, 0, "a relu is not free")
    assert second.source == "alpha.py:1"


def test_a_graph_term_says_how_much_more_was_seen() -> None:
    c = made_up("alpha", {"compute": {"conv": {"mac": 2}}})
    v15, v1 = (tally(models.build(name)) for name in ("resnet50", "resnet50-v1"))
    (term,) = explain.difference(v15, c, v1, c, "compute")
    assert (term.cause, term.op, term.primitive, term.weight_a) == ("graph", "conv", "mac", 2)
    assert term.count == v15.sum("mac") - v1.sum("mac") == 4_089_184_256 - 3_857_973_248
    assert term.value == 2 * term.count
    assert "+231,211,008 of them for alpha" in term.says


def test_a_layer_that_only_one_of_them_saw_is_all_graph() -> None:
    c = made_up("alpha", {"compute": {"tanh": {"out_elements": 3}}})
    g = Graph("net", (1, 3, 8, 8))
    g.add("relu", "relu")
    without = tally(g.build())
    g.add("tanh", "tanh")
    with_it = tally(g.build())
    for seen_a, seen_b, sign in ((with_it, without, 1), (without, with_it, -1)):
        (term,) = explain.difference(seen_a, c, seen_b, c, "compute", "tanh")
        assert (term.cause, term.value) == ("graph", sign * 3 * 3 * 8 * 8)


def test_every_convention_explains_its_own_number_on_every_op() -> None:
    t = tally(every_op())
    for name in convention.ids():
        c = convention.load(name)
        for metric in c.metrics:
            assert summed(explain.number(t, c, metric)) == total(t, c, metric), (name, metric)


MEMORY = [c for c in convention.ids() if "memory" in convention.load(c).metrics]


@pytest.mark.parametrize("name", MEMORY)
def test_a_metric_that_adds_up_others_is_explained_in_total_and_in_every_layer(name: str) -> None:
    """Also where its parts see different things of one op, as one that looks four levels deep and one that looks on."""
    a = convention.load(name)
    g = Graph("deep", (2, 3, 8, 8))
    g.container("a", "Block")
    first = g.add("a.b.c.d.conv", "conv", out_channels=3, kernel=3, padding=1)
    g.add("a.held", "conv", out_channels=3, kernel=1, functional=True)
    g.add("a.b2.c.d.e.again", "conv", call_of=first, out_channels=3, kernel=3, padding=1)
    g.add("bn", "batchnorm", affine=False)
    for model in (g.build(), every_op()):
        t = tally(model)
        numbers = {p.layer: p.value for p in predict(t, a) if p.metric == "memory"}
        for layer, value in numbers.items():
            assert summed(explain.number(t, a, "memory", layer)) == value, layer
        for other in MEMORY:
            b = convention.load(other)
            theirs = {p.layer: p.value for p in predict(t, b) if p.metric == "memory"}
            for layer in (TOTAL, *(x.id for x in model.layers)):
                terms = explain.difference(t, a, t, b, "memory", layer)
                assert summed(terms) == numbers[layer] - theirs[layer], (name, other, layer)
            assert b is not a or explain.difference(t, a, t, b, "memory") == []


def test_weights_of_one_primitive_in_several_parts_become_one_term() -> None:
    t, c = tally(every_op()), convention.load("arithmetic")
    terms = [x for x in explain.number(t, c, "compute") if (x.op, x.primitive) == ("linear", "mac")]
    assert [x.weight_a for x in terms] == [2], "a product and a sum"
    assert summed(explain.number(t, c, "compute")) == total(t, c, "compute")
