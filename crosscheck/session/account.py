"""Numbers of a result explained: from what the tools said, else from conventions alone."""

from __future__ import annotations

from collections.abc import Sequence

from crosscheck.contract.rows import TOTAL
from crosscheck.conventions import read as conventions
from crosscheck.errors import UsageError
from crosscheck.explain import account
from crosscheck.explain.account import Account, Count
from crosscheck.explain.number import MEASURED, Known
from crosscheck.studies.own.found import Found
from crosscheck.subjects import conventions as words
from crosscheck.subjects import partial, tools


def explained(found: Found, asked: Sequence[str], metric: str | None, layer: str | None) -> Account:
    """The account of one number, or of the way between several. Raises UsageError and UnknownNameError."""
    if not asked:
        raise UsageError(f"nobody's number is asked for. Hint: name tools, {', '.join(found.tools) or 'mac'}")
    counts = [_count(found, name) for name in asked]
    wanted = account.common_metric(counts, metric)
    for c in counts:
        if gap := words.gap(found.counted.model, c.convention.table(wanted)):
            raise UsageError(f"convention {c.convention.id!r} says nothing about {gap}")
    place = layer or TOTAL

    def said(c: Count) -> Known | None:
        if layer is not None:
            value = next((x.said.get(c.tool) for x in found.layers if x.id == layer), None)
            return None if value is None or wanted != "compute" else Known(value, MEASURED, f"measured with {c.tool}")
        row = next((n.row for n in found.lines if (n.row.tool, n.row.metric) == (c.tool, wanted)), None)
        if row is None or row.value is None:
            return None
        return Known(row.value, MEASURED, f"measured with {row.tool} {row.tool_version}")

    return account.account(counts, wanted, said, place)


def _count(found: Found, name: str) -> Count:
    tool, by = tools.either(name)
    return Count(name, found.name, found.counted, tool, partial.opened(conventions.load(by), found.counted.model))
