"""Tables in a terminal: what has no room is numbered, set below its row, or left out by name; nothing is cut in silence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rich import box
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text as Styled

from crosscheck.report.document import Align, Cell, Column, Table, Text, joined, phrase
from crosscheck.report.render import terminal_fit as fit
from crosscheck.report.render.terminal_cards import cards
from crosscheck.report.render.terminal_cells import styled
from crosscheck.report.render.terminal_fit import FOLDED, LEAST, Justify, column, folded, heading, inner, longest, needed, size

MOST_ROWS = 5_000  # that a terminal is given of one table


def laid_out(table: Table, width: int) -> Iterator[RenderableType]:
    """The table, and what has to be said of it below; where its columns have no room, a card a row."""
    if not table.rows:
        if table.caption:
            yield styled(table.caption, "bold")
        yield Styled("  none", "dim")
        return
    more = len(table.rows) - MOST_ROWS
    table = replace(table, rows=table.rows[:MOST_ROWS]) if more > 0 else table
    told: list[Cell] = []
    yield from (_entries if any(c.below for c in table.columns) else _columns)(table, width, told)
    told += [f"and {more:,} rows more: --format csv has them all"] if more > 0 else []
    yield from (styled(line, "dim") for line in told)


def _columns(table: Table, width: int, told: list[Cell]) -> Iterator[RenderableType]:
    """A line a row, or several where text is folded."""
    fold, left_out = needed(table) > width, list[Cell]()
    shown = _spared(_numbered(table, left_out) if fold else table, width, left_out)
    if needed(_ungrouped(shown), fold, FOLDED) > width:
        yield from cards(table)
        return
    told += left_out
    shown = _shortened(shown, width)
    if shown.group is not None:
        yield from _grouped(shown, width, fold)
    else:
        yield _grid(shown, fit.widths(shown, width, fold), fold)


def _numbered(table: Table, told: list[Cell]) -> Table:
    """Signs under long headings: the headings are numbered, and told below."""
    wide = [
        k
        for k, c in enumerate(table.columns)
        if c.align is Align.center and size(c.title) > max(map(size, column(table, k)), default=0)
    ]
    if len(wide) < 2:
        return table
    numbers = {k: str(n) for n, k in enumerate(wide, 1)}
    told.append(joined(((Text(numbers[k]), Text(" "), *phrase(table.columns[k].title)) for k in wide), "  "))
    columns = tuple(
        replace(c, title=numbers.get(k, c.title), unit="") if k in numbers else c for k, c in enumerate(table.columns)
    )
    return replace(table, columns=columns)


def _spared(table: Table, width: int, told: list[Cell]) -> Table:
    """Without the columns that can be spared, the most so first, until the rest has room."""
    gone: list[int] = []
    order = sorted((k for k, c in enumerate(table.columns) if c.spare), key=lambda k: (-table.columns[k].spare, -k))
    while order and needed(_without(table, gone), fold=True) > width:
        gone.append(order.pop(0))
    if gone:
        names = joined(_flat(table.columns[k]) for k in sorted(gone))
        told.append((Text("no room here, but in --format csv: "), *names))
    return _without(table, gone)


def _shortened(table: Table, width: int) -> Table:
    """Cells of a column that may be cut, as long as the other columns leave room for."""
    for k in (k for k, c in enumerate(table.columns) if c.cut and k != table.group):
        rest = _without(table, [k, *([] if table.group is None else [table.group])])
        taken = sum(max(inner(rest, n), longest(heading(c))) + 3 for n, c in enumerate(rest.columns))
        room = max(width - taken - 3, LEAST)
        table = replace(table, rows=tuple((*row[:k], _cut(row[k], room), *row[k + 1 :]) for row in table.rows))
    return table


def _cut(cell: Cell, room: int) -> Cell:
    text = styled(cell).plain
    return cell if len(text) <= room else text[: room - 1].rstrip() + "…"


def _flat(c: Column) -> Cell:
    return (*phrase(c.title), Text(f" ({c.unit})")) if c.unit else c.title


def _without(table: Table, gone: Sequence[int]) -> Table:
    kept = [k for k, _ in enumerate(table.columns) if k not in gone]
    group = table.group if table.group is None or table.group not in kept else kept.index(table.group)
    return replace(
        table,
        columns=tuple(table.columns[k] for k in kept),
        rows=tuple(tuple(row[k] for k in kept) for row in table.rows),
        footer=tuple(table.footer[k] for k in kept) if table.footer else (),
        group=group,
    )


def _ungrouped(table: Table) -> Table:
    return table if table.group is None else _without(table, [table.group])


def _grid(table: Table, widths: Sequence[int], fold: bool = False, heads: bool = True) -> Grid:
    """The table itself, its columns so wide."""
    grid = Grid(
        title=styled(table.caption, "bold") if table.caption else None,
        title_justify="left",
        show_header=heads,
        show_footer=bool(table.footer),
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1),
    )
    for k, (c, width) in enumerate(zip(table.columns, widths, strict=True)):
        justify = fit.justify(c, column(table, k))
        grid.add_column(
            folded(c, inner(table, k), fold) if justify == "right" else heading(c),
            justify=justify,
            overflow="fold",
            no_wrap=justify != "left",
            footer=styled(table.footer[k]) if table.footer else "",
            width=width,
        )
    for row in table.rows:
        grid.add_row(*(styled(cell) for cell in row))
    return grid


def _grouped(table: Table, width: int, fold: bool) -> Iterator[RenderableType]:
    """A table for each value of the grouping column, under that value, all columns at the same places."""
    assert table.group is not None  # noqa: S101 - the caller asks for grouped tables alone
    k = table.group
    widths = fit.widths(_ungrouped(table), width, fold)
    for first, value in enumerate(dict.fromkeys(styled(row[k]).plain for row in table.rows)):
        rows = tuple(row for row in table.rows if styled(row[k]).plain == value)
        yield _grid(_ungrouped(replace(table, rows=rows, caption=value, footer=())), widths, fold, heads=not first)


def _entries(table: Table, room: int, _: list[Cell]) -> Iterator[RenderableType]:
    """A line a row, and under it, indented and folded, what is too long for a column; the totals stand last."""
    below = [k for k, c in enumerate(table.columns) if c.below]
    line = _without(table, below)
    last = [line.footer] if line.footer else []
    natural = [max(longest(heading(c)), *(size(row[k]) for row in (*line.rows, *last))) for k, c in enumerate(line.columns)]
    sides: list[Justify] = [fit.justify(c, column(line, k)) for k, c in enumerate(line.columns)]
    room_of_columns = room - 2 * (len(natural) - 1)
    widths = fit.fitted(natural, fit.needs(line, fold=False, least=LEAST), room_of_columns)
    widths = fit.fitted(widths, fit.needs(line, fold=False, least=FOLDED), room_of_columns)
    if sum(widths) > room_of_columns:
        yield from cards(table)
        return
    if table.caption:
        yield styled(table.caption, "bold")
    yield _aligned([heading(c) for c in line.columns], widths, sides, "dim")
    for full, row in zip((*table.rows, *([table.footer] if last else [])), (*line.rows, *last), strict=True):
        yield _aligned([styled(cell) for cell in row], widths, sides, "bold")
        for n, k in enumerate(below):
            if styled(full[k]).plain:
                yield Padding(styled(full[k], "dim" if n else ""), (0, 0, 0, 4))


def _aligned(cells: Sequence[Styled], widths: Sequence[int], sides: Sequence[Justify], style: str) -> RenderableType:
    """The cells in a line, two apart; those that are too long for their width are folded."""
    if all(cell.cell_len <= width and "\n" not in cell.plain for cell, width in zip(cells, widths, strict=True)):
        for cell, width, side in zip(cells, widths, sides, strict=True):
            cell.align(side, width)
        return Styled("  ", style, no_wrap=True).join(cells)
    grid = Grid.grid(padding=(0, 2, 0, 0))
    for width, side in zip(widths, sides, strict=True):
        grid.add_column(width=width, justify=side, overflow="fold", no_wrap=side != "left")
    grid.add_row(*cells, style=style)
    return grid
