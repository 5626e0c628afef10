"""The main job from request to verdict, with a fake worker in the place of frameworks."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from crosscheck import models, output
from crosscheck.errors import ShapeError, UnknownNameError, UsageError
from crosscheck.known.crashes import Crash
from crosscheck.measuring.catalog import FrameworkInfo, ToolInfo
from crosscheck.measuring.plan import Launch
from crosscheck.measuring.request import Request
from crosscheck.report import render
from crosscheck.report.pages import compare as page
from crosscheck.studies.compare import run as compare
from crosscheck.studies.compare import verdict as verdicts
from crosscheck.studies.compare.verdict import Verdict
from tests.fakes import FAKES

SCRIPT = str(FAKES / "worker.py")
LENET = models.build("lenet5")


def rooms(*tools: str, module: str = "json") -> dict[str, FrameworkInfo]:
    """One framework called ``fake`` with these tools, which count MACs."""
    made = tuple(ToolInfo(t, t, "fake", "pytest", "mac", ("compute",)) for t in tools)
    return {"fake": FrameworkInfo("fake", "Fake", module, "extra", ("pytest",), made)}


def launcher(habits: dict[str, str]) -> Launch:
    return lambda _: [sys.executable, "-I", "-S", SCRIPT, *(f"{t}={h}" for t, h in habits.items())]


def run(out: Path, known: dict[str, FrameworkInfo], **habits: str) -> Verdict:
    report, verdict = compare.run(Request((LENET,)), logs=folder(out), known=known, launch=launcher(habits), timeout=20)
    output.write(out, render.files(page.full(report)))
    return verdict


def folder(out: Path) -> Path:
    """The folder for logs, made."""
    output.ensure_writable(out / "logs")
    return out / "logs"


def test_a_run_that_is_explained_writes_every_report_and_ends_with_0(tmp_path: Path) -> None:
    verdict = run(tmp_path, rooms("a", "b"))
    assert verdict.exit_code == verdicts.COMPLETE == 0
    assert page.notes(verdict) == ()
    found = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()}
    assert found == {
        output.WRITTEN,
        "summary.md",
        "measurements.csv",
        "discrepancies.csv",
        "run.json",
        "models/lenet5.md",
        "logs/fake.log",
    }
    cells = pd.read_csv(tmp_path / "measurements.csv")
    assert list(zip(cells["tool"], cells["value"], cells["residual"], strict=True)) == [("a", 416_520, 0), ("b", 416_520, 0)]
    facts = json.loads((tmp_path / "run.json").read_text())["frameworks"]["fake"]
    assert (facts["versions"], facts["exit_codes"], facts["log"]) == ({"fake": "1.0"}, [0], "logs/fake.log")


def test_a_tool_that_is_wrong_by_one_fails_the_run_and_is_named(tmp_path: Path) -> None:
    verdict = run(tmp_path, rooms("a", "b"), b="wrong")
    assert verdict.exit_code == verdicts.DIFFERS == 1
    assert page.notes(verdict) == ("residual +1 MAC: lenet5 × b × (total) × compute (measured 416,521, predicted 416,520)",)
    table = pd.read_csv(tmp_path / "discrepancies.csv")
    assert list(table["residual"]) == [-1], "the terms of a - b are 0, the difference is not"


def test_a_cell_that_fails_fails_the_run_and_the_reports_have_the_others(tmp_path: Path) -> None:
    verdict = run(tmp_path, rooms("a", "b", "c"), b="segfault")
    assert verdict.exit_code == verdicts.DIFFERS
    assert page.notes(verdict) == ("error: b on lenet5: the worker was ended by SIGSEGV; log: fake.log",)
    cells = pd.read_csv(tmp_path / "measurements.csv").set_index("tool")
    assert dict(cells["status"]) == {"a": "ok", "b": "error", "c": "ok"}
    assert "SIGSEGV" in (tmp_path / "summary.md").read_text()


def test_a_crash_that_a_tool_is_known_for_is_its_finding_and_strict_in_both_directions(tmp_path: Path) -> None:
    known = Crash("b", "lenet*", "ImportError: no such tool; log: *", "b.py:1", "it imports what is not there")

    def judge(habit: str, *excused: Crash) -> Verdict:
        launch = launcher({"b": habit})
        asked = Request((LENET,))
        report, verdict = compare.run(
            asked, logs=folder(tmp_path), known=rooms("a", "b"), launch=launch, timeout=20, excused=excused
        )
        output.write(tmp_path, render.files(page.full(report)))
        return verdict

    verdict = judge("refuses", known)
    assert verdict.exit_code == verdicts.COMPLETE
    said = "ImportError: no such tool; log: fake.log: it imports what is not there"
    assert page.notes(verdict) == (f"crashed: b on lenet5: {said}",)
    assert said in (tmp_path / "summary.md").read_text()
    for failing in (judge("refuses"), judge("silent", known), judge("refuses", replace(known, network="resnet*"))):
        assert failing.exit_code == verdicts.DIFFERS
        assert [line.split(": ")[0] for line in page.notes(failing)] == ["error"]
    closed = judge("good", known, replace(known, network="resnet*"))
    assert closed.exit_code == verdicts.DIFFERS
    assert page.notes(closed) == (known.closed,)
    assert "crosscheck/known/crashes.toml: b on lenet*" in known.closed


def test_what_is_skipped_makes_a_run_partial(tmp_path: Path) -> None:
    verdict = run(tmp_path, rooms("a", "b", module="no_such_module"))
    assert verdict.exit_code == verdicts.PARTIAL == 3
    lines = page.notes(verdict)
    assert [line.split(": ")[:2] for line in lines] == [["skipped", "a, b on lenet5"]]
    assert all("Install it with: " in line for line in lines)
    assert (tmp_path / "summary.md").exists(), "a report says what was not tried"


def test_several_models_come_in_the_order_of_the_request(tmp_path: Path) -> None:
    request = Request((models.build("lenet5-28"), LENET))
    report, verdict = compare.run(request, logs=folder(tmp_path), known=rooms("z", "a"), launch=launcher({}), timeout=20)
    assert verdict.exit_code == verdicts.COMPLETE
    order = list(zip(report.measurements["model"], report.measurements["tool"], strict=True))
    assert order == [("lenet5-28", "a"), ("lenet5-28", "z"), ("lenet5", "a"), ("lenet5", "z")]


def test_the_same_request_gives_the_same_files_whatever_order_workers_end_in(tmp_path: Path) -> None:
    kept = ("summary.md", "measurements.csv", "discrepancies.csv", "models/lenet5.md")
    texts = []
    for k in range(2):
        run(tmp_path / str(k), rooms("a", "b", "c"), c="kill")
        texts.append({name: (tmp_path / str(k) / name).read_bytes() for name in kept})
    assert texts[0] == texts[1]


def test_an_interrupt_leaves_the_reports_as_they_were(tmp_path: Path) -> None:
    run(tmp_path, rooms("a"))
    before = {p.name: p.read_bytes() for p in tmp_path.glob("*.*")}

    def watch(*event: str) -> None:
        if event[-1] == "start":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compare.run(Request((LENET,)), logs=folder(tmp_path), known=rooms("a"), launch=launcher({"a": "hang"}), watch=watch)
    assert {p.name: p.read_bytes() for p in tmp_path.glob("*.*")} == before
    assert len(before) == 5  # with the list of what was written


def test_a_request_is_checked_before_any_work() -> None:
    made = compare.request(["lenet", "lenet"], batch=2, frameworks=["pytorch"], tools=["torchinfo", "torchinfo"])
    assert [m.name for m in made.models] == ["lenet"]
    assert (made.models[0].batch, made.frameworks, made.tools) == (2, ("pytorch",), ("torchinfo",))
    assert [m.name for m in compare.request([]).models] == list(models.DEFAULT_SET)
    with pytest.raises(UnknownNameError, match=r"unknown model 'lenett'"):
        compare.request(["lenett"])
    with pytest.raises(UnknownNameError, match=r"unknown framework 'torch'"):
        compare.request(["lenet"], frameworks=["torch"])
    with pytest.raises(UnknownNameError, match=r"unknown tool 'torchinf'"):
        compare.request(["lenet"], tools=["torchinf"])
    with pytest.raises(UsageError, match=r"tool 'torchinfo' runs in pytorch, which --framework leaves out"):
        compare.request(["lenet"], frameworks=["paddlepaddle"], tools=["torchinfo"])
    with pytest.raises(ShapeError, match=r"layer 'features.3'"):
        compare.request(["lenet"], input_shape=(1, 6, 6))
