"""Lessons as HTML: what folds an answer away is let in, all other markup is text, and links lead into the page."""

from __future__ import annotations

import pytest

from crosscheck.report.site.lessons import html, title
from crosscheck.studies.site.site import Lesson


def shown(text: str) -> str:
    return html(Lesson("01-x", text), ["01-x", "02-y"])


def test_an_answer_is_folded_away() -> None:
    text = shown("<details><summary>Answer</summary>\n\n*Two*\n\n```pycon\n>>> 1 < 2\n```\n\n</details>\n")
    assert "<details><summary>Answer</summary>" in text
    assert "<p><em>Two</em></p>" in text
    assert '<pre tabindex="0"><code class="language-pycon">&gt;&gt;&gt; 1 &lt; 2\n</code></pre>' in text
    assert text.rstrip().endswith("</details>")


@pytest.mark.parametrize(
    "markup",
    [
        "<script>alert(1)</script>",
        "<b>bold</b>",
        "<details open ontoggle=alert(1)>",
        "<details><summary><img src=x onerror=alert(1)></summary>",
        "<!-- a --><script>alert(1)</script><!-- b -->",
        "text <img src=x onerror=alert(1)> text",
        '```x"onload=alert(1)\n<script>\n```',
        "| a |\n|--|\n| <script> |",
    ],
)
def test_other_markup_is_text(markup: str) -> None:
    text = shown(markup)
    rest = text.replace("<p>", "").replace("</p>", "")
    for piece in ("<script", "<b>", "<img", "<details open", "<summary><img", '"onload='):
        assert piece not in rest


def test_a_comment_is_not_shown() -> None:
    assert shown("<!-- needs: torch -->\n").strip() == ""


@pytest.mark.parametrize(
    ("href", "leads"),
    [
        ("../reports/index.html#/explorer?n=vgg16&t=mac:2m", "#/explorer?n=vgg16&amp;t=mac:2m"),
        ("02-y.md", "#/lessons?read=02-y"),
        ("02-y.md#by-hand", "#/lessons?read=02-y"),
        ("09-z.md", "09-z.md"),
        ("../README.md", "../README.md"),
        ("https://example.org/index.html#/x", "https://example.org/index.html#/x"),
        ("https://example.org/02-y.md", "https://example.org/02-y.md"),
    ],
)
def test_a_link_leads_where_it_means(href: str, leads: str) -> None:
    assert shown(f"[there]({href})") == f'<p><a href="{leads}">there</a></p>\n'


def test_a_link_to_a_script_is_none() -> None:
    assert "<a" not in shown("[there](javascript:alert(1))")


def test_numbers_of_a_table_stand_to_the_right_without_a_style_of_their_own() -> None:
    text = shown("| a | b | c |\n|:--|--:|---|\n| 1 | 2 | 3 |\n")
    assert '<th>a</th>\n<th class="r">b</th>\n<th>c</th>' in text
    assert '<td>1</td>\n<td class="r">2</td>\n<td>3</td>' in text
    assert "style" not in text


def test_a_title_is_the_first_heading_or_the_name() -> None:
    assert title(Lesson("01-x", "# A title\n\n# Another\n")) == "A title"
    assert title(Lesson("01-x", "no heading")) == "01-x"
