"""The pictures in the README, made from the committed reports: ``make readme`` draws them, a test keeps them so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from crosscheck.contract.rows import TOTAL
from crosscheck.explain import account
from crosscheck.report import charts
from crosscheck.session import pictures
from crosscheck.studies.explain import counts
from crosscheck.studies.site import site
from crosscheck.subjects.subject import Options

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "pictures"


def drawings() -> dict[str, Any]:
    """Each picture by its file name, as a chart: compute over MACs, and the way from one tool's number to another's."""
    asked = counts.ask("resnet50", ["torchinfo", "thop"], Options())
    way = account.account(asked.counts, "compute", account.nothing_measured, TOTAL)
    report = site.report(ROOT / "reports", own_size=True)
    return {"ratios.svg": charts.ratios(report.ratios), "waterfall.svg": pictures.explanation(way)}


def main() -> None:
    """Draw all of them."""
    FOLDER.mkdir(exist_ok=True)
    for name, chart in drawings().items():
        (FOLDER / name).write_text(charts.svg(chart, background="white"), encoding="utf-8")


if __name__ == "__main__":
    main()
