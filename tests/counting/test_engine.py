"""The engine: counts times weights, layer by layer, and where a call goes that a tool sees in its own way or not at all."""

from __future__ import annotations

import pytest

from crosscheck.contract.network import BARE, Model
from crosscheck.contract.rows import TOTAL, UNATTRIBUTED
from crosscheck.conventions import read as convention
from crosscheck.conventions.table import FUNCTIONAL, Convention
from crosscheck.counting.engine import Tally, predict, tally, total
from crosscheck.errors import ConventionError
from crosscheck.models.writer import Graph
from tests.helpers import convention_text, made_up
from tests.random_networks import every_op

MACS = {"compute": {"conv": {"mac": 1}}}


def placed(entry: str) -> Convention:
    """A convention that charges MACs of convolutions, with one more entry in its table."""
    return convention.parse(convention_text("own", MACS).replace("[compute]\n", f"[compute]\n{entry}\n", 1), "own.toml")


def values(t: Tally, c: Convention) -> dict[str, int]:
    """Predicted values by layer, zeros left out."""
    return {p.layer: p.value for p in predict(t, c) if p.value}


def deep(functional: bool = True) -> Model:
    """Convolutions of one MAC a pixel: one, two and three deep, the middle one without a module of its own."""
    g = Graph("deep", (1, 1, 4, 4))
    g.add("one", "conv", out_channels=1, kernel=1)
    g.add("a.two", "conv", out_channels=1, kernel=1, functional=functional)
    g.add("a.b.three", "conv", out_channels=1, kernel=1)
    g.add("a.b.again", "conv", call_of="one", out_channels=1, kernel=1)
    return g.build()


def test_each_layer_is_weighed_and_the_total_is_their_sum() -> None:
    c = made_up("both", {"compute": {"conv": {"mac": 2, "bias_add": -1}}, "params": {"linear": {"weight": 1, "bias": 1}}})
    counted = tally(every_op())
    counts = {layer.id: n for layer, n in counted.layers}
    rows = {(p.metric, p.layer): p for p in predict(counted, c)}
    assert rows["compute", "stem.conv"].value == 2 * counts["stem.conv"]["mac"] - counts["stem.conv"]["bias_add"]
    assert rows["compute", "head.fc"].value == 0
    assert rows["params", "head.fc"].value == counts["head.fc"]["weight"] + 5
    for metric in c.metrics:
        assert {p.unit for p in rows.values()} == {"both units"}
        layers = [p.value for (m, layer), p in rows.items() if m == metric and layer != TOTAL]
        assert len(layers) == len(counts)
        assert rows[metric, TOTAL].value == sum(layers) == total(counted, c, metric)


@pytest.mark.parametrize(
    ("entry", "wanted"),
    [
        ("", {"one": 16, "a.two": 16, "a.b.three": 16, "a.b.again": 16, TOTAL: 64}),
        ('functional = "layer"', {"one": 16, "a.two": 16, "a.b.three": 16, "a.b.again": 16, TOTAL: 64}),
        ('functional = "container"', {"one": 16, "a.b.three": 16, "a.b.again": 16, UNATTRIBUTED: 16, TOTAL: 64}),
        ('functional = "ignored"', {"one": 16, "a.b.three": 16, "a.b.again": 16, TOTAL: 48}),
        ('depth = 2\ndeeper = "ignored"', {"one": 16, "a.two": 16, "a.b.again": 16, TOTAL: 48}),
        ('depth = 2\ndeeper = "container"', {"one": 16, "a.two": 16, "a.b.again": 16, UNATTRIBUTED: 16, TOTAL: 64}),
        ('depth = 1\ndeeper = "ignored"', {"one": 16, "a.b.again": 16, TOTAL: 32}),
        ('depth = 1\ndeeper = "ignored"\nfunctional = "container"', {"one": 16, "a.b.again": 16, UNATTRIBUTED: 16, TOTAL: 48}),
    ],
)
def test_calls_without_a_module_and_deep_ones_go_where_the_convention_says(entry: str, wanted: dict[str, int]) -> None:
    counted = tally(deep())
    assert values(counted, placed(entry)) == wanted
    assert total(counted, placed(entry), "compute") == wanted[TOTAL]


def test_a_network_without_functional_calls_is_seen_alike() -> None:
    counted = tally(deep(functional=False))
    for where in FUNCTIONAL:
        assert values(counted, placed(f'functional = "{where}"'))[TOTAL] == 64


def test_a_network_that_is_one_layer_may_be_out_of_sight() -> None:
    g = Graph("bare", (1, 1, 4, 4))
    g.container("", BARE)
    g.add("op", "conv", out_channels=1, kernel=1)
    blind = placed('bare = { source = "own.py:3", says = "it asks for children" }')
    assert values(tally(g.build()), placed("")) == {"op": 16, TOTAL: 16}
    assert values(tally(g.build()), blind) == {}
    assert values(tally(deep()), blind) == values(tally(deep()), placed("")), "any other network is seen"


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ('functional = "elsewhere"', "functional"),
        ("depth = 2", "depth, a positive integer, and deeper belong together"),
        ('deeper = "ignored"', "depth, a positive integer, and deeper belong together"),
        ('depth = 0\ndeeper = "ignored"', "depth, a positive integer, and deeper belong together"),
        ('depth = 2\ndeeper = "elsewhere"', "deeper"),
        ('bare = "yes"', "'bare' is missing or not a dict"),
        ('bare = { says = "why" }', "'source' is missing"),
    ],
)
def test_a_place_that_is_none_is_refused(entry: str, message: str) -> None:
    with pytest.raises(ConventionError, match=rf"own\.toml: .*{message}"):
        placed(entry)
