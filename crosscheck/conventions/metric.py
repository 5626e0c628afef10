"""One metric of a convention's file: its table, or the sum of others."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from crosscheck.contract.network import CONTAINER
from crosscheck.conventions.entries import entries, need, spread
from crosscheck.conventions.table import FUNCTIONAL, Ignored, MetricTable, Weight
from crosscheck.errors import ConventionError
from crosscheck.ops.described import OPS
from crosscheck.ops.files import FILE_OPS
from crosscheck.ops.papers import PAPER_OPS
from crosscheck.ops.primitives import PRIMITIVES


def metric_table(name: str, data: Mapping[str, Any], where: str) -> MetricTable:
    """The table of one metric. Raises ConventionError for what nobody would read, or could read in two ways."""
    weighed: dict[str, list[Weight]] = {}
    ignored: dict[str, Ignored] = {}
    odd = set(data) - {"unit", "label", "functional", "depth", "deeper", "bare", "weigh", "ignore"}
    if odd:
        raise ConventionError(f"{where}: {name} has an unknown entry {sorted(odd)[0]!r}")
    weigh = entries(name, data, "weigh", {"ops", "weights", "source", "says", "quirk"}, where)
    ignore = entries(name, data, "ignore", {"ops", "source", "says", "quirk"}, where)
    rows_of = spread([*weigh, *ignore], f"{where}: {name}")
    for entry in rows_of[: len(weigh)]:
        at = f"{where}: {name}.weigh {entry.get('ops')}"
        for op in need(entry, "ops", list, at):
            for primitive, weight in need(entry, "weights", dict, at).items():
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
                        need(entry, "source", str, at),
                        need(entry, "says", str, at),
                        entry.get("quirk", ""),
                    )
                )
    for entry in rows_of[len(weigh) :]:
        at = f"{where}: {name}.ignore {entry.get('ops')}"
        for op in need(entry, "ops", list, at):
            if op in ignored:
                raise ConventionError(f"{at}: {op!r} is ignored twice")
            ignored[op] = Ignored(op, need(entry, "source", str, at), need(entry, "says", str, at), entry.get("quirk", ""))
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
        need(data, "unit", str, f"{where}: {name}"),
        need(data, "label", str, f"{where}: {name}"),
        places["functional"],
        MappingProxyType({op: tuple(rows) for op, rows in weighed.items()}),
        MappingProxyType(ignored),
        depth,
        places["deeper"],
        _bare(name, data, where),
    )


def sum_table(name: str, data: Mapping[str, Any], tables: Mapping[str, MetricTable], where: str) -> MetricTable:
    """A metric that adds up others. Raises ConventionError where one of them is not there, or adds up others itself."""
    at = f"{where}: {name}"
    odd = set(data) - {"unit", "label", "sum"}
    names = need(data, "sum", list, at)
    if odd or len(names) < 2 or len(set(map(str, names))) < len(names):
        raise ConventionError(
            f"{at}: " + (f"{sorted(odd)[0]!r} beside sum" if odd else "sum needs two or more metrics, each once")
        )
    lacking = [part for part in names if part not in tables]
    if lacking:
        raise ConventionError(f"{at}: sum names {lacking[0]!r}, which has no table of its own here")
    label, unit = need(data, "label", str, at), need(data, "unit", str, at)
    nothing: Mapping[str, Any] = MappingProxyType({})
    return MetricTable(name, unit, label, "layer", nothing, nothing, parts=tuple(tables[part] for part in names))


def _bare(name: str, data: Mapping[str, Any], where: str) -> Ignored | None:
    if "bare" not in data:
        return None
    entry = need(data, "bare", dict, f"{where}: {name}")
    at = f"{where}: {name}.bare"
    odd = sorted(set(entry) - {"source", "says", "quirk"})
    if odd:
        raise ConventionError(f"{at} has an unknown entry {odd[0]!r}")
    return Ignored("", need(entry, "source", str, at), need(entry, "says", str, at), entry.get("quirk", ""))
