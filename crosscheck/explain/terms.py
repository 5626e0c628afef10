"""Why two numbers differ: named terms that add up to the difference exactly.

    A - B = Σ (wA - wB)·cB  +  Σ wA·(cA - cB)

The first sum holds *weight* terms (the tools charge the same thing differently), the second *graph* terms (they saw different
things). Nothing absorbs what is left: a measured difference minus these terms is the residual.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import zip_longest

from crosscheck.contract.rows import TOTAL, UNATTRIBUTED
from crosscheck.conventions.table import Convention, MetricTable, Weight
from crosscheck.counting.engine import Tally
from crosscheck.ops.primitives import PRIMITIVES

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


@dataclass(frozen=True)
class _Side:
    """One of two tools: its weights, and what it sees of its network; a metric that adds up others has a table for each."""

    weights: tuple[Mapping[tuple[str, str], Weight], ...]
    counts: tuple[Pairs, ...]

    @staticmethod
    def of(own: Tally, other: Tally, convention: Convention, metric: str, layer: str) -> _Side:
        tables = convention.table(metric).tables
        return _Side(
            tuple(_weights(own, other, convention, table) for table in tables),
            tuple(_counts(own, table, layer) for table in tables),
        )

    def charges(self, key: tuple[str, str]) -> list[tuple[Weight, int]]:
        """Weight and count of one primitive; tables that see the same of it have their weights added up."""
        found: dict[int, Weight] = {}
        for weights, counts in zip(self.weights, self.counts, strict=True):
            if key in weights:
                n, w = counts.get(key, 0), weights[key]
                found[n] = _joined(found[n], w) if n in found else w
        return [(w, n) for n, w in found.items()]


def _joined(a: Weight, b: Weight) -> Weight:
    """One weight in place of two of the same op and primitive."""
    texts = ((a.says, b.says), (a.source, b.source), (a.quirk, b.quirk))
    says, source, quirk = ("; ".join(dict.fromkeys(t for t in pair if t)) for pair in texts)
    return replace(a, weight=a.weight + b.weight, says=says, source=source, quirk=quirk)


def number(counted: Tally, convention: Convention, metric: str, layer: str = TOTAL) -> list[Term]:
    """One tool's number as terms, largest first; they add up to the engine's prediction for ``layer``."""
    return difference(counted, convention, counted, None, metric, layer)


def difference(seen_a: Tally, a: Convention, seen_b: Tally, b: Convention | None, metric: str, layer: str = TOTAL) -> list[Term]:
    """A's number minus B's as terms, largest first; zero terms are left out. Raises ConventionError for an unknown op."""
    side_a = _Side.of(seen_a, seen_b, a, metric, layer)
    side_b = _Side.of(seen_b, seen_a, b, metric, layer) if b else None
    terms: list[Term] = []
    keys = {key for side in (side_a, side_b) if side for weights in side.weights for key in weights}
    for key in sorted(keys):
        charged_b = side_b.charges(key) if side_b else []
        for k, (one, two) in enumerate(zip_longest(side_a.charges(key), charged_b)):
            wa, count_a = one or (None, 0)
            # who charges nothing for it sees it all the same
            wb, count_b = two or (None, side_b.counts[0].get(key, 0) if side_b and not k else count_a)
            charge_a, charge_b = (wa.weight if wa else 0), (wb.weight if wb else 0)
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
