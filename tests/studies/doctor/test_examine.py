"""The doctor's grid and verdicts, without any framework."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from crosscheck.contract.network import CONTAINER
from crosscheck.contract.rows import Measurement
from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from crosscheck.ops import described as ops
from crosscheck.studies.doctor import cases as micro
from crosscheck.studies.doctor import examine as doctor
from crosscheck.studies.doctor.examine import CHARGED, CRASHED, FREE, NOT_RUN, OTHERWISE, PER_IMAGE, RIGHT, ZERO

CASES = {c.id: c for c in micro.cases()}


def _row(case: str, value: int | None, status: str = "ok", tool: str = "torchinfo") -> Measurement:
    model = CASES[case].model
    return Measurement(
        "run",
        model.name,
        "pytorch",
        tool,
        "1",
        "torchinfo",
        model.input_text,
        "(total)",
        "(model)",
        "compute",
        value,
        "x",
        status,
        "why",
    )


def test_every_op_has_a_micro_model() -> None:
    met = {layer.op for c in CASES.values() for layer in c.model.layers}
    assert set(ops.OPS) - met <= {"subsample", "zero_pad"}
    assert all(c.model.batch == 2 for c in CASES.values())


@pytest.mark.parametrize(
    ("case", "value", "verdict"),
    [
        ("conv", 15_120, RIGHT),
        ("conv", 30_240, RIGHT),
        ("conv", 15_120 + 420, RIGHT),
        ("conv", 30_240 + 420, RIGHT),
        ("conv", 15_121, OTHERWISE),
        ("conv", 7_560, PER_IMAGE),
        ("conv", 7_560 + 210, PER_IMAGE),
        ("conv", 7_561, OTHERWISE),
        ("conv", 0, ZERO),
        ("relu", 0, FREE),
        ("relu", 504, CHARGED),
    ],
)
def test_verdicts(case: str, value: int, verdict: str) -> None:
    found = doctor._finding(CASES[case], engine.tally(CASES[case].model), _row(case, value))
    assert found.verdict == verdict


def test_an_answer_that_the_convention_does_not_predict_is_called_unexplained() -> None:
    counted = engine.tally(CASES["conv"].model)
    right = engine.total(counted, convention.load("torchinfo"), "compute")
    for value, explained in ((right, True), (right + 1, False)):
        found = doctor._finding(CASES["conv"], counted, _row("conv", value))
        assert found.explained is explained
        assert found.rule.startswith("unexplained") is not explained


@pytest.mark.parametrize(("status", "verdict"), [("error", CRASHED), ("skipped", NOT_RUN), ("unsupported", NOT_RUN)])
def test_no_answer_is_shown_with_its_reason(status: str, verdict: str) -> None:
    found = doctor._finding(CASES["conv"], engine.tally(CASES["conv"].model), _row("conv", None, status))
    assert (found.verdict, found.rule, found.explained) == (verdict, "why", False)


def test_every_compute_convention_knows_every_op_of_the_grid() -> None:
    for name in convention.ids():
        c = convention.load(name)
        if "compute" not in c.metrics:
            continue
        for case in CASES.values():
            engine.total(engine.tally(case.model), c, "compute")  # raises where an op is unknown
        assert c.table("compute").knows(CONTAINER)


@pytest.mark.everywhere
def test_the_grid_imports_no_framework(tmp_path: Path) -> None:
    import subprocess

    code = "import json,sys; from crosscheck.studies.doctor import examine; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    loaded = set(json.loads(done.stdout))
    assert "crosscheck.studies.doctor" in loaded
    assert not {"torch", "paddle", "tensorflow"} & loaded
