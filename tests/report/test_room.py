"""What a terminal of 100 columns has room for: bars give way to what is written beside them, totals stand below entries."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from crosscheck.report.document import Bar, Chart, Column, Document, Kind, Number, table
from crosscheck.report.render import numbers, terminal
from crosscheck.report.render.charts import drawn


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


def test_sizes_have_two_decimals() -> None:
    assert numbers.written(Number(1_198.2562, "MB", Kind.decimal)) == "1,198.26 MB"
