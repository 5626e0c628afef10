"""How the check of what frameworks built looks: the table in a terminal, ``architecture.md`` and ``architecture.csv``."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from rich import box
from rich.markup import escape
from rich.table import Table

from crosscheck.diff import SPELLING
from crosscheck.report.pages.compare import table
from crosscheck.report.pages.legacy import console
from crosscheck.studies.architecture import DESCRIBED, DIFFERS, FAILED, SAME, SKIPPED, VERDICTS, WRITTEN, Built, Check

SIGNS = {SAME: "✓", WRITTEN: "✓~", DIFFERS: "≠", FAILED: "✗", SKIPPED: "–"}
COLOURS = {SAME: "green", WRITTEN: "green", DIFFERS: "bold red", FAILED: "bold red", SKIPPED: "dim"}
INTRO = """\
Every framework built every network; each was run once and watched: every call of a native layer, and every function called
outside of one, with the settings that the native object has (kernel, stride, padding, groups, bias, epsilon …), the shapes that
went in and came out (neutral order N, C, H, W), and the elements of its tensors. Nothing of the description goes into that.
Each network that was seen is set against its description, and against what the other frameworks built: layers are aligned in
order of execution, and every difference is told in words."""


def rows(built: Built) -> list[dict[str, Any]]:
    """One row a check and difference, one row a check without any."""
    found = []
    for c in built.checks:
        head = {
            "model": c.model,
            "input": c.input,
            "here": c.here,
            "there": c.there,
            "verdict": c.verdict,
            "layers": c.layers,
            "macs": c.total.macs,
            "parameters": c.total.params,
            "running_statistics": c.total.stats,
        }
        told: list[tuple[str, str]] = [(d.cause, d.says) for d in c.differences] or [("", "")]
        found += [head | {"cause": cause, "difference": says, "message": c.message} for cause, says in told]
    return found


def _networks(built: Built) -> list[tuple[str, str]]:
    return list(dict.fromkeys((c.model, c.input) for c in built.checks))


def _columns(built: Built) -> list[tuple[str, str]]:
    """Pairs of sides: first every framework against the description, then frameworks against one another."""
    pairs = dict.fromkeys((c.here, c.there) for c in built.checks)
    return sorted(pairs, key=lambda p: p[0] != DESCRIBED)


def _head(pair: tuple[str, str]) -> str:
    return pair[1] if pair[0] == DESCRIBED else " = ".join(pair)


def show(built: Built) -> None:
    """The grid in a terminal, and what the signs mean."""
    out, columns = console(), _columns(built)
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    grid.add_column("network", no_wrap=True)
    grid.add_column("layers", justify="right")
    grid.add_column("parameters", justify="right")
    for k, _ in enumerate(columns, 1):
        grid.add_column(str(k), justify="center", no_wrap=True)
    by = {(c.model, c.input, c.here, c.there): c for c in built.checks}
    for network in _networks(built):
        checks = [by.get((*network, *pair)) for pair in columns]
        first = next((c for c in checks if c and c.layers), None)
        signs = [f"[{COLOURS[c.verdict]}]{SIGNS[c.verdict]}[/]" if c else "" for c in checks]
        counts = (f"{first.layers:,}", f"{first.total.params:,}") if first else ("", "")
        grid.add_row(f"{escape(network[0])} [dim]{network[1]}[/]", *counts, *signs)
    out.print(grid)
    for k, pair in enumerate(columns, 1):
        out.print(f"[bold]{k}[/bold] {escape(_told(pair))}", highlight=False)
    for verdict in dict.fromkeys(c.verdict for c in built.checks):
        out.print(f"  [{COLOURS[verdict]}]{SIGNS[verdict]}[/]  {VERDICTS[verdict]}", highlight=False)


def _told(pair: tuple[str, str]) -> str:
    return f"{pair[1]} against the description" if pair[0] == DESCRIBED else f"{pair[0]} against {pair[1]}"


def describe(built: Built) -> list[str]:
    """What does not agree, one line a check."""
    lines = []
    for c in built.checks:
        if c.verdict not in (SAME, WRITTEN):
            why = [d.says for d in c.differences if d.cause != SPELLING]
            lines.append(f"{c.verdict}: {c.model} {c.input}, {c.here} × {c.there}: {'; '.join([*why, c.message]).strip('; ')}")
    return lines


def files(built: Built) -> dict[str, str]:
    """``architecture.md`` and ``architecture.csv`` by name."""
    text, data = io.StringIO(), rows(built)
    writer = csv.DictWriter(text, list(data[0]) if data else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(data)
    return {"architecture.md": _markdown(built), "architecture.csv": text.getvalue()}


def _markdown(built: Built) -> str:
    columns = _columns(built)
    by = {(c.model, c.input, c.here, c.there): c for c in built.checks}
    body = []
    for network in _networks(built):
        checks = [by.get((*network, *pair)) for pair in columns]
        described = [c for c in checks if c and c.here == DESCRIBED and c.layers]
        params = {c.total.params for c in described}
        counts = [" / ".join(f"{n:,}" for n in sorted(values)) for values in (params, {c.total.macs for c in described})]
        body.append([*network, *counts, *(_cell(c) for c in checks)])
    same = sum(c.verdict in (SAME, WRITTEN) for c in built.checks)
    odd = [
        [c.model, c.input, c.here, c.there, c.verdict, c.message or "; ".join(d.says for d in c.differences)]
        for c in built.checks
        if c.verdict not in (SAME, WRITTEN)
    ]
    parts = [
        "# What every framework really built",
        INTRO,
        f"{len(built.checks)} comparisons, {same} find the same architecture.",
        "## Networks",
        "Parameters and MACs are those of the layers that were seen; a number beside a sign counts calls that ran.",
        table(["network", "input", "parameters", "MACs", *map(_head, columns)], body, "llrr" + "c" * len(columns)),
        "\n".join(f"- `{SIGNS[v]}` {says}" for v, says in VERDICTS.items()),
        "## Written otherwise",
        _spelling(built.checks),
        "## What does not agree",
        table(["network", "input", "here", "there", "verdict", "where"], odd, "llllll") or "Nothing.",
        "## Versions",
        "\n".join(f"- `{name}` {version}" for name, version in built.versions.items()),
    ]
    return "\n\n".join(parts) + "\n"


def _cell(c: Check | None) -> str:
    if c is None:
        return ""
    return f"{SIGNS[c.verdict]} {c.layers:,}" if c.here == DESCRIBED and c.layers else SIGNS[c.verdict]


def _spelling(checks: Sequence[Check]) -> str:
    """What frameworks write otherwise than the description, each saying once with the networks that it holds for."""
    told: dict[tuple[str, str], list[str]] = {}
    for c in checks:
        for d in c.differences:
            if d.cause == SPELLING and c.here == DESCRIBED:
                told.setdefault((c.there, d.says), []).append(c.model)
    body = [[framework, says, ", ".join(dict.fromkeys(names))] for (framework, says), names in told.items()]
    return table(["framework (there)", "what", "networks"], body, "lll") or "Nothing."
