"""The networks that frameworks bring themselves: what their tools said of them, and how they stand to our descriptions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crosscheck.diff import SPELLING, Difference
from crosscheck.explain import number as explained
from crosscheck.explain.wording import amounts, sum_text, unexplained
from crosscheck.report.document import (
    Bullets,
    Cell,
    Column,
    Data,
    Document,
    Kind,
    Number,
    Paragraph,
    Part,
    Plain,
    Section,
    Table,
    Text,
    code,
    data,
    joined,
    prose,
    table,
)
from crosscheck.report.pages import diff
from crosscheck.report.pages.versions import versions
from crosscheck.studies.zoo.survey import Entry, Said, Survey

NONE = "no description of ours to set against"
METRICS = {"params_trainable": "trainable", "params_nontrainable": "not trainable"}
FEW = 3  # networks whose numbers a terminal shows one by one
INTRO = """\
The frameworks' own networks, built with random weights (nothing is downloaded), run once and watched: every layer and function
with its settings and shapes as the native objects have them. The frameworks' own tools then counted them. Each number is
predicted from what was seen of the network and from the tool's convention; the residual is measured minus predicted. Where we
describe the same network, that description is set beside it: layer by layer in words, and number by number under the same
convention."""
GLANCE = """\
Learnable parameters and MACs (one multiply-add is one MAC) of one image, from what was seen; `off` counts numbers whose residual
is not 0."""
TOOLS = """\
*Less ours* is the predicted number less what the same convention says of our description, and what makes it up. Versions are at
the end."""
AGAINST = "*Here* is our description, *there* the zoo's network; amounts are there minus here and add up with residual 0."
NAMELESS = "The vocabulary has no op for these. Every number of these networks is predicted from the calls that ran."
MOVED = "These move elements and compute nothing; no tool here has a rule for them."


def brief(survey: Survey) -> Document:
    """The networks at a glance; up to FEW of them with every number and every difference."""
    glance = _glance(survey, "Zoo networks; off: numbers that are not the predicted ones")
    single = [p for e in survey.entries if len(survey.entries) <= FEW for p in _one(e)]
    return Document("zoo", "", (glance, *single), (_data(survey),), notes=tuple(_notes(survey)))


def full(survey: Survey) -> Document:
    """The page: at a glance, what the tools say, against our descriptions, what is left out, and versions."""
    built = [e for e in survey.entries if e.seen is not None]
    numbers = [n for e in built for n in e.given]
    off = sum(n.off for n in numbers)
    many = f"{len(built)} network{'s' * (len(built) != 1)}, {len(numbers)} number{'s' * (len(numbers) != 1)}"
    parts: tuple[Part, ...] = (
        Paragraph(prose(INTRO)),
        Paragraph(f"{many} from their tools, {off} of them not the predicted ones."),
        Section("At a glance", (Paragraph(prose(GLANCE)), _glance(survey))),
        Section("What the tools say", (Paragraph(prose(TOOLS)), *(Section(code(e.network.id), (_said(e),)) for e in built))),
        Section("Against our descriptions", (Paragraph(prose(AGAINST)), *_against(built))),
        *_rest(survey),
        Section("Versions", (versions(survey.versions),)),
    )
    return Document("zoo", "Networks that frameworks bring themselves", parts, (_data(survey),))


def relation(e: Entry) -> str:
    """How a zoo network stands to our description, in a few words."""
    if e.seen is None:
        return e.status
    if e.comparison is None:
        return NONE
    ours, n = e.network.model, len(e.comparison.structural)
    if not e.comparison.differences:
        return f"{ours}: identical"
    if e.comparison.same:
        return f"{ours}: the same, written otherwise"
    return f"{ours}: differs in {n} {'way' if n == 1 else 'ways'}"


def _glance(survey: Survey, caption: str = "") -> Table:
    rows: list[tuple[Cell, ...]] = []
    for e in survey.entries:
        off = sum(n.off for n in e.numbers)
        counts = (e.seen.input_text, e.params, e.macs) if e.seen else ("", None, None)
        rows.append((code(e.network.id), *counts, relation(e), len(e.given), off if e.seen else None))
    heads: list[Column | Cell] = ["network", Column("input", spare=1), "parameters", "MACs", "our description", "numbers", "off"]
    return table(heads, rows, caption=caption)


def _one(e: Entry) -> Iterator[Part]:
    """One network's numbers, each as a sum, and its differences."""
    rows = []
    for metric, n in _by_metric(e):
        which = sum_text(n.number.terms) if n.number else n.row.message or n.row.status
        less = f"; less ours {_gap(n)}" if n.less_ours and n.less_ours.value else ""
        rows.append((n.row.tool, metric, n.row.value, which + less, n.residual))
    if rows:
        yield table(["tool", "metric", "prints", "which is", "residual"], rows, caption=f"{e.network.id}: {e.network.maker}")
    if e.comparison is not None:
        title = f"here {e.network.model} (ours), there {e.network.id}"
        told = tuple(map(_difference, e.comparison.differences)) or (diff.verdict(e.comparison),)
        yield Section(title, (Bullets(told),))


def _said(e: Entry) -> Table:
    """One line for all tools that print the same number for the same reason."""
    lines: dict[tuple[Cell, ...], list[str]] = {}
    for metric, n in _by_metric(e):
        r, gap = n.row, n.less_ours
        which = r.message or r.status if r.value is None else sum_text(n.number.terms) if n.number else "not predicted"
        rest: tuple[Cell, ...] = (
            metric,
            r.value,
            "parameters" if r.metric.startswith("params") else r.unit,
            which,
            n.residual,
            Number(gap.value if gap else None, kind=Kind.signed),
            _gap(n) if gap and gap.value else "",
        )
        lines.setdefault(rest, []).append(r.tool)
    heads = ["tools", "metric", "prints", "unit", "which is", "residual", "less ours", "which is that"]
    return table(heads, [(", ".join(tools), *rest) for rest, tools in lines.items()])


