"""An account as machines read it: nested for JSON, and a row a term for CSV."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crosscheck.explain.account import Account, Answer, Step
from crosscheck.explain.number import Number
from crosscheck.explain.terms import Term
from crosscheck.report.document import Data, Plain, data

FIELDS = ("from", "to", "metric", "unit", "value")
TERM = ("cause", "op", "primitive", "weight", "weight_before", "count", "says", "quirk", "source", "rewrite")


def record(a: Account) -> dict[str, Any]:
    """All of it: numbers, steps and the ledger, each with its terms and residual."""
    return {
        "metric": a.metric,
        "layer": a.layer,
        "numbers": [_answer(x) for x in a.answers],
        "steps": [_step(s) for s in a.steps],
        "ledger": [{"what": e.what, "counted": list(e.counted)} for e in a.ledger],
    }


def terms(a: Account) -> Data:
    """A row a term and one for the residual, of every number (``from`` is empty) and step; the rows of one add up to it."""
    numbers = [row for x in a.answers for row in _rows("", x.count.name, x.number)]
    steps = [row for s in a.steps for row in _rows(s.before.count.name, s.after.count.name, s.number)]
    return data("explanation", [*numbers, *steps], (*FIELDS, *TERM))


def _rows(before: str, after: str, n: Number) -> Iterator[dict[str, Plain]]:
    head = {"from": before, "to": after, "metric": n.metric, "unit": n.unit}
    for t in n.terms:
        yield {**head, "value": t.value, **{k: _term(t)[k] for k in TERM}}
    yield {**head, "value": n.residual, **dict.fromkeys(TERM, ""), "cause": "residual"}


def _answer(a: Answer) -> dict[str, Any]:
    c, n = a.count, a.number
    return {
        "subject": c.name,
        "model": c.model.name,
        "input": c.model.input_text,
        "tool": c.tool,
        "convention": c.convention.id,
        "value": n.value,
        "unit": n.unit,
        "origin": n.origin,
        "detail": n.detail,
        "terms": [_term(t) for t in n.terms],
        "residual": n.residual,
    }


def _step(s: Step) -> dict[str, Any]:
    n = s.number
    return {
        "from": s.before.count.name,
        "to": s.after.count.name,
        "difference": n.value,
        "terms": [_term(t) | {"share": t.value / n.value if n.value else None} for t in n.terms],
        "residual": n.residual,
    }


def _term(t: Term) -> dict[str, Any]:
    return {
        "value": t.value,
        "cause": t.cause,
        "op": t.op,
        "primitive": t.primitive,
        "weight": t.weight_a,
        "weight_before": t.weight_b,
        "count": t.count,
        "says": t.says,
        "quirk": t.quirk,
        "source": t.source,
        "rewrite": t.rewrite,
    }
