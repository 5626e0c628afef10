"""The toggles of the explorer: which weights go together, and what conventions do with them, each with a source that says so."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import groupby
from pathlib import Path
from typing import Any

from crosscheck import toml
from crosscheck.studies.site.weights import Metric, Rules, Weighing

FILE = Path(__file__).with_name("toggles.toml")
Key = tuple[str, str]  # op and primitive
Charges = tuple[tuple[str, str, int], ...]  # op, primitive, weight
REST, SIGHT = "rest", "sees"
NOTHING = "nothing"
WORDS: Mapping[str, str] = {
    "mac": "multiply-add",
    "in_elements": "input element",
    "out_elements": "output element",
    "bias_add": "biased output",
    "window_elements": "window element",
    "tiled_elements": "tiled window element",
    "element_sums": "addition",
    "channels": "channel",
    "sample_weights": "scale and sample",
    "sample_biases": "shift and sample",
    "container_weights": "weight inside",
    "container_channel_weights": "weight inside and output channel",
    "grouped_mac": "grouped multiply-add",
    "twice_grouped_mac": "grouped multiply-add",
    "weight": "weight",
    "bias": "bias element",
    "norm_scale": "scale",
    "norm_shift": "shift",
    "running_stats": "running statistic",
}
SEES: Mapping[str, str] = {
    "layer": "functional calls like modules",
    "container": "functional calls, in the total alone",
    "ignored": "modules alone",
}


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that conventions do: its weights, who does so, and the line of one of their sources that says so.

    ``code`` is short and stays the same as long as the weights do. Of what is seen of a network, ``sight`` is the functional
    calls, the depth and what is deeper, and there are no weights.
    """

    code: str
    label: str
    charges: Charges
    sight: tuple[str, int | None, str] | None
    by: tuple[str, ...]
    source: str
    says: str


@dataclass(frozen=True, slots=True)
class Toggle:
    """One choice of a metric, with all that conventions choose."""

    id: str
    metric: str
    title: str
    options: tuple[Option, ...]


def toggles(rules: Sequence[Rules], present: Iterable[Key]) -> tuple[Toggle, ...]:
    """The toggles of every metric that has some; only what is ``present`` in a network makes a difference."""
    seen, told = frozenset(present), toml.loads(FILE.read_text(encoding="utf-8"))["toggle"]
    metrics = dict.fromkeys(entry["metric"] for entry in told)
    return tuple(t for metric in metrics for t in _of_metric(metric, rules, seen, told))


def merged(r: Rules, metric: str) -> Metric | None:
    """A metric of a convention that toggles can say: one table, or a sum of tables that see the same; else None."""
    m = r.metrics.get(metric)
    if m is None or not m.parts:
        return m
    parts = [r.metrics[p] for p in m.parts]
    sights = {(p.functional, p.depth, p.deeper) for p in parts}
    if len(sights) > 1:
        return None
    functional, depth, deeper = sights.pop()
    rows = tuple(w for p in parts for w in p.weighings)
    return Metric(metric, m.unit, m.label, functional, depth, deeper, (), rows)


def _of_metric(metric: str, rules: Sequence[Rules], seen: frozenset[Key], told: Sequence[Mapping[str, Any]]) -> list[Toggle]:
    known = {r.id: m for r in rules if (m := merged(r, metric)) is not None}
    free = {(w.op, w.primitive) for m in known.values() for w in m.weighings if w.primitive and w.weight} & seen
    found: list[Toggle] = []
    for entry in (e for e in told if e["metric"] == metric):
        keys = {k for k in free if _belongs(k, entry)}
        free -= keys
        if keys:
            found.append(Toggle(entry["id"], metric, entry["title"], _options(known, keys, entry.get("ops", ()))))
    if free:
        ops = tuple(sorted({op for op, _ in free}))
        found.append(Toggle(REST, metric, "Everything else", _options(known, free, ops)))
    return [*found, _sight(metric, known)]


def _belongs(key: Key, entry: Mapping[str, Any]) -> bool:
    op, primitive = key
    return op in entry.get("ops", (op,)) and any(fnmatchcase(primitive, p) for p in entry.get("primitives", ("*",)))


