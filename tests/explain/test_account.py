"""Accounts: sums and steps add up, whatever the tools, networks, layers and sources."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from crosscheck.cli import app
from crosscheck.conventions import read as convention
from crosscheck.errors import UnknownNameError, UsageError
from crosscheck.explain import account
from crosscheck.explain.account import Known, Subject
from crosscheck.measuring import earlier as stored
from crosscheck.studies import explain as sources

TOOLS = [c for c in convention.ids() if "compute" in convention.load(c).metrics]


@given(
    tools=st.lists(st.sampled_from(TOOLS), min_size=1, max_size=3),
    off=st.integers(-5, 5),
    model=st.sampled_from(["lenet", "resnet18"]),
)
@settings(max_examples=30, deadline=None)
def test_terms_and_residual_add_up_to_the_number(tools: list[str], off: int, model: str) -> None:
    def source(s: Subject, metric: str, layer: str) -> Known:
        known = account.predicted(s, metric, layer)
        return Known(known.value + off, "measured", "")

    subjects = sources.subjects(model, tools)
    answer = account.account(subjects, "compute", source)
    for n in answer.numbers:
        assert sum(t.value for t in n.terms) + n.residual == n.known.value
        assert n.residual == off
    for s in answer.steps:
        assert s.difference == s.after.known.value - s.before.known.value
        assert sum(t.value for t in s.terms) + s.residual == s.difference
        assert s.residual == 0


def test_a_step_to_another_network_has_graph_terms() -> None:
    subjects = sources.subjects("resnet50", ["torchinfo", "resnet50-v1:torchinfo"])
    answer = account.account(subjects, "compute", account.predicted)
    (step,) = answer.steps
    assert {t.cause for t in step.terms} == {"graph"}
    assert step.difference == 3_857_973_248 - 4_089_184_256
    assert step.residual == 0


def test_the_parameter_ledger_adds_up() -> None:
    subjects = sources.subjects("resnet50", ["torchinfo", "paddle_flops", "mac"])
    answer = account.account(subjects, "params", account.predicted)
    totals = [sum(e.counted[k] for e in answer.ledger) for k in range(3)]
    assert totals == [25_557_032, 25_610_152, 25_557_032]


def test_layers_and_metrics_that_are_not_there() -> None:
    subjects = sources.subjects("lenet", ["torchinfo"])
    with pytest.raises(UsageError, match=r"no layer 'features\.9'"):
        account.account(subjects, "compute", account.predicted, "features.9")
    with pytest.raises(UsageError, match="gives no params"):
        account.common_metric(sources.subjects("lenet", ["flop_counter"]), "params")
    with pytest.raises(UsageError, match="no metric in common"):
        account.common_metric(sources.subjects("lenet", ["flop_counter", "keras_count_params"]), None)
    with pytest.raises(UnknownNameError, match="torchinfo"):
        sources.subjects("lenet", ["torchinf"])


def _file(folder: Path, rows: list[str]) -> None:
    head = "model,framework,tool,tool_version,convention,input,layer,op,metric,value,unit,predicted,residual,status,message"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / stored.FILE).write_text("\n".join([head, *rows]) + "\n")


def test_stored_numbers_are_found_by_their_whole_key(tmp_path: Path) -> None:
    row = "lenet,pytorch,torchinfo,1.8.0,torchinfo,1x1x28x28,(total),(model),compute,347775,mult-adds,347774,1,ok,"
    _file(tmp_path, [row, row.replace("(total)", "flatten").replace("347775", "").replace(",ok,", ",absent,")])
    found = stored.look_up("lenet", "1x1x28x28", "torchinfo", "compute", "(total)", [tmp_path])
    assert found is not None
    assert (found.value, found.unit, found.version) == (347_775, "mult-adds", "1.8.0")
    absent = stored.look_up("lenet", "1x1x28x28", "torchinfo", "compute", "flatten", [tmp_path])
    assert absent is not None
    assert absent.value == 0
    assert stored.look_up("lenet", "2x1x28x28", "torchinfo", "compute", "(total)", [tmp_path]) is None
    assert stored.look_up("lenet", "1x1x28x28", "torchinfo", "params", "(total)", [tmp_path, tmp_path / "none"]) is None


def test_explain_shows_a_residual_that_a_stored_number_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    _file(
        tmp_path / "reports",
        ["lenet,pytorch,torchinfo,1.8.0,torchinfo,1x1x28x28,(total),(model),compute,347775,mult-adds,347774,1,ok,"],
    )
    done = CliRunner().invoke(app, ["explain", "lenet", "torchinfo", "--format", "json"])
    assert done.exit_code == 0, done.output
    (number,) = json.loads(done.output)["numbers"]
    assert (number["value"], number["residual"], number["origin"]) == (347_775, 1, "stored")


@pytest.mark.parametrize("output", ["table", "markdown", "json"])
def test_every_format_has_the_numbers_and_says_where_they_are_from(output: str) -> None:
    done = CliRunner().invoke(app, ["explain", "lenet", "torchinfo", "flop_counter", "--predicted", "-f", output])
    assert done.exit_code == 0, done.output
    plain = done.output.replace(",", "")
    assert "347774" in plain
    assert "682512" in plain
    assert "predicted" in plain
