"""How wide the columns of a table are in a terminal: a number is whole, text is folded, and what has no room is told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from textwrap import wrap
from typing import Literal, cast

from rich.text import Text as Styled

from crosscheck.report.document import Cell, Column, Table, stands
from crosscheck.report.render.terminal_cells import styled

NARROW = 8  # characters that a line of a folded heading may have at least
LEAST = 24  # characters that a column of text needs at least, where it has as many
FOLDED = 12  # the same where there is so little room that all text is folded
Justify = Literal["left", "center", "right"]
_NUMBER = re.compile(r"[-+−]?\d[\d,.]*")


def column(table: Table, k: int) -> list[Cell]:
    """The cells of a column, without the footer."""
    return [row[k] for row in table.rows]


def justify(c: Column, cells: Sequence[Cell]) -> Justify:
    """Where the cells of a column stand."""
    return cast(Justify, stands(c, cells).value)


def size(cell: Cell) -> int:
    """How wide a cell is on one line."""
    return styled(cell).cell_len


def longest(head: Styled) -> int:
    """How wide the widest line is."""
    return max((line.cell_len for line in head.split("\n")), default=0)


def heading(c: Column) -> Styled:
    """The title, and the unit under it; a title of several words may take several lines."""
    head = styled(c.title)
    return Styled("\n").join([head, Styled(f"({c.unit})")]) if c.unit else head


def folded(c: Column, inner: int, fold: bool) -> Styled:
    """The heading of numbers ``inner`` characters wide, its words on several lines where it is longer and room is short."""
    head = heading(c)
    if not fold or longest(head) <= inner:
        return head
    room = max(inner, NARROW)
    lines = [part for line in head.plain.split("\n") for part in wrap(line, room, break_long_words=False, break_on_hyphens=False)]
    return Styled("\n".join(lines))


def inner(table: Table, k: int) -> int:
    """How wide the cells of a column are."""
    return max(map(size, [*column(table, k), *([table.footer[k]] if table.footer else [])]), default=0)


def needs(table: Table, fold: bool = False, least: int = LEAST) -> list[int]:
    """What each column needs at least: all of a number or a sign, of text ``least`` characters, and every number in it."""
    found = []
    for k, c in enumerate(table.columns):
        wide, cells = inner(table, k), column(table, k)
        if justify(c, cells) != "left":
            found.append(max(longest(folded(c, wide, fold)), wide))
        else:
            words = max(map(len, heading(c).plain.split()), default=0)
            found.append(max(min(wide, least), words, *map(_number, cells), 1))
    return found


def _number(cell: Cell) -> int:
    """How long the longest number in a text is; it may not stand on two lines."""
    return max((len(m[0]) for m in _NUMBER.finditer(styled(cell).plain)), default=0)


def needed(table: Table, fold: bool = False, least: int = LEAST) -> int:
    """What all columns need, with spaces and a rule between them and a rule at both ends."""
    return sum(w + 3 for w in needs(table, fold, least)) - 1


def widths(table: Table, room: int, fold: bool) -> list[int]:
    """Widths of columns in this room, rules included: as wide as they are, else the widest of text gives way first."""
    natural = [max(inner(table, k), longest(folded(c, inner(table, k), fold))) for k, c in enumerate(table.columns)]
    return fitted(natural, needs(table, fold, FOLDED), room - 3 * len(natural) + 1)


def fitted(natural: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """Widths whose sum fits the room: the widest that is above its least gives way first, as long as there is one."""
    found = list(natural)
    while sum(found) > room:
        able = [k for k, w in enumerate(found) if w > least[k]]
        if not able:
            break
        found[max(able, key=found.__getitem__)] -= 1
    return found
