"""A user's own network in every way to call one: seen, counted by real tools, explained, and untouched."""

from __future__ import annotations

import hashlib
import io
import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from crosscheck.cli.commands import app
from crosscheck.errors import RequirementError, UsageError
from crosscheck.session import compare
from crosscheck.studies.own.found import Found
from tests.frameworks import one_worker

torch = pytest.importorskip("torch", exc_type=ImportError)
from tests.frameworks import own_networks as nets  # noqa: E402

pytestmark = [pytest.mark.framework, pytest.mark.xdist_group("own")]
TOOLS = ("torchinfo", "flop_counter", "calflops")


def state(net: Any) -> str:
    """A digest of all that a network holds, its flags and hooks, of random numbers, and of functions that tools patch."""
    found = hashlib.sha256()
    for module in net.modules():
        hooks = [len(v) for k, v in vars(module).items() if k.endswith("_hooks") and isinstance(v, dict)]
        found.update(repr((type(module), module.training, sorted(vars(module)), hooks)).encode())
    for name, t in (*net.named_parameters(), *net.named_buffers()):
        kept = b"" if t.is_meta or torch.nn.parameter.is_lazy(t) else t.detach().numpy().tobytes()
        found.update(repr((name, t.requires_grad, t.grad is None)).encode() + kept)
    spaces = (torch, torch.nn.functional, torch.Tensor, torch.nn.Module)
    found.update(repr([(name, id(f)) for space in spaces for name, f in vars(space).items() if callable(f)]).encode())
    found.update(torch.get_rng_state().numpy().tobytes() + repr(random.getstate()).encode())
    found.update(repr(np.random.get_state()).encode())
    return found.hexdigest()


@pytest.fixture(scope="module")
def ways(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Found]:
    """Every way in one worker, and each network as it was before."""
    folder = tmp_path_factory.mktemp("own")
    networks = []
    for k, (name, make) in enumerate(nets.WAYS.items()):
        net, x = make()
        before = state(net)
        networks.append(one_worker.packed(name, net, x, folder / str(k)))
        assert state(net) == before, name
    return one_worker.found(networks, folder, TOOLS)


@pytest.mark.parametrize("way", nets.WAYS)
def test_a_network_is_counted_in_whatever_way_it_is_called(ways: dict[str, Found], way: str) -> None:
    found = ways[way]
    assert (found.failed, found.lost) == ("", "")
    assert (found.macs, found.parameters.all) == (nets.MACS[way], nets.PARAMS[way])
    lines = {(n.row.tool, n.row.metric): n for n in found.lines}
    flops = lines["flop_counter", "compute"]
    assert (flops.row.value, flops.residual) == (2 * nets.MACS[way], 0)
    off = {
        (n.row.tool, n.row.metric): (n.row.value, n.predicted, n.why)
        for n in found.lines
        if n.row.value is not None and n.residual
    }
    silent = {(n.row.tool, n.row.metric): n.why for n in found.lines if n.row.value is not None and n.predicted is None}
    assert (off, silent) == ({}, {})
    told = lines["torchinfo", "params"].row
    assert told.status == ("error" if way in nets.TORCHINFO_DIES else "ok"), told.message
    assert told.status == "ok" or "unsupported input or output type" in told.message


def test_parts_that_are_frozen_or_tied_are_told_apart(ways: dict[str, Found]) -> None:
    assert ways["frozen parts"].parameters.trainable == 725
    assert ways["train mode"].parameters.buffers == 9
    assert ways["a shared module"].seen.layers[-1].call_of == "fc"


def test_what_a_tool_cannot_pass_on_it_says(ways: dict[str, Found], tmp_path: Path) -> None:
    r = compare(nets.Named(), {"x": nets.x(), "twice": True}, tools=["thop", "fvcore", "torchprofile", "ptflops_aten"])
    rows = {n.row.tool: n.row for n in r.found.lines if n.row.metric == "compute"}
    assert [rows[t].status for t in ("thop", "fvcore", "torchprofile")] == ["unsupported"] * 3
    assert "passes no keyword arguments, and this network is called with x, twice" in rows["thop"].message
    blind = next(n for n in r.found.lines if n.row.tool == "fvcore" and n.row.metric == "compute")
    assert blind.predicted is None, "what cannot be traced is not 0"
    assert rows["ptflops_aten"].value


def test_a_network_that_cannot_leave_is_measured_here_and_stays_as_it_is() -> None:
    net = nets.Training()
    net.source = iter([1])
    net.held = (n for n in range(3))
    before = state(net)
    r = compare(net, nets.X, tools=["flop_counter", "torchinfo", "calflops"])
    assert state(net) == before
    assert {path.partition(";")[0] for path in r.tools.path} == {"measured in process"}
    assert r.macs == nets.MACS["train mode"]
    assert set(r.tools[r.tools.tool == "flop_counter"].residual) == {0}


