"""The command for whole zoos: its report stands after every few networks, however the run ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from crosscheck.cli.commands import app
from crosscheck.studies.zoo import figure, survey, whole
from crosscheck.studies.zoo.whole import Zoo
from crosscheck.subjects import zoo
from tests.studies.zoo.test_whole import MIXED

NAME = "torchvision:resnet18"


def ran(monkeypatch: pytest.MonkeyPatch, then: type[BaseException] | None) -> None:
    """Whole zoos have one number, exact; after it something may happen."""

    def run(start: Zoo, *_: Any, **__: Any) -> Iterator[Zoo]:
        yield replace(start, figures=(*start.figures, replace(MIXED[0], network=NAME)))
        if then is not None:
            raise then

    monkeypatch.setattr(whole, "run", run)


def test_an_interrupted_run_leaves_the_report_of_what_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran(monkeypatch, KeyboardInterrupt)
    done = CliRunner().invoke(app, ["zoos", NAME, "--out", str(tmp_path)])
    assert done.exit_code == 130
    assert [f.network for f in figure.read(tmp_path / "torchvision.csv")] == [NAME]
    assert "1 numbers from their tools, 1 of them exact" in (tmp_path / "torchvision.md").read_text()
    assert "crosscheck: torchvision: 1 of " in done.stderr


def test_the_report_in_the_folder_is_taken_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran(monkeypatch, None)
    codes = [CliRunner().invoke(app, ["zoos", NAME, "--out", str(tmp_path)]).exit_code for _ in range(2)]
    assert codes == [3, 3], "the other networks of the zoo did not run"
    assert len(figure.read(tmp_path / "torchvision.csv")) == 2


@pytest.mark.parametrize("words", [["no-such-zoo"], [NAME, "--memory", "-1"], [NAME, "--timeout", "0"]])
def test_a_bad_request_runs_nothing(words: list[str], tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["zoos", *words, "--out", str(tmp_path)])
    assert done.exit_code != 0
    assert not list(tmp_path.iterdir())


def test_the_default_networks_are_held_against_the_reports_of_whole_zoos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network = zoo.get(NAME)
    found = survey.Survey((survey.Entry(network, "ok", ""),), {})
    monkeypatch.setattr(survey, "run", lambda *_, **__: found)
    kept = replace(MIXED[0], network=NAME)
    monkeypatch.setattr(figure, "figures", lambda *_: iter([replace(kept, value=8, predicted=8)]))
    for stored, code in (((), 0), ((kept,), 1)):
        monkeypatch.setattr(figure, "read", lambda _, rows=stored: rows)
        done = CliRunner().invoke(app, ["zoo", NAME, "--out", str(tmp_path)])
        assert done.exit_code == code, done.output
        assert ("changed: " in done.stderr) == bool(code)
