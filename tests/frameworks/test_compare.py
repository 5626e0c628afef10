"""The whole job on real frameworks: workers, reports, exit code."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from crosscheck.measuring import catalog


@pytest.mark.framework
def test_compare_writes_reports_that_agree_with_themselves(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "crosscheck", "compare", "lenet", "lenet5", "--out", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    cells = pd.read_csv(tmp_path / "measurements.csv")
    builders = {t.id: t for t in catalog.tools().values() if not catalog.framework(t.framework).reads}
    assert set(cells["tool"]) == set(builders)
    assert (cells["residual"] == 0).all()
    whole = cells["layer"] == "(total)"
    key = ["model", "tool", "metric"]
    totals = cells[whole].set_index(key)["value"]
    layers = cells[~whole].groupby(key)["value"].sum()
    assert (totals.loc[layers.index] == layers).all()
    terms = pd.read_csv(tmp_path / "discrepancies.csv")
    sums = terms.groupby(["model", "metric", "tool_a", "tool_b"])[["term", "difference"]].agg(
        {"term": "sum", "difference": "first"}
    )
    assert (sums["term"] == sums["difference"]).all()
    run = json.loads((tmp_path / "run.json").read_text())
    workers = {f"{t.framework}+{t.overlay}" if t.overlay else t.framework for t in builders.values()}
    assert {w: d["exit_codes"] for w, d in run["frameworks"].items()} == {w: [0] for w in workers}
    assert {p.name for p in (tmp_path / "logs").iterdir()} == {f"{w}.log" for w in workers}
