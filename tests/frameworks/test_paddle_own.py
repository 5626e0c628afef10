"""Paddle networks of a user's own, in every way to call one, and of every kind that Paddle's tools treat differently."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from crosscheck.cli.commands import app
from crosscheck.contract.network import Model
from crosscheck.contract.rows import TOTAL, UNATTRIBUTED
from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from crosscheck.explain import terms

pytestmark = [pytest.mark.framework, pytest.mark.xdist_group("paddle")]
LISTED = {"paddle_flops": ("compute", "params"), "paddle_summary": ("params", "params_trainable", "params_nontrainable")}
SILENT = {
    "paddle_flops": {
        "words": "makes inputs of floats by itself, not of paddle.int64",
        **dict.fromkeys(("two inputs", "a list", "a dictionary"), "makes one input for a network, not 2"),
    },
    "paddle_summary": {"heads": "inhomogeneous shape"},
}
"""Kinds that a tool cannot be asked of, or dies of, with its message."""


@cache
def told(module: str, *words: str) -> list[dict[str, Any]]:
    """What a module of these tests prints in a process of its own."""
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-W", "ignore", "-m", f"tests.frameworks.{module}", *words]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


@pytest.mark.parametrize("tool", LISTED)
def test_every_number_and_row_is_predicted_from_calls(tool: str) -> None:
    exact = 0
    for answer in told("paddle_run", "kinds"):
        name, rows = f"{answer['kind']}, batch {answer['batch']}", answer["said"][tool]
        why = SILENT[tool].get(answer["kind"])
        if why or isinstance(rows, str):
            assert why in rows if why else not rows, f"{name}: {rows}"
            continue
        said = {(layer, metric): value for layer, metric, value in rows}
        assert len(said) == len(rows), f"{name}: two rows of one layer"
        counted, by = engine.tally(Model.from_json(answer["network"])), convention.load(tool)
        want = {(p.layer, p.metric): p.value for p in engine.predict(counted, by) if p.layer != UNATTRIBUTED and p.value}
        assert {key: n for key, n in want.items() if key[0] == TOTAL or key[1] in LISTED[tool]} == {
            key: n for key, n in said.items() if n
        }, name
        for (layer, metric), value in said.items():
            assert layer != TOTAL or sum(t.value for t in terms.number(counted, by, metric)) == value
        exact += len(said)
    assert exact > 350


def macs(model: Model) -> int:
    return engine.total(engine.tally(model), convention.load("mac"), "compute")


def test_layers_multiply_what_the_operators_below_them_do() -> None:
    for answer in told("paddle_run", "kinds"):
        counted = engine.tally(Model.from_json(answer["network"]))
        assert counted.called is not None
        assert macs(counted.model) == sum(counted.called.mac.values()), answer["kind"]


def test_the_program_that_paddle_compiles_multiplies_the_same() -> None:
    answers = told("paddle_run", "program")
    assert len(answers) > 8
    for answer in answers:
        assert macs(Model.from_json(answer["network"])) == answer["macs"] > 0, answer["kind"]


def test_a_described_network_has_the_same_totals_by_layers_and_by_calls() -> None:
    answers = told("paddle_run", "law")
    assert len(answers) > 30
    for answer in answers:
        described, captured = (engine.tally(Model.from_json(answer[part])) for part in ("described", "captured"))
        for tool in LISTED:
            by = convention.load(tool)
            for metric in by.metrics:
                assert engine.total(captured, by, metric) == engine.total(described, by, metric), (described.model, metric)


NET = 3 * 4 * 9 * 36 + 144 * 5
FOUND: dict[str, tuple[int, int, int, int]] = {
    **dict.fromkeys(("one tensor", "an array", "a shape", "outputs in a dataclass", "compiled", "parallel"), (NET, 837, 837, 0)),
    **dict.fromkeys(("several", "keyword arguments"), (2 * NET, 837, 837, 0)),
    **dict.fromkeys(("train mode", "it cannot leave"), (NET, 845, 845, 8)),
    "recurrent": (2 * 6 * 4 * 5 * (8 + 5), 4 * 5 * (8 + 5 + 2), 300, 0),
    "tied weights": (2 * 6 * 6 * 6, 66 + 36, 102, 0),
    "frozen parts": (NET, 837, 837 - 108, 0),
}
"""MACs, parameters, those that train, and elements of buffers, by hand."""
UNASKED = {"several": 2, "tied weights": 2, "keyword arguments": 9}  # numbers that tools cannot be asked for


@pytest.fixture(scope="module")
def ways() -> dict[str, dict[str, Any]]:
    """Every way, by name."""
    return {answer["way"]: answer for answer in told("paddle_ways")}


@pytest.mark.parametrize("way", FOUND)
def test_a_network_is_counted_in_whatever_way_it_is_called(ways: dict[str, Any], way: str) -> None:
    found = ways[way]
    assert (found["macs"], found["params"], found["trainable"], found["buffers"]) == FOUND[way]
    assert (found["failed"], found["lost"]) == ("", "")
    assert [line for line in found["lines"] if line[2] is not None and line[2] != line[3]] == []
    unasked = [line for line in found["lines"] if line[2] is None]
    assert (len(found["lines"]), len(unasked)) == (9, UNASKED.get(way, 0))
    assert all(line[4] == "unsupported" and line[3] is not None for line in unasked)
    assert {line[6] for line in found["lines"]} == {"measured in process" if way == "it cannot leave" else "worker"}


def test_a_network_stays_as_it_is(ways: dict[str, Any]) -> None:
    assert [way for way, found in ways.items() if not found["untouched"]] == []


def test_a_forward_that_raises_shows_what_ran_until_then(ways: dict[str, Any]) -> None:
    found = ways["it fails"]
    assert found["layers"][:2] == ["conv", "act"]
    assert found["failed"].startswith("fc (nn.Linear with weight 144x5, bias 5), given 1x143: ValueError: (InvalidArgument)")
    assert "\n  " in found["failed"], "no line of the user's code"
    assert "in forward" in found["failed"]
    assert {line[4] for line in found["lines"]} == {"error"}


def test_bad_input_says_what_to_do(ways: dict[str, Any]) -> None:
    assert ways["no network"]["refused"].startswith("a paddle.Tensor is no paddle.nn.Layer. Hint: give a network itself")
    assert "Hint: give its input" in ways["no input"]["refused"]


CODE = """
import paddle
from paddle import nn

