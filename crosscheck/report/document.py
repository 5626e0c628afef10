"""What is shown, as data: a document of parts, whose cells are numbers with unit and kind, and text that is never markup.

Pages make documents, renderers show them. A text that comes from a file or a tool goes in as ``Text`` and stays text in every
format; ``prose`` reads the few marks of sentences that the program itself has written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

NONE = "–"  # what stands where there is no number
Plain = str | int | float | bool | None


class Tone(Enum):
    """What a text says about what it names; a renderer has a colour for each."""

    plain = "plain"
    good = "good"
    notable = "notable"
    bad = "bad"
    info = "info"
    dim = "dim"


class Form(Enum):
    """How a piece of text is set."""

    plain = "plain"
    strong = "strong"
    emphasis = "emphasis"
    code = "code"


class Kind(Enum):
    """How a number is written: ``4,089``, ``+4,089``, ``1.0003``, ``97.49``, ``12.5 %``, ``6.7e-06``, or as it is (a year)."""

    count = "count"
    signed = "signed"
    ratio = "ratio"
    decimal = "decimal"
    percent = "percent"
    power = "power"
    bare = "bare"


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of text; ``target`` makes it a link (a path beside the document, or ``#heading``), ``title`` explains it."""

    text: str
    form: Form = Form.plain
    tone: Tone = Tone.plain
    target: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Number:
    """A number in ``unit``, which a renderer writes after it where the column does not name it; None is one that is not there."""

    value: int | float | None
    unit: str = ""
    kind: Kind = Kind.count
    form: Form = Form.plain
    tone: Tone = Tone.plain


Inline = Text | Number
Phrase = tuple[Inline, ...]
Cell = str | int | None | Inline | Phrase


def phrase(cell: Cell) -> Phrase:
    """A cell as its pieces: a string is text, a whole number a count, None a number that is not there."""
    if isinstance(cell, tuple):
        return cell
    if isinstance(cell, str):
        return (Text(cell),)
    return (cell,) if isinstance(cell, Text | Number) else (Number(cell),)


def strong(cell: Cell) -> Phrase:
    """The same, set strong."""
    return tuple(
        Text(p.text, Form.strong, p.tone, p.target, p.title)
        if isinstance(p, Text)
        else Number(p.value, p.unit, p.kind, Form.strong, p.tone)
        for p in phrase(cell)
    )


def code(text: str) -> Text:
    """A name as it is typed."""
    return Text(text, Form.code)


def leads_somewhere(target: str) -> bool:
    """True for a link that may be followed: a heading, a path beside the document, a page of the web; nothing that runs."""
    head = target.split("/", maxsplit=1)[0].split("#", maxsplit=1)[0].split("?", maxsplit=1)[0]
    return bool(target) and (target.startswith(("https://", "http://")) or (":" not in head and not target.startswith("//")))


def joined(cells: Iterable[Cell], between: str = ", ") -> Phrase:
    """Cells one after the other."""
    parts: list[Inline] = []
    for k, cell in enumerate(cells):
        parts += [*([Text(between)] if k else []), *phrase(cell)]
    return tuple(parts)


_MARKS = re.compile(
    r"`(?P<code>[^`]+)`|\*\*(?P<strong>[^*]+)\*\*|\*(?P<emphasis>[^*]+)\*"
    r"|\[(?P<link>[^\]]+)\]\((?P<target>[^)]+)\)|\{(?P<slot>\w+)\}"
)


def prose(text: str, **slots: Cell) -> Phrase:
    """A sentence of the program's own, with marks: `code`, *emphasis*, **strong**, [link](target), and {slots} for cells.

    Line breaks are spaces. What goes into a slot is never read for marks. Raises KeyError for a slot without a cell, and
    ValueError for a cell without a slot (a slot within marks is none).
    """
    flat, at = " ".join(text.split("\n")), 0
    parts: list[Inline] = []
    for m in _MARKS.finditer(flat):
        parts += [Text(flat[at : m.start()])] if m.start() > at else []
        at = m.end()
        if m["slot"]:
            parts += phrase(slots[m["slot"]])
        elif m["link"]:
            parts.append(Text(m["link"], target=m["target"]))
        else:
            form = next(f for f in (Form.code, Form.strong, Form.emphasis) if m[f.value])
            parts.append(Text(m[form.value], form))
    if idle := slots.keys() - {m["slot"] for m in _MARKS.finditer(flat)}:
        raise ValueError(f"no slot for {', '.join(sorted(idle))} in {flat!r}")
    return (*parts, *([Text(flat[at:])] if at < len(flat) else []))


