"""What a convention that extends another takes over from it: all that it does not say otherwise.

Under each metric, a weight takes the place of the inherited one of the same op and primitive, or of the inherited word that the
op is ignored; ``instead_of`` lists primitives of these ops whose inherited weights go. An op that is ignored loses all of them.
``[sources]`` maps source lines of the parent to where the same is written in this edition. What changes nothing is an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, TypeVar

from crosscheck.conventions.entries import INSTEAD, Entry, Rules
from crosscheck.conventions.table import Convention, Ignored, MetricTable, Weight
from crosscheck.errors import ConventionError

Word = TypeVar("Word", Weight, Ignored)


def said_of(table: MetricTable) -> dict[str, Any]:
    """What a file says of a metric as a whole, entries about ops left out."""
    if table.parts:
        return {"unit": table.unit, "label": table.label, "sum": [part.metric for part in table.parts]}
    depth = {} if table.depth is None else {"depth": table.depth, "deeper": table.deeper}
    return {"unit": table.unit, "label": table.label, "functional": table.functional, **depth}


def refuse_repeats(told: Entry, inherited: Entry, at: str) -> None:
    """Raises ConventionError where something is told that is inherited anyway, or nothing is told at all."""
    same = next((key for key, value in told.items() if key in inherited and inherited[key] == value), None)
    if same is not None or not told:
        raise ConventionError(f"{at}: {'nothing' if same is None else same} differs from what it extends. Hint: leave it out")


def merged(parent: MetricTable, own: Rules, at: str) -> Rules:
    """The rules of a metric that extends another. Raises ConventionError for a rule that overrides nothing."""
    _refuse_idle(parent, own, at)
    weighed = {
        op: {w.primitive: w for w in rows if (op, w.primitive) not in own.gone}
        for op, rows in parent.weighed.items()
        if op not in own.ignored
    }
    for op, rows in own.weighed.items():
        weighed[op] = weighed.get(op, {}) | rows
    ignored = {op: word for op, word in parent.ignored.items() if op not in own.weighed} | own.ignored
    return Rules(weighed, ignored)


def _refuse_idle(parent: MetricTable, own: Rules, at: str) -> None:
    before = {(w.op, w.primitive): w for rows in parent.weighed.values() for w in rows}
    now = {(op, primitive): w for op, rows in own.weighed.items() for primitive, w in rows.items()}
    for op, primitive in sorted(own.gone):
        if (op, primitive) not in before or (op, primitive) in now:
            raise ConventionError(f"{at}: {INSTEAD} {primitive!r} of {op!r} overrides nothing: no such weight is inherited")
    for (op, primitive), w in now.items():
        if before.get((op, primitive)) == w:
            raise ConventionError(f"{at}: {primitive!r} of {op!r} is weighed so by what it extends. Hint: leave it out")
    for op, word in own.ignored.items():
        if parent.ignored.get(op) == word:
            raise ConventionError(f"{at}: {op!r} is so ignored by what it extends. Hint: leave it out")


def cited(parent: Convention, sources: Entry, where: str) -> Convention:
    """The convention with every source line in ``sources`` replaced. Raises ConventionError for one that it does not cite."""
    known = {word.source for table in parent.metrics.values() for word in _words(table)}
    for old, new in sources.items():
        if old not in known or not isinstance(new, str) or old == new:
            problem = f"is not cited by {parent.id}" if old not in known else f"leads to {new!r}, which is no other source"
            raise ConventionError(f"{where}: sources: {old!r} {problem}")
    plain = {name: _moved(table, sources) for name, table in parent.metrics.items() if not table.parts}
    sums = {
        name: replace(table, parts=tuple(plain[part.metric] for part in table.parts))
        for name, table in parent.metrics.items()
        if table.parts
    }
    return replace(parent, metrics=MappingProxyType({name: (plain | sums)[name] for name in parent.metrics}))


def _words(table: MetricTable) -> Iterator[Weight | Ignored]:
    """All that a table says: of ops, and of a network that is one layer."""
    for rows in table.weighed.values():
        yield from rows
    yield from table.ignored.values()
    if table.bare:
        yield table.bare


def _moved(table: MetricTable, sources: Mapping[str, str]) -> MetricTable:
    weighed = {op: tuple(_at(w, sources) for w in rows) for op, rows in table.weighed.items()}
    ignored = {op: _at(word, sources) for op, word in table.ignored.items()}
    bare = _at(table.bare, sources) if table.bare else None
    return replace(table, weighed=MappingProxyType(weighed), ignored=MappingProxyType(ignored), bare=bare)


def _at(word: Word, sources: Mapping[str, str]) -> Word:
    return word._replace(source=sources[word.source]) if word.source in sources else word
