"""Counts as sums over sizes: of images that nobody solved them from, and refused where a network refuses."""

from __future__ import annotations

import random

import pytest

from crosscheck import models
from crosscheck.contract.network import Layer, Model
from crosscheck.counting.engine import tally
from crosscheck.errors import CrosscheckError
from crosscheck.studies.site import counts, forms, sizes
from crosscheck.studies.site.solve import Independent, Solver
from crosscheck.studies.site.terms import UNEVEN, Key
from tests.helpers import floor

NAMES = (
    "alexnet",
    "alexnet-paper",
    "lenet5-1998",
    "resnet18-d",
    "resnet50-v2-keras",
    "se-resnext50-32x4d",
    "vgg16-bn",
    "single-linear",
)


def wanted(model: Model) -> dict[Key, int]:
    """Counts as the engine has them, those left out that the page works out by itself."""
    return {
        (kind, depth, op, primitive): n
        for (kind, depth), sums in tally(model).groups.items()
        for op, found in sums.items()
        for primitive, n in found.items()
        if n and primitive not in UNEVEN
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_form_counts_any_image_as_the_engine_does_and_refuses_what_it_refuses(name: str) -> None:
    form, channels = forms.of(name), models.get(name).input[0]
    assert form is not None
    rng, seen = random.Random(name), {"taken": 0, "refused": 0}
    for _ in range(24):
        height, width, batch = rng.choice((rng.randint(1, 40), rng.randint(40, 700))), 32 * rng.randint(1, 20), rng.randint(1, 9)
        found = forms.counts(form, height, width, batch)
        try:
            model = models.build(name, batch=batch, input_shape=(channels, height, width))
        except CrosscheckError:
            assert found is None, (height, width)
            seen["refused"] += 1
        else:
            assert found == wanted(model), (height, width, batch)
            seen["taken"] += 1
    floor(seen, taken=5)


@pytest.mark.parametrize("name", ["resnet50", "vgg16"])
def test_the_form_of_its_own_size_is_of_that_alone_and_grows_evenly_with_the_batch(name: str) -> None:
    c = counts.described([name], own_size=True)[0]
    assert not c.anywhere
    assert forms.counts(c.form, 224, 224, 5) == wanted(models.build(name, batch=5))


def test_a_network_whose_sizes_no_rule_says_has_no_form(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that has a layer more for some images is caught as images are looked at."""
    honest = models.build

    def odd(name: str, **how: object) -> Model:
        model = honest(name, **how)  # type: ignore[arg-type]
        if model.inputs[0].shape[2] % 2 == 0:
            return model
        *layers, last = model.layers
        return Model(
            "odd", "odd", "", "", model.inputs, (*layers, Layer("more", "relu", {}, (last.id,), (last.y,), (last.y,))), ("more",)
        )

    monkeypatch.setattr(models, "build", odd)
    assert forms.of("lenet") is None


def test_sizes_are_named_once_however_often_a_network_has_them() -> None:
    found = sizes.of(models.build("resnet152"))
    assert found is not None
    assert len(found.steps) == len(set(found.steps)) < 25
    assert found.equal == {}


def test_multiples_are_whole_or_none() -> None:
    rows = [(1, 4, 9), (1, 6, 20), (1, 15, 8)]
    solver = Solver(rows)
    times = (7, -2, 10**20)
    assert solver.multiples([sum(n * x for n, x in zip(times, row, strict=True)) for row in rows]) == times
    assert solver.multiples([1, 1, 2]) is None
    kept = Independent()
    assert [kept.keeps(row) for row in (*rows[:2], (2, 10, 29), rows[2], (0, 0, 1))] == [True, True, False, True, False]
