"""What a terminal of 100 columns has room for: bars give way to what is written beside them, totals stand below entries."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from crosscheck.report.document import Bar, Chart, Column, Document, Form, Kind, Number, Text, code, strong, table
from crosscheck.report.render import numbers, terminal
from crosscheck.report.render.charts import drawn
from crosscheck.report.render.markdown import inline


@given(st.lists(st.tuples(st.text("ab", max_size=60), st.integers(-(10**9), 10**9), st.text("12", max_size=25)), min_size=1))
def test_bars_are_in_proportion_and_never_wider_than_the_room(bars: list[tuple[str, int, str]]) -> None:
    lines = list(drawn(Chart("", tuple(Bar(*b) for b in bars))))
    assert max(map(len, lines)) <= 100
    whole = [line.count("█") for line in lines]
    most = max(abs(value) for _, value, _ in bars) or 1
    assert all(abs(n - abs(value) / most * max(whole)) <= 1 for n, (_, value, _) in zip(whole, bars, strict=True))


def test_totals_stand_below_entries() -> None:
    entries = table(["n", "what", Column("why", below=True)], [(1, "a", "because"), (2_000, "b", "")], footer=(2_001, "all", ""))
    shown = terminal.text(Document("d", "", (entries,))).splitlines()
    assert shown == ["    n  what", "    1  a", "    because", "2,000  b", "2,001  all"]


@given(st.lists(st.text("ab c", max_size=80), min_size=2, max_size=4), st.integers(0, 10**12))
def test_lines_of_entries_fold_where_they_are_too_long(texts: list[str], n: int) -> None:
    heads = [f"h{k}" for k, _ in enumerate(texts)]
    shown = terminal.text(Document("d", "", (table(["n", *heads, Column("why", below=True)], [(n, *texts, "because")]),)))
    assert max(map(len, shown.splitlines())) <= 100
    letters = "".join(shown.split("because")[0].split())
    assert sorted(letters) == sorted("".join(["n", *heads, f"{n:,}", *texts]).replace(" ", "")), "nothing is cut"


def test_pieces_of_one_form_are_wrapped_once() -> None:
    cell = (Text("plain "), *strong((Text("residual "), Number(0), Text(" "))), code("x"), Text(" b", Form.emphasis))
    assert inline(cell) == "plain **residual 0** `x` *b*"


def test_sizes_have_two_decimals() -> None:
    assert numbers.written(Number(1_198.2562, "MB", Kind.decimal)) == "1,198.26 MB"
