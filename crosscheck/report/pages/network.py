"""Everything about one network under every tool: each number as a sum, the way from tool to tool, and every layer."""

from __future__ import annotations

from collections.abc import Sequence

from crosscheck.explain import wording
from crosscheck.report.document import (
    Bullets,
    Cell,
    Column,
    Document,
    Form,
    Number,
    Paragraph,
    Part,
    Section,
    Table,
    Text,
    prose,
    strong,
    table,
)
from crosscheck.report.pages import sums
from crosscheck.studies.compare.network import Answer, LayerTable, Network, Stair, Sum

METRIC_TITLES = {
    "compute": "Compute",
    "params": "Parameters",
    "params_trainable": "Trainable parameters",
    "params_nontrainable": "Non-trainable parameters",
    "memory": "Memory",
    "memory_input": "Memory of the input",
    "memory_activations": "Memory of activations",
    "memory_params": "Memory of parameters",
    "neurons": "Neurons",
    "depth": "Depth",
    "layers": "Layers",
    "connections": "Connections",
    "activations": "Activations",
    "mul": "Multiplications",
    "add": "Additions",
    "compare": "Comparisons",
    "divide": "Divisions",
    "exp": "Exponentials",
    "sqrt": "Square roots",
    "power": "Powers",
    "erf": "Error functions",
}
ABOUT = "{says}. Input {input}. {macs}, {params}. Source: {source}."


def full(n: Network) -> Document:
    """The page of one network."""
    about = prose(
        ABOUT,
        says=n.says,
        input=n.input,
        macs=Number(n.macs, "MACs"),
        params=Number(n.params, "learnable parameters"),
        source=n.source,
    )
    parts: tuple[Part, ...] = (
        Paragraph(about),
        Section("Each number as a sum", (Bullets(tuple(map(_sum, n.same))),)),
        Section("From one tool to the next", tuple(part for stair in n.stairs for part in _stair(stair))),
        *(Section(f"{METRIC_TITLES[t.metric]} per layer", (_layers(n, t),)) for t in n.tables),
    )
    return Document(f"models/{n.name}", n.name, parts)


def names(answers: Sequence[Answer]) -> str:
    """Tools that say the same, joined: ``fvcore = thop``."""
    return " = ".join(a.title for a in answers)


def _sum(same: Sequence[Sum]) -> Cell:
    number = same[0].number
    title = METRIC_TITLES[number.metric].lower()
    return (Text(names([s.answer for s in same]), Form.strong), Text(f", {title}: "), *sums.equation(number))


def _stair(stair: Stair) -> tuple[Part, ...]:
    below, above = ((Text(f"{s.answer.title} "), sums.size(s.number)) for s in (stair.below, stair.above))
    heading = (Text(f"{METRIC_TITLES[stair.number.metric]}: "), *sums.step(below, above, stair.number))
    steps = tuple((sums.signed(t.value), Text(f": {t.says}")) for t in stair.number.terms)
    return (Paragraph(strong(heading)), Bullets(steps) if steps else Paragraph(wording.NOTHING))


def _layers(n: Network, values: LayerTable) -> Table:
    """Per layer: shape, arithmetic, and what each tool says; a dash where the tool has no row for the layer."""
    compute = values.metric == "compute"
    heads = ["layer", "op", "output", *(["MACs =", "MACs"] if compute else ["learnable"])]
    tools = [Column(names(group), unit=" / ".join(dict.fromkeys(a.unit for a in group))) for group in values.tools]
    known = {x.id: x for x in n.layers}
    rows: list[tuple[Cell, ...]] = []
    for place, numbers in values.rows:
        x = known.get(place)
        own: tuple[Cell, ...] = (None,) * (len(heads) - 1)
        if x is not None:
            own = (x.op, x.output, *((x.formula or None, x.macs or None) if compute else (x.params or None,)))
        rows.append((place, *own, *numbers))
    return table([*heads, *tools], rows)
