"""A network of a user's own on the page: what the session writes, a browser shows, sum by sum."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crosscheck.session import Result
from tests.report.site.conftest import Open
from tests.report.site.test_numbers import block
from tests.studies.own.test_run import found, row


def result() -> Result:
    return Result(
        found(row("flop_counter"), row("thop", value=31), row("flop_counter", "params", None, "skipped", "no <b>idea</b>"))
    )


def test_the_page_holds_the_terms_of_every_number(tmp_path: Path) -> None:
    r = result()
    text = r.to_html(tmp_path / "mine.html")
    assert (tmp_path / "mine.html").read_text(encoding="utf-8") == text
    own = block(text, "core")["own"]
    assert own == json.loads(r.to_json())
    for told, line in zip(own["tools"], r.found.lines, strict=True):
        assert sum(t["value"] for t in told["terms"]) == (line.predicted or 0)
        assert all(t["weight"] * t["count"] == t["value"] for t in told["terms"])


@pytest.mark.browser
def test_a_browser_shows_it_first_and_leads_from_one_tool_to_another(open_page: Open, tmp_path: Path) -> None:
    file = tmp_path / "mine.html"
    result().to_html(file)
    shown = open_page(file=file)
    assert shown.text("h1") == "net"
    assert [x.strip() for x in shown.tab.locator(".falls tbody td.r").all_inner_texts()][:3] == ["31", "1.0333", "1"]
    shown.tab.click("a:has-text('From one tool’s number to another’s')")
    shown.tab.wait_for_selector("table.falls:has-text('residual')")
    shown.go("#/cell?n=own&t=flop_counter&m=compute")
    assert "2 × 30" in shown.text()
    assert shown.said == []
