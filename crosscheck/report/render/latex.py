"""A document as LaTeX: tables with the rules of booktabs, sections, lists; what is text stays text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crosscheck.contract.text import printable
from crosscheck.report.document import (
    Align,
    Bullets,
    Cell,
    Chart,
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
    Verdicts,
    phrase,
    stands,
)
from crosscheck.report.render.charts import drawn
from crosscheck.report.render.numbers import written

HEADINGS = ("section", "subsection", "subsubsection", "paragraph")
_FORMS = {Form.strong: "textbf", Form.emphasis: "emph", Form.code: "texttt"}
_MARKS = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "$": r"\$",
        "&": r"\&",
        "#": r"\#",
        "%": r"\%",
        "_": r"\_",
        "^": r"\textasciicircum{}",
        "~": r"\textasciitilde{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        '"': r"\textquotedbl{}",
        "−": "$-$",
        "×": r"$\times$",
        "≥": r"$\geq$",
        "·": r"$\cdot$",
        "→": r"$\to$",
        "–": "--",
        "…": r"\ldots{}",
    }
)


def text(document: Document) -> str:
    """The parts, to be put into a document that loads the package booktabs."""
    head = [f"% {printable(_plain(document.title))}"] if document.title else []
    return "\n\n".join([*head, *_parts(document.parts, 0)]) + "\n"


def files(document: Document) -> dict[str, str]:
    """One file, named after the document."""
    return {f"{document.name}.tex": text(document)}


def _plain(cell: Cell) -> str:
    return "".join(written(p) if isinstance(p, Number) else p.text for p in phrase(cell))


def escaped(flat: str) -> str:
    """Text in which LaTeX finds no command."""
    return printable(flat).translate(_MARKS)


def inline(cell: Cell) -> str:
    """A cell on one line."""
    return "".join(map(_piece, phrase(cell)))


def _piece(p: Inline) -> str:
    said = escaped(written(p) if isinstance(p, Number) else p.text)
    return rf"\{_FORMS[p.form]}{{{said}}}" if said and p.form in _FORMS else said


def _parts(parts: Sequence[Part], level: int) -> Iterator[str]:
    for part in parts:
        yield from _part(part, level)


def _part(part: Part, level: int) -> Iterator[str]:
    if isinstance(part, Section):
        yield rf"\{HEADINGS[min(level, len(HEADINGS) - 1)]}{{{inline(part.title)}}}"
        yield from _parts(part.parts, level + 1)
    elif isinstance(part, Paragraph):
        yield inline(part.says)
    elif isinstance(part, Table):
        yield _table(part)
    elif isinstance(part, Bullets):
        yield _list("enumerate" if part.numbered else "itemize", [rf"\item {{}}{inline(item)}" for item in part.items])
    elif isinstance(part, Keys | Verdicts):
        yield _list("description", [rf"\item[{{{inline(key)}}}] {inline(says)}" for key, says in part.entries])
    elif isinstance(part, Lines | Chart):
        lines = part.lines if isinstance(part, Lines) else (_plain(part.title), *drawn(part))
        yield _list("quote", [rf"\texttt{{{escaped(line)}}}\\" for line in lines])


def _list(kind: str, lines: Sequence[str]) -> str:
    return "\n".join([rf"\begin{{{kind}}}", *lines, rf"\end{{{kind}}}"])


def _table(part: Table) -> str:
    how = [stands(c, [row[k] for row in part.rows]) for k, c in enumerate(part.columns)]
    letters = "".join({Align.right: "r", Align.center: "c"}.get(h, "l") for h in how)
    heads = [inline(c.title) + (f" ({escaped(c.unit)})" if c.unit else "") for c in part.columns]
    lines = [rf"\begin{{tabular}}{{{letters}}}", r"\toprule", _row(heads), r"\midrule"]
    lines += [_row([inline(c) for c in row]) for row in part.rows]
    lines += [r"\midrule", _row([inline(c) for c in part.footer])] if part.footer else []
    caption = [rf"% {printable(_plain(part.caption))}"] if part.caption else []
    return "\n".join([*caption, *lines, r"\bottomrule", r"\end{tabular}"])


def _row(cells: Sequence[str]) -> str:
    return rf"{' & '.join(cells)} \\"
