"""A document as Markdown. What is text stays text: every mark in it is written so that no reader of Markdown takes it for one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from tabulate import tabulate

from crosscheck.contract.text import printable
from crosscheck.report.document import (
    Bullets,
    Cell,
    Chart,
    Column,
    Document,
    Form,
    Inline,
    Keys,
    Lines,
    Number,
    Paragraph,
    Part,
    Section,
    Table,
    Text,
    Verdicts,
    leads_somewhere,
    phrase,
    stands,
    strong,
)
from crosscheck.report.render.charts import drawn
from crosscheck.report.render.numbers import written

WIDE = 160  # columns; a wider table is written without the spaces that would make all its lines as long as the longest
_MARKS = re.compile(r"\\(?=[!-/:-@\[-`{-~])|[`*\[\]]|<(?=[A-Za-z/!?])|(?<![^\W_])_|_(?![^\W_])|~(?=~)|&(?=#?\w+;)|(?<=!)(?=\[)")
_STARTS = re.compile(r"^(\s*)(>|(?:#+|[+=-]+|\d+[.)])(?=\s|$)|-{2,}|={2,})")
_WRAPS = {Form.plain: "", Form.strong: "**", Form.emphasis: "*"}


def text(document: Document) -> str:
    """The whole document."""
    return "\n\n".join([f"# {inline(document.title)}", *_parts(document.parts, 2)]) + "\n"


def files(document: Document) -> dict[str, str]:
    """One file, named after the document."""
    return {f"{document.name}.md": text(document)}


def inline(cell: Cell, *, within_table: bool = False) -> str:
    """A cell as Markdown on one line."""
    runs = groupby(phrase(cell), key=lambda p: _WRAPS.get(p.form, ""))
    found = "".join(_run(wrap, run) for wrap, run in runs)
    return found.replace("|", "\\|") if within_table else found


def _run(wrap: str, pieces: Iterable[Inline]) -> str:
    """Pieces of one form, which it wraps once; spaces at the ends stand outside of it."""
    text = "".join(written(p) if isinstance(p, Number) else _text(p) for p in pieces)
    inner = text.strip() if wrap else ""
    return text.replace(inner, f"{wrap}{inner}{wrap}", 1) if inner else text


def _text(t: Text) -> str:
    flat = printable(t.text)
    if not flat:
        return ""
    found = _code(flat) if t.form is Form.code else _MARKS.sub(lambda m: chr(92) + m[0], flat)
    return f"[{found}]({t.target})" if leads_somewhere(t.target) else found


def _code(flat: str) -> str:
    ticks = "`" * (1 + max((len(run) for run in re.findall("`+", flat)), default=0))
    pad = " " if flat.startswith("`") or flat.endswith("`") else ""
    return f"{ticks}{pad}{flat}{pad}{ticks}"


def _line(cell: Cell) -> str:
    """A cell where a line starts: nothing in it begins a heading, a list or a quotation."""
    return _STARTS.sub(lambda m: f"{m[1]}\\{m[2]}" if not m[2][0].isdigit() else f"{m[1]}{m[2][:-1]}\\{m[2][-1]}", inline(cell))


def _parts(parts: Sequence[Part], level: int) -> Iterator[str]:
    for part in parts:
        yield from _part(part, level)


def _part(part: Part, level: int) -> Iterator[str]:
    if isinstance(part, Section):
        yield f"{'#' * min(level, 6)} {inline(part.title)}"
        yield from _parts(part.parts, level + 1)
    elif isinstance(part, Paragraph):
        yield _line(part.says)
    elif isinstance(part, Table):
        yield from _table(part)
    elif isinstance(part, Bullets):
        marks = (f"{k}. " if part.numbered else "- " for k in range(1, len(part.items) + 1))
        yield "\n".join(mark + _line(item) for mark, item in zip(marks, part.items, strict=True))
    elif isinstance(part, Keys | Verdicts):
        yield "\n".join(f"- {inline(_named(key))} {inline(says)}" for key, says in part.entries)
    elif isinstance(part, Lines):
        yield "\n".join(["```text", *(printable(line) for line in part.lines), "```"])
    elif isinstance(part, Chart):
        yield f"**{inline(part.title)}**"
        yield "\n".join(["```text", *drawn(part), "```"])


def _named(key: Cell) -> Cell:
    """The key of a list, as code where it is plain text."""
    plain = isinstance(key, str | Text) and not (isinstance(key, Text) and (key.form is not Form.plain or key.target))
    return Text(key if isinstance(key, str) else key.text, Form.code) if plain and isinstance(key, str | Text) else key


def _table(part: Table) -> Iterator[str]:
    if part.caption:
        yield f"**{inline(part.caption)}**"
    if not part.rows:
        yield "None."
        return
    rows = [*part.rows, *([tuple(strong(c) for c in part.footer)] if part.footer else [])]
    cells = [[inline(c, within_table=True) for c in row] for row in rows]
    heads = [_head(c) for c in part.columns]
    how = [stands(c, [row[k] for row in part.rows]).value for k, c in enumerate(part.columns)]
    padded = str(tabulate(cells, headers=heads, tablefmt="pipe", colalign=how, disable_numparse=True))
    yield padded if padded.index("\n") <= WIDE else _narrow(heads, how, cells)


def _head(c: Column) -> str:
    return inline(c.title, within_table=True) + (f"<br>{inline(c.unit, within_table=True)}" if c.unit else "")


def _narrow(heads: Sequence[str], how: Sequence[str], cells: Sequence[Sequence[str]]) -> str:
    rule = [{"left": ":--", "right": "--:", "center": ":-:"}[h] for h in how]
    return "\n".join(f"| {' | '.join(row)} |" for row in (heads, rule, *cells))
