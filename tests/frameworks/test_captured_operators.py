"""Networks that nobody described, counted by real tools that look at operators: what each says follows from the calls alone."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pytest

pytest.importorskip("torch")

import torch

from adapters.pytorch import build
from adapters.pytorch.build import Native
from adapters.pytorch.observe import watch
from adapters.room import Unsupported
from crosscheck.contract.call import Level
from crosscheck.contract.network import CONTAINER, Model
from crosscheck.contract.rows import TOTAL
from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from crosscheck.errors import ConventionError
from crosscheck.ops.calls.families import family
from crosscheck.studies.doctor import cases as micro
from tests.frameworks import captured
from tests.frameworks.operators import MODULES

pytestmark = [pytest.mark.framework, pytest.mark.xdist_group("operators")]
FAILS = {"answer": {"fvcore"}, "quantised": {"fvcore", "torchprofile"}}
TOOLS = ("flop_counter", "ptflops_aten", "torch_profiler", "fvcore", "torchprofile")


@cache
def made(name: str, batch: int) -> tuple[Native, Model]:
    torch.manual_seed(0)
    net, inputs = MODULES[name](batch)
    native = captured.native(net, *inputs)
    assert native.seen is not None
    return native, native.seen


def said(tool: str, native: Native) -> dict[tuple[str, str], int] | str:
    """What the tool says by layer and metric, or why it says nothing."""
    try:
        return captured.said(tool, native)
    except Exception as error:  # noqa: BLE001 - whatever a tool raises
        return f"{type(error).__name__}: {error}"


def expected(tool: str, model: Model) -> dict[tuple[str, str], int]:
    """What is predicted of the layers and in all, by layer and metric."""
    rows = engine.predict(engine.tally(model), convention.load(tool))
    return {(p.layer, p.metric): p.value for p in rows if p.value and p.layer in {TOTAL, *model.by_id} and p.op != CONTAINER}


def odd(tool: str, model: Model, found: Mapping[tuple[str, str], int]) -> list[tuple[str, str, int, int]]:
    """Where a tool says something else than what is predicted: layer, metric, what it says, and what was predicted."""
    want = expected(tool, model)
    keys = set(found) | (set(want) if tool != "ptflops_aten" else set())  # it tells of no layers
    return [(*key, found.get(key, 0), want.get(key, 0)) for key in sorted(keys) if found.get(key, 0) != want.get(key, 0)]


@pytest.mark.parametrize("batch", [1, 2])
@pytest.mark.parametrize("name", MODULES)
def test_every_number_of_a_module_is_predicted_from_its_calls(name: str, batch: int) -> None:
    native, model = made(name, batch)
    answers = {tool: said(tool, native) for tool in TOOLS}
    wrong = {tool: odd(tool, model, found) for tool, found in answers.items() if not isinstance(found, str)}
    assert {tool: rows for tool, rows in wrong.items() if rows} == {}
    silent = {"ptflops_aten"} if len(native.inputs) > 1 else set()
    assert set(TOOLS) - set(wrong) == silent | FAILS.get(name, set())


def test_what_pytorch_runs_as_one_operator_in_inference_takes_three_paths() -> None:
    native, model = made("encoder", 2)
    found = {tool: captured.said(tool, native)[TOTAL, "compute"] for tool in TOOLS}
    macs = 2 * (4 * (4 * 8 * 8 + 2 * 8 * 16) + 2 * 4 * 4 * 8)
    assert engine.total(engine.tally(model), convention.load("mac"), "compute") == macs
    assert found["flop_counter"] == 0 < found["ptflops_aten"] < macs < found["torchprofile"]


def test_packed_weights_multiply_although_no_tool_of_operators_says_so() -> None:
    native, model = made("quantised", 2)
    assert captured.said("flop_counter", native)[TOTAL, "compute"] == 0
    assert engine.total(engine.tally(model), convention.load("mac"), "compute") == 2 * 3 * 6 * 5


def test_a_network_that_cannot_be_traced_is_not_predicted_rather_than_zero() -> None:
    native, model = made("answer", 2)
    counted, fvcore = engine.tally(model), convention.load("fvcore")
    assert isinstance(said("fvcore", native), str)
    with pytest.raises(ConventionError, match="cannot be traced"):
        engine.total(counted, fvcore, "compute")
    assert engine.total(counted, fvcore, "params") == 6 * 5 + 5
    assert engine.total(counted, convention.load("torchprofile"), "compute") == 0, "what leads to no tensor is cut off the graph"


def test_every_kernel_of_these_modules_is_known() -> None:
    kernels = {c.name for name in MODULES for c in made(name, 1)[1].calls if c.level is Level.KERNEL}
    assert len(kernels) > 60
    assert {name for name in kernels if family(name) == "unknown"} == set()


@pytest.mark.parametrize("case", [c for c in micro.cases() if not c.id.endswith("-bare")], ids=lambda c: c.id)
def test_a_described_network_is_predicted_alike_by_its_ops_and_by_its_calls(case: micro.Case) -> None:
    try:
        native = build.build(case.model)
    except Unsupported:
        pytest.skip("PyTorch cannot express it")
    seen = watch(native.net, native.inputs, case.model, captured=True).model
    by_op, by_call = engine.tally(case.model), engine.tally(seen)
    for tool in TOOLS:
        by = convention.load(tool)
        assert {m: engine.total(by_call, by, m) for m in by.metrics} == {m: engine.total(by_op, by, m) for m in by.metrics}, tool