def _options(known: Mapping[str, Metric], keys: set[Key], ops: Sequence[str]) -> tuple[Option, ...]:
    """What conventions do with these weights: nothing first, then what can be said in a few words, the least first."""
    groups: dict[Charges, dict[str, list[Weighing]]] = {}
    for name, m in known.items():
        sums: dict[Key, int] = {}
        rows = [w for w in m.weighings if (w.op, w.primitive) in keys]
        for w in rows:
            sums[w.op, w.primitive] = sums.get((w.op, w.primitive), 0) + w.weight
        charges = tuple((op, p, n) for (op, p), n in sorted(sums.items()) if n)
        groups.setdefault(charges, {})[name] = rows or [w for w in m.weighings if w.op in ops and not w.primitive]
    every = frozenset(op for op, _ in keys)
    order = sorted(groups, key=lambda c: (bool(c), len(_kinds(c, every)), sum(abs(n) for *_, n in c), -len(groups[c]), c))
    return tuple(_option(c, groups[c], every) for c in order)


def _option(charges: Charges, rows: Mapping[str, Sequence[Weighing]], every: frozenset[str]) -> Option:
    first = next((ws[0] for ws in rows.values() if ws), None)
    source, says = (first.source, first.says) if first else ("", "")
    return Option(_code(charges, every), label(charges, every), charges, None, tuple(rows), source, says)


def _code(charges: Charges, every: frozenset[str]) -> str:
    """``2ie`` for 2 per input element of every op, else four digits made of the charges."""
    kinds = _kinds(charges, every)
    if len(kinds) > 1:
        return f"{zlib.crc32(repr(charges).encode()):08x}"[:4]
    return "".join(f"{n}{''.join(word[0] for word in p.split('_'))}" for n, p in kinds) or "0"


def _kinds(charges: Charges, every: frozenset[str]) -> set[tuple[int, str]]:
    """The weights and primitives of a choice, and nothing as one more where not ``every`` op has some."""
    left_out = {(0, "")} if charges and {op for op, *_ in charges} != every else set()
    return {(n, p) for _, p, n in charges} | left_out


def label(charges: Charges, every: frozenset[str]) -> str:
    """What is charged in words: ``2 per input element``; where not ``every`` op is charged alike, each after its name."""
    by_op = {op: _amount(rows) for op, rows in ((op, list(g)) for op, g in groupby(charges, lambda c: c[0]))}
    told = list(dict.fromkeys(by_op.values()))
    if not told or (len(told) == 1 and by_op.keys() == every):
        return told[0] if told else NOTHING
    left_out = sorted(every - by_op.keys())
    rest = [f"{', '.join(left_out)}: {NOTHING}"] if len(every) == 2 and left_out else []
    return "; ".join([*(f"{', '.join(op for op in by_op if by_op[op] == t)}: {t}" for t in told), *rest])


def _amount(charges: Sequence[tuple[str, str, int]]) -> str:
    ordered = sorted(charges, key=lambda c: c[2] < 0)
    told = [(n, f"{abs(n)} per {WORDS.get(p, p.replace('_', ' '))}") for _, p, n in ordered]
    first, *rest = (("−" if n < 0 else "+", text) for n, text in told)
    return ("−" if first[0] == "−" else "") + first[1] + "".join(f" {sign} {text}" for sign, text in rest)


def _sight(metric: str, known: Mapping[str, Metric]) -> Toggle:
    groups: dict[tuple[str, int | None, str], list[str]] = {}
    for name, m in known.items():
        groups.setdefault((m.functional, m.depth, m.deeper), []).append(name)
    order = sorted(groups, key=lambda s: (s[1] is not None, -len(groups[s]), s[0]))
    return Toggle(SIGHT, metric, "What it sees", tuple(_seen(s, groups[s]) for s in order))


def _seen(sight: tuple[str, int | None, str], by: Sequence[str]) -> Option:
    functional, depth, deeper = sight
    text = SEES[functional]
    if depth is not None:
        text += f", {depth} levels deep" + ("" if deeper == "ignored" else f", below that {deeper}")
    code = functional[0] + (f"{depth}{deeper[0]}" if depth is not None else "")
    return Option(code, text, (), sight, tuple(by), "", "")
