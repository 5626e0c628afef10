"""Conventions: how one tool weighs each primitive, read from one TOML table a tool (and a version range of it), and judged.

An op is weighed, ignored on purpose, or unknown; unknown is an error that names the op and the file to edit.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from crosscheck.contract.network import CONTAINER
from crosscheck.contract.rows import METRICS
from crosscheck.conventions.by_op import KEY, expand
from crosscheck.errors import ConventionError, UnknownNameError, UsageError
from crosscheck.ops.described import OPS
from crosscheck.ops.files import FAMILIES, FILE_OPS, members
from crosscheck.ops.papers import PAPER_OPS
from crosscheck.ops.primitives import PRIMITIVES

FUNCTIONAL = ("layer", "container", "ignored")
FOLDER = Path(__file__).parent
CAFFE = "caffe"  # the framework of conventions that count networks as Caffe sets them up, and no others


@dataclass(frozen=True, slots=True)
class Weight:
    """One weight: what a convention charges for one unit of ``primitive`` in ``op``, and the source line that says so."""

    op: str
    primitive: str
    weight: int
    source: str
    says: str
    quirk: str = ""


@dataclass(frozen=True, slots=True)
class Ignored:
    """An op that a convention leaves out on purpose, and the source line that says so."""

    op: str
    source: str
    says: str
    quirk: str = ""


@dataclass(frozen=True)
class MetricTable:
    """All that a convention says about one metric, in the tool's own ``unit`` and under the tool's own ``label``.

    ``functional`` tells where a call without a module of its own goes: to its ``layer`` like any other, to its ``container``,
    which then has no row of its own (so that only the total has it), or nowhere (``ignored``). ``deeper`` tells the same of
    what is nested deeper than ``depth``, where a tool looks no further. ``parts``, written ``sum = [metric, …]`` in place of all
    that, are the tables of other metrics whose numbers are added up. ``bare``, written ``[compute.bare]`` with ``source``,
    ``says`` and ``quirk``, tells why a tool sees nothing of a network that is one layer without a container; None where it
    sees that layer like any other.
    """

    metric: str
    unit: str
    label: str
    functional: str
    weighed: Mapping[str, tuple[Weight, ...]]
    ignored: Mapping[str, Ignored]
    depth: int | None = None
    deeper: str = "layer"
    bare: Ignored | None = None
    parts: tuple[MetricTable, ...] = ()

    @property
    def tables(self) -> tuple[MetricTable, ...]:
        """The tables that say what is charged: its parts, or itself where it has none."""
        return self.parts or (self,)

    def knows(self, op: str) -> bool:
        """True where every table has a word on the op."""
        return all(op in t.weighed or op in t.ignored for t in self.tables)

    def place(self, kind: str, depth: int) -> str:
        """Where something goes whose module, if any, is ``depth`` deep, 0 being the whole network: layer, container or ignored.

        ``kind`` is ``layer``, ``functional`` for a call without a module, or ``container``.
        """
        if depth == 0 and self.bare is not None:
            return "ignored"
        if (kind == "functional" and self.functional != "layer") or (kind == self.functional == "container"):
            return self.functional
        return self.deeper if self.depth is not None and depth > self.depth else "layer"

    def weights(self, op: str, convention: str, layer: str = "") -> tuple[Weight, ...]:
        """The weights of one op, none where it is ignored on purpose; raises ConventionError for an unknown op."""
        found = self.weighed.get(op)
        if found is not None:
            return found
        if op in self.ignored:
            return ()
        where = f" (layer {layer!r})" if layer else ""
        if op in PAPER_OPS:
            raise ConventionError(
                f"convention {convention!r} cannot meet op {op!r}{where}: no framework has such a layer. "
                "Hint: count it by one of the engine's own conventions, e.g. mac"
            )
        raise ConventionError(
            f"convention {convention!r} says nothing about op {op!r}{where} for {self.metric}. "
            f"Hint: add it under {self.metric}.weigh or {self.metric}.ignore in crosscheck/conventions/{convention}.toml"
        )


@dataclass(frozen=True)
class Convention:
    """How one tool counts: a table per metric. ``versions`` is the range of ``package`` that it holds for.

    ``scope`` is ``described`` for one of the engine's own that says nothing about ops that only files have. ``edition_of`` names
    the convention of the same tool's newest versions, where this one is of older ones. ``by_op`` is True where the file says of
    each op what it costs under every metric.
    """

    id: str
    title: str
    tool: str
    framework: str
    package: str
    versions: str
    says: str
    metrics: Mapping[str, MetricTable]
    edition_of: str = ""
    scope: str = ""
    by_op: bool = False

    @property
    def reads_onnx(self) -> bool:
        """True where it has a word on what ONNX files hold: of tools that count them, and of most of the engine's own."""
        return self.framework == "onnx" or not (self.framework or self.scope)

    def table(self, metric: str) -> MetricTable:
        """The table of one metric; raises ConventionError where the tool does not give it."""
        if metric not in self.metrics:
            raise ConventionError(f"convention {self.id!r} has no {metric}. Hint: it has {', '.join(self.metrics)}")
        return self.metrics[metric]


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
