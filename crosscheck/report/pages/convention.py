"""A convention on one screen: a row per weight, what is ignored, quirks, versions and source lines."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from rich import box
from rich.markup import escape
from rich.table import Table

from crosscheck.contract.network import CONTAINER
from crosscheck.conventions.table import Convention, Ignored, MetricTable, Weight
from crosscheck.ops.described import vocabulary
from crosscheck.ops.files import FAMILIES, members
from crosscheck.report.pages.legacy import console


def _rules(table: MetricTable) -> Iterator[tuple[list[str], list[Weight]]]:
    """Ops that are weighed alike, with their weights, in the order of the file."""
    groups: dict[tuple[tuple[str, int, str, str], ...], tuple[list[str], list[Weight]]] = {}
    for op, weights in table.weighed.items():
        key = tuple((w.primitive, w.weight, w.source, w.quirk) for w in weights)
        groups.setdefault(key, ([], list(weights)))[0].append(op)
    yield from groups.values()


def _skips(table: MetricTable) -> Iterator[tuple[list[str], Ignored]]:
    groups: dict[tuple[str, str], tuple[list[str], Ignored]] = {}
    for op, entry in table.ignored.items():
        groups.setdefault((entry.source, entry.says), ([], entry))[0].append(op)
    yield from groups.values()


def _names(ops: list[str]) -> str:
    """Ops by name, and a whole family of ops from files as one: ``@unary (39 ops)``."""
    whole = {f: found for f in FAMILIES if len(found := members(f)) > 1 and set(found) <= set(ops)}
    inside = {op for found in whole.values() for op in found}
    return ", ".join([*(op for op in ops if op not in inside), *(f"@{f} ({len(found)} ops)" for f, found in whole.items())])


def _formula(weights: list[Weight]) -> str:
    parts = [
        f"{'-' if w.weight < 0 else '+'} {'' if abs(w.weight) == 1 else f'{abs(w.weight)} × '}{w.primitive}"
        for w in weights
        if w.weight
    ]
    return " ".join(parts).removeprefix("+ ") or "0"


def _by_op(c: Convention) -> Iterator[tuple[list[str], str, str, str]]:
    """Ops that one entry speaks of, in the order of the vocabulary; what it charges under every metric, why, and its source."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    plain = [t for t in c.metrics.values() if not t.parts]
    for op in (*vocabulary(c.framework, c.scope), CONTAINER):
        charges = "; ".join(f"{t.metric}: {_formula(list(t.weighed[op]))}" for t in plain if op in t.weighed)
        entry = next((t.weighed[op][0] for t in plain if op in t.weighed), None) or plain[0].ignored[op]
        groups.setdefault((charges or "0", entry.says, entry.source), []).append(op)
    for (charges, says, source), ops in groups.items():
        yield ops, charges, says, source


def _sum(table: MetricTable) -> str:
    return f"{table.metric}: {_unit(table)} = {' + '.join(part.metric for part in table.parts)}"


def _unit(table: MetricTable) -> str:
    per_mac = next((w.weight for w in table.weighed.get("conv", ()) if w.primitive == "mac"), None)
    return f"“{table.label}”, in {table.unit}" + (f"; one MAC is {per_mac}" if per_mac and table.metric == "compute" else "")


def show(c: Convention, output: str) -> None:
    """Print a convention as a table, Markdown or JSON."""
    if output == "json":
        sys.stdout.write(json.dumps(_json(c), indent=2, ensure_ascii=False) + "\n")
    elif output == "markdown":
        sys.stdout.write("\n".join(_markdown(c)) + "\n")
    else:
        _terminal(c)


def _head(c: Convention) -> str:
    if c.tool:
        return f"{c.title}: {c.framework}, {c.package} {c.versions}"
    return (
        f"{c.title}: predicted for networks of {c.framework}, nothing is run" if c.framework else f"{c.title}: the engine's own"
    )


def _about(c: Convention) -> list[str]:
    """What it says as a whole, and the convention that it extends, a line each."""
    return [c.says, *([f"It extends {c.extends}: what its file does not say otherwise is said there."] if c.extends else [])]


