"""The command and the report."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from crosscheck.report.pages import figures as tried
from crosscheck.studies.figures import findings, record
from crosscheck.studies.figures.verdict import EXACT, ROUNDS, UNREADABLE
from tests.studies.figures.verdicts import verdicts


def test_the_command_prints_filters_and_ends_as_it_says(tmp_path: Path, run: Callable[..., Any]) -> None:
    done = run("figures", "--source", "ptflops", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert (done.returncode, len(rows)) == (0, 44)
    assert {r["verdict"] for r in rows} == {ROUNDS}
    assert run("figures", "--verdict", "misprint", "--strict").returncode == 1
    assert run("figures", "--source", "ptflops", "--strict").returncode == 0
    data = json.loads(run("figures", "--verdict", "misprint", "--format", "json").stdout)
    assert {d["correct"] for d in data} >= {"4,097,000", "60,965,224", "15.62"}
    wrong = run("figures", "--verdict", "wrong")
    assert wrong.returncode == 2
    assert "unknown verdict 'wrong'" in wrong.stderr
    file = tmp_path / "mine.csv"
    file.write_text("model,metric,value\nresnet50,params,25557032\nyolov5s,params,7.2M\n", encoding="utf-8")
    mine = run("figures", str(file), "--strict", "--out", str(tmp_path / "out"))
    assert mine.returncode == 0
    assert "out of scope" in mine.stdout
    assert (tmp_path / "out" / "figures.csv").read_text(encoding="utf-8").count("\n") == 3
    file.write_text("model,metric,value\nresnet50,params,25557032\nresnet50,params,25.5x\n", encoding="utf-8")
    torn = run("figures", str(file), "-f", "csv")
    assert (torn.returncode, [r["verdict"] for r in csv.DictReader(io.StringIO(torn.stdout))]) == (0, [EXACT, UNREADABLE])
    assert run("figures", str(file), "--strict").returncode == 1
    file.write_text("model,metric\n", encoding="utf-8")
    bad = run("figures", str(file))
    assert (bad.returncode, bad.stdout) == (2, "")
    assert "mine.csv:1: column 'value' is missing" in bad.stderr


def test_the_report_begins_with_what_is_wrong_and_has_every_figure() -> None:
    files = tried.files(verdicts(), findings.all_of(verdicts()))
    text = files["figures.md"]
    assert text.index("## Refuted") < text.index("## Summary") < text.index("## Explained")
    for right in ("4,097,000", "60,965,224", "17567.99", "21.80", "15.62", "7.84"):
        assert right in text.partition("## Summary")[0]
    rows = list(csv.DictReader(io.StringIO(files["figures.csv"])))
    assert len(rows) == len(record.builtin())
    assert all(r["reason"] for r in rows)
