"""Accounts: sums and steps add up, whatever the tools, networks, layers and sources."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from crosscheck.cli.commands import app
from crosscheck.contract.network import Model
from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from crosscheck.errors import UnknownNameError, UsageError
from crosscheck.explain import account
from crosscheck.explain.account import Count
from crosscheck.explain.number import Known
from crosscheck.measuring import earlier
from crosscheck.report.render import Format
from crosscheck.studies.explain.counts import ask

TOOLS = [c for c in convention.ids() if "compute" in convention.load(c).metrics]


@given(
    tools=st.lists(st.sampled_from(TOOLS), min_size=1, max_size=3),
    off=st.integers(-5, 5),
    model=st.sampled_from(["lenet", "resnet18"]),
)
@settings(max_examples=30, deadline=None)
def test_terms_and_residual_add_up_to_the_number(tools: list[str], off: int, model: str) -> None:
    def source(c: Count) -> Known:
        return Known(engine.total(c.counted, c.convention, "compute") + off, "measured")

    answer = account.account(ask(model, tools).counts, "compute", source)
    for a in answer.answers:
        assert sum(t.value for t in a.number.terms) + off == a.number.value
        assert (a.number.residual, a.number.origin) == (off, "measured")
    for s in answer.steps:
        assert s.number.value == s.after.number.value - s.before.number.value == sum(t.value for t in s.number.terms)
        assert s.number.residual == 0


def test_a_prediction_is_its_sum_and_says_so() -> None:
    (answer,) = account.account(ask("resnet18", ["thop"]).counts, "compute").answers
    assert (answer.number.residual, answer.number.origin) == (0, "predicted")
    assert answer.number.value == engine.total(answer.count.counted, answer.count.convention, "compute")


def test_a_network_is_tallied_once_however_many_tools_count_it(monkeypatch: pytest.MonkeyPatch) -> None:
    tallied: list[str] = []
    tally = engine.tally

    def counted(model: Model) -> engine.Tally:
        tallied.append(model.name)
        return tally(model)

    monkeypatch.setattr(engine, "tally", counted)
    account.account(ask("lenet", ["thop", "torchinfo", "lenet5:thop", "mac"]).counts, "compute")
    assert tallied == ["lenet", "lenet5"]


def test_a_step_to_another_network_has_graph_terms() -> None:
    answer = account.account(ask("resnet50", ["torchinfo", "resnet50-v1:torchinfo"]).counts, "compute")
    (step,) = answer.steps
    assert {t.cause for t in step.number.terms} == {"graph"}
    assert step.number.value == 3_857_973_248 - 4_089_184_256
    assert step.number.residual == 0


def test_the_parameter_ledger_adds_up() -> None:
    answer = account.account(ask("resnet50", ["torchinfo", "paddle_flops", "mac"]).counts, "params")
    totals = [sum(e.counted[k] for e in answer.ledger) for k in range(3)]
    assert totals == [25_557_032, 25_610_152, 25_557_032]


def test_layers_and_metrics_that_are_not_there() -> None:
    with pytest.raises(UsageError, match=r"no layer 'features\.9'"):
        account.account(ask("lenet", ["torchinfo"]).counts, "compute", layer="features.9")
    with pytest.raises(UsageError, match="gives no params"):
        account.common_metric(ask("lenet", ["flop_counter"]).counts, "params")
    with pytest.raises(UsageError, match="no metric in common"):
        account.common_metric(ask("lenet", ["flop_counter", "keras_count_params"]).counts, None)
    with pytest.raises(UnknownNameError, match="torchinfo"):
        ask("lenet", ["torchinf"])


def _file(folder: Path, rows: list[str]) -> None:
    head = "model,framework,tool,tool_version,convention,input,layer,op,metric,value,unit,predicted,residual,status,message"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / earlier.FILE).write_text("\n".join([head, *rows]) + "\n")


def test_stored_numbers_are_found_by_their_whole_key(tmp_path: Path) -> None:
    row = "lenet,pytorch,torchinfo,1.8.0,torchinfo,1x1x28x28,(total),(model),compute,347775,mult-adds,347774,1,ok,"
    _file(tmp_path, [row, row.replace("(total)", "flatten").replace("347775", "").replace(",ok,", ",absent,")])
    found = earlier.look_up("lenet", "1x1x28x28", "torchinfo", "compute", "(total)", [tmp_path])
    assert found is not None
    assert (found.value, found.unit, found.version) == (347_775, "mult-adds", "1.8.0")
    absent = earlier.look_up("lenet", "1x1x28x28", "torchinfo", "compute", "flatten", [tmp_path])
    assert absent is not None
    assert absent.value == 0
    assert earlier.look_up("lenet", "2x1x28x28", "torchinfo", "compute", "(total)", [tmp_path]) is None
    assert earlier.look_up("lenet", "1x1x28x28", "torchinfo", "params", "(total)", [tmp_path, tmp_path / "none"]) is None


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


@pytest.mark.parametrize("output", list(Format))
def test_every_format_has_the_numbers_and_says_where_they_are_from(output: Format) -> None:
    done = CliRunner().invoke(app, ["explain", "lenet", "torchinfo", "flop_counter", "--predicted", "-f", output.value])
    assert done.exit_code == 0, done.output
    plain = done.output.replace(",", "")
    assert "347774" in plain or output is Format.csv, "a table of terms has no sums"
    assert "682512" in plain or output is Format.csv
    assert "predicted" in plain or output is Format.csv


DAMAGED = {
    "no number": b"HEAD\nlenet,pytorch,torchinfo,1.8.0,torchinfo,1x1x28x28,(total),(model),compute,many,mult-adds,1,1,ok,\n",
    "no column": b"model,tool,input\nlenet,torchinfo,1x1x28x28\n",
    "short row": b"HEAD\nlenet,pytorch,torchinfo,1.8.0,torchinfo,1x1x28x28,(total),(model),compute,7\n",
    "no text": b"HEAD\nlenet,\xff\xfe\x00\n",
    "zeros": b"\0" * 4096,
    "one long cell": b"HEAD\nlenet," + b"x" * 200_000 + b"\n",
    "empty": b"",
}


@pytest.mark.parametrize("what", DAMAGED)
def test_a_damaged_report_is_named_and_passed_over(what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    good = "lenet,pytorch,torchinfo,1.8.0,torchinfo,1x1x28x28,(total),(model),compute,347775,mult-adds,347774,1,ok,"
    _file(tmp_path / "reports", [good])
    head = (tmp_path / "reports" / earlier.FILE).read_bytes().splitlines()[0]
    _file(tmp_path / "reports/selection", [])
    (tmp_path / "reports/selection" / earlier.FILE).write_bytes(DAMAGED[what].replace(b"HEAD", head))
    os.utime(tmp_path / "reports" / earlier.FILE, (1, 1))  # the damaged one is newer
    done = CliRunner().invoke(app, ["explain", "lenet", "torchinfo", "--format", "json"])
    assert done.exit_code == 0, done.output
    (number,) = json.loads(done.stdout)["numbers"]
    assert (number["value"], number["origin"]) == (347_775, "stored")
    if what != "short row":  # which is no row of this cell
        assert "reports/selection/measurements.csv is damaged and was passed over: " in done.stderr
