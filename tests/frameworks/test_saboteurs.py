"""Networks that do what no network should: each tool's number is explained or its reason is named, and all else stays."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from crosscheck.contract.own import Blank, Own
from crosscheck.errors import UsageError
from crosscheck.measuring import runner
from crosscheck.measuring.plan import Outcome
from crosscheck.studies.own import run as study
from crosscheck.studies.own.found import WORKER, Line
from crosscheck.subjects import own
from crosscheck.subjects.own import Network

pytest.importorskip("torch")
from tests.frameworks.saboteurs import MACS, SABOTEURS, SHAPE

pytestmark = [pytest.mark.framework, pytest.mark.xdist_group("saboteurs")]
ROOT = str(Path(__file__).parents[2])
LIMIT = 30.0  # seconds of one cell
TOOLS = (
    *("torchinfo", "flop_counter", "fvcore", "thop", "calflops"),
    *("ptflops_pytorch", "ptflops_aten", "torch_profiler", "torchprofile"),
)
UNSTEADY = ("call_count", "growth", "random_shapes", "clock", "grows")
WATCHFUL = ("hooks", "function_modes", "dispatch_modes", "patches", "tracing", "gradients")
MILD = ("flood", "forks", "leaves_a_child", "own_weights", "files", "threads", "writes_rows")
FAIL = {
    "raises": "*ValueError: not today*",
    "exits": "*SystemExit: 3*",
    "allocates": "*more than the * GiB that were free*can't allocate memory*",
    "hoards": "*MemoryError: more than the * GiB that were free*",
    "recursion": "*RecursionError*",
}
DIE = {
    "exits_at_once": "*the worker ended with exit code 0*",
    "sleeps": f"*no answer within {LIMIT:g} s*",
    "segfault": "*SIGSEGV*",
    "deep_recursion": "*SIGSEGV*",
    "closes_output": "*the worker ended with exit code *",
}
APART = ("chance", "raises_late", "cycles", "patched_torch")  # have a test of their own


def network(name: str) -> Network:
    maker = Own(f"tests.frameworks.saboteurs:make_{name}", (ROOT,), "", (Blank(SHAPE),), {})
    return own.network(name, "pytorch", maker)


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> list[Outcome]:
    """All of them, in two workers at one time: two networks hang, each among others, and are waited for together."""
    folder, before = tmp_path_factory.mktemp("saboteurs"), Path.cwd()
    (info,) = [i for i in own.able() if i.id == "pytorch"]
    names, half = list(SABOTEURS), len(SABOTEURS) // 2
    halves = [names[:half], names[half:]]

    def run(names: Sequence[str]) -> list[Outcome]:
        logs = folder / names[0]
        logs.mkdir()
        plans = own.plans(info, [network(name) for name in names], [t for t in info.tools if t.id in TOOLS])
        return runner.run(plans, logs=logs, timeout=LIMIT)

    os.chdir(folder)
    try:
        with ThreadPoolExecutor(len(halves)) as pool:
            return [outcome for found in pool.map(run, halves) for outcome in found]
    finally:
        os.chdir(before)


def lines(outcomes: Sequence[Outcome], name: str) -> dict[str, Line]:
    """A line a tool: compute."""
    found = study.found(network(name), outcomes, WORKER)
    return {line.row.tool: line for line in found.lines if line.row.metric == "compute"}


def test_each_has_a_kind() -> None:
    assert sorted((*UNSTEADY, *WATCHFUL, *MILD, *FAIL, *DIE, *APART)) == sorted(SABOTEURS)


def test_every_tool_has_a_row_with_a_number_or_a_reason(outcomes: list[Outcome]) -> None:
    rows = [r for o in outcomes for r in o.rows if r.metric == "compute" and r.layer == "(total)"]
    assert {(r.model, r.tool) for r in rows} == {(name, tool) for name in SABOTEURS for tool in TOOLS}
    assert [r for r in rows if r.value is None and not r.message] == []


@pytest.mark.parametrize("name", MILD)
def test_what_does_mischief_beside_its_layers_is_explained_like_any_other(outcomes: list[Outcome], name: str) -> None:
    found = lines(outcomes, name)
    assert {tool: line.residual for tool, line in found.items()} == dict.fromkeys(TOOLS, 0)
    assert found["flop_counter"].row.value == 2 * MACS


@pytest.mark.parametrize("name", WATCHFUL)
def test_a_number_of_what_looks_who_watches_is_explained_or_the_watching_is_named(outcomes: list[Outcome], name: str) -> None:
    found = lines(outcomes, name)
    assert {tool: line.residual for tool, line in found.items() if line.residual} == {}
    blind = {tool for tool, line in found.items() if line.predicted is None}
    assert all("otherwise when functions and kernels are watched" in found[tool].why for tool in blind)
    assert found["flop_counter"].residual == found["torch_profiler"].residual == found["fvcore"].residual == 0
    assert bool(blind) == (name in ("function_modes", "dispatch_modes", "patches"))


@pytest.mark.parametrize("name", UNSTEADY)
def test_what_runs_otherwise_each_time_is_named_and_not_predicted(outcomes: list[Outcome], name: str) -> None:
    for tool, line in lines(outcomes, name).items():
        assert line.predicted is None, tool
        assert "the network does not run alike each time: " in line.why, tool


def test_what_goes_by_chance_is_found_out(outcomes: list[Outcome]) -> None:
    found = lines(outcomes, "chance")
    assert all(line.predicted is None or line.residual for line in found.values() if line.row.value is not None)


@pytest.mark.parametrize("name", FAIL)
def test_what_fails_says_why_for_every_tool(outcomes: list[Outcome], name: str) -> None:
    for tool, line in lines(outcomes, name).items():
        assert (line.row.status, line.row.value) == ("error", None), tool
        assert fnmatchcase(line.row.message, FAIL[name]), line.row.message


@pytest.mark.parametrize("name", DIE)
def test_what_ends_its_worker_says_how_and_takes_no_other_with_it(outcomes: list[Outcome], name: str) -> None:
    with pytest.raises(UsageError) as why:
        lines(outcomes, name)
    assert fnmatchcase(str(why.value), DIE[name])
    rows = [r for o in outcomes for r in o.rows if r.model == name]
    assert {r.status for r in rows} == {"error"}
    assert all(fnmatchcase(r.message, DIE[name]) for r in rows)


def test_what_fails_unless_it_is_watched_is_not_predicted(outcomes: list[Outcome]) -> None:
    found = lines(outcomes, "raises_late")
    assert all("fails where fewer watch it, ValueError: only when nobody looks" in line.why for line in found.values())


def test_an_output_that_holds_itself_ends_tools_of_traces_alone(outcomes: list[Outcome]) -> None:
    found = lines(outcomes, "cycles")
    exact = {tool for tool, line in found.items() if line.residual == 0}
    named = {tool for tool, line in found.items() if line.row.value is None and line.row.message}
    assert exact | named == set(TOOLS)
    assert named == {"flop_counter", "fvcore", "torchprofile"}


def test_what_patches_pytorch_ends_who_patches_the_same_alone(outcomes: list[Outcome]) -> None:
    found = lines(outcomes, "patched_torch")
    assert {tool for tool, line in found.items() if line.row.value is None and line.row.message} == {
        "calflops",
        "ptflops_pytorch",
    }
    assert {line.residual for line in found.values() if line.row.value is not None} == {0}


def test_a_hung_network_costs_one_limit_and_not_one_a_tool(outcomes: list[Outcome]) -> None:
    codes = [code for o in outcomes for code in o.exit_codes]
    assert codes.count(-9) == 2, "one as it is watched, one in torchprofile, which goes round and round in a cycle"
