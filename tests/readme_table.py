"""The table in the README, made from the committed reports: ``make readme`` writes it, a test keeps it so."""

from __future__ import annotations

import csv
from pathlib import Path

from crosscheck import models
from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from crosscheck.explain.number import prediction
from crosscheck.explain.wording import sum_text

ROOT = Path(__file__).parent.parent
START, END = "<!-- table: resnet50 -->", "<!-- end of table -->"


def block() -> str:
    """The rows of resnet50, smallest first, each with the engine's account of it."""
    with (ROOT / "reports" / "measurements.csv").open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["model"] == "resnet50" and r["layer"] == "(total)" and r["status"] == "ok"]
    counted = engine.tally(models.build("resnet50"))
    lines = ["| tool | prints | which is | residual |", "|:--|--:|:--|--:|"]
    for metric in ("compute", "params"):
        same: dict[tuple[int, str, int, str], list[str]] = {}
        for r in sorted((r for r in rows if r["metric"] == metric), key=lambda r: (int(r["value"]), r["tool"])):
            c = convention.load(r["convention"])
            name = c.title if c.title.endswith(r["tool_version"]) else f"{c.title} {r['tool_version']}"
            unit = r["unit"] if metric == "compute" else "parameters"
            key = (int(r["value"]), sum_text(prediction(counted, c, metric).terms, by_op=False), int(r["residual"]), unit)
            same.setdefault(key, []).append(name)
        lines += [f"| {', '.join(names)} | {v:,} {unit} | {terms} | {left:,} |" for (v, terms, left, unit), names in same.items()]
    return "\n".join(lines)


def main() -> None:
    """Write the table into the README."""
    path = ROOT / "README.md"
    text = path.read_text(encoding="utf-8")
    before, rest = text.split(START)
    after = rest.split(END)[1]
    path.write_text(f"{before}{START}\n\n{block()}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
