"""Two networks compared: nothing for equals, the same from both sides, terms that add up."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from crosscheck import models
from crosscheck.contract.network import Model
from crosscheck.diff import Amounts, Comparison, compare
from crosscheck.diff.align import align
from crosscheck.diff.canonical import canonical
from tests.random_networks import networks

ALL = sorted(models.variants())
FAMILIES = ["lenet", "lenet5", "alexnet", "alexnet-paper", "vgg11", "vgg16", "vgg16-bn", "resnet18", "resnet18-a", "resnet50"]
FAMILIES += ["resnet50-v1", "resnet50-keras", "resnet101"]


def content(c: Comparison, turned: bool = False) -> Counter[Any]:
    """What every difference is about and adds, without its words; ``turned`` as seen from the other side."""
    nothing = Amounts()
    return Counter(
        (d.cause, *((d.there, d.here, nothing - d.amounts) if turned else (d.here, d.there, d.amounts))) for d in c.differences
    )


@pytest.mark.parametrize("name", ALL)
def test_a_network_does_not_differ_from_itself(name: str) -> None:
    model = models.build(name, batch=2)
    found = compare(model, Model.from_json(model.to_json()))
    assert found.differences == ()
    assert found.same
    assert found.paired > 0


@pytest.mark.parametrize(("here", "there"), list(combinations(FAMILIES, 2)))
def test_terms_add_up_and_both_sides_tell_the_same(here: str, there: str) -> None:
    a, b = models.build(here), models.build(there)
    found, back = compare(a, b), compare(b, a)
    assert found.residual == back.residual == Amounts()
    assert found.difference == Amounts() - back.difference
    assert not found.same
    assert content(found) == content(back, turned=True)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(networks(), networks())
def test_random_networks_obey_the_same_laws(a: Model, b: Model) -> None:
    assert compare(a, a).differences == ()
    found, back = compare(a, b), compare(b, a)
    assert found.residual == Amounts()
    assert content(found) == content(back, turned=True)
    pairs = align(canonical(a).units, canonical(b).units)
    for side, model in enumerate((a, b)):
        assert [p[side].layer.id for p in pairs if p[side]] == [u.id for u in canonical(model).units], "each once, in order"  # type: ignore[union-attr]


@pytest.mark.parametrize(("here", "there"), [("resnet50", "resnet50-v1"), ("vgg16", "vgg19"), ("resnet18-c", "resnet18-a")])
def test_networks_too_large_to_weigh_every_pair_obey_the_same_laws(
    here: str, there: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crosscheck.diff.align.CELLS", 0)
    a, b = models.build(here), models.build(there)
    found = compare(a, b)
    assert not found.same
    assert found.residual == Amounts()
    assert content(found) == content(compare(b, a), turned=True)
    assert compare(a, a).differences == ()
