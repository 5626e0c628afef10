"""Lessons as HTML: their Markdown, of whose markup only what folds an answer away is let in, and links into the page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from crosscheck.studies.site.site import Lesson

FOLDED = re.compile(r"\s*(?:</?details>|<details>\s*<summary>[^<>&]*</summary>|<summary>[^<>&]*</summary>)\s*")
COMMENT = re.compile(r"\s*<!--(?:(?!-->).)*-->\s*", re.DOTALL)
PAGE = "index.html#/"


def title(lesson: Lesson) -> str:
    """The first heading of a lesson, or its name."""
    head = next((line for line in lesson.text.splitlines() if line.startswith("# ")), "")
    return head.removeprefix("# ").strip() or lesson.name


def html(lesson: Lesson, names: Iterable[str]) -> str:
    """A lesson as HTML. Links to the lessons called ``names`` and to states of the page lead there; other markup is text."""
    reader = MarkdownIt("commonmark").enable("table")
    for kind, rule in RULES.items():
        reader.add_render_rule(kind, rule)
    tokens = reader.parse(lesson.text)
    known = frozenset(names)
    for link in (c for t in tokens for c in t.children or () if c.type == "link_open"):
        link.attrSet("href", _address(str(link.attrGet("href")), known))
    return str(reader.renderer.render(tokens, reader.options, {}))


def _address(href: str, known: frozenset[str]) -> str:
    """Where a link leads within the page; as it is written where it leads elsewhere."""
    _, found, state = href.partition(PAGE)
    name, ending, _ = href.partition(".md")
    if found and "://" not in href:
        return f"#/{state}"
    return f"#/lessons?read={name}" if ending and name in known else href


def _markup(_: RendererHTML, tokens: Sequence[Token], at: int, *__: Any) -> str:
    text = tokens[at].content
    if COMMENT.fullmatch(text):
        return ""
    return text if FOLDED.fullmatch(text) else escape(text)


def _fence(_: RendererHTML, tokens: Sequence[Token], at: int, *__: Any) -> str:
    """A block that can be scrolled with keys alone."""
    token = tokens[at]
    language = token.info.split()[:1]
    kind = f' class="language-{escape(language[0])}"' if language else ""
    return f'<pre tabindex="0"><code{kind}>{escape(token.content, quote=False)}</code></pre>\n'


def _table_open(*_: Any) -> str:
    return '<div class="scroll" tabindex="0"><table>\n'


def _cell(_: RendererHTML, tokens: Sequence[Token], at: int, *__: Any) -> str:
    """A cell; the page's policy allows no style of its own, so one that stands to the right is of a class."""
    kind = ' class="r"' if "right" in str(tokens[at].attrGet("style")) else ""
    return f"<{tokens[at].tag}{kind}>"


def _table_close(*_: Any) -> str:
    return "</table></div>\n"


RULES = {
    "html_block": _markup,
    "html_inline": _markup,
    "fence": _fence,
    "table_open": _table_open,
    "table_close": _table_close,
    "th_open": _cell,
    "td_open": _cell,
}