class Align(Enum):
    """Where the cells of a column stand; by what they are (numbers right) where nothing is said."""

    by_cell = "by_cell"
    left = "left"
    center = "center"
    right = "right"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, where its cells stand, and what to do where there is little room.

    ``spare`` above 0: the higher, the sooner a narrow renderer leaves it out, by name. ``below``: in a narrow renderer its cells
    stand under the row, as what is too long for a column. ``cut``: its cells may end in an ellipsis there, where the document
    says how to see them whole. ``unit`` is that of its numbers.
    """

    title: Cell
    align: Align = Align.by_cell
    unit: str = ""
    spare: int = 0
    below: bool = False
    cut: bool = False


def numeric(cell: Cell) -> bool:
    """True for a cell that is one number."""
    parts = phrase(cell)
    return len(parts) == 1 and isinstance(parts[0], Number)


def stands(column: Column, cells: Sequence[Cell]) -> Align:
    """Where the cells of a column stand: as it says, else numbers right and all else left."""
    if column.align is not Align.by_cell:
        return column.align
    return Align.right if all(map(numeric, cells)) else Align.left


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under columns; ``footer`` is the row of totals, ``group`` the column whose values head groups of rows."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: Cell = ""
    footer: tuple[Cell, ...] = ()
    group: int | None = None


def table(
    columns: Sequence[Column | Cell],
    rows: Iterable[Sequence[Cell]],
    *,
    caption: Cell = "",
    footer: Sequence[Cell] = (),
    group: int | None = None,
) -> Table:
    """A table of plain sequences. Raises ValueError for a row that does not fit its columns."""
    heads = tuple(c if isinstance(c, Column) else Column(c) for c in columns)
    lines = tuple(tuple(row) for row in rows)
    odd = next((r for r in (*lines, *([tuple(footer)] if footer else [])) if len(r) != len(heads)), None)
    if odd is not None:
        raise ValueError(f"a row of {len(odd)} cells under {len(heads)} columns: {odd[:3]}")
    return Table(heads, lines, caption, tuple(footer), group)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A sentence or several; ``tone`` dim for what is said by the way."""

    says: Cell
    tone: Tone = Tone.plain


@dataclass(frozen=True, slots=True)
class Bullets:
    """Sentences one under the other; ``numbered`` where their order matters."""

    items: tuple[Cell, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Keys:
    """A keyed list: names, each with what it means or holds."""

    entries: tuple[tuple[Cell, Cell], ...]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The legend of signs that stand in cells: each sign, and what it says."""

    entries: tuple[tuple[Text, Cell], ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines whose spaces matter: formulas, commands."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart: who, how long, what is written at its end."""

    label: Cell
    value: float
    says: Cell = ""
    tone: Tone = Tone.plain


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars on one scale from 0, up to ``until`` where that is set: a longer bar is cut, which its end shows."""

    title: Cell
    bars: tuple[Bar, ...]
    until: float = 0

    @property
    def end(self) -> float:
        """What the longest bar stands for."""
        return self.until or max((abs(b.value) for b in self.bars), default=0) or 1


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it."""

    title: Cell
    parts: tuple[Part, ...]


Part = Paragraph | Table | Bullets | Keys | Verdicts | Lines | Chart | Section


@dataclass(frozen=True, slots=True)
class Data:
    """Rows of one shape as machines read them: exact numbers, no units in cells; ``name`` is that of the file."""

    name: str
    fields: tuple[str, ...]
    rows: tuple[tuple[Plain, ...], ...]


def data(name: str, rows: Iterable[Mapping[str, Plain]], fields: Sequence[str] = ()) -> Data:
    """Rows of one shape; ``fields`` are for where there may be none. Raises ValueError for a row of another shape."""
    found = list(rows)
    names = tuple(fields) or (tuple(found[0]) if found else ())
    odd = next((r for r in found if tuple(r) != names), None)
    if odd is not None:
        raise ValueError(f"data {name}: a row has {', '.join(odd)}, not {', '.join(names)}")
    return Data(name, names, tuple(tuple(r.values()) for r in found))


@dataclass(frozen=True, slots=True)
class Document:
    """What a study has to show: parts for people, data for machines.

    ``name`` is that of its file, a path without an ending. ``record`` is the answer as nested plain data, where rows of one
    shape cannot hold it. ``notes`` are said beside the answer: what went wrong, what was left out.
    """

    name: str
    title: Cell
    parts: tuple[Part, ...]
    data: tuple[Data, ...] = ()
    record: Mapping[str, Any] | None = None
    notes: tuple[str, ...] = ()
