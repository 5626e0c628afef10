"""Figures on trial: how many of each verdict and source, what is wrong with which, and what they say together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from crosscheck.report.document import (
    Align,
    Bar,
    Cell,
    Chart,
    Column,
    Data,
    Document,
    Number,
    Paragraph,
    Part,
    Phrase,
    Section,
    Table,
    Text,
    Tone,
    Verdicts,
    data,
    joined,
    prose,
    table,
)
from crosscheck.report.pages.figure import TONES, printed, reason, row, title, titles, verdict, what
from crosscheck.report.pages.figures_sections import Kind, kinds, labels, wrong
from crosscheck.studies.figures import findings
from crosscheck.studies.figures.findings import Finding
from crosscheck.studies.figures.verdict import UNREADABLE, VERDICTS, Verdict

NAME, TITLE = "figures", "Published figures on trial"
MOST, LONG = 12, 200  # figures of one kind, and figures one by one, in a terminal
INTRO = """\
{figures} figures of {sources} sources; wrong are {wrong}. The bar is the printed precision; what the label says is tried first,
and the fewest assumptions win."""
LABELS = "The convention behind each source's figures, and how many it yields without assumptions."


def brief(verdicts: Sequence[Verdict], found: Sequence[Finding], *, each: bool = False, notes: Sequence[str] = ()) -> Document:
    """The trial at a glance, or ``each`` figure."""
    parts = _each(verdicts) if each else _glance(verdicts, found)
    return Document(NAME, TITLE, tuple(parts), (_data(verdicts),), notes=tuple(notes))


def _glance(verdicts: Sequence[Verdict], found: Sequence[Finding]) -> Iterator[Part]:
    """The summary, the first figures of every kind that is worth a look, and what they say together."""
    yield from (_chart(verdicts), _summary(verdicts))
    for kind in kinds(verdicts):
        yield from _first(kind, verdicts) if kind.rows else ()
    yield from map(_finding, found)


def _each(verdicts: Sequence[Verdict]) -> Iterator[Part]:
    """Every figure with its verdict and its reason, and how many there are of each verdict."""
    columns: list[Column | Cell] = ["verdict", "printed", "of", "fit of tried", Column("because", below=True)]
    rows = ((verdict(v.kind), printed(v), what(v), _fit(v), reason(v)) for v in verdicts[:LONG])
    yield from [table(columns, rows)] if verdicts else []
    yield Paragraph(_counts(verdicts))


def full(verdicts: Sequence[Verdict], found: Sequence[Finding]) -> Document:
    """The report: refuted figures first, then the summary, then everything else but what is simply right."""
    first, *others = kinds(verdicts)
    sources = len({title(v) for v in verdicts})
    says = prose(INTRO, figures=len(verdicts), sources=sources, wrong=wrong(verdicts))
    met = {v.kind for v in verdicts}
    legend = Verdicts(tuple((verdict(kind), says) for kind, says in VERDICTS.items() if kind != UNREADABLE or kind in met))
    parts: tuple[Part, ...] = (
        Paragraph(says),
        first.section(),
        Section("Summary", (_chart(verdicts), _summary(verdicts), legend)),
        *(kind.section() for kind in others if kind.rows),
        *map(_finding, found),
        Section("What the labels mean", (Paragraph(LABELS), labels(verdicts))),
    )
    return Document(NAME, TITLE, parts, (_data(verdicts),))


def _data(verdicts: Sequence[Verdict]) -> Data:
    rows = [row(v) for v in verdicts]
    return data(NAME, rows, () if rows else ("verdict",))


def _fit(v: Verdict) -> Cell:
    return (Number(v.fits), Text(" of "), Number(v.tried)) if v.tried else ""


def _counts(verdicts: Sequence[Verdict]) -> Phrase:
    """``57 figures: 19 exact, 19 rounds to, …``."""
    counts = Counter(v.kind for v in verdicts)
    of = joined(Number(counts[kind], kind) for kind in VERDICTS if counts[kind])
    more = (Text("; the first "), Number(LONG), Text(" are shown, --format csv has all")) if len(verdicts) > LONG else ()
    unit = "figure" if len(verdicts) == 1 else "figures"
    return (Number(len(verdicts), unit), *([Text(": "), *of] if of else []), *more)


def _first(kind: Kind, verdicts: Sequence[Verdict]) -> Iterator[Part]:
    """The first rows of a kind, under how many there are."""
    many = wrong(verdicts) if kind.name == "Refuted" else (Number(len(kind.rows)),)
    more = f", the first {MOST} shown; --verdict or --format csv has all" if len(kind.rows) > MOST else ""
    yield Section((Text(f"{kind.name} ("), *many, Text(f"{more})")), (kind.table(MOST),))


def _summary(verdicts: Sequence[Verdict]) -> Table:
    """Sources by verdicts, with sums."""
    met = [kind for kind in VERDICTS if any(v.kind == kind for v in verdicts)]
    counts: dict[str, Counter[str]] = {name: Counter() for name in titles().values()}
    for v in verdicts:
        counts.setdefault(title(v), Counter())[v.kind] += 1
    heads = [Column(Text(kind, tone=TONES[kind]), Align.right) for kind in met]
    rows = ((name, *(_count(c[kind]) for kind in met), c.total()) for name, c in counts.items() if c)
    total = Counter(v.kind for v in verdicts)
    return table(["source", *heads, "all"], rows, footer=("all", *(_count(total[kind]) for kind in met), total.total()))


def _count(n: int) -> Cell:
    return n or Text("·", tone=Tone.dim)


def _chart(verdicts: Sequence[Verdict]) -> Chart:
    """A bar a verdict."""
    counts = Counter(v.kind for v in verdicts)
    bars = (Bar(kind, counts[kind], counts[kind], TONES[kind]) for kind in VERDICTS if counts[kind])
    return Chart("Figures by verdict", tuple(bars))


def _finding(f: Finding) -> Section:
    """What figures say together."""
    named = f.head[:1] == ("source",)  # known by their titles
    rows = ((titles().get(str(first), str(first)) if named else _cell(first), *map(_cell, more)) for first, *more in f.rows)
    return Section(f.title, (Paragraph(f.says), table(f.head, rows)))


def _cell(c: findings.Cell) -> Cell:
    return c if isinstance(c, int) else str(c)
