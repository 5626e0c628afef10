"""Entries of a convention's file, checked: what it says of each op under ``weigh`` and ``ignore``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from crosscheck.contract.network import CONTAINER
from crosscheck.conventions.table import Ignored, Weight
from crosscheck.errors import ConventionError
from crosscheck.ops.described import OPS
from crosscheck.ops.files import FAMILIES, FILE_OPS, members
from crosscheck.ops.other import OTHER_OPS
from crosscheck.ops.papers import PAPER_OPS
from crosscheck.ops.primitives import PRIMITIVES

INSTEAD = "instead_of"  # primitives that an inherited weight no longer stands for, beside the weights that do
Entry = Mapping[str, Any]
Weights = dict[str, dict[str, Weight]]  # by op and primitive


@dataclass(frozen=True)
class Rules:
    """What a metric says of ops: weights by op and primitive, ops left out on purpose, and inherited weights that go."""

    weighed: Weights
    ignored: dict[str, Ignored]
    gone: frozenset[tuple[str, str]] = frozenset()


def need(data: Entry, key: str, kind: type, where: str) -> Any:
    """The value under a key. Raises ConventionError where it is missing or of another kind."""
    if not isinstance(data.get(key), kind):
        raise ConventionError(f"{where}: {key!r} is missing or not a {kind.__name__}")
    return data[key]


def rules(name: str, data: Entry, where: str, *, heir: bool) -> Rules:
    """What the metric ``name`` says of ops; an ``heir`` extends another convention. Raises ConventionError."""
    keys = {"ops", "source", "says", "quirk"}
    weigh = _entries(name, data, "weigh", keys | ({"weights", INSTEAD} if heir else {"weights"}), where)
    ignore = _entries(name, data, "ignore", keys, where)
    spread = _spread([*weigh, *ignore], f"{where}: {name}")
    first, later = spread[: len(weigh)], spread[len(weigh) :]
    found = Rules(_weighed(first, f"{where}: {name}.weigh"), _ignored(later, f"{where}: {name}.ignore"), _gone(first, where))
    both = sorted(set(found.weighed) & set(found.ignored))
    unknown = sorted({*found.weighed, *found.ignored} - {*OPS, *PAPER_OPS, *FILE_OPS, *OTHER_OPS, CONTAINER})
    if both or unknown:
        problem = f"{both[0]!r} is weighed and ignored" if both else f"{unknown[0]!r} is no op"
        raise ConventionError(f"{where}: {name}: {problem}")
    return found


def left_out(op: str, entry: Entry, at: str) -> Ignored:
    """Why something is left out, as an entry says."""
    return Ignored(op, need(entry, "source", str, at), need(entry, "says", str, at), entry.get("quirk", ""))


def _entries(name: str, data: Entry, key: str, known: set[str], where: str) -> list[dict[str, Any]]:
    """The tables under ``weigh`` or ``ignore``. Raises ConventionError for entries that nobody would read."""
    found = data.get(key, [])
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise ConventionError(f"{where}: {name}: {key} must be a list of tables, written [[{name}.{key}]]")
    for entry in found:
        odd = sorted(set(entry) - known)
        if odd:
            raise ConventionError(f"{where}: {name}.{key} {entry.get('ops')} has an unknown entry {odd[0]!r}")
    return found


def _spread(entries: list[dict[str, Any]], where: str) -> list[dict[str, Any]]:
    """The entries with ``@family`` replaced by the ops of that family that no entry names itself."""
    named = {op for entry in entries for op in entry.get("ops", ()) if isinstance(op, str)}
    spread = []
    for entry in entries:
        ops: list[Any] = []
        for op in need(entry, "ops", list, where):
            family = op.removeprefix("@") if isinstance(op, str) and op.startswith("@") else None
            if family is not None and family not in FAMILIES:
                raise ConventionError(f"{where}: {op!r} is no family of ops. Hint: known: {', '.join(FAMILIES)}")
            ops += [op] if family is None else [m for m in members(family) if m not in named]
        spread.append(entry | {"ops": ops})
    return spread


def _weighed(entries: list[dict[str, Any]], where: str) -> Weights:
    found: Weights = {}
    for entry in entries:
        at = f"{where} {entry['ops']}"
        for w in weights(entry, at):
            rows = found.setdefault(w.op, {})
            if w.primitive in rows:
                raise ConventionError(f"{at}: {w.primitive!r} of {w.op!r} is weighed twice")
            rows[w.primitive] = w
    return found


def weights(entry: Entry, at: str) -> Iterator[Weight]:
    """A weight for each op and primitive of an entry."""
    charges = need(entry, "weights", dict, at)
    for primitive, weight in charges.items():
        if primitive not in PRIMITIVES or type(weight) is not int:
            raise ConventionError(f"{at}: {primitive!r} is no primitive or its weight {weight!r} is no integer")
    source, says, quirk = need(entry, "source", str, at), need(entry, "says", str, at), entry.get("quirk", "")
    return (Weight(op, primitive, weight, source, says, quirk) for op in entry["ops"] for primitive, weight in charges.items())


def _ignored(entries: list[dict[str, Any]], where: str) -> dict[str, Ignored]:
    found: dict[str, Ignored] = {}
    for entry in entries:
        at = f"{where} {entry['ops']}"
        for op in entry["ops"]:
            if op in found:
                raise ConventionError(f"{at}: {op!r} is ignored twice")
            found[op] = left_out(op, entry, at)
    return found


def _gone(entries: list[dict[str, Any]], where: str) -> frozenset[tuple[str, str]]:
    """Pairs of op and primitive whose inherited weights no longer hold."""
    told = [(entry["ops"], need({INSTEAD: [], **entry}, INSTEAD, list, where)) for entry in entries]
    return frozenset((op, primitive) for ops, primitives in told for op in ops for primitive in primitives)