class Words(nn.Layer):
    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(11, 6)
        self.fc = nn.Linear(6, 3)

    def forward(self, ids):
        return self.fc(self.table(ids))

def image():
    return nn.Sequential(nn.Conv2D(3, 4, 3), nn.ReLU6(), nn.Flatten(), nn.Linear(144, 5))
"""


def test_the_command_line_runs_the_code_that_it_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nets.py").write_text(CODE)
    terminal = CliRunner()
    done = terminal.invoke(app, ["compare", "nets.py:image", "--input", "1x3x8x8", "-f", "json"])
    assert done.exit_code == 0, done.output
    assert (json.loads(done.stdout)["macs"], json.loads(done.stdout)["parameters"]["all"]) == (NET, 837)
    words = terminal.invoke(app, ["count", "nets.py:Words", "--input", "1x5:int64", "-c", "paddle_summary", "-m", "params"])
    assert words.exit_code == 0, words.output
    assert "87" in words.stdout
    steps = terminal.invoke(app, ["explain", "nets.py:image", "paddle_flops", "mac", "--input", "1x3x8x8"])
    assert steps.exit_code == 0, steps.output
    assert "144" in steps.stdout
    short = terminal.invoke(app, ["count", "nets.py:image", "--input", "1x4x8x8"])
    assert "0 (nn.Conv2D with weight 4x3x3x3, bias 4), given 1x4x8x8" in f"{short.output}{short.exception}"
