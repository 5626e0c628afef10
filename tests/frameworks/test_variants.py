"""Every variant of every family, batch 1 and 2: the adapter's contract, and residual 0 in every cell."""

from __future__ import annotations

import pytest

from crosscheck import models
from crosscheck.paper_ops import PAPER_OPS
from tests.frameworks.served import Served, contract_failures, residual_failures

DESCRIBED_ONLY = {name for name in models.variants() if any(x.op in PAPER_OPS for x in models.build(name).layers)}
NATIVE = [name for name in models.variants() if name not in DESCRIBED_ONLY]


@pytest.mark.parametrize("name", sorted(DESCRIBED_ONLY))
def test_what_no_framework_has_is_refused_by_the_name_of_its_op(served: Served, name: str) -> None:
    rows = served.run([models.build(name)]).rows
    assert {r.tool for r in rows} == {t.id for t in served.info.tools}
    assert {r.status for r in rows} == {"unsupported"}
    assert all(any(f"no op '{op}'" in r.message for op in PAPER_OPS) for r in rows)


@pytest.mark.parametrize("name", NATIVE)
def test_contract_and_residuals(served: Served, name: str) -> None:
    one = models.build(name)
    answer = served.run([one], contract=True)
    assert contract_failures(answer.facts, [one]) == []
    assert {r.tool for r in answer.rows} == {t.id for t in served.info.tools}
    assert residual_failures(answer.rows, [one]) == []


@pytest.mark.parametrize("name", NATIVE)
def test_batch_of_two_and_another_input(served: Served, name: str) -> None:
    variant = models.get(name)
    channels, height, width = variant.input
    shape = (channels, height, width) if height < 64 or "alexnet" in name else (channels, 96, 64)
    two = models.build(name, batch=2, input_shape=shape, classes=7)
    answer = served.run([two], contract=True)
    assert contract_failures(answer.facts, [two]) == []
    assert residual_failures(answer.rows, [two]) == []
