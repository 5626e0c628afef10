"""Two networks compared: both sides, the answer in a sentence, and every difference with what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crosscheck.contract.network import Model
from crosscheck.diff import SPELLING, Amounts, Comparison, Difference
from crosscheck.report.document import (
    Cell,
    Column,
    Data,
    Document,
    Kind,
    Number,
    Paragraph,
    Part,
    Table,
    Text,
    data,
    joined,
    strong,
    table,
)

COLUMNS = ("MACs", "parameters", "running statistics")
FIELDS = ("cause", "macs", "parameters", "running_statistics", "says", "here", "there")


def brief(c: Comparison, notes: Sequence[str] = ()) -> Document:
    """What differs in structure with the totals, then what is only written otherwise."""
    structural = [d for d in c.differences if d.cause != SPELLING]
    spelt = [d for d in c.differences if d.cause == SPELLING]
    parts: tuple[Part, ...] = (
        _sides(c),
        Paragraph(strong(verdict(c))),
        *([_differences(c, structural, "From here to there", totals=True)] if structural else []),
        *([_differences(c, spelt, "Written otherwise, and the same", totals=False)] if spelt else []),
    )
    title = f"{c.here.name} → {c.there.name}"
    return Document("diff", title, parts, (_data(c),), record(c), tuple(notes))


def verdict(c: Comparison) -> str:
    """The answer in one sentence."""
    n = c.paired
    if not c.differences:
        return f"Identical architectures: the same {n} layers with the same settings and shapes."
    if c.same:
        return f"The same architecture, written otherwise: the same {n} layers with the same settings and shapes."
    ways = len(c.structural)
    return f"They differ in {ways} {'way' if ways == 1 else 'ways'}; {n} layers are paired."


def amounts(a: Amounts) -> tuple[int, int, int]:
    """In the order of COLUMNS."""
    return a.macs, a.params, a.stats


def _sides(c: Comparison) -> Table:
    """Both networks with what they cost."""
    sides = zip(("here", "there"), (c.here, c.there), c.totals, strict=True)
    rows = ((strong(side), m.name, m.input_text, total.macs, total.params) for side, m, total in sides)
    return table(["", "network", "input", "MACs", "parameters"], rows)


def _differences(c: Comparison, found: Sequence[Difference], caption: str, *, totals: bool) -> Table:
    """A row a difference; columns of amounts that are 0 everywhere are left out."""
    whole = amounts(c.difference) if totals else (0, 0, 0)
    kept = [k for k, _ in enumerate(COLUMNS) if whole[k] or any(amounts(d.amounts)[k] for d in found)]
    heads: list[Column | Cell] = [*(COLUMNS[k] for k in kept), *(["cause"] if totals else []), "what"]
    rows: list[tuple[Cell, ...]] = [
        (*(_signed(amounts(d.amounts)[k]) for k in kept), *([d.cause] if totals else []), d.says) for d in found
    ]
    footer: tuple[Cell, ...] = (*(_signed(whole[k]) for k in kept), "total", _residual(c))
    return table(heads, rows, caption=caption, footer=footer if totals else ())


def _signed(value: int, unit: str = "") -> Number:
    return Number(value, unit, Kind.signed)


def _residual(c: Comparison) -> Cell:
    left = zip(amounts(c.residual), COLUMNS, strict=True)
    return (Text("residual "), *(joined(_signed(v, name) for v, name in left if v) or (Number(0),)))


def record(c: Comparison) -> dict[str, Any]:
    """A comparison as plain data; amounts are there minus here."""
    return {
        "here": _side(c.here, c.totals[0]),
        "there": _side(c.there, c.totals[1]),
        "identical": not c.differences,
        "same_architecture": c.same,
        "paired_layers": c.paired,
        "differences": [
            {"cause": d.cause, "says": d.says, "here": list(d.here), "there": list(d.there)} | _amounts(d.amounts)
            for d in c.differences
        ],
        "difference": _amounts(c.difference),
        "residual": _amounts(c.residual),
    }


def _data(c: Comparison) -> Data:
    """A row a difference and one for the residual: they add up to there minus here. Layers stand with spaces between."""
    rows = [(d.cause, *amounts(d.amounts), d.says, " ".join(d.here), " ".join(d.there)) for d in c.differences]
    rows.append(("residual", *amounts(c.residual), "", "", ""))
    return data("diff", (dict(zip(FIELDS, row, strict=True)) for row in rows), FIELDS)


def _side(model: Model, total: Amounts) -> dict[str, Any]:
    return {"network": model.name, "input": model.input_text} | _amounts(total)


def _amounts(a: Amounts) -> dict[str, int]:
    return {"macs": a.macs, "parameters": a.params, "running_statistics": a.stats}
