"""Sums in words, in one way wherever one is shown: ``2 × 4,087 mac (conv) + 2 × 2 mac (linear)``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crosscheck.explain.terms import Term

NOTHING = "nothing between them changes this number"


@dataclass(frozen=True, slots=True)
class Part:
    """One product of a sum, ``weight`` × ``count`` of a primitive; what is taken off has a weight below 0.

    ``op`` is empty where the primitive is of several ops.
    """

    weight: int
    count: int
    primitive: str
    op: str = ""

    @property
    def text(self) -> str:
        """``2 × 4,087 mac (conv)``, without its sign."""
        times = "" if abs(self.weight) == 1 else f"{abs(self.weight):,} × "
        return f"{times}{self.count:,} {self.primitive}" + (f" ({self.op})" if self.op else "")


def count(value: int) -> str:
    """An exact count, thousands separated, with a minus that is one."""
    return f"{value:,}".replace("-", "−")


def signed(value: int) -> str:
    """The same with its sign; 0 has none."""
    return f"{value:+,}".replace("-", "−") if value else "0"


def parts(terms: Iterable[Term], by_op: bool = True) -> tuple[Part, ...]:
    """The products that terms stand for, those worth 0 left out; ``by_op`` False adds up what is weighed alike in all ops."""
    found: dict[tuple[int, str, str], int] = {}
    for t in (t for t in terms if t.value):
        weight = t.value // t.count
        key = (weight if t.count > 0 else -weight, t.primitive, t.op if by_op else "")
        found[key] = found.get(key, 0) + abs(t.count)
    return tuple(Part(weight, n, primitive, op) for (weight, primitive, op), n in found.items())


def sum_text(terms: Iterable[Term], by_op: bool = True) -> str:
    """``2 × 4,087 mac (conv) − 5 inplace_element_sums (add)``; ``0`` where there is nothing."""
    text = " ".join(f"{'−' if p.weight < 0 else '+'} {p.text}" for p in parts(terms, by_op))
    return text.removeprefix("+ ") or "0"


def amounts(terms: Iterable[Term]) -> str:
    """What each term is worth: ``+9,408 mac (conv), −64 bias (conv)``; of what is not counted, how much there is of it."""
    return ", ".join(f"{signed(t.value or t.count)} {t.primitive} ({t.op})" + ("" if t.value else ", not counted") for t in terms)


def unexplained(where: str, value: int | None, predicted: int, unit: str) -> str:
    """``residual +1 MAC: where (measured 416,521, predicted 416,520)``; a row that is not there counts as 0."""
    said = "no row" if value is None else count(value)
    return f"residual {signed((value or 0) - predicted)} {unit}: {where} (measured {said}, predicted {count(predicted)})"
