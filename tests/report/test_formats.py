"""Machine formats, and numbers as people read them."""

from __future__ import annotations

import csv
import io
import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosscheck.report import render
from crosscheck.report.document import Data, Document, Kind, Number, data
from crosscheck.report.render import FILES, Format
from crosscheck.report.render.charts import WIDTH, drawn
from crosscheck.report.render.numbers import written
from tests.report.documents import exact, texts, whole


@given(texts, exact)
def test_csv_can_be_read_back(text: str, value: int | None) -> None:
    said = render.text(whole(text, value), Format.csv)
    (row,) = csv.DictReader(io.StringIO(said, newline=""))
    assert row["number"] == ("" if value is None else str(value))
    assert row["text"] in (text, f"'{text}")


FORMULAS = ("=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", "\t=1", "\r=1", "--HYPERLINK(A1)", "+5,000 a!b", "-\n=1", '+1 "x"')


@given(
    st.one_of(
        st.sampled_from(FORMULAS), st.builds("{}{}".format, st.sampled_from("=+-@"), st.text("=+-@!|A1(:\"' ,.%", max_size=8))
    )
)
def test_no_text_in_csv_is_a_formula(text: str) -> None:
    """What is left to a spreadsheet has a sign, a number and words: it calls nothing and names no cell of another sheet."""
    said = render.text(whole(text, -7), Format.csv)
    (row,) = csv.DictReader(io.StringIO(said, newline=""))
    assert row["number"] == "-7"
    assert row["text"] == f"'{text}" or (text[0] in "+-" and not set(text) & set("=@!|:\"'%\n\t\r"))


@pytest.mark.parametrize("text", ["--", "-", "+4,089", "-0.5", "+5,000 in_elements (softmax)", "resnet50", "1x3x224x224", "a=b"])
def test_what_reports_say_with_a_sign_stays_as_it_is(text: str) -> None:
    (row,) = csv.DictReader(io.StringIO(render.text(whole(text, 1), Format.csv), newline=""))
    assert row["text"] == text


@given(texts, exact)
def test_json_can_be_read_back(text: str, value: int | None) -> None:
    assert json.loads(render.text(whole(text, value), Format.json)) == [{"text": text, "number": value}]
    record = {"nested": [{"n": value}]}
    assert json.loads(render.text(Document("d", "", (), record=record), Format.json)) == record


def test_a_report_has_a_page_and_a_file_for_each_of_its_data() -> None:
    more = Document("models/x", "X", (), (data("rows", [{"a": 1}]), Data("other", ("b",), ())))
    found = render.files([whole(), more])
    assert set(found) == {"whole.md", "whole.csv", "models/x.md", "rows.csv", "other.csv"}
    assert found["other.csv"] == "b\n"
    assert set(render.files([more], [Format.html])) == {"models/x.html"}
    assert set(FILES) == {Format.markdown, Format.csv}


@pytest.mark.parametrize("how", list(Format))
def test_every_format_has_a_renderer_that_gives_text(how: Format) -> None:
    assert render.text(whole(), how).endswith("\n")


@given(st.integers(-(2**70), 2**70))
def test_counts_and_changes_are_exact(value: int) -> None:
    for kind in (Kind.count, Kind.signed):
        assert int(written(Number(value, kind=kind)).replace(",", "").replace("−", "-")) == value
    assert written(Number(value, kind=Kind.signed))[0] in ("+" if value > 0 else "−" if value < 0 else "0")


@given(st.fractions(min_value=-10, max_value=10))
def test_a_share_is_within_its_last_digit(value: Fraction) -> None:
    said = written(Number(float(value), kind=Kind.percent)).removesuffix(" %").replace("−", "-")
    assert abs(float(said) - 100 * float(value)) <= max(0.05, abs(5 * float(value))) + 1e-9


def test_numbers_as_people_read_them() -> None:
    assert written(Number(None, "MACs")) == "–"
    assert written(Number(1234567, "MACs")) == "1,234,567 MACs"
    assert written(Number(1.00031, kind=Kind.ratio)) == "1.0003"
    assert written(Number(6.7e-6, kind=Kind.power)) == "6.7e-06"
    assert written(Number(0.00012, kind=Kind.percent)) == "0.012 %"
    assert written(Number(1989, kind=Kind.bare)) == "1989"


def test_bars_are_as_long_as_their_values() -> None:
    from crosscheck.report.document import Bar, Chart

    half, most = drawn(Chart("c", (Bar("a", 1.0), Bar("b", 2.0))))
    assert (half.count("█"), most.count("█")) == (WIDTH // 2, WIDTH)
    assert list(drawn(Chart("c", (Bar("a", 0.0),)))) == ["a"]