def _terminal(c: Convention) -> None:
    out = console()
    out.print(f"[bold]{escape(_head(c))}[/bold]", highlight=False)
    for line in _about(c):
        out.print(escape(line), highlight=False)
    if c.by_op:
        shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        shown.add_column("op", overflow="fold", max_width=20)
        shown.add_column("charged", overflow="fold", max_width=40)
        shown.add_column("where it is written", style="dim", overflow="fold")
        for ops, charges, _, source in _by_op(c):
            shown.add_row(", ".join(ops), escape(charges), escape(source))
        out.print(shown)
        sums = [t for t in c.metrics.values() if t.parts]
        names = ", ".join(f"{t.metric} ({t.label})" for t in c.metrics.values() if not t.parts)
        for line in (names, *map(_sum, sums), "Why each is charged so: --format markdown"):
            out.print(escape(line), highlight=False)
        return
    for metric, table in c.metrics.items():
        if table.parts:
            out.print(f"[bold]{escape(_sum(table))}[/bold]\n", highlight=False)
            continue
        shown = Table(
            title=f"{metric}: {_unit(table)}", title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False
        )
        shown.add_column("op", overflow="fold", max_width=24)
        shown.add_column("charged", overflow="fold", max_width=30)
        shown.add_column("why, and where it is written", overflow="fold")
        for ops, weights in _rules(table):
            sources = dict.fromkeys(w.source for w in weights)
            says = dict.fromkeys([*(w.says for w in weights), *(f"! {w.quirk}" for w in weights if w.quirk)])
            shown.add_row(_names(ops), _formula(weights), f"{escape('; '.join(says))}\n[dim]{escape('; '.join(sources))}[/dim]")
        for ops, entry in _skips(table):
            shown.add_row(_names(ops), "0", f"{escape(entry.says)}\n[dim]{escape(entry.source)}[/dim]")
        out.print(shown)
        if table.bare:
            out.print(f"A network that is one layer without a container: {escape(table.bare.says)}", highlight=False)
            out.print(f"! {escape(table.bare.quirk)}\n" if table.bare.quirk else "", highlight=False)
        if table.functional != "layer":
            where = {"container": "only in the total", "ignored": "not at all"}[table.functional]
            out.print(f"Calls without a module of their own count {where}.\n", highlight=False)


def _markdown(c: Convention) -> Iterator[str]:
    yield "\n\n".join([f"# {_head(c)}", *_about(c)]) + "\n"
    if c.by_op:
        yield "| op | charged | why | source |\n|:--|:--|:--|:--|"
        for ops, charges, says, source in _by_op(c):
            cells = (", ".join(ops), charges, says, source)
            yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
        yield ""
        yield from (f"- {_sum(t) if t.parts else f'{t.metric}: {_unit(t)}'}" for t in c.metrics.values())
        return
    for metric, table in c.metrics.items():
        if table.parts:
            yield f"\n## {_sum(table)}\n"
            continue
        yield f"\n## {metric}: {_unit(table)}\n\n| op | charged | why | source |\n|:--|:--|:--|:--|"
        for ops, weights in _rules(table):
            sources = "; ".join(dict.fromkeys(w.source for w in weights))
            says = "; ".join(dict.fromkeys([*(w.says for w in weights), *(f"**{w.quirk}**" for w in weights if w.quirk)]))
            yield f"| {_names(ops)} | {_formula(weights)} | {says} | {sources} |".replace("|x|", "\\|x\\|")
        for ops, entry in _skips(table):
            yield f"| {_names(ops)} | 0 | {entry.says} | {entry.source} |"
        if table.bare:
            yield f"| one layer without a container | 0 | {table.bare.says} **{table.bare.quirk}** | {table.bare.source} |"


def _json(c: Convention) -> dict[str, Any]:
    head = {k: getattr(c, k) for k in ("id", "title", "tool", "framework", "package", "versions", "extends", "says")}
    metrics = {
        m: {
            "unit": t.unit,
            "label": t.label,
            "functional": t.functional,
            "sum": [part.metric for part in t.parts],
            "bare": asdict(t.bare) if t.bare else None,
            "weigh": [asdict(w) for weights in t.weighed.values() for w in weights],
            "ignore": [asdict(i) for i in t.ignored.values()],
        }
        for m, t in c.metrics.items()
    }
    return head | {"metrics": metrics}
