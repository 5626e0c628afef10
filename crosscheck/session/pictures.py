"""Charts of a result and of an explanation, for a notebook."""

from __future__ import annotations

from typing import Any

from crosscheck.errors import UsageError
from crosscheck.explain.account import Account, Answer
from crosscheck.explain.number import Number
from crosscheck.report import charts
from crosscheck.studies.own.found import Found


def tools(found: Found, metric: str) -> Any:
    """What each tool says of one metric. Raises UsageError where nobody says anything."""
    rows = [(n.row.tool, n.row.value, n.row.unit) for n in found.lines if n.row.metric == metric and n.row.value is not None]
    if not rows:
        given = ", ".join(dict.fromkeys(n.row.metric for n in found.lines if n.row.value is not None))
        raise UsageError(f"no tool says anything of {metric}. Hint: there is {given or 'nothing'}")
    return charts.values(rows, f"{found.name}, input {found.input}: {metric}")


def layers(found: Found) -> Any:
    """MACs of each layer that has some, in order."""
    return charts.layers([(x.id, x.op, x.macs) for x in found.layers if x.macs], f"{found.name}, input {found.input}: MACs")


def explanation(a: Account) -> Any:
    """One number as a sum, or the way from the first number to the last."""
    last = a.answers[-1]
    title = f"{last.count.model.name}, input {last.count.model.input_text}: {a.metric}"
    if not a.steps:
        return charts.fall(None, _amounts(last.number), _end(last), title)
    steps = [amount for s in a.steps for amount in _amounts(s.number, f" → {s.after.count.name}" if len(a.steps) > 1 else "")]
    return charts.fall(_end(a.answers[0]), steps, _end(last), title)


def _end(a: Answer) -> tuple[str, int]:
    return f"{a.count.name} ({a.number.unit})", a.number.value


def _amounts(n: Number, to: str = "") -> list[tuple[str, int]]:
    """Each term by its primitive and op, and what they leave."""
    rest = [(f"residual{to}", n.residual)] if n.residual else []
    return [*((f"{t.primitive} ({t.op}{', seen' if t.cause == 'graph' else ''}){to}", t.value) for t in n.terms), *rest]
