"""Charts as data: they draw what they are given, to the last digit; without their libraries one message says what to do."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path
from typing import Any

import pytest

from crosscheck.contract.rows import TOTAL
from crosscheck.errors import UsageError
from crosscheck.explain import account
from crosscheck.report import charts, slides
from crosscheck.session import pictures
from crosscheck.studies.explain import counts
from crosscheck.studies.site import site
from crosscheck.subjects.subject import Options

needs_altair = pytest.importorskip  # the extra `charts`


def told(chart: Any) -> list[dict[str, Any]]:
    """The rows that a chart is of."""
    spec = chart.to_dict()
    return list((spec.get("data") or spec["layer"][0]["data"])["values"])


def explained(*tools: str) -> account.Account:
    asked = counts.ask("lenet", tools, Options())
    return account.account(asked.counts, "compute", account.nothing_measured, TOTAL)


@pytest.mark.parametrize("tools", [("tf_profiler",), ("torchinfo", "thop"), ("calflops", "mac", "torchinfo_009")])
def test_the_steps_of_a_fall_lead_from_its_start_to_its_end(tools: tuple[str, ...]) -> None:
    needs_altair("altair")
    a = explained(*tools)
    rows = told(pictures.explanation(a))
    steps = [r for r in rows if r["kind"] != "total"]
    assert rows[-1]["to"] == a.answers[-1].number.value
    assert steps[-1]["to"] == rows[-1]["to"]
    assert steps[0]["from"] == (a.answers[0].number.value if a.steps else 0)
    assert all(x["to"] == y["from"] for x, y in itertools.pairwise(steps))
    assert len(steps) == sum(len(s.number.terms) for s in a.steps) or not a.steps


def test_a_bar_says_its_number_to_the_last_digit() -> None:
    needs_altair("altair")
    rows = told(charts.values([("b", 2**61 + 1, "FLOPs"), ("a", 3, "MACs")], "title"))
    assert [r["says"] for r in rows] == ["3 MACs", f"{2**61 + 1:,} FLOPs"]


def test_slides_of_a_report_are_drawn_without_a_script() -> None:
    needs_altair("altair")
    needs_altair("vl_convert")
    found = site.report(Path(__file__).parents[2] / "reports", own_size=True)
    files = slides.files(found)
    assert {"ratios.svg", "layers-resnet50.svg"} <= files.keys()
    assert all(text.startswith("<svg") and "<script" not in text for text in files.values())
    assert files["layers-resnet50.svg"].count('aria-roledescription="bar"') == 54


def test_without_altair_a_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "altair", None)
    with pytest.raises(UsageError, match=r"charts need Altair\. Hint: pip install"):
        charts.values([("a", 1, "MACs")], "title")
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(UsageError, match="Hint: pip install"):
        charts.svg(object())
