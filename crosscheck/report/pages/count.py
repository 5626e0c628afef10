"""A network counted: totals by convention and metric, or a row a layer; a total that misses something is a lower bound."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crosscheck.report.document import (
    Align,
    Cell,
    Column,
    Data,
    Document,
    Number,
    Paragraph,
    Part,
    Plain,
    Table,
    Text,
    Tone,
    Verdicts,
    data,
    joined,
    phrase,
    table,
)
from crosscheck.report.pages import sums
from crosscheck.studies.count import Count, Row, Total

MANY = 4  # columns of numbers; where there are more, those that are 0 in every layer are only named
AT_LEAST = Text("≥", tone=Tone.notable)
AS_READ = Text("≈", tone=Tone.notable)
WHOLE = "(total)"


def brief(found: Count, notes: Sequence[str] = ()) -> Document:
    """The totals, or the layers where the count has them."""
    who = {t.convention for t in found.totals}
    alone = len(who) == 1
    title = f"{found.name}, input {found.input}{f', {who.pop()}' if alone else ''}: {found.says}"
    parts: tuple[Part, ...] = tuple(_layers(found, alone)) if found.rows else (_totals(found.totals, alone),)
    held = _layer_data(found) if found.rows else _total_data(found)
    return Document("count", title, (*parts, *_caveats(found)), (held,), notes=tuple(notes))


def _totals(totals: Sequence[Total], alone: bool) -> Table:
    """A row a total; of one convention alone, the title names it."""
    spoken = any(t.unit == "B" for t in totals)
    heads: list[Column | Cell] = [*([] if alone else ["convention"]), "metric", Column("value", Align.right), "unit"]
    rows: list[tuple[Cell, ...]] = []
    for t in totals:
        words = sums.megabytes(t.value) if t.unit == "B" else ""
        rows.append((*([] if alone else [t.convention]), t.metric, _value(t), t.unit, *([words] if spoken else [])))
    return table([*heads, *(["which is"] if spoken else [])], rows)


def _value(t: Total) -> Cell:
    mark = AT_LEAST if t.caveat else AS_READ if t.reading else None
    return (mark, Text(" "), Number(t.value)) if mark else t.value


def _caveats(found: Count) -> tuple[Part, ...]:
    """What a lower bound is without, and what else a number could be that was read from a file."""
    missing = dict.fromkeys(t.caveat for t in found.totals if t.caveat)
    told: dict[str, list[str]] = {}
    for t in found.totals:
        if t.reading:
            told.setdefault(t.reading, []).append(f"{t.convention} {t.metric}")
    entries = [(AT_LEAST, f"at least; {caveat}") for caveat in missing]
    entries += [(AS_READ, f"{', '.join(who)}: {reading}") for reading, who in told.items()]
    return (Verdicts(tuple(entries)),) if entries else ()


def _layers(found: Count, alone: bool) -> Iterator[Part]:
    """A table of layers whose columns can be spared from the memory of parts on; what is 0 everywhere is told below it."""
    totals = found.totals
    zero = [k for k in range(len(totals)) if len(totals) > MANY and not any(r.values[k] for r in found.rows)]
    kept = [k for k in range(len(totals)) if k not in zero]
    formulas = any(t.metric == "compute" and not t.by_parts for t in totals)
    facts = [Column("op", spare=30), Column("output", spare=40), *([Column("MACs =", spare=50)] if formulas else [])]
    numbers = [
        Column(_title(totals[k], alone), Align.right, totals[k].unit, _spare(totals[k]) if n else 0) for n, k in enumerate(kept)
    ]
    rows = [(r.layer, *_facts(r, formulas), *(r.values[k] for k in kept)) for r in found.rows]
    footer = (WHOLE, *[""] * len(facts), *(_value(totals[k]) for k in kept))
    yield table(["layer", *facts, *numbers], rows, footer=footer)
    if zero:
        names = joined(_title(totals[k], alone) for k in zero)
        yield Paragraph((Text("0 in every layer: "), *names), Tone.dim)


def _title(t: Total, alone: bool) -> str:
    return t.metric if alone else f"{t.convention} {t.metric}"


def _spare(t: Total) -> int:
    return 60 if t.metric.startswith("memory_") else 10


def _facts(r: Row, formulas: bool) -> tuple[Cell, ...]:
    op = phrase(r.op) if not r.caveat else (AT_LEAST, Text(f" {r.op}"))
    return (op, r.output, *([r.formula] if formulas else []))


def _total_data(found: Count) -> Data:
    """A row a total; of a network from a file, with what it leaves open."""
    rows: list[dict[str, Plain]] = []
    for t in found.totals:
        row: dict[str, Plain] = {"model": found.name, "input": found.input, "convention": t.convention, "metric": t.metric}
        rows.append(row | {"value": t.value, "unit": t.unit} | _caveat(found, _said(t)))
    return data("count", rows)


def _layer_data(found: Count) -> Data:
    """A row a layer, then the totals."""
    names = [f"{t.convention} {t.metric} ({t.unit})" for t in found.totals]
    rows: list[dict[str, Plain]] = []
    for r in found.rows:
        row: dict[str, Plain] = {"layer": r.layer, "op": r.op, "output": r.output, "MACs =": r.formula}
        rows.append(row | dict(zip(names, r.values, strict=True)) | _caveat(found, r.caveat))
    whole: dict[str, Plain] = dict(zip(names, (t.value for t in found.totals), strict=True))
    caveat = "; ".join(dict.fromkeys(said for t in found.totals if (said := _said(t))))
    rows.append({"layer": WHOLE, "op": "", "output": "", "MACs =": "", **whole} | _caveat(found, caveat))
    return data("count", rows)


def _said(t: Total) -> str:
    return "; ".join(s for s in (t.caveat, t.reading) if s)


def _caveat(found: Count, caveat: str) -> dict[str, Plain]:
    return {"caveat": caveat} if found.of_file else {}
