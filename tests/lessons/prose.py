"""Figures in prose: a number outside of code stands in a block of the same lesson, or is published and cited; else refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from crosscheck.studies.figures import record

NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
BARE = re.compile(r"[−+~≈-]?\d[\d,.]*(?: ?[A-Za-z%]{1,7})?")  # inline code that is no more than a figure
NOTHING = re.compile(r" # .*|(?<=\d)_(?=\d)")  # comments, which prove nothing, and how Python groups digits
FEW = 13
# What is no figure, by pattern: versions, lines and issues, names, shapes and kernels, powers, years, lessons, input sizes.
FREE = (
    r"[Vv]ersions? \d+(?:\.\d+)*",
    r"(?:[Ll]ines?|[Ii]ssues?|[Pp]ull request|[Ss]ection) #?\d+(?:[–-]\d+)?",
    r"[^\W\d][\w.]*(?:-\w+)*",
    r"[^\W\d]+(?:[-/]\d[\w.]*)+",
    r"\d+(?:\.\d+){2,}\S*",
    r"\d+(?: ?[×xX] ?\d+)+",
    r"\d+[⁰¹²³⁴⁵⁶⁷⁸⁹]+",
    r"(?<![\w,.])(?:19[89]|20[0-3])\d\b(?![,.]\d)",
    r"(?<![\w,.])0\d\b",
    r"(?<![\w,.])(?:28|32|224|227|299)\b(?![,.]\d)",
)
PLAIN = re.compile("|".join(FREE))
HINT = "let a block print it or work with it, or cite the published figure with a link to its source or to reports/figures.md"
ARXIV = re.compile(r"arXiv:([\d.]+).*")  # the part of a source's name that is in its address
CELL = ("inline", "th_open", "th_close", "td_open", "td_close")
EVERYWHERE = "figures.md"  # a link that cites any published figure


@dataclass(frozen=True)
class Passage:
    """A paragraph, a heading or a cell of a table: its text without code, its links, and the line that it begins in."""

    text: str
    links: tuple[str, ...]
    line: int


def normal(number: str) -> str:
    """A number as its digits: without grouping commas."""
    return number.replace(",", "")


def numbers(text: str) -> set[str]:
    """All numbers of a text, as digits."""
    return {normal(n) for n in NUMBER.findall(text)}


def passages(text: str) -> Iterator[Passage]:
    """The prose of a lesson; markup that shows text, as a summary does, is prose too."""
    line, row = 1, list[Passage]()
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        line = token.map[0] + 1 if token.map else line
        if token.type == "inline":
            children = token.children or []
            links = tuple(str(c.attrGet("href")) for c in children if c.type == "link_open")
            row.append(Passage("".join(_said(c) for c in children), links, line))
        elif token.type == "html_block":
            yield Passage(re.sub(r"<!--.*?-->|<[^>]*>", " ", token.content, flags=re.DOTALL), (), line)
        if token.type not in CELL:
            every = tuple(link for p in row for link in p.links)  # what a row links to is cited by all its cells
            yield from (Passage(p.text, every, p.line) for p in row)
            row.clear()


def _said(token: Token) -> str:
    if token.type == "text":
        return token.content
    if token.type == "code_inline" and BARE.fullmatch(token.content):
        return token.content
    return " " if token.type in ("softbreak", "hardbreak", "code_inline") else ""


def figures(text: str) -> list[str]:
    """The numbers of a text that must be proven, as they are written."""
    rest = PLAIN.sub(" ", text)
    return [n for n in NUMBER.findall(rest) if "." in n or int(normal(n)) >= FEW]


@cache
def published() -> dict[str, set[str]]:
    """The sources of every published figure, by its digits."""
    found: dict[str, set[str]] = {}
    for f in record.builtin():
        for n in numbers(f.value):
            found.setdefault(n, set()).add(ARXIV.sub(r"\1", f.source))
    return found


def cited(number: str, links: tuple[str, ...]) -> bool:
    """True where a link leads to a source that has published the figure, or to the figures on trial."""
    sources = published().get(normal(number), set())
    return bool(sources) and any(EVERYWHERE in link or any(s in link for s in sources) for link in links)


def refused(text: str, proven: str, name: str) -> list[str]:
    """What is wrong with the figures of a lesson's prose, a line each: file, line, and what to do.

    ``proven`` are the texts of its blocks, which run: a number there is printed, or leads to one that is.
    """
    known = numbers(NOTHING.sub("", proven))
    odd = ((p, n) for p in passages(text) for n in figures(p.text) if normal(n) not in known and not cited(n, p.links))
    return [f"{name}:{p.line}: {n} is typed freely. Hint: {HINT}" for p, n in odd]
