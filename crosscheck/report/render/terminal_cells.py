"""Cells in a terminal: text that is never markup, numbers as they are written everywhere."""

from __future__ import annotations

from rich.text import Text as Styled

from crosscheck.contract.text import printable
from crosscheck.report.document import Cell, Form, Number, Tone, phrase
from crosscheck.report.render.numbers import written

COLOURS = {
    Tone.plain: "",
    Tone.good: "green",
    Tone.notable: "yellow",
    Tone.bad: "bold red",
    Tone.info: "cyan",
    Tone.dim: "dim",
}
FORMS = {Form.plain: "", Form.strong: "bold", Form.emphasis: "italic", Form.code: ""}


def styled(cell: Cell, style: str = "", unit: bool = True) -> Styled:
    """A cell with its colours; ``unit`` False leaves out what the column says."""
    whole = Styled(style=style)
    for p in phrase(cell):
        text = written(p, unit) if isinstance(p, Number) else printable(p.text)
        whole.append(text, f"{COLOURS[p.tone]} {FORMS[p.form]}".strip() or None)
    return whole
