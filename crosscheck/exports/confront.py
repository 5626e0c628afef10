"""What exporters made of a network: every exported file against the description rewritten by the export's recipe.

A file is explained where it has, for every op and primitive and every type of node, just what the recipe says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from crosscheck.contract.network import Model
from crosscheck.contract.rows import Export
from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from crosscheck.counting.engine import Tally
from crosscheck.errors import CrosscheckError, UsageError
from crosscheck.exports import recipe as lowerings
from crosscheck.exports.recipe import Change, Key
from crosscheck.importers.onnx import load as onnx
from crosscheck.known.faults import Fault
from crosscheck.ops.primitives import STORED

EXPLAINED, DIFFERS, FAILED, SKIPPED, KNOWN, UNCOVERED = "explained", "differs", "failed", "skipped", "known fault", "no recipe"
VERDICTS = {
    EXPLAINED: "every count and every type of node is as the recipe says, residual 0",
    DIFFERS: "it is not: the residual says where",
    FAILED: "there is no file, or one that cannot be read; the message says why",
    SKIPPED: "something is not installed, the framework cannot express it, or the recipe has no word on one of its layers",
    KNOWN: "it differs or fails for a known reason, a fault of the exporter",
    UNCOVERED: "nobody wrote a recipe for this export",
}


@dataclass(frozen=True, slots=True)
class Size:
    """A graph in four numbers: nodes without those that hold a constant, MACs, learnable parameters, and elements of both
    learnable parameters and running statistics.
    """

    nodes: int
    macs: int
    params: int
    elements: int


@dataclass(frozen=True, slots=True)
class Graph:
    """One export of one network, or the network as described (no ``export``): its size and how it came to that."""

    model: str
    input: str
    export: str
    verdict: str
    size: Size | None
    changes: tuple[Change, ...] = ()
    residual: Mapping[Key, int] = field(default_factory=dict)
    message: str = ""


def size(counted: Tally) -> Size:
    """The numbers of a graph, MACs and parameters under the engine's own convention."""
    mac = convention.load("mac")
    elements = sum(counted.sum(p) for p in (*STORED, "operand") if p != "repeated_params")
    macs, params = (engine.total(counted, mac, metric) for metric in ("compute", "params"))
    return Size(lowerings.nodes(counted), macs, params, elements)


def described(model: Model) -> Graph:
    """The row of the description itself."""
    return Graph(model.name, model.input_text, "", EXPLAINED, size(engine.tally(model)))


def confront(model: Model, row: Export) -> Graph:
    """An export against its recipe; whatever is in the way becomes the verdict."""

    def graph(verdict: str, message: str) -> Graph:
        return Graph(model.name, model.input_text, row.export, verdict, None, message=message)

    if row.status != "ok":
        return graph(FAILED if row.status == "error" else SKIPPED, row.message)
    if row.export not in lowerings.recipes():
        return graph(UNCOVERED, f"there is no recipe for export {row.export}")
    try:
        imported = onnx.load(Path(row.path))
    except CrosscheckError as error:
        return graph(FAILED, str(error))
    counted = engine.tally(imported.model)
    try:
        lowered = lowerings.lower(model, lowerings.recipe(row.export))
    except UsageError as reason:
        return replace(graph(DIFFERS if imported.partial else SKIPPED, str(reason)), size=size(counted))
    residual = lowered.residual(counted)
    if row.message:  # a flaw that the file is known to have: what is read of it may be another thing tomorrow
        return replace(graph(DIFFERS, row.message), size=size(counted))
    message = "; ".join([*(f"{n:+,} {p} of {op}" for (op, p), n in residual.items()), *imported.notes])
    verdict = DIFFERS if residual else EXPLAINED
    return Graph(model.name, model.input_text, row.export, verdict, size(counted), lowered.changes, residual, message)


def confronted(model: Model, rows: Iterable[Export]) -> list[Graph]:
    """The description and each export of one network, in the order of the rows; nothing where nothing was exported."""
    made = [confront(model, row) for row in rows]
    return [described(model), *made] if made else []


def excuse(graphs: Sequence[Graph], known: Sequence[Fault]) -> list[Graph]:
    """Graphs with the known faults of exporters named."""
    excused = []
    for g in graphs:
        fault = next((f for f in known if f.covers(g.model, g.export)), None)
        bad = fault is not None and g.verdict in (DIFFERS, FAILED)
        excused.append(replace(g, verdict=KNOWN, message=fault.reason) if fault is not None and bad else g)
    return excused
