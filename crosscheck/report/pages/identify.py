"""What a printed figure may be: exact numbers that fit it, who counts them so, and what one must assume for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crosscheck.report.document import (
    Cell,
    Column,
    Data,
    Document,
    Kind,
    Number,
    Paragraph,
    Part,
    Phrase,
    Table,
    Text,
    Tone,
    data,
    phrase,
    strong,
    table,
)
from crosscheck.report.pages.figure import reason, verdict
from crosscheck.studies.figures.identify import Answer, Hypothesis, words

FIELDS = ("fits", "exact", "metric", "conventions", "model", "input", "factor", "scale", "cut_off", "assumptions", "cost")


def brief(answer: Answer, most: int) -> Document:
    """Hypotheses that fit, best first, at most so many; where nothing fits, what comes nearest, marked as such."""
    shown = (answer.fits or answer.nearest)[:most]
    verdict_of = (Text("As a figure of a table: "), verdict(answer.verdict.kind), Text(f". {reason(answer.verdict)}"))
    tried = Paragraph(_tried(answer, most), Tone.dim)
    found = [_table(shown, fits=bool(answer.fits))] if shown else []
    parts: tuple[Part, ...] = (tried, *found, Paragraph(verdict_of))
    return Document("identify", _title(answer), parts, (_data(answer, shown),), _record(answer, shown), notes=answer.notes)


def _title(answer: Answer) -> Phrase:
    fit = (Number(len(answer.fits), "fits" if len(answer.fits) == 1 else "fit"),) if answer.fits else phrase("nothing fits")
    return (Text(f"{answer.text}: "), *fit)


def _tried(answer: Answer, most: int) -> Phrase:
    tried = Number(answer.tried, "hypotheses tried")
    if not answer.fits:
        return (tried, Text("; nearest are" if answer.nearest else ""))
    return (tried, Text(", the first "), Number(most), Text(" shown")) if len(answer.fits) > most else (tried,)


def _table(shown: Sequence[Hypothesis], *, fits: bool) -> Table:
    """A row a hypothesis; each of its assumptions is a sentence."""
    heads: list[Column | Cell] = ["exact number" if fits else "nearest number", "counted by, on network and input"]
    rows = ((_number(h), strong(words(h)), "; ".join(a.says for a in h.assumptions) or "nothing") for h in shown)
    return table([*heads, Column("assumes", below=True)], rows)


def _number(h: Hypothesis) -> Number:
    value = _exact(h)
    return Number(value, kind=Kind.count if isinstance(value, int) else Kind.decimal)


def _exact(h: Hypothesis) -> int | float:
    number = h.exact * h.factor
    return int(number) if number.denominator == 1 else float(number)


def _record(answer: Answer, shown: Sequence[Hypothesis]) -> dict[str, Any]:
    said = {"verdict": answer.verdict.kind, "reason": reason(answer.verdict)}
    head = {"figure": answer.text, "fits": len(answer.fits), "tried": answer.tried} | said
    return head | {"hypotheses" if answer.fits else "nearest": [_hypothesis(h, fits=bool(answer.fits)) for h in shown]}


def _data(answer: Answer, shown: Sequence[Hypothesis]) -> Data:
    """A row a hypothesis; where there is none at all, one that says so."""
    rows = [_hypothesis(h, fits=bool(answer.fits)) for h in shown]
    none = dict.fromkeys(FIELDS, "") | {"fits": "no"}
    return data("identify", [{**r, "assumptions": "; ".join(r["assumptions"])} for r in rows] or [none], FIELDS)


def _hypothesis(h: Hypothesis, *, fits: bool) -> dict[str, Any]:
    return {
        "fits": "yes" if fits else "no",
        "exact": _exact(h),
        "metric": h.metric,
        "conventions": ", ".join(h.conventions),
        "model": h.variant,
        "input": h.input,
        "factor": str(h.factor),
        "scale": h.scale,
        "cut_off": h.cut,
        "assumptions": [a.says for a in h.assumptions],
        "cost": h.cost,
    }
