"""The terminal: never wider than 100 columns, nothing cut or left out in silence, no escape in a pipe."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosscheck.contract.text import printable
from crosscheck.report.document import Align, Cell, Column, Document, Text, table
from crosscheck.report.render import terminal
from crosscheck.report.render.terminal import WIDTH
from tests.report.documents import HOSTILE, texts, whole


@pytest.mark.parametrize("text", HOSTILE)
def test_no_line_is_too_wide_and_none_has_an_escape(text: str) -> None:
    said = terminal.text(whole(text))
    assert max(map(len, said.splitlines())) <= WIDTH
    assert "\x1b" not in said
    assert all(line.isprintable() for line in said.splitlines())


@settings(max_examples=50)
@given(texts)
def test_all_of_a_text_is_there(text: str) -> None:
    said = terminal.text(Document("d", "", (table(["a"], [(text,)]),)))
    assert "".join(printable(text).split()) in "".join(said.split())


@given(st.lists(st.integers(1, 60), min_size=1, max_size=12), st.integers(0, 3))
@settings(max_examples=60)
def test_every_column_is_shown_or_named(widths: list[int], spare: int) -> None:
    heads = [Column(f"head{k}", spare=k if k >= spare else 0) for k, _ in enumerate(widths)]
    said = terminal.text(Document("d", "", (table(heads, [tuple("x" * w for w in widths)]),)))
    assert max(map(len, said.splitlines())) <= WIDTH
    if sum(min(w, 24) + 8 for w in widths) < WIDTH:
        assert "no room" not in said
    shown = "".join(said.split())
    for k, _ in enumerate(widths):
        assert f"head{k}" in shown or any(f"head{k}"[:n] in shown for n in range(2, 6))


def test_signs_under_long_headings_are_numbered_and_told_below() -> None:
    heads: list[Column | Cell] = ["network", *(Column(f"a very long heading, number {k}", Align.center) for k in range(8))]
    said = terminal.text(Document("d", "", (table(heads, [("lenet", *(Text("✓"),) * 8)]),)))
    first, *_ = (line for line in said.splitlines() if line.strip())
    assert first.split() == ["network", *map(str, range(1, 9))]
    for k in range(8):
        assert f"{k + 1} a very long heading, number {k}" in " ".join(said.split())


def test_what_can_be_spared_goes_last_first_and_is_named() -> None:
    heads: list[Column | Cell] = ["kept", Column("one", spare=1), Column("two", spare=2)]
    said = terminal.text(Document("d", "", (table(heads, [(10**25, 10**25, 10**25)]),)))
    assert "no room here, but in --format csv: two" in said
    assert "one" in said.splitlines()[1]


def test_what_is_too_long_for_a_column_stands_below_its_row() -> None:
    heads: list[Column | Cell] = ["name", "number", Column("says", below=True)]
    said = terminal.text(Document("d", "", (table(heads, [("resnet50", 7, "word " * 40), ("vgg", 1234567, "")]),)))
    lines = [line for line in said.splitlines() if line]
    assert lines[0].split() == ["name", "number"]
    assert lines[1].split() == ["resnet50", "7"]
    assert lines[2].startswith("    word word")
    assert lines[-1].split() == ["vgg", "1,234,567"]


def test_groups_stand_under_their_values() -> None:
    from dataclasses import replace

    made = replace(table(["family", "name"], [("vgg", "vgg16"), ("resnet", "resnet50"), ("vgg", "vgg19")]), group=0)
    lines = [line.strip() for line in terminal.text(Document("d", "", (made,))).splitlines()]
    assert lines.index("vgg") < lines.index("vgg16") < lines.index("vgg19") < lines.index("resnet") < lines.index("resnet50")


def test_an_empty_table_says_so() -> None:
    assert "none" in terminal.text(Document("d", "", (table(["a"], [], caption="Nothing here"),)))
