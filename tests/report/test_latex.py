"""LaTeX: nothing that a text says is a command, and every environment that begins ends."""

from __future__ import annotations

import re

from hypothesis import given

from crosscheck.report import render
from crosscheck.report.document import Document, Paragraph, table
from crosscheck.report.render import Format
from crosscheck.report.render.latex import escaped
from tests.report.documents import texts

COMMANDS = re.compile(r"\\(?:text\w+\{\}|ldots\{\}|[{}$&#%_])|\$\\?(?:-|times|geq|cdot|to)\$")


@given(texts)
def test_what_is_text_stays_text(text: str) -> None:
    rest = COMMANDS.sub("", escaped(text))
    assert not re.search(r"[\\{}$&#%_^~]", rest)


@given(texts, texts)
def test_a_table_has_its_columns_in_every_row(head: str, cell: str) -> None:
    found = render.text(Document("d", "", (table([head, "n"], [(cell, 1), (cell, None)]),)), Format.latex)
    rows = [line for line in found.splitlines() if line.endswith(r"\\")]
    assert len(rows) == 3
    assert all(len(re.findall(r"(?<!\\)&", row)) == 1 for row in rows)
    assert found.count(r"\begin{") == found.count(r"\end{") == 1


def test_a_paragraph_is_a_line() -> None:
    assert (
        render.text(Document("d", "T_1", (Paragraph("50 % of x_1 ≥ 3"),)), Format.latex) == "% T_1\n\n50 \\% of x\\_1 $\\geq$ 3\n"
    )
