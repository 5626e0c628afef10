"""Parts of documents: what prose reads, what a table and data refuse."""

from __future__ import annotations

import pytest
from hypothesis import given

from crosscheck.contract.text import printable
from crosscheck.report.document import Form, Number, Phrase, Text, data, joined, phrase, prose, strong, table
from tests.report.documents import texts


def plain(found: Phrase) -> str:
    return "".join(p.text for p in found if isinstance(p, Text))


def test_prose_reads_its_marks_and_nothing_else() -> None:
    found = prose("a `b` *c* **d** [e](f) {g}", g=Number(7))
    assert found[1::2] == (
        Text("b", Form.code),
        Text("c", Form.emphasis),
        Text("d", Form.strong),
        Text("e", target="f"),
        Number(7),
    )
    assert {p.text for p in found[::2] if isinstance(p, Text)} == {"a ", " "}


@given(texts)
def test_what_goes_into_a_slot_is_never_read(text: str) -> None:
    assert prose("before {slot} after", slot=text) == (Text("before "), Text(text), Text(" after"))


def test_a_slot_without_a_cell_and_a_cell_without_a_slot_are_errors() -> None:
    with pytest.raises(KeyError, match="who"):
        prose("{who}")
    with pytest.raises(ValueError, match="no slot for who"):
        prose("nobody", who="x")
    with pytest.raises(ValueError, match="no slot for who"):
        prose("*{who}*", who="x")


@given(texts)
def test_what_is_printable_is_on_one_line_and_can_be_seen(text: str) -> None:
    flat = printable(text)
    assert flat.isprintable()
    if text.isprintable():
        assert flat == text


def test_cells_become_phrases() -> None:
    assert phrase("x") == (Text("x"),)
    assert phrase(3) == (Number(3),)
    assert phrase(None) == (Number(None),)
    assert plain(joined(["a", "b", "c"])) == "a, b, c"
    assert {p.form for p in strong(joined(["a", 2]))} == {Form.strong}


def test_rows_have_to_fit() -> None:
    with pytest.raises(ValueError, match="a row of 1 cells under 2 columns"):
        table(["a", "b"], [["x"]])
    with pytest.raises(ValueError, match="a row of 3 cells"):
        table(["a", "b"], [["x", "y"]], footer=["x", "y", "z"])
    with pytest.raises(ValueError, match="a row has b, not a"):
        data("d", [{"a": 1}, {"b": 2}])
    assert data("d", [], ["a"]).fields == ("a",)
