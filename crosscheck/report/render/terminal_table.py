"""Tables in a terminal: what has no room is numbered, set below its row, or left out by name; nothing is cut in silence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from textwrap import wrap
from typing import Literal, cast

from rich import box
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text as Styled

from crosscheck.report.document import Align, Cell, Column, Table, Text, joined, phrase, stands
from crosscheck.report.render.terminal_cells import styled

NARROW = 8  # characters that a line of a folded heading may have at least
LEAST = 24  # characters that a column of text needs at least, where it has as many
Justify = Literal["left", "center", "right"]


def laid_out(table: Table, width: int) -> Iterator[RenderableType]:
    """The table, and what has to be said of it below."""
    if not table.rows:
        if table.caption:
            yield styled(table.caption, "bold")
        yield Styled("  none", "dim")
        return
    if any(c.below for c in table.columns):
        yield from _entries(table, width)
        return
    told: list[Cell] = []
    fold = _needed(table) > width
    shown = _spared(_numbered(table, told) if fold else table, width, told)
    shown = _shortened(shown, width)
    if shown.group is not None:
        yield from _grouped(shown, fold)
    else:
        yield _grid(shown, fold)
    yield from (styled(line, "dim") for line in told)


def _column(table: Table, k: int) -> list[Cell]:
    return [row[k] for row in table.rows]


def _justify(c: Column, cells: Sequence[Cell]) -> Justify:
    return cast(Justify, stands(c, cells).value)


def _size(cell: Cell) -> int:
    return max((len(line) for line in styled(cell).plain.split("\n")), default=0)


def _heading(c: Column) -> Styled:
    """The title, and the unit under it; a title of several words may take several lines."""
    head = styled(c.title)
    return Styled("\n").join([head, Styled(f"({c.unit})")]) if c.unit else head


def _folded(c: Column, inner: int, fold: bool) -> Styled:
    """The heading of numbers ``inner`` characters wide, its words on several lines where it is longer and room is short."""
    head = _heading(c)
    if not fold or _longest(head) <= inner:
        return head
    room = max(inner, NARROW)
    lines = [part for line in head.plain.split("\n") for part in wrap(line, room, break_long_words=False, break_on_hyphens=False)]
    return Styled("\n".join(lines))


def _inner(table: Table, k: int) -> int:
    """How wide the cells of a column are."""
    return max(map(_size, [*_column(table, k), *([table.footer[k]] if table.footer else [])]), default=0)


def _widths(table: Table, fold: bool = False) -> list[int]:
    """What each column needs at least: all of a number or a sign, of text what can be folded."""
    found = []
    for k, c in enumerate(table.columns):
        inner = _inner(table, k)
        firm = _justify(c, _column(table, k)) != "left"
        head = max((len(word) for word in _heading(c).plain.split()), default=0)
        head = _longest(_folded(c, inner, fold)) if firm else head
        found.append(max(head, inner) if firm else max(min(inner, LEAST), head))
    return found


def _longest(head: Styled) -> int:
    return max((len(line) for line in head.plain.split("\n")), default=0)


def _needed(table: Table, fold: bool = False) -> int:
    return sum(w + 3 for w in _widths(table, fold)) - 1  # spaces and a rule between columns, a rule at both ends


def _numbered(table: Table, told: list[Cell]) -> Table:
    """Signs under long headings: the headings are numbered, and told below."""
    wide = [
        k
        for k, c in enumerate(table.columns)
        if c.align is Align.center and _size(c.title) > max(map(_size, _column(table, k)), default=0)
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
    while order and _needed(_without(table, gone), fold=True) > width:
        gone.append(order.pop(0))
    if gone:
        names = joined(_flat(table.columns[k]) for k in sorted(gone))
        told.append((Text("no room here, but in --format csv: "), *names))
    return _without(table, gone)


def _shortened(table: Table, width: int) -> Table:
    """Cells of a column that may be cut, as long as the other columns leave room for."""
    for k in (k for k, c in enumerate(table.columns) if c.cut and k != table.group):
        rest = _without(table, [k, *([] if table.group is None else [table.group])])
        taken = sum(max(_inner(rest, n), _longest(_heading(c))) + 3 for n, c in enumerate(rest.columns))
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


def _grid(table: Table, fold: bool = False, least: Sequence[int] = (), heads: bool = True) -> Grid:
    """The table itself; ``least`` are widths that its columns have at least."""
    grid = Grid(
        title=styled(table.caption, "bold") if table.caption else None,
        title_justify="left",
        show_header=heads,
        show_footer=bool(table.footer),
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1),
    )
    for k, c in enumerate(table.columns):
        justify = _justify(c, _column(table, k))
        grid.add_column(
            _folded(c, _inner(table, k), fold) if justify == "right" else _heading(c),
            justify=justify,
            overflow="fold",
            no_wrap=justify != "left",
            footer=styled(table.footer[k]) if table.footer else "",
            min_width=least[k] if least else None,
        )
    for row in table.rows:
        grid.add_row(*(styled(cell) for cell in row))
    return grid


def _grouped(table: Table, fold: bool) -> Iterator[RenderableType]:
    """A table for each value of the grouping column, under that value, all columns at the same places."""
    assert table.group is not None  # noqa: S101 - the caller asks for grouped tables alone
    k = table.group
    whole = _without(table, [k])
    least = [_least(whole, n, fold) for n in range(len(whole.columns))]
    for first, value in enumerate(dict.fromkeys(styled(row[k]).plain for row in table.rows)):
        rows = tuple(row for row in table.rows if styled(row[k]).plain == value)
        yield _grid(_without(replace(table, rows=rows, caption=value, footer=()), [k]), fold, least, heads=not first)


def _least(table: Table, k: int, fold: bool) -> int:
    """How wide a column of a group is, so that it stands below that of the group before."""
    inner = _inner(table, k)
    return max(_longest(_folded(table.columns[k], inner, fold)), min(inner, LEAST))


def _entries(table: Table, room: int) -> Iterator[RenderableType]:
    """A line a row, and under it, indented and folded, what is too long for a column; the totals stand last."""
    below = [k for k, c in enumerate(table.columns) if c.below]
    line = _without(table, below)
    last = [line.footer] if line.footer else []
    widths = [max(_longest(_heading(c)), *(_size(row[k]) for row in (*line.rows, *last))) for k, c in enumerate(line.columns)]
    sides: list[Justify] = [_justify(c, _column(line, k)) for k, c in enumerate(line.columns)]
    widths = _fitted(widths, sides, room)
    if table.caption:
        yield styled(table.caption, "bold")
    yield _aligned([_heading(c) for c in line.columns], widths, sides, "dim")
    for full, row in zip((*table.rows, *([table.footer] if last else [])), (*line.rows, *last), strict=True):
        yield _aligned([styled(cell) for cell in row], widths, sides, "bold")
        for n, k in enumerate(below):
            if styled(full[k]).plain:
                yield Padding(styled(full[k], "dim" if n else ""), (0, 0, 0, 4))


def _fitted(widths: Sequence[int], sides: Sequence[Justify], room: int) -> list[int]:
    """Widths of columns that stand two apart in the room; the widest of text gives way first."""
    found = list(widths)
    while sum(found) + 2 * (len(found) - 1) > room:
        text = [k for k, side in enumerate(sides) if side == "left" and found[k] > LEAST]
        if not text:
            break
        found[max(text, key=lambda k: found[k])] -= 1
    return found


def _aligned(cells: Sequence[Styled], widths: Sequence[int], sides: Sequence[Justify], style: str) -> Grid:
    grid = Grid.grid(padding=(0, 2, 0, 0))
    for width, side in zip(widths, sides, strict=True):
        grid.add_column(width=width, justify=side, overflow="fold", no_wrap=side != "left")
    grid.add_row(*cells, style=style)
    return grid
