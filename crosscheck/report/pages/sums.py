"""Sums as pieces of a document: the wording of ``explain.wording``, its numbers as numbers."""

from __future__ import annotations

from collections.abc import Iterable

from crosscheck.explain import number, wording
from crosscheck.explain.terms import Term
from crosscheck.report.document import Cell, Inline, Kind, Number, Phrase, Text, phrase

MEBIBYTE, MEGABYTE = 2**20, 1e6


def size(n: number.Number) -> Number:
    """``8,178 FLOPs``."""
    return Number(n.value, n.unit)


def signed(value: int) -> Number:
    """An amount with its sign."""
    return Number(value, kind=Kind.signed)


def product(p: wording.Part) -> Phrase:
    """``2 × 4,087 mac (conv)``, without its sign."""
    times: Phrase = () if abs(p.weight) == 1 else (Number(abs(p.weight)), Text(" × "))
    return (*times, Number(p.count, p.primitive), *([Text(f" ({p.op})")] if p.op else []))


def total(terms: Iterable[Term], by_op: bool = True) -> Phrase:
    """``2 × 4,087 mac (conv) − 5 inplace_element_sums (add)``; ``0`` where there is nothing."""
    pieces: list[Inline] = []
    for p in wording.parts(terms, by_op):
        sign = " − " if p.weight < 0 else " + "
        pieces += [*([Text(sign if pieces else sign.lstrip())] if pieces or p.weight < 0 else []), *product(p)]
    return tuple(pieces) or (Number(0),)


def equation(n: number.Number) -> Phrase:
    """``8,178 FLOPs = 2 × 4,087 mac (conv) + 2 × 2 mac (linear); residual 0``."""
    return (size(n), Text(" = "), *total(n.terms), *_left(n))


def step(before: Cell, after: Cell, way: number.Number) -> Phrase:
    """``torchinfo 4,089 mult-adds → FlopCounterMode 8,178 FLOPs: +4,089; residual 0``, ends given as name and size."""
    return (*phrase(before), Text(" → "), *phrase(after), Text(": "), signed(way.value), *_left(way))


def amounts(terms: Iterable[Term]) -> Phrase:
    """What each term is worth: ``+9,408 mac (conv), −64 bias (conv)``; of what is not counted, how much there is of it."""
    pieces: list[Inline] = []
    for t in terms:
        rest = f" ({t.op})" + ("" if t.value else ", not counted")
        pieces += [*([Text(", ")] if pieces else []), Number(t.value or t.count, t.primitive, Kind.signed), Text(rest)]
    return tuple(pieces)


def megabytes(value: int) -> Phrase:
    """Bytes as both kinds of MB, each by its size."""
    both = ((value / MEBIBYTE, "MB of 2^20 B"), (value / MEGABYTE, "MB of 1e6 B"))
    (one, other) = (Number(v, unit, Kind.decimal) for v, unit in both)
    return (one, Text(", "), other)


def _left(n: number.Number) -> Phrase:
    return (Text("; residual "), Number(n.residual))
