"""Every number in the page is the report's, and what a browser shows of a cell is that number."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
import zlib
from pathlib import Path
from typing import Any

import pytest

from crosscheck.report.site import blocks, page
from crosscheck.studies.site.site import Site
from tests.report.site.conftest import REPORTS, Open
from tests.report.site.modules import TABLES, run

FILES = [*sorted(REPORTS.glob("*.csv")), *sorted(REPORTS.glob("zoos/*.csv"))]
MOST, MOST_ALONE = 2_500_000, 400_000  # bytes


def block(text: str, name: str) -> Any:
    """A block of data of a page, read by other means than the page's own."""
    found = re.search(rf'data-block="{re.escape(name)}">([^<]*)<', text)
    assert found, name
    return json.loads(zlib.decompress(base64.b64decode(found[1])))


def rows(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.reader(opened))


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_a_table_of_the_page_is_the_file(whole_file: Path, file: Path) -> None:
    name = file.relative_to(REPORTS).with_suffix("").as_posix()
    held = block(whole_file.read_text(encoding="utf-8"), f"table/{name}")
    columns = [[texts[k] for k in at] for texts, at in held["columns"]]
    assert [held["fields"], *map(list, zip(*columns, strict=True))] == rows(file)


@pytest.mark.browser
def test_a_browser_reads_and_saves_the_same_table(browser: Any, whole_file: Path) -> None:
    held = block(whole_file.read_text(encoding="utf-8"), "table/doctor")
    saved = run(browser, TABLES, "return new Table(data).csv();", held)
    assert list(csv.reader(io.StringIO(saved))) == rows(REPORTS / "doctor.csv")


@pytest.mark.browser
@pytest.mark.parametrize("metric", ["compute", "params", "memory"])
def test_the_matrix_shows_what_the_report_says(open_page: Open, metric: str) -> None:
    with (REPORTS / "measurements.csv").open(encoding="utf-8", newline="") as file:
        wanted = {
            f"#/cell?n={r['model']}&t={r['tool']}&m={metric}": f"{int(r['value']):,}"
            for r in csv.DictReader(file)
            if (r["layer"], r["metric"], r["status"]) == ("(total)", metric, "ok")
        }
    shown = open_page(f"#/matrix?show={metric}")
    cells = "nodes => Object.fromEntries(nodes.map(n => [n.getAttribute('href'), n.textContent]))"
    assert shown.tab.locator(".matrix td a").evaluate_all(cells) == wanted
    assert len(wanted) > 50


def test_the_same_data_make_the_same_bytes_within_the_limit(whole_site: Site, whole_file: Path) -> None:
    text = whole_file.read_text(encoding="utf-8")
    assert page.text(whole_site) == text
    assert len(text.encode()) <= MOST
    alone = Site(whole_site.version, whole_site.explorer)
    assert len(page.text(alone).encode()) <= MOST_ALONE


def test_numbers_that_json_rounds_are_kept_as_digits() -> None:
    assert blocks.exact({"a": [2**53 - 1, 2**53, -(2**60), True, None, "x"]}) == {
        "a": [2**53 - 1, str(2**53), str(-(2**60)), True, None, "x"]
    }


def test_the_policy_lets_nothing_in_but_the_scripts_of_the_page(whole_file: Path) -> None:
    text = whole_file.read_text(encoding="utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy
    told = policy[1].replace("&#39;", "'")
    assert told.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in told
    assert "http" not in told
    assert " src=" not in text.split("<script type")[0]
