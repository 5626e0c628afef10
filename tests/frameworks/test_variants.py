"""Every variant of every family, batch 1 and 2: the adapter's contract, and residual 0 in every cell."""

from __future__ import annotations

import pytest

from crosscheck import models
from tests.frameworks.served import Served, contract_failures, residual_failures


@pytest.mark.parametrize("name", list(models.variants()))
def test_contract_and_residuals(served: Served, name: str) -> None:
    one = models.build(name)
    answer = served.run([one], contract=True)
    assert contract_failures(answer.facts, [one]) == []
    assert {r.tool for r in answer.rows} == {t.id for t in served.info.tools}
    assert residual_failures(answer.rows, [one]) == []


@pytest.mark.parametrize("name", list(models.variants()))
def test_batch_of_two_and_another_input(served: Served, name: str) -> None:
    variant = models.get(name)
    channels, height, width = variant.input
    shape = (channels, height, width) if height < 64 or "alexnet" in name else (channels, 96, 64)
    two = models.build(name, batch=2, input_shape=shape, classes=7)
    answer = served.run([two], contract=True)
    assert contract_failures(answer.facts, [two]) == []
    assert residual_failures(answer.rows, [two]) == []
