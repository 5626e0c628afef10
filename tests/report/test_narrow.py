"""Tables where there is little room: a number is whole or not there, a text is whole, and no line is wider than the screen."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from crosscheck.report.document import Align, Cell, Column, Document, Keys, Part, Table, table
from crosscheck.report.render import terminal, terminal_table

WIDTHS = (40, 60, 80, 100, 200)
names = st.text("abcdefgh_./", min_size=1, max_size=30).map(lambda s: f"q{s}q")
counts = st.integers(-(10**18), 10**24)
columns = st.builds(
    Column,
    st.sampled_from(["layer", "mac compute", "a rather long heading of a column", "x"]),
    st.sampled_from([Align.by_cell, Align.left, Align.right]),
    st.sampled_from(["", "MAC", "parameters"]),
    st.integers(0, 2),
    st.booleans(),
)


def at(width: int, *parts: Part) -> str:
    out = io.StringIO()
    terminal.show(Document("d", "", parts), Console(file=out, width=width, highlight=False))
    return out.getvalue()


@st.composite
def tables(draw: st.DrawFn) -> Table:
    kinds = draw(st.lists(st.booleans(), min_size=1, max_size=7))
    heads = [Column("name"), *(draw(columns) for _ in kinds)]
    rows: list[tuple[Cell, ...]] = []
    for _ in range(draw(st.integers(1, 3))):
        cells: list[Cell] = [draw(counts) if k else draw(names) for k in kinds]
        rows.append((draw(names), *cells))
    group = 0 if len(kinds) > 1 and not any(c.below for c in heads) and draw(st.booleans()) else None
    return Table(tuple(heads), tuple(rows), group=group)


def shown(said: str) -> list[str]:
    """Numbers as they stand there, without those that are only part of a longer run of digits or of a name."""
    return re.findall(r"(?<![\w,./−])−?\d[\d,]*(?![\w,./])", said)


@settings(max_examples=60, deadline=None)
@given(tables(), st.sampled_from(WIDTHS))
def test_a_number_is_whole_or_its_column_is_named_as_left_out(made: Table, width: int) -> None:
    said = at(width, made)
    assert max(map(len, said.splitlines())) <= width
    there, left_out = shown(said), "no room here" in said
    written = {f"{cell:,}".replace("-", "−") for row in made.rows for cell in row if isinstance(cell, int)}
    assert set(there) <= written
    assert left_out or written <= set(there)


@settings(max_examples=40, deadline=None)
@given(tables(), st.sampled_from(WIDTHS))
def test_a_name_is_all_there(made: Table, width: int) -> None:
    """Folded names stand in several lines, so their letters are counted."""
    said = at(width, made)
    if "no room here" not in said:
        texts = {str(cell) for k in range(len(made.columns)) for cell in {row[k] for row in made.rows} if isinstance(cell, str)}
        assert said.count("q") >= 2 * len(texts)


def test_where_columns_have_no_room_a_row_is_a_card() -> None:
    heads: list[Column | Cell] = ["layer of the net", Column("MACs", unit="MAC"), "parameters", Column("note", below=True)]
    said = at(40, table(heads, [("conv1", 10**15, 6_460_160, "a note")], footer=("(total)", 10**15, 6_460_160, "")))
    lines = said.splitlines()
    assert lines[:4] == ["conv1", "  MACs (MAC): 1,000,000,000,000,000", "  parameters: 6,460,160", "  note: a note"]
    assert lines[4:] == ["(total)", "  MACs (MAC): 1,000,000,000,000,000", "  parameters: 6,460,160"]


def test_a_number_inside_of_a_text_stands_on_one_line() -> None:
    said = at(40, table(["op", "sum", "says"], [("a" * 30, 10**12, f"{10**12:,} MAC, {10**15:,} FLOP")] * 2))
    assert f"{10**15:,}" in said


@pytest.mark.parametrize("width", WIDTHS)
def test_a_key_is_whole(width: int) -> None:
    assert f"{'k' * 36}" in at(width, Keys((("k" * 36, "what it means"), ("x", "another"))))


def test_a_terminal_is_not_given_a_hundred_thousand_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal_table, "MOST_ROWS", 50)
    said = at(100, table(["layer", "MACs"], [(f"n{k}", k) for k in range(1_050)], footer=("(total)", 77)))
    assert "and 1,000 rows more: --format csv has them all" in said
    assert "n49" in said
    assert "n50" not in said
    assert "(total)" in said
