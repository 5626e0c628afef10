"""One metric of a convention's file: its table, or the sum of others."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from crosscheck.conventions.entries import Entry, left_out, need, rules
from crosscheck.conventions.extension import merged, refuse_repeats, said_of
from crosscheck.conventions.later import Later
from crosscheck.conventions.table import FUNCTIONAL, CallRules, Ignored, MetricTable
from crosscheck.errors import ConventionError

NOTHING: Mapping[str, Any] = MappingProxyType({})
KEYS = {"unit", "label", "functional", "depth", "deeper", "bare"}
CALLS = {"calls", "call"}


def is_sum(told: Entry, parent: MetricTable | None) -> bool:
    """True where a metric adds up others, because it says so or its parent does."""
    return "sum" in told or (parent is not None and bool(parent.parts))


def metric_table(name: str, told: Entry, where: str, parent: MetricTable | None = None) -> MetricTable:
    """The table of one metric, with all that a ``parent`` says and ``told`` does not.

    Raises ConventionError for what nobody would read, or could read in two ways.
    """
    at = f"{where}: {name}"
    odd = set(told) - KEYS - CALLS - {"weigh", "ignore"}
    if odd:
        raise ConventionError(f"{at} has an unknown entry {sorted(odd)[0]!r}")
    found = rules(name, told, where, heir=parent is not None)
    captured = Later(partial(_call_rules, told, at, parent))
    if parent is not None:
        refuse_repeats(told, said_of(parent), at)
        found, told = merged(parent, found, at), {**said_of(parent), **told}
    functional, deeper = _place(told, "functional", at), _place(told, "deeper", at)
    depth = told.get("depth")
    if ("deeper" in told) != (type(depth) is int and depth > 0):
        raise ConventionError(f"{at}: depth, a positive integer, and deeper belong together")
    weighed = MappingProxyType({op: tuple(rows.values()) for op, rows in found.weighed.items()})
    unit, label = need(told, "unit", str, at), need(told, "label", str, at)
    bare = _bare(told, at) or (parent.bare if parent else None)
    ignored = MappingProxyType(found.ignored)
    return MetricTable(name, unit, label, functional, weighed, ignored, depth, deeper, bare, captured=captured)


def _call_rules(told: Entry, at: str, parent: MetricTable | None) -> CallRules | None:
    """The rules for calls, those of a ``parent`` where nothing is told. Raises ConventionError."""
    inherited = parent.calls if parent else None
    if not CALLS & set(told):
        return inherited
    from crosscheck.conventions.calls import call_rules  # knows every call by name, which a described network never needs

    return call_rules(told, at, inherited)


def _place(told: Entry, key: str, at: str) -> str:
    place: str = told.get(key, "layer")
    if place not in FUNCTIONAL:
        raise ConventionError(f"{at}: {key} is {place!r}, not one of {', '.join(FUNCTIONAL)}")
    return place


def sum_table(
    name: str, told: Entry | None, tables: Mapping[str, MetricTable], where: str, parent: MetricTable | None = None
) -> MetricTable:
    """A metric that adds up others; nothing may be ``told`` of one that a ``parent`` has.

    Raises ConventionError where one of the others is not there, or adds up others itself.
    """
    at = f"{where}: {name}"
    inherited = said_of(parent) if parent else {}
    if parent and told is not None:
        refuse_repeats(told, inherited, at)
    told = {**inherited, **(told or {})}
    odd = set(told) - {"unit", "label", "sum"}
    names = need(told, "sum", list, at)
    if odd or len(names) < 2 or len(set(map(str, names))) < len(names):
        raise ConventionError(
            f"{at}: " + (f"{sorted(odd)[0]!r} beside sum" if odd else "sum needs two or more metrics, each once")
        )
    lacking = [part for part in names if part not in tables]
    if lacking:
        raise ConventionError(f"{at}: sum names {lacking[0]!r}, which has no table of its own here")
    label, unit = need(told, "label", str, at), need(told, "unit", str, at)
    return MetricTable(name, unit, label, "layer", NOTHING, NOTHING, parts=tuple(tables[part] for part in names))


def _bare(told: Entry, where: str) -> Ignored | None:
    if "bare" not in told:
        return None
    entry, at = need(told, "bare", dict, where), f"{where}.bare"
    odd = sorted(set(entry) - {"source", "says", "quirk"})
    if odd:
        raise ConventionError(f"{at} has an unknown entry {odd[0]!r}")
    return left_out("", entry, at)
