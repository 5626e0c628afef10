"""Figures by verdict: those that are wrong, explained, unexplained and so on, each kind as a section with its table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from crosscheck.conventions import read as convention
from crosscheck.report.document import (
    Cell,
    Column,
    Form,
    Number,
    Paragraph,
    Phrase,
    Section,
    Table,
    Text,
    Tone,
    joined,
    table,
)
from crosscheck.report.pages.figure import counting, exact, printed, reason, right, title, what, where, why
from crosscheck.studies.figures.fits import DECOYS
from crosscheck.studies.figures.verdict import (
    EXACT,
    EXPLAINED,
    MISPRINT,
    OUT,
    ROUNDS,
    UNDECIDED,
    UNEXPLAINED,
    UNREADABLE,
    Verdict,
)

BELOW = ("of", "because", "exact", "hypotheses", "what comes near", "tried", "why", "where")  # too long for a line
Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """All figures of one kind: what it is, in a sentence, and a row a figure, or a group of them."""

    name: str
    says: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]

    def table(self, most: int | None = None) -> Table:
        """Its rows, or the first of them."""
        return table([Column(h, below=h in BELOW) for h in self.heads], self.rows[:most])

    def section(self) -> Section:
        """The whole of it."""
        return Section(self.name, (Paragraph(self.says), self.table()) if self.rows else (Paragraph("None."),))


def kinds(verdicts: Sequence[Verdict]) -> tuple[Kind, ...]:
    """Every kind of figure that is worth a look: all but what is simply right; refuted ones first."""
    says = f"What the label does not say. Wrong figures lie up to {DECOYS} units of the last digit beside the printed one."
    because = ("printed", "figures", "because", "exact", "hypotheses", "where")
    near = ("printed", "of", "what comes near", "tried", "where")
    return (
        Kind("Refuted", "Figures that are wrong, each with its arithmetic.", *_refuted(verdicts)),
        Kind("Explained", says, because, tuple(_explained(verdicts))),
        Kind(
            "Undecided",
            "What something yields, or one slip of the pen, and nothing beside it confirms.",
            *_said(verdicts, UNDECIDED),
        ),
        Kind("Unexplained", "Nothing that was tried yields these.", near, tuple(_unexplained(verdicts))),
        Kind("Out of scope", "Networks and metrics that cannot be described yet.", *_said(verdicts, OUT)),
        Kind("Unreadable", "Rows and cells that are malformed.", *_said(verdicts, UNREADABLE)),
    )


def wrong(verdicts: Iterable[Verdict]) -> Phrase:
    """How many figures are wrong, and how they came to be: ``12: 10 misprinted, 2 by a bug of the tool``."""
    refuted = [v for v in verdicts if v.refuted]
    slips = sum(v.kind == MISPRINT for v in refuted)
    told = [Number(n, how) for n, how in ((slips, "misprinted"), (len(refuted) - slips, "by a bug of the tool")) if n]
    return (Number(len(refuted)), *([Text(": "), *joined(told)] if told else []))


def labels(verdicts: Iterable[Verdict]) -> Table:
    """What each source's label means in our terms, and how many of its figures that alone yields."""
    groups: dict[tuple[str, str, str], list[Verdict]] = {}
    for v in verdicts:
        if v.label:
            groups.setdefault((title(v), v.label.metric, v.label.by), []).append(v)
    rows = ((source, metric, _title(by), _plain(group)) for (source, metric, by), group in groups.items())
    return table(["source", "metric", "counted by", "that alone yields"], rows)


def _plain(group: Sequence[Verdict]) -> Phrase:
    return (Number(sum(v.kind in (EXACT, ROUNDS) for v in group)), Text(" of "), Number(len(group)))


def _title(by: str) -> str:
    return convention.load(by).title if by in convention.ids() else by or "not stated"


def _refuted(verdicts: Iterable[Verdict]) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    rows = ((printed(v), _right(v), what(v), why(v), where(v)) for v in verdicts if v.refuted)
    return ("printed", "right", "of", "why", "where"), tuple(rows)


def _right(v: Verdict) -> Text:
    return Text(right(v), Form.plain, Tone.good)


def _explained(verdicts: Iterable[Verdict]) -> Iterator[Row]:
    """Figures of one source and reason together; the hypotheses are those beside which most wrong figures would pass."""
    groups: dict[tuple[str, str], list[Verdict]] = {}
    for v in verdicts:
        if v.kind == EXPLAINED and not v.refuted:
            because = "; ".join(a.says for a in v.fit.assumed) if v.fit else v.says.partition(": ")[0]
            groups.setdefault((title(v), because), []).append(v)
    for (source, because), group in groups.items():
        figures = ", ".join(dict.fromkeys(printed(v) for v in group))
        yield figures, len(group), because, _example(group[0]), _hypotheses(max(group, key=lambda v: v.decoys)), source


def _example(v: Verdict) -> str:
    return f"{exact(v, v.fit.candidate)}: {counting(v)}" if v.fit else v.says.partition(": ")[2]


def _hypotheses(v: Verdict) -> Phrase:
    """How many rows of its column prove a practice; else how many hypotheses fit, and how many wrong figures would pass."""
    if v.practice:
        return (Text(v.says),)
    fit = (Number(v.fits), Text(" of "), Number(v.tried, "hypotheses fit; "))
    return (*fit, Number(v.decoys), Text(" of "), Number(2 * DECOYS, "wrong figures beside it would pass"))


def _unexplained(verdicts: Iterable[Verdict]) -> Iterator[Row]:
    for v in (v for v in verdicts if v.kind == UNEXPLAINED):
        tried = Number(v.tried, "hypothesis tried" if v.tried == 1 else "hypotheses tried")
        yield printed(v), what(v), reason(v), tried, where(v)


def _said(verdicts: Iterable[Verdict], kind: str) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    """Figures of which the verdict itself says all that there is to say."""
    rows = ((printed(v), what(v), v.says, where(v)) for v in verdicts if v.kind == kind)
    return ("printed", "of", "why", "where"), tuple(rows)
