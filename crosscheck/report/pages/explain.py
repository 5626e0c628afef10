"""An account of numbers: each tool's number, its terms and where they are written, and the way from one number to the next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from crosscheck.contract.rows import TOTAL
from crosscheck.explain import wording
from crosscheck.explain.account import Account, Answer, Step
from crosscheck.explain.number import Number
from crosscheck.explain.terms import Term
from crosscheck.report import document
from crosscheck.report.document import (
    Bar,
    Cell,
    Chart,
    Column,
    Document,
    Form,
    Kind,
    Paragraph,
    Part,
    Phrase,
    Section,
    Table,
    Text,
    Tone,
    joined,
    strong,
    table,
)
from crosscheck.report.pages import sums
from crosscheck.report.pages.explain_record import record, terms

FEW, MOST = 3, 8  # lines that make a chart, and bars that it has at most
VISIBLE = 100  # a chart whose second bar is this much shorter than its first shows nothing


def brief(a: Account, notes: Sequence[str] = ()) -> Document:
    """One number as its sum; of several, all numbers, then each step, then the ledger of parameters."""
    steps = [Section(_way(s), tuple(_terms(s.number, "share"))) for s in a.steps]
    ledger = [Section("Parameter ledger", (_ledger(a),))] if a.ledger and len(a.answers) > 1 else []
    numbers = [_numbers(a)] if a.steps else [*_sum(a.answers[0]), *([_ledger(a)] if a.ledger else [])]
    return Document("explanation", _title(a), (*numbers, *steps, *ledger), (terms(a),), record(a), tuple(notes))


def _title(a: Account) -> Cell:
    """Who says what of which network; of several who say something, their names in turn."""
    first = a.answers[0]
    where = f"{first.count.model.name}{_place(a)}, input {first.count.model.input_text}"
    if not a.steps:
        return (Text(f"{first.count.title} on {where}: "), *_size(first))
    return (Text(f"{a.metric} of {where}: "), *joined(map(_who, a.answers), " → "))


def _place(a: Account) -> str:
    return "" if a.layer == TOTAL else f", layer {a.layer}"


def _who(a: Answer) -> str:
    return f"{a.count.title} ({a.count.model.name})" if a.count.elsewhere else a.count.title


def _size(a: Answer) -> Phrase:
    """The number with its unit; bytes in both kinds of MB besides."""
    n = a.number
    return (sums.size(n), *([Text(" ("), *sums.megabytes(n.value), Text(")")] if n.unit == "B" else []))


def _sum(a: Answer) -> Iterator[Part]:
    yield Paragraph(a.number.detail, Tone.dim)
    yield Paragraph(sums.equation(a.number))
    yield from _terms(a.number, "part")


def _numbers(a: Account) -> Table:
    """A row an answer; the input only where it is not one for all."""
    inputs = [x.count.model.input_text for x in a.answers]
    several = len(set(inputs)) > 1
    rows: Iterator[tuple[Cell, ...]] = (
        (strong(_who(x)), *([shape] if several else []), x.number.value, _unit(x), x.number.detail)
        for x, shape in zip(a.answers, inputs, strict=True)
    )
    return table(["counted by", *(["input"] if several else []), "number", "unit", "where it is from"], rows)


def _unit(a: Answer) -> Phrase:
    n = a.number
    return (Text(n.unit), *([Text(": "), *sums.megabytes(n.value)] if n.unit == "B" else []))


def _way(s: Step) -> Phrase:
    """``torchinfo 4,089,238,376 mult-adds → FlopCounterMode 8,178,368,512 FLOPs: +4,089,130,136; residual 0``."""
    before, after = ((Text(f"{_who(a)} "), sums.size(a.number)) for a in (s.before, s.after))
    return sums.step(before, after, s.number)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an explanation: a term with its arithmetic, or all that one rewrite of an exporter comes to."""

    value: int
    cause: str
    name: str
    which: Phrase
    says: Phrase
    source: str
    quirk: str = ""


def lines(found: Sequence[Term]) -> list[Line]:
    """Terms as lines; those of one rewrite are one, with its parts, at the place of the first."""
    made: list[Line] = []
    for rewrite, own in groupby(found, key=lambda t: t.rewrite):
        parts = list(own)
        made += [_rewrite(rewrite, parts)] if rewrite else [_line(t) for t in parts]
    return made


def _line(t: Term) -> Line:
    which = joined(map(sums.product, wording.parts([t])))
    return Line(t.value, t.cause, f"{t.primitive} ({t.op})", which, (Text(t.says),), t.source, t.quirk)


def _rewrite(name: str, parts: Sequence[Term]) -> Line:
    source = "; ".join(dict.fromkeys(s for t in parts for s in t.source.split("; ")))
    quirk = "; ".join(dict.fromkeys(t.quirk for t in parts if t.quirk))
    return Line(sum(t.value for t in parts), parts[0].cause, name, (Text(name),), sums.amounts(parts), source, quirk)


def _terms(n: Number, part: str) -> Iterator[Part]:
    """The terms as a chart, where it shows something, and as a table with the residual below."""
    if not n.terms and not n.residual:
        yield Paragraph(wording.NOTHING, Tone.dim)
        return
    found = lines(n.terms)
    yield from _chart(found, n.value)
    columns: list[Column | Cell] = ["amount", part, "cause", "which is", Column("what it is, who counts it", below=True)]
    rows = ((sums.signed(x.value), _share(x, n.value), x.cause, x.which, _says(x), x.source) for x in found)
    last = (sums.signed(n.residual), "", "residual", "" if n.residual else "nothing is left", "", "")
    yield table([*columns, Column("where it is written", below=True)], rows, footer=last)


def _says(x: Line) -> Phrase:
    return (*x.says, Text(" "), Text(f"! {x.quirk}", Form.strong, Tone.notable)) if x.quirk else x.says


def _share(x: Line, whole: int) -> document.Number:
    """A line's part of the number or difference; none of what is worth nothing."""
    return document.Number(x.value / whole if whole and x.value else None, kind=Kind.percent)


def _chart(found: Sequence[Line], whole: int) -> Iterator[Chart]:
    """Bars of the largest lines, what is taken off in another tone."""
    order = sorted((x for x in found if x.value), key=lambda x: -abs(x.value))
    if len(order) < FEW or abs(order[0].value) > VISIBLE * abs(order[1].value):
        return
    more = f", the {MOST} largest of {len(order)}" if len(order) > MOST else ""
    yield Chart(f"What adds up to it{more}", tuple(_bar(x, whole) for x in order[:MOST]))


def _bar(x: Line, whole: int) -> Bar:
    label = x.name if x.cause == "weight" else f"{x.name}, {x.cause}"
    return Bar(label, x.value, _at_end(x, whole), Tone.plain if x.value > 0 else Tone.notable)


def _at_end(x: Line, whole: int) -> Phrase:
    share = _share(x, whole)
    return (sums.signed(x.value), Text(", "), share) if share.value is not None else (sums.signed(x.value),)


def _ledger(a: Account) -> Table:
    """Elements by kind, counted by each tool, and the sums."""
    rows: Iterator[tuple[Cell, ...]] = ((e.what, *e.counted) for e in a.ledger)
    total = (sum(e.counted[k] for e in a.ledger) for k, _ in enumerate(a.answers))
    return table(["elements", *map(_who, a.answers)], rows, footer=("total", *total))
