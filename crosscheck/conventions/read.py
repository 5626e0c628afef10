"""Conventions, read from one TOML table a tool (and a version range of it), and judged."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from crosscheck.contract.network import CONTAINER
from crosscheck.contract.rows import METRICS
from crosscheck.conventions.by_op import KEY, expand
from crosscheck.conventions.table import FUNCTIONAL, Convention, Ignored, MetricTable, Weight
from crosscheck.errors import ConventionError, UnknownNameError, UsageError
from crosscheck.ops.described import OPS
from crosscheck.ops.files import FAMILIES, FILE_OPS, members
from crosscheck.ops.papers import PAPER_OPS
from crosscheck.ops.primitives import PRIMITIVES

FOLDER = Path(__file__).parent
CAFFE = "caffe"  # the framework of conventions that count networks as Caffe sets them up, and no others


def _need(data: Mapping[str, Any], key: str, kind: type, where: str) -> Any:
    if not isinstance(data.get(key), kind):
        raise ConventionError(f"{where}: {key!r} is missing or not a {kind.__name__}")
    return data[key]


def _entries(name: str, data: Mapping[str, Any], key: str, known: set[str], where: str) -> list[dict[str, Any]]:
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
        for op in _need(entry, "ops", list, where):
            family = op.removeprefix("@") if isinstance(op, str) and op.startswith("@") else None
            if family is not None and family not in FAMILIES:
                raise ConventionError(f"{where}: {op!r} is no family of ops. Hint: known: {', '.join(FAMILIES)}")
            ops += [op] if family is None else [m for m in members(family) if m not in named]
        spread.append(entry | {"ops": ops})
    return spread


def _metric(name: str, data: Mapping[str, Any], where: str) -> MetricTable:
    weighed: dict[str, list[Weight]] = {}
    ignored: dict[str, Ignored] = {}
    odd = set(data) - {"unit", "label", "functional", "depth", "deeper", "bare", "weigh", "ignore"}
    if odd:
        raise ConventionError(f"{where}: {name} has an unknown entry {sorted(odd)[0]!r}")
    weigh = _entries(name, data, "weigh", {"ops", "weights", "source", "says", "quirk"}, where)
    ignore = _entries(name, data, "ignore", {"ops", "source", "says", "quirk"}, where)
    spread = _spread([*weigh, *ignore], f"{where}: {name}")
    for entry in spread[: len(weigh)]:
        at = f"{where}: {name}.weigh {entry.get('ops')}"
        for op in _need(entry, "ops", list, at):
            for primitive, weight in _need(entry, "weights", dict, at).items():
                if primitive not in PRIMITIVES or type(weight) is not int:
                    raise ConventionError(f"{at}: {primitive!r} is no primitive or its weight {weight!r} is no integer")
                rows = weighed.setdefault(op, [])
                if any(r.primitive == primitive for r in rows):
                    raise ConventionError(f"{at}: {primitive!r} of {op!r} is weighed twice")
                rows.append(
                    Weight(
                        op,
                        primitive,
                        weight,
                        _need(entry, "source", str, at),
                        _need(entry, "says", str, at),
                        entry.get("quirk", ""),
                    )
                )
    for entry in spread[len(weigh) :]:
        at = f"{where}: {name}.ignore {entry.get('ops')}"
        for op in _need(entry, "ops", list, at):
            if op in ignored:
                raise ConventionError(f"{at}: {op!r} is ignored twice")
            ignored[op] = Ignored(op, _need(entry, "source", str, at), _need(entry, "says", str, at), entry.get("quirk", ""))
    both = set(weighed) & set(ignored)
    unknown = (set(weighed) | set(ignored)) - {*OPS, *PAPER_OPS, *FILE_OPS, CONTAINER}
    if both or unknown:
        problem = f"{sorted(both)[0]!r} is weighed and ignored" if both else f"{sorted(unknown)[0]!r} is no op"
        raise ConventionError(f"{where}: {name}: {problem}")
    places = {key: data.get(key, "layer") for key in ("functional", "deeper")}
    for key, place in places.items():
        if place not in FUNCTIONAL:
            raise ConventionError(f"{where}: {name}: {key} is {place!r}, not one of {', '.join(FUNCTIONAL)}")
    depth = data.get("depth")
    if ("deeper" in data) != (type(depth) is int and depth > 0):
        raise ConventionError(f"{where}: {name}: depth, a positive integer, and deeper belong together")
    return MetricTable(
        name,
        _need(data, "unit", str, f"{where}: {name}"),
        _need(data, "label", str, f"{where}: {name}"),
        places["functional"],
        MappingProxyType({op: tuple(rows) for op, rows in weighed.items()}),
        MappingProxyType(ignored),
        depth,
        places["deeper"],
        _bare(name, data, where),
    )


def _sum(name: str, data: Mapping[str, Any], tables: Mapping[str, MetricTable], where: str) -> MetricTable:
    """A metric that adds up others. Raises ConventionError where one of them is not there, or adds up others itself."""
    at = f"{where}: {name}"
    odd = set(data) - {"unit", "label", "sum"}
    names = _need(data, "sum", list, at)
    if odd or len(names) < 2 or len(set(map(str, names))) < len(names):
        raise ConventionError(
            f"{at}: " + (f"{sorted(odd)[0]!r} beside sum" if odd else "sum needs two or more metrics, each once")
        )
    lacking = [part for part in names if part not in tables]
    if lacking:
        raise ConventionError(f"{at}: sum names {lacking[0]!r}, which has no table of its own here")
    label, unit = _need(data, "label", str, at), _need(data, "unit", str, at)
    nothing: Mapping[str, Any] = MappingProxyType({})
    return MetricTable(name, unit, label, "layer", nothing, nothing, parts=tuple(tables[part] for part in names))


def _bare(name: str, data: Mapping[str, Any], where: str) -> Ignored | None:
    if "bare" not in data:
        return None
    entry = _need(data, "bare", dict, f"{where}: {name}")
    at = f"{where}: {name}.bare"
    odd = sorted(set(entry) - {"source", "says", "quirk"})
    if odd:
        raise ConventionError(f"{at} has an unknown entry {odd[0]!r}")
    return Ignored("", _need(entry, "source", str, at), _need(entry, "says", str, at), entry.get("quirk", ""))


def parse(text: str, where: str) -> Convention:
    """A convention from TOML text; ``where`` names the file in errors. Raises ConventionError."""
    try:
        read = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConventionError(f"{where}: not valid TOML: {error}") from None
    data = expand(read, where)
    head = {key: _need(data, key, str, where) for key in ("id", "title", "tool", "framework", "package", "versions", "says")}
    for key in ("edition_of", "scope"):
        head[key] = _need({key: "", **data}, key, str, where)
    if head["scope"] not in ("", "described") or (head["scope"] and head["framework"]):
        raise ConventionError(f"{where}: scope is {head['scope']!r}: 'described', for one of the engine's own, or left out")
    names = [key for key in data if key not in head]
    odd = [name for name in names if name not in METRICS]
    if odd or not names:
        raise ConventionError(f"{where}: " + (f"unknown metric {odd[0]!r}" if odd else "no metric"))
    bad = next((n for n in names if not isinstance(data[n], dict)), None)
    if bad:
        raise ConventionError(f"{where}: {bad} is not a table, written [{bad}]")
    tables = {n: _metric(n, data[n], where) for n in names if "sum" not in data[n]}
    sums = {n: _sum(n, data[n], tables, where) for n in names if "sum" in data[n]}
    return Convention(**head, by_op=KEY in read, metrics=MappingProxyType({n: (tables | sums)[n] for n in names}))


@cache
def load(id: str) -> Convention:
    """The convention called ``id``. Raises UnknownNameError and ConventionError."""
    path = FOLDER / f"{id}.toml"
    if id not in ids():
        raise UnknownNameError("convention", id, ids())
    convention = parse(path.read_text(encoding="utf-8"), f"crosscheck/conventions/{path.name}")
    if convention.id != id:
        raise ConventionError(f"crosscheck/conventions/{path.name}: its id is {convention.id!r}, which is not the file's name")
    return convention


def of_described(id: str) -> Convention:
    """The convention called ``id``, for a network that is described here. Raises UsageError for one of Caffe files alone."""
    found = load(id)
    if found.framework == CAFFE:
        raise UsageError(
            f"convention {id!r} counts what Caffe sets up: data, losses and splits too. Hint: crosscheck caffe FILE.prototxt"
        )
    return found


@cache
def ids() -> tuple[str, ...]:
    """Ids of all conventions, sorted."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))
