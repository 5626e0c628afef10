"""Little room: what gives way in a terminal, in which order, and that it is told."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from crosscheck.report import render
from crosscheck.report.document import Align, Bar, Chart, Column, Document, Paragraph, table
from crosscheck.report.render import Format
from crosscheck.report.render.charts import CUT, drawn

WIDTH = 100
words = st.lists(st.sampled_from(["torchinfo", "memory", "params", "of", "activations", "mult-adds"]), min_size=1, max_size=3)
columns = st.lists(st.tuples(words, st.integers(0, 10**13), st.integers(1, 60)), min_size=1, max_size=14)


@settings(max_examples=60, deadline=None)
@given(columns)
def test_a_number_is_whole_in_its_column_or_its_column_is_named_below(found: list[tuple[list[str], int, int]]) -> None:
    heads = [Column(f"{' '.join(w)} {k}", spare=spare) for k, (w, _, spare) in enumerate(found)]
    t = table([Column("layer"), *heads], [("features.0.conv", *(n for _, n, _ in found))])
    lines = render.text(Document("d", "", (t,)), Format.table).splitlines()
    assert max(map(len, lines)) <= WIDTH
    flat = " ".join(" ".join(lines).split())
    below = flat.partition("no room here, but in --format csv: ")[2]
    assert "features.0.conv" in flat
    for c, (_, n, _) in zip(heads, found, strict=True):
        assert f"{n:,}" in flat or str(c.title) in below


def test_long_headings_fold_before_a_column_is_spared() -> None:
    heads = [Column(f"convention{k} of memory", Align.right, "parameters", spare=1) for k in range(6)]
    t = table(["layer", *heads], [("conv1", *range(6))])
    said = render.text(Document("d", "", (t,)), Format.table)
    assert "no room here" not in said
    assert max(map(len, said.splitlines())) <= WIDTH


def test_a_column_that_may_be_cut_ends_in_an_ellipsis_and_groups_stand_below_each_other() -> None:
    rows = [("a", "one", 1, "word " * 40), ("a", "longer", 22, "short"), ("b", "two", 333_333, "word " * 40)]
    t = table(["group", "name", "n", Column("what", cut=True)], rows, group=0)
    lines = render.text(Document("d", "", (t,)), Format.table).splitlines()
    starts = {line.index("word") for line in lines if "word" in line}
    assert len(starts) == 1
    assert sum(line.endswith("…") for line in lines) == 2
    assert all(("word " * 40).strip() in render.text(Document("d", "", (t,)), how) for how in (Format.markdown, Format.html))


@given(st.lists(st.floats(0, 100), min_size=1, max_size=6), st.floats(1, 50))
def test_a_bar_beyond_the_scale_is_cut_and_no_other(values: list[float], until: float) -> None:
    chart = Chart("c", tuple(Bar("x", v) for v in values), until)
    lines = list(drawn(chart))
    assert [line.endswith(CUT) for line in lines] == [v > until for v in values]
    assert len({len(line) for line, v in zip(lines, values, strict=True) if v >= until}) <= 1
    assert render.text(Document("d", "", (chart,)), Format.html).count(' cut"') == sum(v > until for v in values)


def test_a_record_alone_is_a_file_of_json() -> None:
    found = render.files([Document("run", "", (), record={"a": [1]}), Document("page", "P", (Paragraph("x"),), record={})])
    assert set(found) == {"run.json", "page.md"}
    assert json.loads(found["run.json"]) == {"a": [1]}
