"""A table where there is no room for its columns: a card a row, every cell beside the title of its column."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text as Styled

from crosscheck.report.document import Cell, Column, Table
from crosscheck.report.render.terminal_cells import styled


def cards(table: Table) -> Iterator[RenderableType]:
    """The rows one under the other, the totals last; under each value of a grouping column those that have it."""
    if table.caption:
        yield styled(table.caption, "bold")
    last = None
    for row in (*table.rows, *([table.footer] if table.footer else [])):
        if table.group is not None and styled(row[table.group]) != last:
            last = styled(row[table.group])
            yield Styled.assemble("\n", (last.plain, "bold"))
        yield from _card(table, row)


def _card(table: Table, row: tuple[Cell, ...]) -> Iterator[RenderableType]:
    """The first cell, and under it the others that say something."""
    first, *rest = (k for k in range(len(row)) if k != table.group)
    yield styled(row[first], "bold") if styled(row[first]).plain else Styled("·", "dim")
    for k in rest:
        if styled(row[k]).plain:
            yield Padding(Styled.assemble((_name(table.columns[k]), "dim"), styled(row[k])), (0, 0, 0, 2))


def _name(c: Column) -> str:
    title = styled(c.title).plain
    unit = f" ({c.unit})" if c.unit else ""
    return f"{title}{unit}: " if title or unit else ""
