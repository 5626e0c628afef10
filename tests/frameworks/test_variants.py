"""Every variant of every family: the adapter's contract, and residual 0 in every cell.

Networks that differ in repeats, widths and letters alone are of one kind. The default set is counted by every tool at its own
size. So is the default set and the shallowest of each kind at a batch of two and another input: a tool's rule knows shapes, and
which shapes the others have at their own size is a matter of the contract. Deeper ones are counted at a small size by the tools
whose count depends on how calls and containers lie, as tests/models/test_variants.py shows that they have no layer that the
shallowest has not.
"""

from __future__ import annotations

import pytest

from crosscheck import models
from crosscheck.contract.network import Model
from crosscheck.ops.papers import PAPER_OPS
from tests.frameworks.served import Served, contract_failures, residual_failures
from tests.kinds import deeper, shown

DEEP = (
    "torch_summary_145",
    "torchinfo_009",
    "ptflops_pytorch",
    "torchprofile",
    "paddle_flops",
    "tf_profiler",
    "keras_count_params",
)

DESCRIBED_ONLY = {name for name in models.variants() if any(x.op in PAPER_OPS for x in models.build(name).layers)}


def _judge(served: Served, model: Model, tools: tuple[str, ...] | None = None) -> set[str]:
    answer = served.run([model], tools, contract=True)
    assert contract_failures(answer.facts, [model]) == []
    assert residual_failures(answer.rows, [model]) == []
    return {r.tool for r in answer.rows}


def _small(name: str) -> tuple[int, int, int]:
    channels, height, width = models.get(name).input
    return (channels, height, width) if height < 64 or "alexnet" in name else (channels, 96, 64)


@pytest.mark.parametrize("name", sorted(DESCRIBED_ONLY))
def test_what_no_framework_has_is_refused_by_the_name_of_its_op(served: Served, name: str) -> None:
    rows = served.run([models.build(name)]).rows
    assert {r.tool for r in rows} == {t.id for t in served.info.tools}
    assert {r.status for r in rows} == {"unsupported"}
    assert all(any(f"no op '{op}'" in r.message for op in PAPER_OPS) for r in rows)


@pytest.mark.parametrize("name", models.DEFAULT_SET)
def test_contract_and_residuals(served: Served, name: str) -> None:
    assert _judge(served, models.build(name)) == {t.id for t in served.info.tools}


@pytest.mark.parametrize("name", [n for n in shown() if n not in {*DESCRIBED_ONLY, *models.DEFAULT_SET}])
def test_contract_at_the_size_of_each_kind(served: Served, name: str) -> None:
    assert _judge(served, models.build(name), tools=()) == set()


@pytest.mark.parametrize("name", [n for n in shown() if n not in DESCRIBED_ONLY])
def test_batch_of_two_and_another_input(served: Served, name: str) -> None:
    judged = _judge(served, models.build(name, batch=2, input_shape=_small(name), classes=7))
    assert judged == {t.id for t in served.info.tools}


@pytest.mark.parametrize("name", [n for n in deeper() if n not in DESCRIBED_ONLY])
def test_batch_of_two_of_deeper_networks(served: Served, name: str) -> None:
    tools = tuple(t.id for t in served.info.tools if t.id in DEEP)
    assert _judge(served, models.build(name, batch=2, input_shape=_small(name), classes=7), tools) == set(tools)
