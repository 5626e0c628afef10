"""Markdown, read by another reader: what went in as text comes out as that text."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from markdown_it import MarkdownIt
from markdown_it.token import Token

from crosscheck.contract.text import printable
from crosscheck.report.document import Align, Column, Document, Form, Number, Paragraph, Text, table
from crosscheck.report.render import markdown
from tests.report.documents import HOSTILE, exact, texts, whole

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
PLAIN = {"text", "softbreak", "text_special"}


def inlines(text: str) -> Iterator[Token]:
    """Inline tokens of every line of a document, as the reader sees them."""
    for token in READER.parse(text):
        yield from token.children or ()


def squeezed(text: str) -> str:
    return " ".join(text.split())


@given(texts)
def test_text_is_text_in_a_paragraph(text: str) -> None:
    said = markdown.text(Document("d", "Title", (Paragraph((Text("x "), Text(text), Text(" y"))),)))
    found = [t for token in READER.parse(said) if token.type == "inline" for t in token.children or ()]
    assert {t.type for t in found} <= PLAIN, said
    assert squeezed("".join(t.content for t in found)) == squeezed(f"Title x {printable(text)} y").replace("Title x", "Titlex", 1)


@given(texts)
def test_text_at_the_start_of_a_line_begins_nothing(text: str) -> None:
    said = markdown.text(Document("d", "Title", (Paragraph(Text(text)),)))
    kinds = {token.type for token in READER.parse(said)}
    assert kinds <= {"heading_open", "heading_close", "paragraph_open", "paragraph_close", "inline"}, said


@given(texts, texts)
def test_text_is_text_in_a_table(one: str, other: str) -> None:
    said = markdown.text(Document("d", "Title", (table([Column("a"), Column("b")], [(one, other), (other, one)]),)))
    tokens = READER.parse(said)
    cells = [tokens[k + 1] for k, token in enumerate(tokens) if token.type == "td_open"]
    assert [squeezed("".join(t.content for t in c.children or ())) for c in cells] == [
        squeezed(printable(text)) for text in (one, other, other, one)
    ], said
    assert {t.type for c in cells for t in c.children or ()} <= PLAIN


@given(texts)
def test_code_is_code_whatever_is_in_it(text: str) -> None:
    said = markdown.text(Document("d", "Title", (Paragraph((Text("x "), Text(text, Form.code), Text(" y"))),)))
    found = list(inlines(said))
    if printable(text).strip():
        (typed,) = [t for t in found if t.type == "code_inline"]
        assert typed.content.strip() == printable(text).strip()


@pytest.mark.parametrize("text", HOSTILE)
def test_no_document_has_markup_that_nobody_wrote(text: str) -> None:
    found = list(inlines(markdown.text(whole(text))))
    assert {t.type for t in found} <= {*PLAIN, "code_inline", "em_open", "em_close", "strong_open", "strong_close", "html_inline"}
    assert {t.content for t in found if t.type == "html_inline"} <= {"<br>"}
    assert not [t for token in READER.parse(markdown.text(whole(text))) for t in [token] if t.type == "html_block"]


@given(exact)
def test_a_number_can_be_read_back(value: int | None) -> None:
    said = markdown.inline(Number(value, "MACs"))
    if value is None:
        assert said == "–"
    else:
        assert int(said.removesuffix(" MACs").replace(",", "").replace("−", "-")) == value


def test_columns_stand_where_their_cells_say() -> None:
    rows = [("a", 1, "✓", None)]
    said = markdown.text(Document("d", "T", (table(["text", "number", Column("sign", Align.center), "none"], rows),)))
    assert said.splitlines()[3].replace("-", "") == "|:|:|::|:|"
    heads = said.splitlines()[3].strip("|").split("|")
    assert [(h.startswith(":"), h.endswith(":")) for h in heads] == [(True, False), (False, True), (True, True), (False, True)]


def test_a_wide_table_is_written_without_padding() -> None:
    wide = table(["a", "b"], [("x" * markdown.WIDE, "y"), ("z", "y")])
    lines = markdown.text(Document("d", "T", (wide,))).splitlines()
    assert lines[-1] == "| z | y |"
    assert "None." in markdown.text(Document("d", "T", (table(["a"], []),)))
