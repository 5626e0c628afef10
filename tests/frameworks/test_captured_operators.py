"""Networks that nobody described, counted by real tools that look at operators: what each says follows from the calls alone."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

import pytest

pytest.importorskip("torch")

import torch

from adapters.pytorch import build
from adapters.pytorch.observe import watch
from crosscheck.contract.network import CONTAINER, ROOT, Input, Layer, Model
from crosscheck.contract.rows import TOTAL
from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from crosscheck.errors import ConventionError
from crosscheck.ops.calls.families import known_kernel
from tests.frameworks.operators import MODULES

pytestmark = [pytest.mark.framework, pytest.mark.xdist_group("operators")]
FAILS = {"multihead": {"torchprofile"}, "decoder": {"torchprofile"}, "named": {"fvcore"}}
TOOLS = ("flop_counter", "ptflops_aten", "torch_profiler", "fvcore", "torchprofile")


def captured(name: str, batch: int) -> build.Native:
    torch.manual_seed(0)
    net, xs = MODULES[name](batch)
    inputs = tuple(Input(f"input{k or ''}", tuple(x.shape)) for k, x in enumerate(xs))
    layer = Layer("network", "other", {}, ("input",), (inputs[0].shape,), (inputs[0].shape,))
    seen = watch(net.eval(), xs, Model("m", "m", "", "", inputs, (layer,), ("network",)), captured=True)
    return build.Native(net, xs, seen.calls, {}, {p: p or ROOT for p in seen.model.containers}, seen.model)


def said(tool: str, native: build.Native) -> dict[tuple[str, str], int] | str:
    """What the tool says by layer and metric, or why it says nothing."""
    assert native.seen is not None
    try:
        rows = list(importlib.import_module(f"adapters.pytorch.tools.{tool}").measure(build.fresh(native), native.seen))
    except Exception as error:  # noqa: BLE001 - whatever a tool raises
        return f"{type(error).__name__}: {error}"
    return {(r.layer, r.metric): r.value for r in rows if r.value is not None}


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
    native = captured(name, batch)
    answers = {tool: said(tool, native) for tool in TOOLS}
    assert native.seen is not None
    wrong = {tool: odd(tool, native.seen, found) for tool, found in answers.items() if not isinstance(found, str)}
    assert {tool: rows for tool, rows in wrong.items() if rows} == {}
    silent = {"ptflops_aten"} if len(native.inputs) > 1 else set()
    assert set(TOOLS) - set(wrong) == silent | FAILS.get(name, set())


def test_what_pytorch_runs_as_one_operator_takes_three_paths() -> None:
    native = captured("encoder", 2)
    assert native.seen is not None
    found = {tool: said(tool, native) for tool in ("flop_counter", "ptflops_aten", "fvcore", "torchprofile")}
    totals = {tool: rows[TOTAL, "compute"] for tool, rows in found.items() if not isinstance(rows, str)}
    assert totals["flop_counter"] == 0 < totals["ptflops_aten"] < totals["fvcore"]
    assert totals["torchprofile"] == 0


def test_a_network_that_cannot_be_traced_is_not_predicted_rather_than_zero() -> None:
    native = captured("named", 2)
    assert native.seen is not None
    counted = engine.tally(native.seen)
    assert "dict" in str(said("fvcore", native))
    with pytest.raises(ConventionError, match="cannot be traced"):
        engine.total(counted, convention.load("fvcore"), "compute")
    assert engine.total(counted, convention.load("fvcore"), "params") == 6 * 5 + 5
    assert engine.total(counted, convention.load("torchprofile"), "compute") == 2 * 6 * 5


def test_every_kernel_of_these_modules_is_known_but_those_that_nobody_looked_at() -> None:
    models = [captured(name, 1).seen for name in MODULES]
    kernels = {c.name for model in models if model for c in model.calls if c.level == "kernel"}
    assert {name for name in kernels if known_kernel(name) == "unknown"} == {"_fft_c2c"}
