"""Why two numbers differ: named terms that add up to the difference exactly.

    A - B = Σ (wA - wB)·cB  +  Σ wA·(cA - cB)

The first sum holds *weight* terms (the tools charge the same thing differently), the second *graph* terms (they saw different
things). Nothing absorbs what is left: a measured difference minus these terms is the residual.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from crosscheck.contract.rows import TOTAL, UNATTRIBUTED
from crosscheck.conventions.table import Convention, MetricTable, Weight
from crosscheck.counting.engine import SEEN, Tally
from crosscheck.ops.primitives import PRIMITIVES

Key = tuple[str, str]  # op and primitive
Pairs = Mapping[Key, int]
Charged = dict[Key, list[tuple[Weight, int]]]
PLACES = {TOTAL: SEEN, UNATTRIBUTED: ("container",)}


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


def _weights(own: Tally, other: Tally, convention: Convention, table: MetricTable) -> dict[Key, Weight]:
    """Weights of every op that either of two networks has; only of its own must a convention know them all."""
    rows = [w for op, first in own.first.items() for w in table.weights(op, convention.id, first)]
    rows += [w for op in other.first if op not in own.first for w in table.weighed.get(op, ())]
    return {(w.op, w.primitive): w for w in rows}


@dataclass(frozen=True)
class _Side:
    """One of two tools: what it charges, by op and primitive, and what it sees without charging for it."""

    charged: Mapping[Key, Sequence[tuple[Weight, int]]]
    seen: Pairs | None

    def sees(self, key: Key, other: int) -> int:
        """What it sees of a primitive that it does not charge for; what the ``other`` sees where that cannot be known."""
        return other if self.seen is None else self.seen.get(key, 0)

    @staticmethod
    def of(own: Tally, other: Tally, convention: Convention, metric: str, layer: str) -> _Side:
        charged: dict[Key, list[tuple[Weight, int]]] = {}
        tables = convention.table(metric).tables
        for table in tables:
            if own.called and table.calls:
                _add_calls(charged, own, table, layer)
            else:
                _add_ops(charged, _weights(own, other, convention, table), _counts(own, table, layer))
        captured = bool(own.called and tables[0].calls)
        return _Side(charged, None if captured else _counts(own, tables[0], layer))


def _add_ops(charged: Charged, weights: Mapping[Key, Weight], counts: Pairs) -> None:
    """Charges by op."""
    for key, w in weights.items():
        _add(charged.setdefault(key, []), w, counts.get(key, 0))


def _add_calls(charged: Charged, own: Tally, table: MetricTable, layer: str) -> None:
    """Charges by call; counts of one weight and source are added up."""
    if own.called is None or table.calls is None:
        return
    home, places = (None, PLACES.get(layer, SEEN)) if layer in PLACES else (layer, ("layer",))
    sums: dict[tuple[str, str, int, str], tuple[Weight, int]] = {}
    for w, n in own.called.charges(table, table.calls, home, places):
        key = (w.op, w.primitive, w.weight, w.source)
        sums[key] = (w, n + sums[key][1] if key in sums else n)
    for w, n in sums.values():
        _add(charged.setdefault((w.op, w.primitive), []), w, n)


def _add(rows: list[tuple[Weight, int]], w: Weight, n: int) -> None:
    """One more charge; those of the same count have their weights added up."""
    at = next((k for k, (_, m) in enumerate(rows) if m == n), None)
    if at is None:
        rows.append((w, n))
    else:
        rows[at] = (_joined(rows[at][0], w), n)


def _joined(a: Weight, b: Weight) -> Weight:
    """One weight in place of two of the same op and primitive."""
    texts = ((a.says, b.says), (a.source, b.source), (a.quirk, b.quirk))
    says, source, quirk = ("; ".join(dict.fromkeys(t for t in pair if t)) for pair in texts)
    return a._replace(weight=a.weight + b.weight, says=says, source=source, quirk=quirk)


def number(counted: Tally, convention: Convention, metric: str, layer: str = TOTAL) -> list[Term]:
    """One tool's number as terms, largest first; they add up to the engine's prediction for ``layer``."""
    return difference(counted, convention, counted, None, metric, layer)


def difference(seen_a: Tally, a: Convention, seen_b: Tally, b: Convention | None, metric: str, layer: str = TOTAL) -> list[Term]:
    """A's number minus B's as terms, largest first; zero terms are left out. Raises ConventionError for an unknown op."""
    side_a = _Side.of(seen_a, seen_b, a, metric, layer)
    side_b = _Side.of(seen_b, seen_a, b, metric, layer) if b else None
    terms: list[Term] = []
    keys = {key for side in (side_a, side_b) if side for key in side.charged}
    for key in sorted(keys):
        charged_b = side_b.charged.get(key, ()) if side_b else ()
        for k, (one, two) in enumerate(zip_longest(side_a.charged.get(key, ()), charged_b)):
            wa, count_a = one or (None, 0)
            # who charges nothing for it sees it all the same
            wb, count_b = two or (None, side_b.sees(key, count_a) if side_b and not k else count_a)
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
    key: Key,
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
