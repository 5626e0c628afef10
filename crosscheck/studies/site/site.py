"""All that the page shows of a report folder, or of one network of a user's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from crosscheck import __version__, models
from crosscheck.contract.network import CONTAINER
from crosscheck.contract.rows import TOTAL
from crosscheck.contract.traits import Trait, having
from crosscheck.ops.primitives import PRIMITIVES
from crosscheck.studies.site import counts, layers, table, toggles, weights
from crosscheck.studies.site.counts import Counts
from crosscheck.studies.site.layers import LayerRow, Outline
from crosscheck.studies.site.table import Table
from crosscheck.studies.site.terms import UNEVEN
from crosscheck.studies.site.toggles import Toggle
from crosscheck.studies.site.weights import Rules

CELLS = "measurements"
HEADS = ("model", "input")
COMPUTE = {"layer": TOTAL, "metric": "compute", "status": "ok"}


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson as it is written, in Markdown; its first line is its title."""

    name: str
    text: str


@dataclass(frozen=True)
class Explorer:
    """What the explorer computes from: counts, conventions, toggles, what each primitive is in words, and ops of no module."""

    counts: tuple[Counts, ...]
    rules: tuple[Rules, ...]
    toggles: tuple[Toggle, ...]
    primitives: Mapping[str, str]
    wiring: tuple[str, ...]


@dataclass(frozen=True)
class Site:
    """Everything. ``own`` is the record of a user's network; without a report there are no tables, outlines and layers."""

    version: str
    explorer: Explorer
    tables: tuple[Table, ...] = ()
    outlines: tuple[Outline, ...] = ()
    layers: tuple[LayerRow, ...] = ()
    lessons: tuple[Lesson, ...] = ()
    own: Mapping[str, Any] | None = None
    versions: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def computed(self) -> tuple[Mapping[str, str], ...]:
        """The measured cells that are what a tool says of a whole network's compute, by field."""
        if (cells := _cells(self.tables)) is None:
            return ()
        wanted = [(cells.place(name), value) for name, value in COMPUTE.items()]
        found = (row for row in cells.rows if all(row[k] == value for k, value in wanted))
        return tuple(dict(zip(cells.fields, row, strict=True)) for row in found)

    @property
    def ratios(self) -> tuple[tuple[str, str, float], ...]:
        """Tool, network, and the tool's compute over the network's MACs, of every whole network that was counted."""
        macs = {o.name: o.macs for o in self.outlines}
        named = ((f"{r['tool']} {r['tool_version']}", r["model"], int(r["value"])) for r in self.computed)
        return tuple((tool, network, value / macs[network]) for tool, network, value in named if macs.get(network))


def explorer(names: tuple[str, ...] | None = None, *, own_size: bool = False) -> Explorer:
    """The explorer of every described network, or of some, at any input size or at their own alone."""
    counted = counts.described(names, own_size=own_size)
    rules = weights.conventions()
    present = {(op, p) for c in counted for _, _, op, p in c.form.keys} | {(CONTAINER, p) for p in UNEVEN}
    used = {p for _, p in present} | {w.primitive for r in rules for m in r.metrics.values() for w in m.weighings}
    words = {name: says for name, says in PRIMITIVES.items() if name in used}
    return Explorer(counted, rules, toggles.toggles(rules, present), words, tuple(sorted(having(Trait.WIRING))))


def report(folder: Path, lessons: Path | None = None, *, own_size: bool = False) -> Site:
    """The page of a report folder; ``own_size`` leaves other input sizes out. Raises UsageError where it has no tables."""
    tables = table.load(folder)
    cells = _cells(tables)
    asked = _networks(cells) if cells else ()
    outlines, rows = layers.outlines(asked)
    taught = tuple(Lesson(p.stem, p.read_text(encoding="utf-8")) for p in sorted(lessons.glob("*.md"))) if lessons else ()
    return Site(
        __version__, explorer(own_size=own_size), tables, outlines, rows, taught, versions=_versions(cells) if cells else {}
    )


def _cells(tables: Sequence[Table]) -> Table | None:
    """The table of what was measured."""
    return next((t for t in tables if t.name == CELLS), None)


def _networks(cells: Table) -> tuple[tuple[str, str], ...]:
    model, shape = (cells.place(name) for name in HEADS)
    return tuple(dict.fromkeys((row[model], row[shape]) for row in cells.rows))


def _versions(cells: Table) -> dict[str, str]:
    """The version of every tool that gave a number."""
    tool, version, layer = (cells.place(name) for name in ("tool", "tool_version", "layer"))
    return {row[tool]: row[version] for row in cells.rows if row[layer] == TOTAL and row[version]}


def own(record: Mapping[str, Any]) -> Site:
    """The page of a user's network, from its ``record`` as JSON has it; beside it the explorer of the default networks."""
    return Site(__version__, explorer(models.DEFAULT_SET, own_size=True), own=record)


def alone() -> Site:
    """The explorer without a report."""
    return Site(__version__, explorer())