def _by_metric(e: Entry) -> list[tuple[str, Said]]:
    """Every number with the name of its metric; a tool that gave none, for one reason, once for all its metrics."""
    found: dict[tuple[str, ...], tuple[list[str], Said]] = {}
    for n in e.numbers:
        key = (n.row.tool, n.row.status, n.row.message) if n in e.silent else (n.row.tool, n.row.metric)
        found.setdefault(key, ([], n))[0].append(METRICS.get(n.row.metric, n.row.metric))
    return [(", ".join(names) if len(names) < FEW else f"{len(names)} metrics", n) for names, n in found.values()]


def _gap(n: Said) -> str:
    return "" if n.less_ours is None else _gap_text(n.less_ours)


def _gap_text(gap: explained.Number) -> str:
    return amounts(gap.terms) or "nothing"


def _against(built: Sequence[Entry]) -> Iterator[Part]:
    compared = [(e, e.comparison) for e in built if e.comparison is not None]
    alike = [(code(e.network.id), Text(f" ({e.network.model})")) for e, c in compared if not c.differences]
    if alike:
        yield Paragraph((Text("Identical, layer by layer: "), *joined(alike), Text(".")))
    for e, c in compared:
        if c.differences:
            yield Paragraph((code(e.network.id), Text(f" and {e.network.model}: {diff.verdict(c)}")))
            yield Bullets(tuple(map(_difference, c.differences)))


def _difference(d: Difference) -> Cell:
    """What differs in words, and its amounts where it has some."""
    worth = zip(diff.amounts(d.amounts), diff.COLUMNS, strict=True)
    told = joined(Number(v, name, Kind.signed) for v, name in worth if v)
    says = Text(f"{'written otherwise: ' if d.cause == SPELLING else ''}{d.says}")
    return (says, Text(" ("), *told, Text(")")) if told else says


def _rest(survey: Survey) -> Iterator[Section]:
    """What there is no description of, what cannot be expressed, and what was skipped."""
    alone = [code(e.network.id) for e in survey.entries if e.seen is not None and e.comparison is None]
    if alone:
        says = (Text(f"Explained from what was seen alone, {NONE}: "), *joined(alone), Text("."))
        yield Section("Without a description", (Paragraph(says),))
    moved = [(code(e.network.id), op, n) for e in survey.entries for op, n in e.moves.items()]
    if moved:
        yield Section("Left out of predictions", (Paragraph(MOVED), table(["network", "op", "times"], moved)))
    told = [e for e in survey.entries if e.unknown and not e.message]
    if told:
        rows = [(code(e.network.id), ", ".join(f"{name} ({k})" for name, k in e.unknown.items())) for e in told]
        yield Section("Without an op of their own", (Paragraph(NAMELESS), table(["network", "layers"], rows)))
    lost = [(code(e.network.id), e.status, e.message) for e in survey.entries if e.message]
    if lost:
        yield Section("Skipped, failed, or not to be expressed", (table(["network", "status", "why"], lost),))


def _notes(survey: Survey) -> Iterator[str]:
    """What is not explained, failed, was skipped or cannot be expressed, one line a cause."""
    for e in survey.entries:
        if e.comparison is not None and e.comparison.residual:
            yield f"differences of {e.network.id} from {e.network.model} do not add up: {e.comparison.residual} is left"
        for n in e.numbers:
            where = f"{e.network.id} × {n.row.tool} × {n.row.metric}"
            if n.number and n.number.residual:
                yield unexplained(where, n.number.value, n.number.predicted, n.row.unit)
        told = [n.row for n in e.silent if n.row.message != e.message]
        yield from dict.fromkeys(f"{r.status}: {e.network.id} × {r.tool}: {r.message}" for r in told)
    yield from (c.closed for c in survey.closed)
    reasons: dict[tuple[str, str], list[str]] = {}
    for e in survey.entries:
        if e.message:
            reasons.setdefault((e.status, e.message), []).append(e.network.id)
    yield from (f"{status}: {', '.join(names)}: {message}" for (status, message), names in reasons.items())


def _data(survey: Survey) -> Data:
    """One row a network, tool and metric; one row for a network without any number."""
    return data("zoo", (_row(e, n) for e in survey.entries for n in (e.numbers or (None,))))


def _row(e: Entry, n: Said | None) -> dict[str, Plain]:
    r, number, gap = (n.row, n.number, n.less_ours) if n else (None, None, None)
    return {
        "network": e.network.id,
        "framework": e.network.framework,
        "maker": e.network.maker,
        "tool": r.tool if r else "",
        "tool_version": r.tool_version if r else "",
        "metric": r.metric if r else "",
        "value": r.value if r else None,
        "unit": r.unit if r else "",
        "predicted": number.predicted if number else None,
        "residual": number.residual if number else None,
        "which_is": sum_text(number.terms) if number else "",
        "ours": n.ours if n else None,
        "difference_from_ours": gap.value if gap else None,
        "difference_is": _gap_text(gap) if gap else "",
        "status": r.status if r else e.status,
        "message": (r.message if r else "") or e.message,
        "macs": e.macs if e.seen else None,
        "parameters": e.params if e.seen else None,
        "our_description": e.network.model,
        "relation": relation(e),
    }
