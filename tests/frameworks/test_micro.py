"""Each op alone: every answer of every tool is what its convention says, and a tool that fails is known to."""

from __future__ import annotations

from crosscheck.counting import engine
from crosscheck.counting.engine import Tally
from crosscheck.studies.doctor import cases as micro
from tests.frameworks.served import Served, residual_failures

BREAK_WITHOUT_PARAMETERS = {"calflops", "calflops_macs", "torchsummary_151"}
PARAMS = ("weight", "bias", "norm_scale", "norm_shift")


def _has_parameters(counted: Tally) -> bool:
    return any(counted.sum(p) for p in PARAMS)


def test_every_micro_model_is_explained(served: Served) -> None:
    cases = micro.cases()
    nets = [c.model for c in cases]
    rows = served.run(nets, zero_ok=True).rows
    assert residual_failures([r for r in rows if r.status in ("ok", "absent")], nets) == []
    parametric = {c.id for c in cases if _has_parameters(engine.tally(c.model))}
    failed = {(r.model, r.tool) for r in rows if r.status == "error"}
    surprising = {(m, t) for m, t in failed if (m in parametric and not m.endswith("-bare")) or t not in BREAK_WITHOUT_PARAMETERS}
    assert surprising == set()
    answered = {(r.model, r.tool) for r in rows}
    assert answered == {(c.id, t.id) for c in cases for t in served.info.tools}
