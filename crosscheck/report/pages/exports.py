"""What exporters made of networks: sizes, what is not explained, every step; from the same run as the proof of one function."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crosscheck.exports.confront import DIFFERS, EXPLAINED, FAILED, KNOWN, SKIPPED, UNCOVERED, VERDICTS, Graph
from crosscheck.exports.recipe import NODES, Change
from crosscheck.ops.primitives import STORED
from crosscheck.report.document import (
    Align,
    Bullets,
    Cell,
    Column,
    Data,
    Document,
    Keys,
    Kind,
    Number,
    Paragraph,
    Part,
    Plain,
    Section,
    Table,
    Text,
    code,
    joined,
    phrase,
    prose,
    table,
)
from crosscheck.studies.verify.run import Proof

FIELDS = ("model", "input", "export", "verdict", "part", "rewrite", "op", "primitive", "count")
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


def full(proof: Proof) -> tuple[Document, ...]:
    """The page; none where nothing was exported."""
    made = [g for g in proof.graphs if g.export]
    if not proof.graphs:
        return ()
    said = {g.verdict for g in made}
    places = Bullets(tuple((Text(says), Text(" ("), code(e), Text("): "), Text(source)) for says, e, source in _places(made)))
    parts: tuple[Part, ...] = (
        Paragraph(prose(INTRO)),
        Paragraph(f"{summary(proof)}."),
        Keys(tuple((code(v), says) for v, says in VERDICTS.items() if v in said)),
        Section("Sizes", (Paragraph(prose(SIZES)), _sizes(proof.graphs))),
        Section("Not explained, excused or left out", (_odd(proof, made),)),
        Section("Step by step", (Paragraph(prose(STEPS)), *(_steps(graphs) for graphs in _networks(proof.graphs)))),
        Section("Where the exporters do it", (places,)),
    )
    return (Document("graphs", "What the exporters made of the networks", parts, (_data(proof.graphs),)),)


def summary(proof: Proof) -> str:
    """``78 of 80 graphs explained, 2 known fault``; empty where there are none."""
    made = [g.verdict for g in proof.graphs if g.export]
    others = [f"{made.count(v)} {v}" for v in (KNOWN, DIFFERS, FAILED, SKIPPED, UNCOVERED) if v in made]
    return ", ".join([f"{made.count(EXPLAINED)} of {len(made)} exported graphs explained node by node", *others]) if made else ""


def notes(proof: Proof) -> tuple[str, ...]:
    """Graphs that are not explained and have no excuse, one line each; those whose path failed are told by that."""
    odd = [g for g in proof.graphs if g.verdict in (DIFFERS, SKIPPED) and g.size]
    return tuple(f"graph {g.verdict}: {g.export} of {g.model} {g.input}: {g.message}" for g in odd)


def left_out(proof: Proof) -> tuple[str, ...]:
    """Exports that the run left out, each with its reason."""
    return tuple(f"left out: {export} of {name}: {why}" for (name, export), why in proof.left_out.items())


def _networks(graphs: Sequence[Graph]) -> Iterator[list[Graph]]:
    for key in dict.fromkeys((g.model, g.input) for g in graphs):
        yield [g for g in graphs if (g.model, g.input) == key]


def _odd(proof: Proof, made: Sequence[Graph]) -> Table:
    rows: list[tuple[Cell, ...]] = [(g.model, g.input, g.export, g.verdict, g.message) for g in made if g.verdict != EXPLAINED]
    for (m, e), why in proof.left_out.items():
        rows.append((m, "", e, "left out", (Text(f"{why}; "), code(f"crosscheck verify {m} --export {e}"), Text(" makes it"))))
    return table(["network", "input", "export", "verdict", "why"], rows)


def _sizes(graphs: Sequence[Graph]) -> Table:
    rows = []
    for g in graphs:
        numbers: tuple[Cell, ...] = (g.size.nodes, g.size.params, g.size.elements, g.size.macs) if g.size else (None,) * 4
        residual: Cell = "" if not g.export else Number(0) if g.verdict == EXPLAINED else g.verdict
        rows.append((g.model, g.input, g.export or "as described", *numbers, residual))
    return table(["network", "input", "graph", "nodes", "parameters", "elements", "MACs", "residual"], rows)


def _elements(change: Change) -> dict[str, int]:
    """Stored elements that a step changed, by primitive."""
    found: dict[str, int] = {}
    for (_, primitive), n in change.counts.items():
        if primitive in STORED and primitive != "repeated_params":
            found[primitive] = found.get(primitive, 0) + n
    return {p: n for p, n in found.items() if n}


def _cell(change: Change) -> Cell:
    elements = _elements(change)
    params, stored = sum(n for p, n in elements.items() if p != "running_stats"), sum(elements.values())
    counts = ((change.nodes, ""), (params, "p"), (stored, "e"))
    return joined(Number(n, unit, Kind.signed) for n, unit in counts if n) or Text("·")


def _steps(graphs: Sequence[Graph]) -> Section:
    """One network's steps by export; beside a step, which elements it changed."""
    exports = [g for g in graphs if g.changes]
    heading = f"{graphs[0].model}, {graphs[0].input}"
    if not exports:
        return Section(heading, (Paragraph("No export of it is explained."),))
    rows: list[tuple[Cell, ...]] = []
    for says in dict.fromkeys(c.step.says for g in exports for c in g.changes):
        own = [[c for c in g.changes if c.step.says == says] for g in exports]
        kinds = {tuple(sorted(_elements(c).items())) for found in own for c in found}
        parts = joined(Number(n, p, Kind.signed) for p, n in next(iter(kinds))) if len(kinds) == 1 else ()
        name = (Text(f"{says} ("), *parts, Text(")")) if parts else phrase(says)
        rows.append((name, *(joined(map(_cell, found), "; ") or "" for found in own)))
    heads = [Column(g.export, Align.right) for g in exports]
    return Section(heading, (table(["what the exporter did", *heads], rows),))


def _places(graphs: Sequence[Graph]) -> list[tuple[str, str, str]]:
    found = {(c.step.says, c.step.source): g.export for g in reversed(graphs) for c in g.changes}
    return sorted((says, export, source) for (says, source), export in found.items())


def _data(graphs: Sequence[Graph]) -> Data:
    """A row for every term: what is described, what every step changed, what the file has besides."""
    return Data("graphs", FIELDS, tuple((g.model, g.input, g.export, g.verdict, *term) for g in graphs for term in _terms(g)))


def _terms(g: Graph) -> Iterator[tuple[Plain, ...]]:
    if g.size:
        sizes = {"nodes": g.size.nodes, "parameters": g.size.params, "elements": g.size.elements, "MACs": g.size.macs}
        yield from (("size", "", "", name, n) for name, n in sizes.items())
    for c in g.changes:
        for (op, primitive), n in c.counts.items():
            yield ("node" if op == NODES else "count", c.step.says, "" if op == NODES else op, primitive, n)
    for (op, primitive), n in g.residual.items():
        yield ("residual", "", op, primitive, n)
    if not g.size:
        yield ("none", g.message, "", "", "")
