"""The command ``compare``: where its reports are, how it ends, and what it refuses."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from crosscheck import output
from crosscheck.measuring import catalog
from crosscheck.measuring.catalog import FrameworkInfo, ToolInfo
from crosscheck.studies.compare import run as compare
from tests.fakes import FAKES

SCRIPT = str(FAKES / "worker.py")


@pytest.fixture
def faked(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Put a fake framework in the place of the real ones; gives a function that sets the habit of its tool ``b``."""
    tools = tuple(ToolInfo(t, t, "fake", "pytest", "mac", ("compute",)) for t in "ab")
    known = {"fake": FrameworkInfo("fake", "Fake", "json", "extra", ("pytest",), tools)}
    monkeypatch.setattr(catalog, "frameworks", lambda: known)
    real = compare.run

    def set_habit(habit: str) -> None:
        command = [sys.executable, "-I", "-S", SCRIPT, f"b={habit}"]
        monkeypatch.setattr(compare, "run", partial(real, known=known, launch=lambda _: command))

    set_habit("good")
    return set_habit


def test_compare_says_where_the_reports_are_and_ends_as_the_run_did(crosscheck: Any, faked: Any, tmp_path: Path) -> None:
    code, out, err = crosscheck("compare", "lenet5", "--out", str(tmp_path / "r"))
    assert (code, err) == (0, "")
    assert f"Reports: {tmp_path / 'r' / 'summary.md'}" in out
    assert "416,520" in out
    faked("wrong")
    code, out, err = crosscheck("compare", "lenet5", "--out", str(tmp_path / "r"))
    assert code == 1
    assert err == "crosscheck: residual +1 MAC: lenet5 × b × (total) × compute (measured 416,521, predicted 416,520)\n"
    code, _, err = crosscheck("compare", "lenet5", "--tool", "a", "--out", str(tmp_path / "r"))
    assert (code, err) == (0, ""), "the tool that is wrong was left out"


@pytest.mark.usefixtures("faked")
def test_reports_of_a_selection_do_not_overwrite_those_of_the_whole(
    crosscheck: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    crosscheck("compare", "lenet5")
    assert (tmp_path / "reports" / "selection" / "summary.md").exists()
    assert not (tmp_path / "reports" / "summary.md").exists()


@pytest.mark.usefixtures("faked")
@pytest.mark.parametrize("blocked", [".", "logs", "models"])
def test_an_output_that_cannot_be_written_ends_with_2_before_any_worker(
    crosscheck: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blocked: str
) -> None:
    place = tmp_path / "out" / blocked
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("in the way")
    monkeypatch.setattr(subprocess, "Popen", None)
    code, out, err = crosscheck("compare", "lenet5", "--out", str(tmp_path / "out"))
    assert (code, out) == (2, "")
    assert err.startswith(f"crosscheck: cannot write into '{place}': ")
    assert err.endswith("Hint: choose another folder with --out\n")
    assert err.count("\n") == 1
    assert place.read_text() == "in the way"


@pytest.mark.usefixtures("faked")
@pytest.mark.parametrize("output", ["markdown", "csv", "json", "html"])
def test_every_format_has_the_answer_and_nothing_else(crosscheck: Any, tmp_path: Path, output: str) -> None:
    code, out, err = crosscheck("compare", "lenet5", "--out", str(tmp_path), "-f", output)
    assert (code, err) == (0, "")
    assert "Reports: " not in out
    if output == "json":
        assert [(r["tool"], r["value"], r["residual"]) for r in json.loads(out)] == [("a", 416_520, 0), ("b", 416_520, 0)]
    if output in ("csv", "markdown"):
        assert out == (tmp_path / ("measurements.csv" if output == "csv" else "summary.md")).read_text()
    assert ("416520" if output in ("csv", "json") else "416,520") in out


@pytest.mark.usefixtures("faked")
def test_an_interrupt_ends_with_130_and_a_line(crosscheck: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(compare, "run", interrupted)
    code, out, err = crosscheck("compare", "lenet5", "--out", str(tmp_path))
    assert (code, out, err) == (130, "", "crosscheck: interrupted; the reports are as they were\n")


@pytest.mark.usefixtures("faked")
def test_a_second_run_into_one_folder_is_refused_while_the_first_has_it(crosscheck: Any, tmp_path: Path) -> None:
    release = output.keep(tmp_path)
    code, out, err = crosscheck("compare", "lenet5", "--out", str(tmp_path))
    assert (code, out) == (2, "")
    assert err.startswith(f"crosscheck: another run is writing into '{tmp_path}'")
    release()
    for name in ("lenet5", "lenet5-28"):
        assert crosscheck("compare", name, "--out", str(tmp_path))[0] == 0
    assert [p.name for p in (tmp_path / "models").iterdir()] == ["lenet5-28.md"]
