"""A document as one HTML file that needs nothing else: no script, no request; every text is escaped."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from crosscheck.contract.text import printable
from crosscheck.report.document import Cell, Document, Number, Part, leads_somewhere, phrase, stands
from crosscheck.report.render.charts import plain
from crosscheck.report.render.numbers import written

TEMPLATES = Path(__file__).with_name("templates")


def text(document: Document) -> str:
    """The whole page."""
    return str(_environment().get_template("document.html.j2").render(d=document))


def files(document: Document) -> dict[str, str]:
    """One file, named after the document."""
    return {f"{document.name}.html": text(document)}


@cache
def _environment() -> jinja2.Environment:
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
    )
    filters: dict[str, Any] = {"phrase": phrase, "written": written, "printable": printable, "slug": slug, "plain": plain}
    env.filters |= filters
    env.tests["number"] = lambda p: isinstance(p, Number)
    env.tests["link"] = leads_somewhere
    env.globals |= {"kind_of": kind_of, "stands": stands, "share": share}
    return env


def kind_of(part: Part) -> str:
    """What a part is, in one lower-case word."""
    return type(part).__name__.lower()


def slug(title: Cell) -> str:
    """The name that a link gives a heading: lower case, words joined by hyphens."""
    return "-".join(re.findall(r"\w+", plain(title).lower()))


def share(value: float, end: float) -> str:
    """How long a bar is, in percent of the scale."""
    return f"{min(100 * abs(value) / end, 100):.2f}"
