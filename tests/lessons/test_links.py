"""Every link of a lesson leads somewhere: to a file that is there, or to a state that the page knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from crosscheck import models
from crosscheck.conventions import read
from crosscheck.counting.engine import tally, total
from crosscheck.studies.site.toggles import merged
from crosscheck.studies.site.weights import conventions
from tests.lessons import lesson, links, prose

RESNET = tally(models.build("resnet50"))


@pytest.mark.parametrize("path", lesson.paths(), ids=lambda p: p.stem)
def test_every_file_that_a_lesson_links_to_is_there(path: Path) -> None:
    for href, line in links.hrefs(path.read_text(encoding="utf-8")):
        file = href.split("#")[0]
        if file and "://" not in file and not file.endswith("reports/index.html"):
            assert (path.parent / file).exists(), f"{path.name}:{line}: no file {file}"


@pytest.mark.parametrize("path", lesson.paths(), ids=lambda p: p.stem)
def test_every_state_is_known_and_the_numbers_that_stand_there_are_those_of_the_lesson(path: Path) -> None:
    printed = prose.numbers("\n".join(block.printed for block in lesson.read(path)))
    found = [(s, line) for href, line in links.hrefs(path.read_text(encoding="utf-8")) if (s := links.state(href))]
    assert found, "a lesson leads into the explorer"
    for s, line in found:
        assert links.wrong(s) == "", f"{path.name}:{line}: {s.hash}"
        odd = [n for n in links.shown(s) if str(n) not in printed]
        assert not odd, f"{path.name}:{line}: {odd[0]:,} stands there, and no block prints it"


def test_as_a_convention_the_explorer_shows_its_number() -> None:
    """The witness of the number: the convention's own table."""
    tried = 0
    for rules in conventions():
        for metric in ("compute", "params"):
            if metric in rules.metrics and merged(rules, metric) is not None and read.load(rules.id).table(metric).knows("add"):
                s = links.State("", "explorer", {"like": rules.id, "m": metric})
                assert links.shown(s) == [total(RESNET, read.load(rules.id), metric)], (rules.id, metric)
                tried += 1
    assert tried >= 30


def test_a_toggle_changes_the_number() -> None:
    twice = links.state("../reports/index.html#/explorer?n=resnet50&t=mac:2m&ask=4.1+or+8.2?")
    assert twice is not None
    assert links.wrong(twice) == ""
    assert links.shown(twice) == [2 * RESNET.sum("mac")]


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("explorer?n=resnet51", "'resnet51' is no network"),
        ("explorer?n=resnet50&t=mac:9m", "no toggle or option 'mac:9m'"),
        ("explorer?n=resnet50&t=biass:1", "no toggle or option 'biass:1'"),
        ("explorer?x=1", "explorer knows no x"),
        ("waterfall?n=resnet50&a=torchinfo&b=thopp", "'thopp' is no convention"),
        ("explorers?n=resnet50", "the page has no view 'explorers'"),
        (f"explorer?n=resnet50&ask={'x' * 190}", "characters, where 200 is the most"),
    ],
)
def test_a_state_that_the_page_does_not_know_is_refused(address: str, says: str) -> None:
    found = links.state(f"../reports/index.html#/{address}")
    assert found is not None
    assert says in links.wrong(found)
