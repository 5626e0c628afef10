"""Where two networks differ, in words, and what each difference costs: terms that add up with residual 0."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from crosscheck.contract.network import Model, show_shape
from crosscheck.diff.align import Pair, align
from crosscheck.diff.canonical import Unit, canonical
from crosscheck.diff.parts import ATTRIBUTE, CONSEQUENCE, HABITS, INPUT, LAYERS, SPELLING, Amounts, Difference, Group, Side
from crosscheck.diff.parts import changed as changed_attributes
from crosscheck.diff.sentences import sentence
from crosscheck.diff.spelling import spelling, wiring


@dataclass(frozen=True)
class Comparison:
    """All differences of two networks, causes before consequences, spelling last; ``paired`` layers stand for one another."""

    here: Model
    there: Model
    differences: tuple[Difference, ...]
    totals: tuple[Amounts, Amounts]
    paired: int

    @property
    def structural(self) -> tuple[Difference, ...]:
        """What is more than spelling."""
        return tuple(d for d in self.differences if d.cause != SPELLING)

    @property
    def same(self) -> bool:
        """True where both compute the same architecture, however it is written."""
        return not self.structural

    @property
    def difference(self) -> Amounts:
        """There minus here."""
        return self.totals[1] - self.totals[0]

    @property
    def residual(self) -> Amounts:
        """What the terms leave of the difference; nothing, or this module is wrong."""
        return self.difference - sum((d.amounts for d in self.differences), Amounts())


def compare(here: Model, there: Model) -> Comparison:
    """Where the two networks differ. Raises ConventionError for an op that the engine's own convention has no word on.

    Blocks of different kinds are taken apart layer by layer where that tells the difference in fewer sentences; what is in no
    block may be in any, as frameworks write networks without blocks too.
    """
    a, b = Side(canonical(here)), Side(canonical(there))
    kinds = [{u.block for u in side.form.units if u.block} for side in (a, b)]
    tries = [_told(a, b, apart) for apart in ((False, True) if all(kinds) and kinds[0] != kinds[1] else (False,))]
    found, paired = min(tries, key=lambda t: sum(d.cause != SPELLING for d in t[0]))
    return Comparison(here, there, tuple(found), (a.total, b.total), paired)


def _told(a: Side, b: Side, apart: bool) -> tuple[list[Difference], int]:
    pairs = align(a.form.units, b.form.units, apart)
    found = [*_inputs(a, b), *_causes(a, b, pairs), *wiring(a, b, pairs), *spelling(a, b, pairs)]
    found.sort(key=lambda d: d.cause == SPELLING)
    return found, sum(u is not None and v is not None for u, v in pairs)


def _inputs(a: Side, b: Side) -> Iterator[Difference]:
    if a.form.inputs != b.form.inputs:
        names = [tuple(i.name for i in side.form.model.inputs) for side in (a, b)]
        here, there = ("+".join(map(show_shape, side.form.inputs)) for side in (a, b))
        yield Difference(INPUT, f"input {here} here, {there} there", names[0], names[1])


def _causes(a: Side, b: Side, pairs: Sequence[Pair]) -> Iterator[Difference]:
    """Settings, layers of one side alone, and what follows from them, each as one sentence in the order of execution."""
    groups: dict[Any, Group] = {}

    def group(cause: str, key: Any, rank: int) -> Group:
        return groups.setdefault((cause, key), Group(cause, rank))

    moved = _moved(pairs)
    for k, (u, v) in enumerate(pairs):
        if u is None or v is None:
            continue
        cost = b.cost([v]) - a.cost([u])
        changed = changed_attributes(u, v) if u.op == v.op else {}
        for name in (n for n in HABITS if n in changed):
            whole = {"bias": Amounts(0, b.biases[v.id] - a.biases[u.id]), "affine": cost}
            own = whole.get(name, Amounts())
            _note(group(ATTRIBUTE, ("habit", u.op, name, changed.pop(name)), k), u, v, own)
            cost = cost - own
        if k in moved:
            first, key = moved[k]
            _note(group(ATTRIBUTE, ("moved", *key), first), u, v, cost)
        elif u.op != v.op:
            _note(group(ATTRIBUTE, ("op", u.op, v.op), k), u, v, cost)
        elif changed:
            _note(group(ATTRIBUTE, ("set", u.op, _alike(changed)), k), u, v, cost)
        elif (u.x, u.y) != (v.x, v.y):
            _note(group(CONSEQUENCE, ("shapes",), k), u, v, cost)
        elif cost:
            _note(group(ATTRIBUTE, ("stored",), k), u, v, cost)
    for k, before, run in _runs(pairs):
        ops = tuple(tuple(u.op for u in side) for side in run)
        shortcut = _feeds_sum(pairs, k, run)
        after = next(iter(pairs[k + len(run[0]) + len(run[1]) :]), None)
        follows = (
            before is None
            or after is None
            or all(not side or end.id in side[0].reads for side, end in zip(run, before, strict=True))
        )
        beside = (before if follows else after) or ()
        key = ("run", ops, shortcut, not shortcut and (follows, *(u.op for u in beside if u is not None)))
        found = group(LAYERS, key, k)
        found.runs.append(run)
        found.here += run[0]
        found.there += run[1]
        found.amounts += b.cost(run[1]) - a.cost(run[0])
        found.before += [before[0]] if before else []
        found.after += [after[0]] if after and after[0] is not None else []
    ordered = sorted(groups.items(), key=lambda item: (item[1].cause == CONSEQUENCE, item[1].rank))
    for (_, key), g in ordered:
        says = sentence(g, key, a, b)
        yield Difference(g.cause, says, tuple(u.id for u in g.here), tuple(u.id for u in g.there), g.amounts)


def _alike(changed: Mapping[str, tuple[Any, Any]]) -> str:
    """What changes of one kind have in common: so many times as many channels, else the values themselves."""
    plain = {k: v for k, v in changed.items() if k not in ("out_channels", "out_features")}
    return repr(plain) + "".join(f"{k} {Fraction(q, p)}" for k, (p, q) in changed.items() if k not in plain)


def _note(group: Group, u: Unit, v: Unit, cost: Amounts) -> None:
    group.here.append(u)
    group.there.append(v)
    group.amounts += cost


def _moved(pairs: Sequence[Pair]) -> dict[int, tuple[int, tuple[Any, ...]]]:
    """Convolutions, next to one another but for what lies between, that have swapped their strides: index -> (first, group)."""
    convs = [(k, u, v) for k, (u, v) in enumerate(pairs) if u is not None and v is not None and u.op == v.op == "conv"]
    found: dict[int, tuple[int, tuple[Any, ...]]] = {}
    for (i, u, v), (j, s, t) in pairwise(convs):
        one, two = changed_attributes(u, v), changed_attributes(s, t)
        plain = not {*one, *two} - {"stride", *HABITS}
        if plain and "stride" in one and one["stride"] == two.get("stride", ())[::-1] and i not in found:
            key = (u.attrs["kernel"], s.attrs["kernel"], *one["stride"])
            found[i] = found[j] = (i, key)
    return found


def _runs(pairs: Sequence[Pair]) -> Iterator[tuple[int, tuple[Unit, Unit] | None, tuple[tuple[Unit, ...], tuple[Unit, ...]]]]:
    """Stretches without a partner: where they start, the pair before them, and the units of each side."""
    k, before = 0, None
    while k < len(pairs):
        u, v = pairs[k]
        if u is not None and v is not None:
            before, k = (u, v), k + 1
            continue
        start = k
        run: tuple[list[Unit], list[Unit]] = ([], [])
        while k < len(pairs) and None in pairs[k]:
            for side, unit in zip(run, pairs[k], strict=True):
                side.extend([unit] if unit is not None else [])
            k += 1
        yield start, before, (tuple(run[0]), tuple(run[1]))


def _feeds_sum(pairs: Sequence[Pair], k: int, run: tuple[Sequence[Unit], Sequence[Unit]]) -> bool:
    """Whether a stretch is all that stands between a fork and the sum that closes it, beside another branch."""
    after = pairs[k + len(run[0]) + len(run[1])] if k + len(run[0]) + len(run[1]) < len(pairs) else (None, None)
    for side, closing in zip(run, after, strict=True):
        if closing is None or closing.op != "add":
            return False
        if side and (side[-1].id not in closing.reads or any(u.op == "add" for u in side) or len(closing.reads) < 2):
            return False
    before = pairs[k - 1] if k else (None, None)
    return all(p is None or c is None or p.id in c.reads for p, c in zip(before, after, strict=True))
