"""A file counted by the tools that read such files: measured beside predicted, with what is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields

from crosscheck.report.document import Cell, Document, Number, Text, Tone, data, table
from crosscheck.studies.file.measure import CRASHED, KNOWN_GAP, UNEXPLAINED, Measured, Row

TONES = {UNEXPLAINED: Tone.bad, "error": Tone.bad, KNOWN_GAP: Tone.notable, CRASHED: Tone.notable}


def brief(found: Measured, notes: Sequence[str] = ()) -> Document:
    """A row a tool and metric, or a node, and beside it what the importer says, what is not explained and why."""
    names = [f.name for f in fields(Row) if found.layers or f.name != "node"]
    rows = [tuple(_cell(r, name) for name in names if name != "note") for r in found.rows]
    held = data("measured", ({n: v for n, v in asdict(r).items() if n in names} for r in found.rows), names)
    gaps = dict.fromkeys(f"{r.tool}: {r.note}" for r in found.rows if r.status in (KNOWN_GAP, CRASHED))
    said = (*notes, *found.unexplained, *found.failed, *found.uncounted, *gaps)
    return Document("measured", f"{found.name}: {found.says}", (table(names[:-1], rows),), (held,), notes=said)


def _cell(r: Row, name: str) -> Cell:
    if name == "status":
        return Text(r.status, tone=TONES.get(r.status, Tone.plain))
    value: str | int | None = getattr(r, name)
    return Number(value, tone=Tone.bad if name == "residual" and value else Tone.plain) if not isinstance(value, str) else value
