"""Inferred conventions: the weights of each column in words, what they rest on, and what would fit as well."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from math import log10
from typing import Any

from crosscheck.report.document import (
    Bullets,
    Cell,
    Column,
    Document,
    Inline,
    Kind,
    Number,
    Paragraph,
    Part,
    Phrase,
    Section,
    Text,
    Tone,
    data,
    joined,
    prose,
    strong,
    table,
)
from crosscheck.studies.infer import text
from crosscheck.studies.infer.fit import MOST, Reading, Term
from crosscheck.studies.infer.study import FOUND, VERDICTS, Answer, Finding, Line

FIELDS = ("group", "verdict", "line", "model", "printed", "unit", "yields", "obeys", "without_it")
TONES = {FOUND: Tone.good}
LONG = 40  # rows of a group in a terminal


def brief(answer: Answer) -> Document:
    """Each group with its answer, then what goes into none."""
    parts = [*(_section(f) for f in answer.findings), *_skipped(answer)]
    rows = [row for f in answer.findings for row in _rows(f)]
    notes = () if answer.findings else ("no row can be judged",)
    return Document("infer", "Conventions inferred", tuple(parts), (data("infer", rows, FIELDS),), _record(answer), notes)


def _section(found: Finding) -> Section:
    head = strong(Text(found.verdict, tone=TONES.get(found.verdict, Tone.notable)))
    says = (Number(len(found.group.rows), "rows"), Text(", "), *head, Text(f": {VERDICTS[found.verdict]}."))
    return Section(found.group.name, (Paragraph(says), *(_fitted(found) if found.fits else ())))


def _fitted(found: Finding) -> Iterator[Part]:
    """What is known of a group that something fits."""
    heads: list[Column | Cell] = ["weight", "of", "in", Column("not to be told from", below=True)]
    if len(found.fits) > 1:
        yield Paragraph("In all of them:" if found.shared else "They share nothing.")
    if found.shared:
        yield table(heads, (row for term in found.shared for row in _term(found, term)))
    if len(found.fits) > 1:
        yield Paragraph("And one of:" if found.complete else "And one of, perhaps of more:")
        yield Bullets(tuple(_sum([t for t in fit if t not in found.shared]) for fit in found.fits))
    if found.rivals:
        yield Paragraph("Or, with the column read otherwise:")
        yield Bullets(tuple(f"{_sum(r.terms)}. {_reading(found, r.reading)}" for r in found.rivals))
    yield Bullets(tuple(_facts(found)))
    heads = ["line", "network", "printed", "yields", "the others"]
    shown = [*found.wrong, *(line for line in found.lines if line.obeys)][:LONG]
    yield table(heads, (_row(line) for line in shown))


def _term(found: Finding, term: Term) -> Iterator[tuple[Cell, ...]]:
    """A row for each charge of a term; where the rows leave its weight open, from which to which."""
    low, high = found.ranges[found.fits[0].index(term)]
    open_ = Text(f" ({low} to {high} would do)", tone=Tone.notable) if low < high else Text("")
    for k, (weight, m) in enumerate(term.charges):
        others = _list([f"{o.primitive} of {o.op}" for o in term.others]) if not k else ""
        yield (_weight(weight, found), open_) if low < high else _weight(weight, found), m.primitive, m.op, others


def _weight(weight: int, found: Finding) -> Number:
    assert found.reading  # noqa: S101 - where there is a fit there is a reading
    return Number(weight) if found.reading.parts == 1 else Number(weight / found.reading.parts, kind=Kind.decimal)


def _sum(terms: Sequence[Term]) -> str:
    charges = [f"{w} × {m.primitive} of {m.op}" for term in terms for w, m in term.charges]
    return " + ".join(charges).replace("+ -", "− ") or "nothing more"


def _facts(found: Finding) -> Iterator[Phrase]:
    """How the column is read, which rows obey, what the others say of each, chance, and known conventions."""
    assert found.reading and found.chance  # noqa: S101, PT018 - where there is a fit there are both
    yield (Text(_reading(found, found.reading)),)
    yield from _obedience(found)
    yield _chance(found)
    ties = [f"{name} {factor}".strip() for name, factor in found.ties]
    yield (Text(f"The same on these rows: {_list(ties)}." if ties else "No known convention yields these rows."),)
    if found.unseen:
        says = _list([f"{m.primitive} of {m.op}" for m in found.unseen])
        yield (Text(f"Too small in these rows to be told, counted or not: {says}."),)
    names = [name for name, other, _ in text.names((found,)) if other is found]
    yield prose("As a convention: `--out FOLDER` writes {files}, for `-c`.", files=_list(names))


def _reading(found: Finding, reading: Reading) -> str:
    also = " (cut off would do)" if any(r.cut for r in found.also) else " (rounded would do)" if found.also else ""
    exact = reading.scale == 1 and all(row.meanings[reading.meaning].ulp == 1 for row in found.group.rows)
    rule = "to the unit" if exact else ("cut off" if reading.cut else "rounded") + also
    halves = ", weighed in halves" if reading.parts > 1 else ""
    return f"Read as {reading.metric} in units of {reading.scale:,}, {rule}{halves}."


def _obedience(found: Finding) -> Iterator[Phrase]:
    obey = [line for line in found.lines if line.obeys]
    yield (Number(len(obey)), Text(" of "), Number(len(found.lines), "rows obey."))
    said = Counter(line.without for line in obey)
    parts: list[Inline] = [Text("Weighed by the other rows alone, "), Number(said[True]), Text(" of them come out as printed")]
    if said[None]:
        only = _list([line.row.figure.name for line in obey if line.without is None])
        parts.append(Text(f"; only {only} tell{'s' * (said[None] == 1)} of something that is weighed"))
    yield (*parts, Text("."))


def _chance(found: Finding) -> Phrase:
    assert found.chance  # noqa: S101 - where there is a fit there is one
    c, power = found.chance, -int(found.chance.power)
    odds = f"one made-up table in 10^{power} would fit" if power > 0 else "made-up tables would fit as well"
    tried = f"About 10^{log10(c.tried):.0f} weightings with as few weights, up to {MOST} in size: {odds}"
    return (Text(f"{tried}; {c.passed} of {c.decoys} tables of wrong figures did." if c.decoys else f"{tried}."),)


def _row(line: Line) -> tuple[Cell, ...]:
    f, tone = line.row.figure, Tone.plain if line.obeys else Tone.bad
    said = {True: "yields it", False: "leaves it open" if line.obeys else "says otherwise", None: "says nothing"}[line.without]
    value = Number(line.value, tone=tone, kind=Kind.count if isinstance(line.value, int) else Kind.decimal)
    return Number(f.line, kind=Kind.bare), line.row.label.network, Text(f"{f.value} {f.unit}".strip(), tone=tone), value, said


def _skipped(answer: Answer) -> Iterator[Part]:
    if answer.skipped:
        reasons = Counter(s.says for s in answer.skipped)
        first = {s.says: s.figure for s in reversed(answer.skipped)}
        items = tuple(joined([Number(n), f"first in line {first[says].line}: {says}"], ", ") for says, n in reasons.items())
        yield Section("Rows in no group", (Bullets(items),))


def _list(words: Sequence[str], most: int = 8) -> str:
    more = f" and {len(words) - most} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more


def _rows(found: Finding) -> Iterator[dict[str, Any]]:
    """What machines read: a row a figure; of a group without an answer too."""
    lines = {line.row.figure.line: line for line in found.lines}
    for row in found.group.rows:
        f, line = row.figure, lines.get(row.figure.line)
        head = {"group": found.group.name, "verdict": found.verdict, "line": f.line, "model": f.name, "printed": f.value}
        tail = {"yields": line.value, "obeys": line.obeys, "without_it": line.without} if line else dict.fromkeys(FIELDS[6:])
        yield {**head, "unit": f.unit, **tail}


def _record(answer: Answer) -> dict[str, Any]:
    skipped = [{"line": s.figure.line, "model": s.figure.name, "reason": s.says} for s in answer.skipped]
    return {"groups": [_finding(f) for f in answer.findings], "skipped": skipped}


def _finding(found: Finding) -> dict[str, Any]:
    head: dict[str, Any] = {"group": dict(found.group.key), "verdict": found.verdict, "rows": len(found.group.rows)}
    if not found.reading or not found.chance:
        return head
    r, c = found.reading, found.chance
    fits = [
        {
            "weights": [{"weight": w / r.parts if r.parts > 1 else w, "op": m.op, "primitive": m.primitive} for w, m in charges],
            "same": [f"{m.op}.{m.primitive}" for t in fit for m in t.others],
            "toml": text.toml(found, k),
        }
        for k, fit in enumerate(found.fits)
        for charges in [[pair for t in fit for pair in t.charges]]
    ]
    return {
        **head,
        "metric": r.metric,
        "scale": r.scale,
        "cut": r.cut,
        "fits": fits,
        "all": found.complete,
        "tried": c.tried,
        "chance": f"1e{c.power:.0f}",
        "decoys": c.decoys,
        "decoys_fitted": c.passed,
        "ties": [f"{name} {factor}".strip() for name, factor in found.ties],
        "unseen": [f"{m.op}.{m.primitive}" for m in found.unseen],
        "lines": list(_rows(found)),
    }
