"""The engine's own counts of captured networks: lower bounds where a layer that they have no word on could add something."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crosscheck import models
from crosscheck.contract.call import Call, Level
from crosscheck.contract.network import ROOT, Layer, Model
from crosscheck.contract.origin import Origin
from crosscheck.conventions import read as conventions
from crosscheck.counting import engine
from crosscheck.subjects import partial

NEUTRAL = [c.id for c in map(conventions.load, conventions.ids()) if c.scope]
SHAPE, SQUARE = (1, 1, 28, 28), (1, 28, 28)


def captured(*kernels: str) -> Model:
    """LeNet behind a layer that nobody described, which runs these kernels."""
    lenet = models.build("lenet")
    name = lenet.inputs[0].name
    odd = Layer("mix", "other", {}, (name,), (SHAPE,), (SHAPE,), origin=Origin(native="mine.Mix"))
    first = replace(lenet.layers[0], inputs=("mix",))
    calls = tuple(Call(Level.KERNEL, k, "mix", (SQUARE, SQUARE), (SQUARE,)) for k in kernels or ("view",))
    return replace(lenet, layers=(odd, first, *lenet.layers[1:]), calls=calls)


@pytest.mark.parametrize("name", NEUTRAL)
def test_a_layer_without_a_word_takes_nothing_from_what_is_counted(name: str) -> None:
    c, model = conventions.load(name), captured("bmm")
    lenet = engine.tally(models.build("lenet"))
    counted, opened = engine.tally(model), partial.opened(c, model)
    assert len(c.metrics) > 0
    for metric in c.metrics:
        assert engine.total(counted, opened, metric) == engine.total(lenet, c, metric)


@pytest.mark.parametrize(
    ("kernel", "named"),
    [
        ("view", []),
        ("add", ["arithmetic", "cs231n"]),
        ("sum", ["arithmetic", "cs231n"]),
        ("bmm", NEUTRAL),
        ("a_kernel_that_nobody_knows", NEUTRAL),
    ],
)
def test_only_who_could_count_it_lacks_it(kernel: str, named: list[str]) -> None:
    model = captured(kernel)
    lacking = {name: partial.lacking(conventions.load(name), model) for name in conventions.ids()}
    assert {name: says for name, says in lacking.items() if says} == dict.fromkeys(named, "1 mine.Mix")


def test_what_a_container_runs_beside_all_layers_is_named_by_its_kernels() -> None:
    model = captured("view")
    model = replace(model, calls=(*model.calls, Call(Level.KERNEL, "bmm", ROOT, (SQUARE, SQUARE), (SQUARE,))))
    assert partial.lacking(conventions.load("neurons"), model) == f"bmm in {ROOT}"


def test_a_described_network_is_counted_as_ever() -> None:
    model = models.build("lenet")
    for name in NEUTRAL:
        c = conventions.load(name)
        assert partial.opened(c, model) is c
        assert not partial.lacking(c, model)
