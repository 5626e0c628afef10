"""The command, its files, and that what it writes counts as the table says."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path

import pytest

from crosscheck import cli
from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from crosscheck.errors import ConventionError
from crosscheck.studies.infer import text
from tests.studies.infer.tables import HEAD, RESNETS, counted, exactly, finding, lines, total


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["crosscheck", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return ended.value.code if isinstance(ended.value.code, int) else 0


def test_the_command_answers_and_writes_a_convention(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.csv").write_text(HEAD + lines("mac", RESNETS))
    assert run(monkeypatch, "infer", str(tmp_path / "mine.csv"), "--out", str(tmp_path)) == 0
    assert "calflops_macs" in capsys.readouterr().out
    path = str(tmp_path / "found.toml")
    assert run(monkeypatch, "count", "resnet50", "-c", path, "-f", "csv") == 0
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert (row["convention"], row["value"]) == (path, str(total("resnet50", "mac")))
    assert run(monkeypatch, "infer", str(tmp_path / "mine.csv"), "--group", "note", "-f", "json") == 0
    (group,) = json.loads(capsys.readouterr().out)["groups"]
    assert {(w["op"], w["primitive"]): w["weight"] for w in group["fits"][0]["weights"]}["conv", "mac"] == 1


def test_without_an_answer_the_command_ends_with_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.csv").write_text(HEAD + lines("fvcore", RESNETS[:2]))
    assert run(monkeypatch, "infer", str(tmp_path / "mine.csv"), "--out", str(tmp_path)) == 1
    assert not list(tmp_path.glob("*.toml"))
    assert run(monkeypatch, "infer", str(tmp_path / "nowhere.csv")) == 2


def test_a_convention_yields_its_rows_and_says_nothing_about_ops_that_they_lack() -> None:
    found = finding(lines("mac", RESNETS))
    c = convention.parse(text.toml(found), "found.toml")
    assert {n: engine.total(counted(n), c, "compute") for n in RESNETS} == {n: total(n, "mac") for n in RESNETS}
    with pytest.raises(ConventionError, match="says nothing about op"):
        engine.total(counted("alexnet-paper"), c, "compute")


def test_halves_and_words_of_any_kind_stand_in_a_convention_as_they_are() -> None:
    found = finding(lines("mac", RESNETS, written=lambda value: exactly(value // 2)).replace("compute", '"FLOPs ""½"" \\ 😀"'))
    c = convention.parse(text.toml(found), "found.toml")
    assert engine.total(counted("resnet18"), c, "compute") == 2 * (total("resnet18", "mac") // 2)
    assert c.table("compute").label == 'FLOPs "½" \\ 😀'
    assert c.table("compute").unit == "halves of operations"
