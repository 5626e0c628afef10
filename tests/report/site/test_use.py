"""The page as people use it: by keys, on paper, without scripts, with a result of their own, from a teacher's link."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from crosscheck import models
from crosscheck.counting.engine import tally
from crosscheck.report.site import page
from crosscheck.studies.site import site as sites
from crosscheck.studies.site.layers import Outline
from crosscheck.studies.site.site import Lesson, Site
from crosscheck.studies.site.table import Table
from tests.report.site.conftest import Open
from tests.report.site.modules import TABLES, loaded, run

pytestmark = pytest.mark.browser
HOSTILE = (
    "<script>document.title='x'; window.hurt = 1</script>",
    "</script><img src=x onerror='window.hurt=1'>",
    "\"'><svg onload=window.hurt=1>",
    "\u202eright to left\u202c שלום",
    "javascript:window.hurt=1",
    "x" * 10_000,
)
TEXTS = ("says", "source", "quirk")
CELL = (
    *("model", "framework", "tool", "tool_version", "convention", "input", "layer", "op", "metric", "value", "unit"),
    *("predicted", "residual", "status", "message"),
)
SPEED = """
const texts = (n, name) => Array.from({ length: n }, (_, k) => `${name} ${k}`);
const at = (n, of) => Int32Array.from({ length: n }, (_, k) => (k * 2654435761) % of);
const rows = new Rows(new Table({ name: "t", length: data, fields: [..."abcdefghijklmno"],
  columns: [..."abcdefghijklmno"].map((name, k) => [texts(k ? 900 : 20_000, name), at(data, k ? 900 : 20_000)]) }));
