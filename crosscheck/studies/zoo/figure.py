"""What a whole zoo's report keeps: a row for every number, or for why there is none, and how rows are read back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from crosscheck.contract.rows import TOTAL
from crosscheck.errors import CrosscheckError
from crosscheck.known import gaps
from crosscheck.studies.zoo.survey import Entry, Said, Survey

WHOLE = ("batch", "value", "predicted", "residual")  # fields of whole numbers
Key = tuple[str, str, int, str, str]


@dataclass(frozen=True, slots=True)
class Figure:
    """One tool's number of one network and batch beside its prediction; ``reason`` says why it has none, or has a residual.

    ``status`` is a row's, or ``gap`` for a residual that is known. ``versions`` are those of the framework and of the zoo.
    """

    network: str
    input: str
    batch: int
    tool: str
    tool_version: str
    metric: str
    value: int | None
    predicted: int | None
    residual: int | None
    status: str
    reason: str
    versions: str

    @property
    def key(self) -> Key:
        """What makes the row unique."""
        return self.network, self.input, self.batch, self.tool, self.metric

    @property
    def cause(self) -> str:
        """What it counts as: ``exact``, ``residual``, ``gap``, ``unpredicted``, or the status of a tool without a number."""
        if self.value is None or self.status == "gap":
            return self.status
        return "unpredicted" if self.residual is None else "residual" if self.residual else "exact"


def figures(survey: Survey, versions: Mapping[str, str]) -> Iterator[Figure]:
    """Every number of a survey; ``versions`` are told by network."""
    for e in survey.entries:
        yield from (_figure(e, n, versions[e.network.id]) for n in e.numbers)


def _figure(e: Entry, n: Said, versions: str) -> Figure:
    r, gap = n.row, _gap(n)
    predicted = n.number.predicted if n.number else None
    reason = r.message or gap or ("" if n.number else e.message or "it is not seen on the level that the tool looks at")
    status = "gap" if gap else r.status
    own = (e.network.id, r.input, e.network.batch, r.tool, r.tool_version, r.metric)
    return Figure(*own, r.value, predicted, n.residual, status, reason, versions)


def _gap(n: Said) -> str:
    """The reason of a residual that is known."""
    key = (n.row.model, n.row.tool, n.row.metric, TOTAL)
    return next((g.reason for g in _gaps() if g.covers(*key)), "") if n.residual else ""


@cache
def _gaps() -> tuple[gaps.Gap, ...]:
    return gaps.load()


def changed(now: Sequence[Figure], stored: Sequence[Figure]) -> list[str]:
    """Where numbers are not those that are stored for the same versions, in words; what is not stored is no change."""
    before = {f.key: f for f in stored}
    return [
        f"{f.network} × {f.tool} × {f.metric}, batch {f.batch}: {_told(f)}, and {_told(old)} is on record"
        for f in now
        if (old := before.get(f.key)) and (old.tool_version, old.versions) == (f.tool_version, f.versions) and _differ(f, old)
    ]


def _told(f: Figure) -> str:
    return f"{f.value if f.value is not None else f.status} (residual {'unknown' if f.residual is None else f.residual})"


def _differ(f: Figure, old: Figure) -> bool:
    return (f.value, f.predicted, f.cause) != (old.value, old.predicted, old.cause)


def read(path: Path) -> tuple[Figure, ...]:
    """The rows of a report; none where there is no file. Raises CrosscheckError for a file that is none."""
    if not path.exists():
        return ()
    try:
        rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")))
        return tuple(Figure(**{f.name: _value(f.name, row[f.name]) for f in fields(Figure)}) for row in rows)
    except (KeyError, ValueError, TypeError, csv.Error) as error:
        raise CrosscheckError(f"{path.name} is no report of a zoo: {error}. Hint: move it away, or ask for --fresh") from None


def _value(name: str, text: str) -> Any:
    return (int(text) if text else None) if name in WHOLE else text
