"""What an exporter's rewrites are worth under a convention, as terms; and the way from one export to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from crosscheck.conventions.table import Convention
from crosscheck.explain.terms import Term
from crosscheck.exports.recipe import NODES, Lowered
from crosscheck.ops.primitives import PRIMITIVES, STORED


def terms(lowered: Lowered, convention: Convention, metric: str) -> list[Term]:
    """A term for every op and primitive that a rewrite changed and the convention charges, in the order of the rewrites.

    With the terms of the description they add up to the convention's number for the rewritten network. Stored elements that
    such a rewrite changed and the convention does not count have a term of 0. Raises ConventionError for an op without a word.
    """
    table = convention.table(metric)
    found: list[Term] = []
    for change in lowered.changes:
        counts = {key: n for key, n in change.counts.items() if key[0] != NODES}
        weights = {(op, w.primitive): w for op in dict.fromkeys(op for op, _ in counts) for w in table.weights(op, convention.id)}
        charged = {key: w for key, w in weights.items() if w.weight and counts.get(key)}
        for key, w in charged.items():
            source = f"{change.step.source}; {w.source}" if convention.tool else change.step.source
            found.append(_term(change.step.says, key, counts[key], w.weight, source, w.quirk))
        if charged and metric.startswith("params"):
            for key, n in counts.items():
                if key[1] in STORED and key not in charged:
                    found.append(_term(change.step.says, key, n, 0, change.step.source))
    return found


def _term(name: str, key: tuple[str, str], count: int, weight: int, source: str, quirk: str = "") -> Term:
    op, primitive = key
    says = f"{name}: {count:+,} {primitive} ({op}), {PRIMITIVES[primitive]}" + ("" if weight else ", not counted")
    return Term("graph", op, primitive, weight, 0, count, weight * count, says, source, quirk, name)


def between(after: Sequence[Term], before: Sequence[Term]) -> list[Term]:
    """The rewrites of ``after`` without those of ``before``: what both do cancels out, what only ``before`` does is undone."""
    left: dict[tuple[str, str, str], Term] = {(t.rewrite, t.op, t.primitive): t for t in after}
    found = {}
    for t in before:
        key = (t.rewrite, t.op, t.primitive)
        if key not in left:
            name = f"undone: {t.rewrite}"
            gone = replace(t, weight_a=0, weight_b=t.weight_a, count=-t.count, value=-t.value, rewrite=name)
            found[key] = replace(gone, says=f"{name}: {-t.count:+,} {t.primitive} ({t.op}), {PRIMITIVES[t.primitive]}")
            continue
        mine = left.pop(key)
        if mine.value != t.value:
            says = f"{t.rewrite}: {mine.count:+,} {t.primitive} ({t.op}) after, {t.count:+,} before"
            count = mine.count - t.count
            found[key] = replace(mine, weight_b=t.weight_a, count=count, value=mine.value - t.value, says=says)
    return [*found.values(), *left.values()]
