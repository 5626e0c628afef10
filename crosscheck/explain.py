"""Why two numbers differ: named terms that add up to the difference exactly.

    A - B = Σ (wA - wB)·cB  +  Σ wA·(cA - cB)

The first sum holds *weight* terms (the tools charge the same thing differently), the second *graph* terms (they saw different
things). Nothing absorbs what is left: a measured difference minus these terms is the residual.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crosscheck.convention import Convention, Weight
from crosscheck.engine import Tally
from crosscheck.primitives import PRIMITIVES
from crosscheck.rows import TOTAL

Pairs = Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Term:
    """One named part of a number or a difference; ``value`` is in the tool's own unit, ``cause`` is ``weight`` or ``graph``."""

    cause: str
    op: str
    primitive: str
    weight_a: int
    weight_b: int
    count: int
    value: int
    says: str
    source: str
    quirk: str = ""


def _counts(counted: Tally, convention: Convention | None, metric: str, layer: str) -> Pairs:
    """What a convention's tool sees of the network or of one layer; functional calls may be out of its sight."""
    table = convention.table(metric) if convention else None
    if layer == TOTAL:
        sums = counted.seen_by(table) if table else {}
        return {(op, p): n for op, counts in sums.items() for p, n in counts.items()}
    node = counted.model.by_id[layer]
    if table and table.functional == "ignored" and node.functional:
        return {}
    return {(node.op, p): n for at, counts in counted.layers if at is node for p, n in counts.items()}


def _weights(counted: Tally, convention: Convention | None, metric: str) -> dict[tuple[str, str], Weight]:
    if convention is None:
        return {}
    table = convention.table(metric)
    return {(w.op, w.primitive): w for op in counted.first for w in table.weights(op, convention.id, counted.first[op])}


def number(counted: Tally, convention: Convention, metric: str, layer: str = TOTAL) -> list[Term]:
    """One tool's number as terms, largest first; they add up to the engine's prediction for ``layer``."""
    return difference(counted, convention, counted, None, metric, layer)


def difference(seen_a: Tally, a: Convention, seen_b: Tally, b: Convention | None, metric: str, layer: str = TOTAL) -> list[Term]:
    """A's number minus B's as terms, largest first; zero terms are left out. Raises ConventionError for an unknown op."""
    weights_a, weights_b = _weights(seen_a, a, metric), _weights(seen_b, b, metric)
    counts_a = _counts(seen_a, a, metric, layer)
    counts_b = _counts(seen_b, b, metric, layer) if b else counts_a
    terms: list[Term] = []
    for key in sorted(set(weights_a) | set(weights_b)):
        wa, wb = weights_a.get(key), weights_b.get(key)
        charge_a, charge_b = (wa.weight if wa else 0), (wb.weight if wb else 0)
        count_a, count_b = counts_a.get(key, 0), counts_b.get(key, 0)
        by_weight = (charge_a - charge_b) * count_b
        if by_weight:
            terms.append(_term("weight", key, charge_a, charge_b, count_b, by_weight, a, b, wa, wb))
        by_graph = charge_a * (count_a - count_b)
        if by_graph:
            terms.append(_term("graph", key, charge_a, charge_b, count_a - count_b, by_graph, a, b, wa, wb))
    return sorted(terms, key=lambda t: (-abs(t.value), t.op, t.primitive, t.cause))


def _term(
    cause: str,
    key: tuple[str, str],
    charge_a: int,
    charge_b: int,
    count: int,
    value: int,
    a: Convention,
    b: Convention | None,
    wa: Weight | None,
    wb: Weight | None,
) -> Term:
    thing = f"{PRIMITIVES[key[1]]} ({key[0]})"
    if b is None:
        says = f"{thing}: {wa.says}" if wa else thing
    elif cause == "weight":
        says = f"{thing}: {a.id} charges {charge_a}, {b.id} {charge_b}"
    else:
        says = f"{thing}: {count:+,} of them for {a.id}, which charges {charge_a} each"
    sources = "; ".join(dict.fromkeys(w.source for w in (wa, wb) if w))
    quirks = "; ".join(dict.fromkeys(w.quirk for w in (wa, wb) if w and w.quirk))
    return Term(cause, key[0], key[1], charge_a, charge_b, count, value, says, sources, quirks)