rows.chosen({ words: ["zz"], sort: 1 });
rows.chosen({ words: ["zz"], sort: 2 });
globalThis.choose = (q) => {
  rows.chosen({ words: q.split(" "), picked: [[3, "d 7"]], sort: 1, down: true });
  rows.chosen({ words: q.split(" "), sort: 2 });
};
"""


def record(name: str) -> dict[str, Any]:
    """A result as JSON has it, of a network of one layer with a name."""
    term = {
        "op": "conv",
        "primitive": "mac",
        "count": 2**60,
        "weight": 2,
        "value": 2**61,
        "says": name,
        "source": name,
        "quirk": name,
    }
    tool = {"tool": name, "tool_version": "1", "metric": "compute", "value": 2**61 + 1, "unit": name, "predicted": 2**61}
    tool |= {"residual": 1, "status": "ok", "path": "", "message": name, "which_is": "", "terms": [term]}
    layer = {"id": name, "op": "other", "native": name, "in_shapes": "1x2", "out_shapes": "1x3", "params": 7, "macs": 2**60}
    head = {"network": name, "framework": "f", "input": "1x2", "macs": 2**60, "without": "", "failed": "", "versions": {}}
    parameters = {"all": 7, "trainable": 7, "unread": 0, "buffers": 0}
    return {**head, "parameters": parameters, "tools": [tool], "layers": [layer | {"status": "counted"}], "unknown": []}


@pytest.mark.parametrize("name", HOSTILE, ids=["script", "end of script", "quotes", "right to left", "address", "10 kB"])
def test_a_hostile_name_is_text_everywhere(open_page: Open, tmp_path: Path, name: str) -> None:
    row = (name, name, name, name, "thop", "1x3x224x224", "(total)", "(model)", "compute", "1", name, "1", "0", "ok", name)
    site = Site(
        version=name,
        explorer=sites.explorer(("lenet",), own_size=True),
        tables=(Table("measurements", CELL, (row,)), Table("figures", ("verdict", "source", "metric"), ((name, name, name),))),
        outlines=(Outline(name, "f", name, name, "1x3x8x8", 1, 1),),
        lessons=(Lesson("01-x", f"# {name}\n\n{name}"),),
        own=record(name),
        versions={name: name},
    )
    file = tmp_path / "hostile.html"
    file.write_text(page.text(site), encoding="utf-8")
    shown = open_page(file=file)
    seen = name[:200].strip().split("\u202c")[0]
    assert seen in shown.tab.text_content("#view h1")
    for view in ("overview", "matrix", "data?file=measurements", "lessons", "figures", "versions", "waterfall?n=own", "tools"):
        shown.go(f"#/{view}")
        assert shown.tab.evaluate("window.hurt ?? document.images.length") == 0, view
    assert [url for url in shown.asked if not url.startswith((file.as_uri(), "about:"))] == []
    assert shown.said == []


def test_a_result_that_is_dropped_opens_with_every_digit(open_page: Open, tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    file.write_text(json.dumps(record("my net")), encoding="utf-8")
    shown = open_page()
    shown.tab.set_input_files("#file", file)
    shown.tab.wait_for_selector("h1:has-text('my net')")
    assert f"{2**60:,}" in shown.text()
    assert f"{2**61 + 1:,}" in shown.text()
    (tmp_path / "no.json").write_text('{"a": 1}', encoding="utf-8")
    shown.tab.set_input_files("#file", tmp_path / "no.json")
    assert "cannot be opened" in shown.text("dialog")


def test_keys_alone_lead_through_the_page(open_page: Open) -> None:
    shown = open_page("#/data?file=measurements")
    keys = shown.tab.keyboard
    keys.press("/")
    keys.type("layer4.2 thop")
    shown.tab.wait_for_selector("[role=status]:has-text(' of 35,')")
    for _ in range(40):
        keys.press("Tab")
        if shown.tab.evaluate("document.activeElement.className") == "grid-box":
            break
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "End", "Home", "ArrowDown"):
        keys.press(key)
    assert shown.tab.evaluate("document.activeElement.dataset.row") == "1"
    keys.press("Enter")
    assert "thop" in shown.text("dialog")
    keys.press("Escape")
    shown.tab.wait_for_selector("dialog", state="detached")
    keys.press("t")
    assert shown.tab.get_attribute("html", "data-theme") == "dark"
    keys.press("g")
    keys.press("m")
    shown.tab.wait_for_selector("h1:has-text('Tool by network')")
    shown.tab.reload()
    shown.drawn()
    assert shown.tab.get_attribute("html", "data-theme") == "dark"


def test_toggles_are_turned_by_arrows_and_tell_who_agrees(open_page: Open) -> None:
    shown = open_page("#/explorer?n=resnet50")
    assert shown.tab.get_attribute(".value", "data-value") == "4089184256"
    shown.tab.focus("input[name=mac]:checked")
    shown.tab.keyboard.press("ArrowRight")
    assert shown.tab.get_attribute(".value", "data-value") == "8178368512"
    assert "FlopCounterMode" in shown.tab.inner_text(".tools-list:has(.agrees)")
    assert "mac:2m" in shown.tab.url


@pytest.mark.parametrize(("typed", "held"), [("260", "3x260x260"), ("480x640", "3x480x640"), ("3 × 333 × 97", "3x333x97")])
def test_any_image_may_be_typed_and_stands_in_the_address(open_page: Open, typed: str, held: str) -> None:
    shown = open_page("#/explorer?n=vgg16&b=7")
    shown.tab.fill("input[list]", typed)
    shown.tab.keyboard.press("Enter")
    shown.tab.wait_for_selector(f".said:has-text('7x{held}')")
    assert f"i={held}" in shown.tab.url
    wanted = tally(models.build("vgg16", batch=7, input_shape=tuple(map(int, held.split("x"))))).sum("mac")
    assert int(shown.tab.get_attribute(".value", "data-value")) == wanted


def test_an_image_that_is_not_to_be_had_says_why_and_what_to_do(open_page: Open, tmp_path: Path) -> None:
    refused = {
        "n=vgg16&i=3x20x224": "vgg16 does not take 3x20x224: it is too small: a window does not fit. Shown is 3x224x224.",
        "n=vgg16&i=1x224x224": "“1x224x224” is no input of vgg16. Write one side, height x width, or all, as in 3x224x224.",
    }
    for state, said in refused.items():
        shown = open_page(f"#/explorer?{state}")
        assert said in shown.text()
    file = tmp_path / "own.html"
    file.write_text(page.text(Site("1", sites.explorer(("vgg16",), own_size=True))), encoding="utf-8")
    shown = open_page("#/explorer?n=vgg16&i=3x260x260", file=file)
    assert "crosscheck count vgg16 --input 3x260x260" in shown.text()


def test_padding_zeros_are_taken_off_as_xla_does_with_its_line(open_page: Open) -> None:
    shown = open_page("#/explorer?n=resnet50&t=mac:2m")
    shown.tab.check("input[name=pad][value='-2pm']")
    assert shown.tab.locator(".agrees").all_inner_texts() == ["XLA, products alone"]
    assert "hlo_cost_analysis.cc" in shown.text(".toggle:has(input[name=pad])")
    assert int(shown.tab.get_attribute(".value", "data-value")) < 8_178_368_512


def test_every_metric_has_toggles_or_says_why_it_has_none(open_page: Open) -> None:
    shown = open_page("#/explorer?n=resnet50&m=memory&like=torchinfo")
    before = shown.tab.get_attribute(".value", "data-value")
    shown.tab.check("input[name='p.norm'][value='face']")
    grown = 4 * 53_120  # running mean and variance of 26,560 channels
    assert int(shown.tab.get_attribute(".value", "data-value")) - int(before) == grown
    assert "p.norm:face" in shown.tab.url
    for metric, said in {"neurons": "alone gives this metric", "layers": "count it alike"}.items():
        shown.turn(f"#/explorer?n=resnet50&m={metric}")
        assert said in shown.text(".explorer")
    shown.turn("#/explorer?n=lenet&m=memory_params&like=torchinfo")
    assert "Alike for all: weights, 4 per weight; biases, 4 per bias element." in shown.text(".explorer")


def test_four_or_eight_is_solved_in_three_clicks(open_page: Open) -> None:
    shown = open_page("#/overview")
    shown.tab.click("a:has-text('See which convention yields which')")
    shown.tab.click("label:has-text('2 per multiply-add') >> nth=0")
    assert "8.18 G" in shown.text(".big")
    assert shown.tab.locator(".agrees").all_inner_texts() == ["FlopCounterMode", "torch.profiler"]


def test_a_number_that_was_read_leads_to_who_says_it(open_page: Open) -> None:
    shown = open_page("#/explorer?n=resnet50&ask=Who+says+4,111,512,576?")
    assert "Who says 4,111,512,576?" in shown.text(".banner")
    shown.tab.fill("form input", "4,111,512,576")
    shown.tab.keyboard.press("Enter")
    assert shown.tab.locator("a.lit").all_inner_texts() == ["fvcore 4,111,512,576"]
    shown.tab.click("a.lit")
    shown.tab.wait_for_selector(".value[data-value='4111512576']")
    assert shown.tab.locator(".agrees").all_inner_texts() == ["fvcore"]


@pytest.mark.parametrize("question", ["4.1 or 8.2 GFLOPs: who is right?", *HOSTILE[:5]])
def test_a_teachers_link_opens_with_its_question_as_text(open_page: Open, question: str) -> None:
    shown = open_page("#/explorer?n=resnet50&like=thop")
    shown.tab.fill("input[placeholder^='4.1 or 8.2']", question)
    link = str(shown.tab.input_value("input[readonly]"))
    assert len(link.partition("#")[2]) < 200
    opened = open_page("#" + link.partition("#")[2])
    assert opened.tab.text_content(".banner") == f"Question: {question}"
    place = "selector => document.querySelector(selector).getBoundingClientRect().top"
    assert opened.tab.evaluate(place, ".banner") < opened.tab.evaluate(place, ".value")
    assert opened.tab.evaluate("window.hurt ?? document.images.length") == 0
    shown.tab.fill("input[placeholder^='4.1 or 8.2']", "x" * 200)
    assert "200 is the most" in shown.text()


def test_without_scripts_the_summary_and_the_lessons_are_there(open_page: Open) -> None:
    shown = open_page(java_script_enabled=False)
    assert "8,178,368,512" in shown.text()
    assert "One multiply-add" in shown.text("#lessons")
    assert shown.tab.locator('[data-lesson="01-macs"] td').all_inner_texts() == ["1", "2"]


def test_on_paper_it_is_light_and_no_table_is_cut(open_page: Open) -> None:
    shown = open_page("#/matrix", color_scheme="dark")
    shown.tab.emulate_media(media="print")
    assert shown.tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not shown.tab.is_visible("#nav")
    assert shown.tab.evaluate("getComputedStyle(document.querySelector('.scroll')).overflowX") == "visible"
    assert shown.tab.pdf().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("view", "said"),
    [
        ("data?file=measurements", r"The first 1,000 of \d\d,\d{3} rows\. All of them: “Save as CSV” .* or measurements\.csv in"),
        ("data?file=measurements&q=conv1+thop", r"^\d{2,3} rows \(with “conv1 thop”\)\.$"),
        ("figures?f.verdict=misprint", r"^10 rows \(verdict misprint\)\.$"),
    ],
)
def test_a_long_table_on_paper_says_which_rows_it_has_and_where_all_are(open_page: Open, view: str, said: str) -> None:
    shown = open_page(f"#/{view}")
    assert not shown.tab.is_visible(".on-paper")
    shown.tab.emulate_media(media="print")
    shown.tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert re.search(said, shown.tab.inner_text(".on-paper"))
    printed = shown.tab.locator("tr[data-row]").count()
    assert printed == min(1_000, int(shown.tab.get_attribute(".grid-box table", "aria-rowcount")) - 1)
    shown.tab.emulate_media(media="screen")
    shown.tab.evaluate("dispatchEvent(new Event('afterprint'))")
    assert shown.tab.locator("tr[data-row]").count() <= min(printed, 100)


@pytest.mark.parametrize("view", ["matrix", "matrix?show=compute", "cell?n=resnet50&t=tf_profiler&m=compute", "data?file=doctor"])
def test_a_table_is_no_wider_than_the_sheet(open_page: Open, view: str) -> None:
    """A sheet of A4 on its side has 273 mm between its margins, of 96 pixels an inch."""
    shown = open_page(f"#/{view}", width=int(273 / 25.4 * 96))
    shown.tab.emulate_media(media="print")
    shown.tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    boxes = "boxes => boxes.map(b => b.scrollWidth - b.clientWidth)"
    wider = shown.tab.locator("#view .scroll, #view .grid-box").evaluate_all(boxes)
    assert wider
    assert max(wider) <= 1


QUERIES = ("a 1", "b 22 c", "d 333", "e", "f 4 g 5")


@pytest.mark.parametrize(("rows", "most"), [(36_000, 0.1), (1_000_000, 0.3)])
def test_rows_are_chosen_and_sorted_in_a_blink(browser: Any, rows: int, most: float) -> None:
    """In seconds that the browser itself has worked, for one search with or without a filter: others may be at work beside it."""
    session = browser.new_browser_cdp_session()

    def worked() -> float:
        known = session.send("SystemInfo.getProcessInfo")["processInfo"]
        return float(sum(p["cpuTime"] for p in known if p["type"] == "renderer"))

    with loaded(browser, TABLES, SPEED, rows) as tab:
        times = []
        for query in QUERIES:
            before = worked()
            tab.evaluate("choose", query)
            times.append((worked() - before) / 2)
    assert min(times) < most, times


def test_something_is_painted_within_a_second(open_page: Open) -> None:
    shown = open_page()
    painted = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
    shown.tab.wait_for_timeout(300)
    times: list[float] = []
    while len(times) < 5 and min(times, default=1000) >= 1000:
        shown.tab.reload()
        shown.drawn()
        shown.tab.wait_for_timeout(300)
        times.append(shown.tab.evaluate(painted))
    assert min(times) < 1000, times


READ = """
return data.map((text) => { const r = readings(text); return r && r.map(({ low, high }) => [String(low), String(high)]); });
"""


def test_a_printed_number_is_read_as_the_range_that_it_may_stand_for(browser: Any) -> None:
    """To half a unit of its last digit, or cut off; one without a scale is itself, and an MB may have 2^20 bytes."""
    asked = {
        "4.1 GFLOPs": [["4050000000", "4199999999"]],
        "25.56M": [["25555000", "25569999"]],
        "61,100,840": [["61100840", "61100840"]],
        "3.8 x 10^9": [["3750000000", "3899999999"]],
        "164 MB": [["163500000", "164999999"], [str(327 * 2**19), str(165 * 2**20 - 1)]],
        "four": None,
    }
    assert dict(zip(asked, run(browser, ("11-numbers.js",), READ, list(asked)), strict=True)) == asked


def test_the_way_to_a_near_tool_is_told_of_the_size_and_batch_that_are_set(open_page: Open) -> None:
    shown = open_page("#/explorer?n=resnet50&i=3x256x256&b=8&like=fvcore")
    shown.tab.click("a:has-text('step by step') >> nth=0")
    shown.tab.wait_for_selector("h1:has-text('From one number to another')")
    assert "input 8x3x256x256" in shown.text()
    assert "Residual 0." in shown.text()
