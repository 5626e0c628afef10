"""What comparing layer by layer does not show: who reads from whom, and what is only written otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crosscheck.diff import words
from crosscheck.diff.align import Pair
from crosscheck.diff.canonical import Unit
from crosscheck.diff.parts import SPELLING, WIRING, Difference, Side


def wiring(a: Side, b: Side, pairs: Sequence[Pair]) -> Iterator[Difference]:
    """Paired units whose inputs are not paired, where neither side has a layer of its own in between."""
    partner: dict[str, str] = {u.id: v.id for u, v in pairs if u is not None and v is not None}
    partner |= {i.name: j.name for i, j in zip(a.form.model.inputs, b.form.model.inputs, strict=False)}
    known = set(partner.values())
    for u, v in pairs:
        if u is None or v is None:
            continue
        ra, rb = list(u.reads), list(v.reads)
        if len(ra) != len(rb):
            yield Difference(WIRING, f"{u.id} reads {len(ra)} values here, {len(rb)} there", (u.id,), (v.id,))
            continue
        if u.op == "add":  # the order of a sum says nothing
            both = {partner.get(r) for r in ra} & set(rb)
            ra, rb = [r for r in ra if partner.get(r) not in both], [r for r in rb if r not in both]
        odd = [(p, q) for p, q in zip(ra, rb, strict=False) if p in partner and q in known and partner[p] != q]
        if odd:
            p, q = odd[0]
            yield Difference(WIRING, f"{u.id} reads {p} here, {v.id} reads {q} there", (u.id,), (v.id,))
    ends = [[side.form.model.outputs, side.by_id] for side in (a, b)]
    outs = [[u for u in map(str, outputs) if u in by_id] for outputs, by_id in ends]
    if len(outs[0]) == len(outs[1]):
        for p, q in zip(*outs, strict=True):
            if p in partner and q in known and partner[p] != q:
                yield Difference(WIRING, f"the output is {p} here, {q} there", (p,), (q,))


_SPELT = {
    "with its padding written out before it": ("padding written out before {it}", "padding of {its} own"),
    "by its output size": ("told by {its} output size", "told by {its} window"),
    "with its bias added by an op of its own": ("{its} bias added by an op of its own", "{its} bias added by {its} own layer"),
    "one module called several times": ("one module called several times", "a module for every call"),
    "called as a function": ("called as {a}function{s}", "{a}module{s} of {its} own"),
}


def spelling(a: Side, b: Side, pairs: Sequence[Pair]) -> Iterator[Difference]:
    """What is written otherwise and computes the same."""
    groups: dict[tuple[str, str, str], list[tuple[Unit, Unit]]] = {}
    for u, v in pairs:
        if u is not None and v is not None and u.op == v.op:
            for name in dict.fromkeys([*u.spelt, *v.spelt]):
                groups.setdefault((u.op, u.spelt.get(name, ""), v.spelt.get(name, "")), []).append((u, v))
            read = u.attrs.get("padding"), v.attrs.get("padding")
            if u.declared != v.declared and None not in read and read[0] == read[1]:
                key = (u.op, words.padding(u.declared), words.padding(v.declared))
                groups.setdefault(key, []).append((u, v))
    for (op, p, q), both in groups.items():
        if p == q:
            continue
        here, there = zip(*both, strict=True)
        n, where = len(here), words.places([u.id for u in here], [u.id for u in there])
        forms = {"it": "it", "its": "its", "a": "a ", "s": ""} if n == 1 else {"it": "them", "its": "their", "a": "", "s": "s"}
        sides = [_SPELT.get(x, (f"{x}, of which windows read the same",))[0] if x else _SPELT[y][1] for x, y in ((p, q), (q, p))]
        head = f"{words.noun(op)} {where}" if n == 1 else f"{n} {words.noun(op, n)} ({where})"
        says = f"{head}: {sides[0].format(**forms)} here, {sides[1].format(**forms)} there"
        yield Difference(SPELLING, says, tuple(u.id for u in here), tuple(u.id for u in there))
    through = a.form.through, b.form.through
    rest = b.cost(b.form.folded) - a.cost(a.form.folded)
    if through[0] != through[1] or rest:
        sides = [words.counted(side.elements()) or "none" for side in through]
        ids = [tuple(x.id for x in side.form.folded) for side in (a, b)]
        yield Difference(SPELLING, f"ops that only hand values on: {sides[0]} here, {sides[1]} there", ids[0], ids[1], rest)
