"""The toggles of the explorer: which weights go together, and what conventions do with them, each with a source that says so."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from itertools import groupby
from pathlib import Path
from typing import Any

from crosscheck import toml
from crosscheck.contract.metrics import METRICS
from crosscheck.studies.site.weights import Metric, Rules, Weighing

FILE = Path(__file__).with_name("toggles.toml")
Key = tuple[str, str]  # op and primitive
Charges = tuple[tuple[str, str, int], ...]  # op, primitive, weight
Sight = tuple[str, int | None, str]  # functional, depth, deeper: see Metric
REST, SIGHT = "rest", "sees"
NOTHING = "nothing"
DEFINED = "definition"  # a source that is no tool's
WORDS: Mapping[str, str] = {
    "mac": "multiply-add",
    "padding_mac": "padding zero met",
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
    "param_out_elements": "output element with parameters",
    "hooked_out_elements": "output element of a hooked container",
    "container_out_elements": "output element of a container",
    "idle_elements": "element of a pooling that changes nothing",
    "input_elements": "element of the input",
    "inputs": "input",
}
PARTS: Mapping[str, str] = {  # of sums whose parts are seen apart: what is said behind a title that two of them have
    "memory_input": "the input",
    "memory_activations": "activations",
    "memory_params": "parameters",
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
    sight: Sight | None
    by: tuple[str, ...]
    source: str
    says: str


@dataclass(frozen=True, slots=True)
class Toggle:
    """One choice of a metric, with all that conventions choose; the id of one of a part begins with its letter, ``a.w``."""

    id: str
    metric: str
    title: str
    options: tuple[Option, ...]


def toggles(rules: Sequence[Rules], present: Iterable[Key]) -> tuple[Toggle, ...]:
    """The toggles of every metric in which conventions differ; only what is ``present`` in a network makes a difference."""
    seen, told = frozenset(present), toml.loads(FILE.read_text(encoding="utf-8"))["toggle"]
    return tuple(t for metric in METRICS for t in _of_metric(metric, rules, seen, told))


def sections(rules: Sequence[Rules], metric: str) -> Mapping[str, Mapping[str, Metric]]:
    """Tables of a metric by convention, under no name; or under the name of each part, where some see of their parts apart.

    A convention that lacks a part is not under its name. One without parts is under the part that it shares most weights with.
    """
    given = {r.id: r for r in rules if metric in r.metrics}
    whole = {name: m for name, r in given.items() if (m := merged(r, metric)) is not None}
    if len(whole) == len(given):
        return {"": whole} if whole else {}
    named = dict.fromkeys(p for r in given.values() for p in r.metrics[metric].parts)
    parts = {p: {n: r.metrics[p] for n, r in given.items() if p in r.metrics[metric].parts} for p in named}
    weighed = {p: {key for m in known.values() for key in _keys(m)} for p, known in parts.items()}
    for name, m in ((n, r.metrics[metric]) for n, r in given.items() if not r.metrics[metric].parts):
        parts[max(named, key=lambda p: len(weighed[p] & _keys(m)))][name] = m
    return parts


def merged(r: Rules, metric: str) -> Metric | None:
    """A metric of a convention as one table: its own, or a sum of tables that see the same; else None."""
    m = r.metrics.get(metric)
    if m is None or not m.parts:
        return m
    parts = [r.metrics[p] for p in m.parts]
    sights = {_sight(p) for p in parts}
    if len(sights) > 1:
        return None
    functional, depth, deeper = sights.pop()
    rows = tuple(w for p in parts for w in p.weighings)
    return Metric(metric, m.unit, m.label, functional, depth, deeper, (), rows)


def _sight(m: Metric) -> Sight:
    return m.functional, m.depth, m.deeper


def _keys(m: Metric) -> set[Key]:
    return {(w.op, w.primitive) for w in m.weighings if w.primitive and w.weight}


def _of_metric(metric: str, rules: Sequence[Rules], seen: frozenset[Key], told: Sequence[Mapping[str, Any]]) -> list[Toggle]:
    """All toggles of a metric; none where no two conventions differ."""
    parts = sections(rules, metric)
    every = dict.fromkeys(name for known in parts.values() for name in known)
    found = [(part, t) for part, known in parts.items() for t in _of_part(_Part(metric, part, known, tuple(every)), seen, told)]
    if all(len(t.options) < 2 for _, t in found):
        return []
    times = Counter(t.title for _, t in found)
    return [replace(t, title=f"{t.title} ({PARTS[part]})") if times[t.title] > 1 else t for part, t in found]


@dataclass(frozen=True, slots=True)
class _Part:
    """A metric, or a part of it by name, with its tables by convention; ``every`` convention gives the metric."""

    metric: str
    name: str
    known: Mapping[str, Metric]
    every: tuple[str, ...]

    def toggle(self, id: str, title: str, options: tuple[Option, ...]) -> Toggle:
        """A toggle of it."""
        letter = f"{self.name.removeprefix(f'{self.metric}_')[0]}." if self.name else ""
        return Toggle(letter + id, self.metric, title, options)


def _of_part(part: _Part, seen: frozenset[Key], told: Sequence[Mapping[str, Any]]) -> list[Toggle]:
    free = {key for m in part.known.values() for key in _keys(m)} & seen
    found: list[Toggle] = []
    for entry in (e for e in told if (part.name or part.metric) in e["metrics"]):
        keys = {k for k in free if _belongs(k, entry)}
        free -= keys
        if keys:
            found.append(part.toggle(entry["id"], entry["title"], _options(part, keys, entry.get("ops", ()))))
    if free:
        ops = tuple(sorted({op for op, _ in free}))
        found.append(part.toggle(REST, "Everything else", _options(part, free, ops)))
    return [*found, part.toggle(SIGHT, "What it sees", _sights(part))]


def _belongs(key: Key, entry: Mapping[str, Any]) -> bool:
    op, primitive = key
    return op in entry.get("ops", (op,)) and any(fnmatchcase(primitive, p) for p in entry.get("primitives", ("*",)))


def _options(part: _Part, keys: set[Key], ops: Sequence[str]) -> tuple[Option, ...]:
    """What conventions do with these weights: nothing first, then what can be said in a few words, the least first."""
    groups: dict[Charges, dict[str, list[Weighing]]] = {}
    for name in part.every:
        sums: dict[Key, int] = {}
        weighings = part.known[name].weighings if name in part.known else ()
        rows = [w for w in weighings if (w.op, w.primitive) in keys]
        for w in rows:
            sums[w.op, w.primitive] = sums.get((w.op, w.primitive), 0) + w.weight
        charges = tuple((op, p, n) for (op, p), n in sorted(sums.items()) if n)
        beside = sorted((w for w in weighings if w.op in ops), key=lambda w: w.primitive != "")
        groups.setdefault(charges, {})[name] = rows or beside[:1]
    every = frozenset(op for op, _ in keys)
    order = sorted(groups, key=lambda c: (bool(c), len(_kinds(c, every)), sum(abs(n) for *_, n in c), -len(groups[c]), c))
    return tuple(_option(c, groups[c], every) for c in order)


def _option(charges: Charges, rows: Mapping[str, Sequence[Weighing]], every: frozenset[str]) -> Option:
    """One option; its source is a tool's line where one does so, for what is left out the line of what is charged instead."""
    told = (ws[0] for ws in rows.values() if ws)
    first = min(told, key=lambda w: w.source.startswith(DEFINED), default=None)
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


def _sights(part: _Part) -> tuple[Option, ...]:
    """What is seen of a network; a convention that lacks this part, and so sees nothing of it, is with the first."""
    groups: dict[Sight, list[str]] = {}
    for name, m in part.known.items():
        groups.setdefault(_sight(m), []).append(name)
    order = sorted(groups, key=lambda s: (s[1] is not None, -len(groups[s]), s[0]))
    groups[order[0]] += [name for name in part.every if name not in part.known]
    return tuple(_seen(s, groups[s]) for s in order)


def _seen(sight: Sight, by: Sequence[str]) -> Option:
    functional, depth, deeper = sight
    text = SEES[functional]
    if depth is not None:
        text += f", {depth} levels deep" + ("" if deeper == "ignored" else f", below that {deeper}")
    code = functional[0] + (f"{depth}{deeper[0]}" if depth is not None else "")
    return Option(code, text, (), sight, tuple(by), "", "")
