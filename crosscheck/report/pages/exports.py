"""How graphs look: ``graphs.md`` and ``graphs.csv``, from the same run as ``verify.md``."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from crosscheck.exports.confront import DIFFERS, EXPLAINED, FAILED, KNOWN, SKIPPED, UNCOVERED, VERDICTS, Graph
from crosscheck.exports.recipe import NODES, Change
from crosscheck.ops.primitives import STORED
from crosscheck.report.pages.compare import table
from crosscheck.studies.verify.run import Proof

COLUMNS = ("model", "input", "export", "verdict", "part", "rewrite", "op", "primitive", "count")
INTRO = """\
Every exporter rewrites the network that it is given. For each export setting a recipe says how, step by step
(`crosscheck/exports/recipes.toml`, written from the exporters' sources). Each exported file is read, without its weights, and
set against the description rewritten by the recipe: every primitive of every op and every type of node has to come out, residual
0. `graphs.csv` has every term."""
SIZES = """\
Nodes without those that hold a constant; a described network has one for each call. Parameters and MACs under the convention
`mac`; elements are parameters and running statistics, all that a file has to store of the network."""
STEPS = """\
One column an export. Cells are nodes that came (+) or went (−), with `p` parameters and with `e` elements, where those changed;
`·` where a step changed none of these, but types of nodes or how numbers are stored; empty where the recipe has no such step."""


def files(proof: Proof) -> dict[str, str]:
    """``graphs.md`` and ``graphs.csv`` by name; nothing where nothing was exported."""
    return {"graphs.md": _markdown(proof), "graphs.csv": _csv(proof.graphs)} if proof.graphs else {}


def summary(proof: Proof) -> str:
    """``78 of 80 graphs explained, 2 known fault``; empty where there are none."""
    made = [g.verdict for g in proof.graphs if g.export]
    others = [f"{made.count(v)} {v}" for v in (KNOWN, DIFFERS, FAILED, SKIPPED, UNCOVERED) if v in made]
    return ", ".join([f"{made.count(EXPLAINED)} of {len(made)} exported graphs explained node by node", *others]) if made else ""


def describe(proof: Proof) -> list[str]:
    """Graphs that are not explained and have no excuse, one line each; those whose path failed are told by that."""
    told = [g for g in proof.graphs if g.verdict in (DIFFERS, SKIPPED) and g.size]
    return [f"graph {g.verdict}: {g.export} of {g.model} {g.input}: {g.message}" for g in told]


def _networks(graphs: Sequence[Graph]) -> Iterator[list[Graph]]:
    for key in dict.fromkeys((g.model, g.input) for g in graphs):
        yield [g for g in graphs if (g.model, g.input) == key]


def _markdown(proof: Proof) -> str:
    made = [g for g in proof.graphs if g.export]
    odd = [[g.model, g.input, g.export, g.verdict, g.message] for g in made if g.verdict != EXPLAINED]
    odd += [
        [m, "", e, "left out", f"{why}; `crosscheck verify {m} --export {e}` makes it"] for (m, e), why in proof.left_out.items()
    ]
    said = {g.verdict for g in made}
    parts = [
        "# What the exporters made of the networks",
        INTRO,
        f"{summary(proof)}.",
        "\n".join(f"- `{v}` {says}" for v, says in VERDICTS.items() if v in said),
        "## Sizes",
        SIZES,
        table(
            ["network", "input", "graph", "nodes", "parameters", "elements", "MACs", "residual"], _sizes(proof.graphs), "lllrrrrl"
        ),
        "## Not explained, excused or left out",
        table(["network", "input", "export", "verdict", "why"], odd, "lllll") if odd else "None.",
        "## Step by step",
        STEPS,
        *(_steps(graphs) for graphs in _networks(proof.graphs)),
        "## Where the exporters do it",
        "\n".join(f"- {says} (`{export}`): {source}" for says, export, source in _places(made)),
    ]
    return "\n\n".join(parts) + "\n"


def _sizes(graphs: Sequence[Graph]) -> list[list[str]]:
    rows = []
    for g in graphs:
        numbers = [f"{n:,}" for n in (g.size.nodes, g.size.params, g.size.elements, g.size.macs)] if g.size else ["–"] * 4
        residual = "" if not g.export else "0" if g.verdict == EXPLAINED else g.verdict
        rows.append([g.model, g.input, g.export or "as described", *numbers, residual])
    return rows


def _elements(change: Change) -> dict[str, int]:
    """Stored elements that a step changed, by primitive."""
    found: dict[str, int] = {}
    for (_, primitive), n in change.counts.items():
        if primitive in STORED and primitive != "repeated_params":
            found[primitive] = found.get(primitive, 0) + n
    return {p: n for p, n in found.items() if n}


def _cell(change: Change | None) -> str:
    if change is None:
        return ""
    elements = _elements(change)
    params, all_ = sum(n for p, n in elements.items() if p != "running_stats"), sum(elements.values())
    parts = [f"{change.nodes:+,}"] if change.nodes else []
    parts += [f"{params:+,} p"] if params else []
    parts += [f"{all_:+,} e"] if all_ else []
    return ", ".join(parts) or "·"


def _steps(graphs: Sequence[Graph]) -> str:
    """One network's steps by export; below a step, which elements it changed."""
    exports = [g for g in graphs if g.changes]
    heading = f"### {graphs[0].model}, {graphs[0].input}"
    if not exports:
        return f"{heading}\n\nNo export of it is explained."
    rows = []
    for says in dict.fromkeys(c.step.says for g in exports for c in g.changes):
        own = [[c for c in g.changes if c.step.says == says] for g in exports]
        kinds = {tuple(sorted(_elements(c).items())) for found in own for c in found}
        parts = ", ".join(f"{n:+,} {p}" for p, n in next(iter(kinds))) if len(kinds) == 1 else ""
        rows.append([f"{says} ({parts})" if parts else says, *("; ".join(filter(None, map(_cell, found))) for found in own)])
    return f"{heading}\n\n" + table(["what the exporter did", *(g.export for g in exports)], rows, "l" + "r" * len(exports))


def _places(graphs: Sequence[Graph]) -> list[tuple[str, str, str]]:
    found = {(c.step.says, c.step.source): g.export for g in reversed(graphs) for c in g.changes}
    return sorted((says, export, source) for (says, source), export in found.items())


def _csv(graphs: Sequence[Graph]) -> str:
    """A row for every term: what is described, what every step changed, what the file has besides."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for g in graphs:
        head = (g.model, g.input, g.export, g.verdict)
        for name, n in (
            (("nodes", g.size.nodes), ("parameters", g.size.params), ("elements", g.size.elements), ("MACs", g.size.macs))
            if g.size
            else ()
        ):
            writer.writerow((*head, "size", "", "", name, n))
        for c in g.changes:
            for (op, primitive), n in c.counts.items():
                writer.writerow((*head, "node" if op == NODES else "count", c.step.says, "" if op == NODES else op, primitive, n))
        for (op, primitive), n in g.residual.items():
            writer.writerow((*head, "residual", "", op, primitive, n))
        if not g.size:
            writer.writerow((*head, "none", g.message, "", "", ""))
    return text.getvalue()
