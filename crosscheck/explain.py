"""Why two numbers differ: named terms that add up to the difference exactly.

    A - B = Σ (wA - wB)·cB  +  Σ wA·(cA - cB)

The first sum holds *weight* terms (the tools charge the same thing differently), the second *graph* terms (they saw different
things). Nothing absorbs what is left: a measured difference minus these terms is the residual.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crosscheck.convention import Convention, MetricTable, Weight
from crosscheck.engine import Tally
from crosscheck.primitives import PRIMITIVES
from crosscheck.rows import TOTAL, UNATTRIBUTED

Pairs = Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Term:
    """One named part of a number or a difference; ``value`` is in the tool's own unit, ``cause`` is ``weight`` or ``graph``.

    ``rewrite`` says what an exporter did where that is the cause.
    """

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
    rewrite: str = ""


def _counts(counted: Tally, table: MetricTable, layer: str) -> Pairs:
    """What a tool sees of the network, of one layer, or outside of every layer; much may be out of its sight."""
    if layer == TOTAL:
        sums = counted.seen_by(table)
    elif layer == UNATTRIBUTED:
        sums = counted.seen_by(table, ["container"])
    elif layer in counted.by_id:
        node, counts = counted.by_id[layer]
        sums = {node.op: counts} if counted.place(table, node) == "layer" else {}
    else:
        sums = {}
    return {(op, p): n for op, counts in sums.items() for p, n in counts.items()}


def _weights(own: Tally, other: Tally, convention: Convention, table: MetricTable) -> dict[tuple[str, str], Weight]:
    """Weights of every op that either of two networks has; only of its own must a convention know them all."""
    rows = [w for op, first in own.first.items() for w in table.weights(op, convention.id, first)]
    rows += [w for op in other.first if op not in own.first for w in table.weighed.get(op, ())]
    return {(w.op, w.primitive): w for w in rows}


def number(counted: Tally, convention: Convention, metric: str, layer: str = TOTAL) -> list[Term]:
    """One tool's number as terms, largest first; they add up to the engine's prediction for ``layer``."""
    return difference(counted, convention, counted, None, metric, layer)


def difference(seen_a: Tally, a: Convention, seen_b: Tally, b: Convention | None, metric: str, layer: str = TOTAL) -> list[Term]:
    """A's number minus B's as terms, largest first; zero terms are left out. Raises ConventionError for an unknown op."""
    table_a, table_b = a.table(metric), b.table(metric) if b else None
    weights_a = _weights(seen_a, seen_b, a, table_a)
    weights_b = _weights(seen_b, seen_a, b, table_b) if b and table_b else {}
    counts_a = _counts(seen_a, table_a, layer)
    counts_b = _counts(seen_b, table_b, layer) if table_b else counts_a
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
