"""Tools that hook modules against networks that nobody described: every number and every row predicted from captured calls."""

from __future__ import annotations

import json
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from crosscheck.contract.network import Model
from crosscheck.contract.rows import TOTAL, UNATTRIBUTED
from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from crosscheck.explain import terms
from crosscheck.measuring import catalog
from crosscheck.measuring.catalog import overlay_folder
from crosscheck.measuring.plan import Plan, environment

pytestmark = [pytest.mark.framework, pytest.mark.xdist_group("modules")]
SIZE = "*has no attribute 'size'*"
FLOATS = "*makes inputs of floats by itself*"
DEATHS: dict[str, dict[str, str]] = {
    "torchinfo": {},
    "torchinfo_009": {"parametrized": "*Failed to run torchinfo*", "by keyword": "*tuple index out of range*"},
    "torch_summary_145": {},
    "torchsummary_151": {
        **dict.fromkeys(("lstm", "packed", "attention alone", "encoder", "mapping", "list"), SIZE),
        **dict.fromkeys(("embedding", "two inputs", "tied", "tied with slack"), FLOATS),
        "by keyword": "*tuple index out of range*",
        "bare": "*no module inside the network has a weight or a bias*",
    },
    "thop": {"by keyword": "*tuple index out of range*"},
}
"""Kinds of networks that a tool dies of, with its message."""


@pytest.fixture(scope="module")
def answers() -> dict[str, list[dict[str, Any]]]:
    """What each tool says of every kind."""
    info = catalog.framework("pytorch")
    overlays = {t.id: t.overlay for t in info.tools if t.id in DEATHS}
    words = [f"{tool}={overlay_folder(overlay)}" if overlay else tool for tool, overlay in overlays.items()]
    env = environment(Plan(info, (), ()))
    env["PYTHONPATH"] = f"{env['PYTHONPATH']}:{Path(__file__).parents[2]}"
    command = [sys.executable, "-W", "ignore", "-m", "tests.frameworks.module_run", *words]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    return {tool: [answer for answer in told if answer["tool"] == tool] for tool in overlays}


@pytest.mark.parametrize("tool", DEATHS)
def test_every_number_and_row_is_predicted_from_calls(answers: dict[str, list[dict[str, Any]]], tool: str) -> None:
    exact = 0
    for answer in answers[tool]:
        name = f"{answer['kind']}, batch {answer['batch']}"
        death = DEATHS[tool].get(answer["kind"], "")
        if death or "died" in answer:
            assert fnmatchcase(answer.get("died", "it lives"), death), f"{name}: {answer.get('died', 'it lives')}"
            continue
        said = {(layer, metric): value for layer, metric, value in answer["rows"]}
        assert len(said) == len(answer["rows"]), f"{name}: two rows of one layer"
        told = predicted(answer, said)
        assert told == {key: value for key, value in said.items() if value}, name
        exact += len(told)
    assert exact > 250


def predicted(answer: dict[str, Any], said: dict[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    """All rows that are not 0, as predicted; terms add up to each total."""
    network, by = Model.from_json(answer["network"]), convention.load(answer["convention"])
    counted = engine.tally(network)
    rows = {(p.layer, p.metric): p.value for p in engine.predict(counted, by) if p.layer != UNATTRIBUTED and p.value}
    for (layer, metric), value in said.items():
        if layer == TOTAL:
            assert sum(t.value for t in terms.number(counted, by, metric)) == value
        assert layer == TOTAL or layer in network.by_id or layer in network.blocks
    return {key: value for key, value in rows.items() if key[0] == TOTAL or key[1] in answer["per_layer"]}
