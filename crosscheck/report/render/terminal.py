"""A document in a terminal, or in a pipe, at most 100 columns wide; colours where there is a terminal."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.text import Text as Styled

from crosscheck.contract.text import printable
from crosscheck.report.document import (
    Bullets,
    Cell,
    Chart,
    Document,
    Keys,
    Lines,
    Paragraph,
    Part,
    Section,
    Table,
    Tone,
    Verdicts,
)
from crosscheck.report.render.charts import drawn
from crosscheck.report.render.terminal_cells import COLOURS, styled
from crosscheck.report.render.terminal_fit import size
from crosscheck.report.render.terminal_table import laid_out

WIDTH = 100


def text(document: Document) -> str:
    """The document as it is printed into a pipe."""
    out = io.StringIO()
    show(document, Console(file=out, width=WIDTH, highlight=False))
    return out.getvalue()


def show(document: Document, screen: Console | None = None) -> None:
    """Print the document on standard output, or on a screen."""
    screen = screen or console()
    if document.title:
        _print(screen, styled(document.title, "bold"))
    for piece in _parts(document.parts, screen.width):
        _print(screen, piece)


def console() -> Console:
    """Standard output, 100 columns where it is no terminal or a wider one."""
    plain = Console(highlight=False)
    return plain if plain.is_terminal and plain.width <= WIDTH else Console(width=WIDTH, highlight=False)


def _print(screen: Console, piece: RenderableType) -> None:
    """Lines without the spaces that rich fills them up with, where nobody sees colours."""
    if screen.is_terminal:
        screen.print(piece)
        return
    with screen.capture() as caught:
        screen.print(piece)
    screen.file.write("\n".join(line.rstrip() for line in caught.get().split("\n")))


def _parts(parts: Sequence[Part], width: int) -> Iterator[RenderableType]:
    for part in parts:
        yield from _part(part, width)


def _part(part: Part, width: int) -> Iterator[RenderableType]:
    if isinstance(part, Section):
        yield Group("", styled(part.title, "bold"))
        yield from _parts(part.parts, width)
    elif isinstance(part, Paragraph):
        yield styled(part.says, COLOURS[part.tone])
    elif isinstance(part, Table):
        yield from laid_out(part, width)
    elif isinstance(part, Bullets):
        yield from (_hung(f"{k}." if part.numbered else "·", item) for k, item in enumerate(part.items, 1))
    elif isinstance(part, Keys | Verdicts):
        yield from _keys(part, width)
    elif isinstance(part, Lines):
        yield from (Padding(Styled(printable(line)), (0, 0, 0, 2)) for line in part.lines)
    elif isinstance(part, Chart):
        yield styled(part.title, "bold")
        yield from (Styled(line, COLOURS[b.tone]) for line, b in zip(drawn(part, width), part.bars, strict=True))


def _hung(mark: str, item: Cell) -> RenderableType:
    from rich.table import Table as Grid

    grid = Grid.grid(padding=(0, 1, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(Styled(mark, "dim"), styled(item))
    return Padding(grid, (0, 0, 0, 1))


def _keys(part: Keys | Verdicts, width: int) -> Iterator[RenderableType]:
    """A key and beside it what it means; below it, where keys take more than half of the room."""
    from rich.table import Table as Grid

    grid = Grid.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    beside = 2 * max((size(key) for key, _ in part.entries), default=0) <= width
    for key, says in part.entries:
        name = styled(key, COLOURS[Tone.plain] if isinstance(part, Verdicts) else "bold")
        if beside:
            grid.add_row(name, styled(says))
        else:
            yield from (Padding(name, (0, 0, 0, 2)), Padding(styled(says), (0, 0, 0, 4)))
    if beside:
        yield Padding(grid, (0, 0, 0, 2))
