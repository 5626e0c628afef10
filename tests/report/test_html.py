"""HTML, read by the standard library: no element, attribute or script that the document did not ask for."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings

from crosscheck.contract.text import printable
from crosscheck.report.document import Document, Paragraph, Text
from crosscheck.report.render import html
from tests.report.documents import HOSTILE, exact, texts, whole

KNOWN = {
    *("html", "head", "meta", "title", "style", "body", "main", "aside", "section", "h1", "h2", "h3", "p", "ul", "ol", "li"),
    *("dl", "div", "dt", "dd", "pre", "code", "span", "strong", "small", "a", "i", "figure", "figcaption"),
    *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"),
}


class Seen(HTMLParser):
    """Elements with their attributes, texts, and the stack of what is open."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def read(text: str) -> Seen:
    seen = Seen()
    seen.feed(text)
    seen.close()
    assert not seen.open, "an element is not closed"
    return seen


@pytest.mark.parametrize("text", [text for text in HOSTILE if text])
def test_a_page_has_the_elements_of_its_parts_and_no_other(text: str) -> None:
    seen, calm = read(html.text(whole(text))), read(html.text(whole("calm")))
    assert {tag for tag, _ in seen.tags} <= KNOWN
    assert [tag for tag, _ in seen.tags] == [tag for tag, _ in calm.tags]
    assert {name for _, attrs in seen.tags for name in attrs} <= {
        *("charset", "name", "content", "http-equiv", "lang", "class", "id", "style", "scope", "data-value", "title", "href")
    }
    policy = next(attrs["content"] for tag, attrs in seen.tags if attrs.get("http-equiv"))
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"


@settings(max_examples=30)
@given(texts)
def test_text_is_text(text: str) -> None:
    seen = read(html.text(Document("d", "Title", (Paragraph((Text("x"), Text(text), Text("y"))),))))
    assert f"x{printable(text)}y" in "".join(seen.texts)


@settings(max_examples=30)
@given(exact)
def test_every_number_has_its_exact_value(value: int | None) -> None:
    seen = read(html.text(whole(number=value)))
    values = [attrs["data-value"] for _, attrs in seen.tags if "data-value" in attrs]
    assert {v for v in values if v} == ({str(value)} if value is not None else set())
    assert len(values) == (0 if value is None else 11)


@pytest.mark.parametrize("target", ["javascript:alert(1)", "data:text/html,x", " JavaScript:x", "//host/x", "vbscript:x"])
def test_a_link_leads_to_a_place_in_the_report_or_to_the_web_and_runs_nothing(target: str) -> None:
    seen = read(html.text(Document("d", "Title", (Paragraph(Text("x", target=target)),))))
    assert not [attrs for _, attrs in seen.tags if "href" in attrs]


@pytest.mark.parametrize("target", ["models/resnet50.md", "#a-heading", "https://example.org/x"])
def test_a_good_link_is_one(target: str) -> None:
    seen = read(html.text(Document("d", "Title", (Paragraph(Text("x", target=target)),))))
    assert [attrs["href"] for _, attrs in seen.tags if "href" in attrs] == [target]