def test_a_network_that_is_too_large_is_seen_without_its_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    parcel = __import__("adapters.pytorch.parcel", fromlist=["parcel"])
    net = nets.Net()
    monkeypatch.setattr("adapters.parcel.room", lambda: 100)
    copy = parcel.bare_copy(net)
    assert {p.is_meta for p in copy.parameters()} == {True}
    assert {p.is_meta for p in net.parameters()} == {False}
    net.held = (n for n in range(3))
    r = compare(net, nets.x(), tools=["flop_counter"])
    assert (r.macs, r.params) == (nets.MACS["one tensor"], nets.PARAMS["one tensor"])
    assert set(r.tools.residual) == {0}


class Failing(nets.Net):
    def forward(self, x: Any) -> Any:
        made = self.act(self.conv(x))
        try:
            self.fc(made)
        except RuntimeError:
            return self.fc(made.flatten(1)[:, :-1])


def test_a_forward_that_raises_shows_what_ran_until_then() -> None:
    r = compare(Failing(), nets.X, tools=["flop_counter"])
    assert [x.id for x in r.found.seen.layers][:2] == ["conv", "act"]
    assert "fc (nn.Linear with weight 5x144, bias 5), given 1x143: RuntimeError: mat1 and mat2 shapes" in r.found.failed
    assert "test_own.py" in r.found.failed
    assert set(r.tools.status) == {"error"}
    assert "≥ 3,888" in repr(r)
    with pytest.raises(RequirementError, match="what comes after"):
        r.require(macs="<= 1 G")


@pytest.fixture(scope="module")
def result() -> Any:
    return compare(nets.Net(), nets.x(), tools=["flop_counter", "torchinfo"])


def test_a_result_is_text_tables_and_files(result: Any, tmp_path: Path) -> None:
    assert "flop_counter" in repr(result)
    assert "<table" in result._repr_html_()
    assert str(result.tools.value.dtype) == str(result.layers.macs.dtype) == "Int64"
    assert list(result.layers.columns[:8]) == ["id", "op", "native", "in_shapes", "out_shapes", "params", "macs", "status"]
    assert result.layers.macs.sum() == result.macs == nets.MACS["one tensor"]
    assert [p.name for p in result.to_csv(tmp_path)] == ["tools.csv", "layers.csv", "unknown.csv"]
    for name in ("html", "markdown", "latex", "json"):
        text = getattr(result, f"to_{name}")(tmp_path / name)
        assert (tmp_path / name).read_text(encoding="utf-8") == text
        assert "9,216" in text or "9216" in text
    assert "837 parameters and takes 4,608 multiply-accumulate operations" in result.sentence()


def test_a_result_is_explained_and_meets_requirements(result: Any) -> None:
    assert "residual 0" in repr(result.explain("flop_counter", "mac"))
    assert result.require(macs="<= 4.7 k", params=837) is result
    with pytest.raises(RequirementError, match=r"has 4,608 MACs, required is < 4608\. Most are in conv 3,888 \(84 %\), fc 720"):
        result.require(macs="< 4608")
    with pytest.raises(UsageError, match="is no limit"):
        result.require(params="few")


@pytest.mark.parametrize(
    ("model", "x", "says"),
    [
        (3, (1, 3), "int is no network of PyTorch"),
        (io.StringIO(), (1, 3), "StringIO is no network of PyTorch"),
        (nets.Net(), None, "Hint: give its input: x or a shape"),
        (nets.Net(), True, "holds no tensor and no shape"),
        (torch.ones(2), (1, 3), "no torch.nn.Module"),
    ],
)
def test_bad_input_says_what_to_do(model: Any, x: Any, says: str) -> None:
    with pytest.raises(UsageError) as refused:
        compare(model, x, tools=[])
    assert says in str(refused.value)


CODE = """
from torch import nn

class Words(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(11, 6)
        self.fc = nn.Linear(6, 3)

    def forward(self, ids, scale=None):
        made = self.table(ids)
        return self.fc(made if scale is None else made * scale)

def broken():
    return Words(no_such_argument=True)
"""


def test_the_command_line_runs_the_code_that_it_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nets.py").write_text(CODE)
    terminal = CliRunner()
    words = ["nets.py:Words", "-i", "ids=1x5:int64", "-i", "scale=1x5x1", "--tool", "flop_counter"]
    done = terminal.invoke(app, ["compare", *words, "--out", "out", "-f", "json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["macs"], told["parameters"]["all"], told["input"]) == (5 * 6 * 3, 66 + 21, "1x5+1x5x1")
    assert {p.name for p in (tmp_path / "out").iterdir()} >= {"network.md", "tools.csv", "layers.csv", "unknown.csv"}
    failed = terminal.invoke(app, ["count", "nets:broken", "-i", "1x5:int64"])
    says = str(failed.exception)
    assert says.startswith("nets:broken fails: TypeError: ")
    assert says.endswith("\n  nets.py:15, in broken: return Words(no_such_argument=True)")
