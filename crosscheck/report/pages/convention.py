"""A convention on one screen: what is charged for each op, why, where that is written; quirks, units and versions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from crosscheck.contract.network import CONTAINER
from crosscheck.conventions.read import names_file
from crosscheck.conventions.table import Convention, Ignored, MetricTable, Weight
from crosscheck.ops.described import vocabulary
from crosscheck.ops.files import FAMILIES, members
from crosscheck.report.document import (
    Bullets,
    Cell,
    Column,
    Document,
    Form,
    Inline,
    Number,
    Paragraph,
    Part,
    Phrase,
    Section,
    Table,
    Text,
    Tone,
    code,
    joined,
    prose,
    table,
)
from crosscheck.report.pages.convention_record import entries, record

HEADS = ("op", "charged", Column("why", below=True), Column("where it is written", below=True))
FUNCTIONAL = {"container": "only in the total", "ignored": "not at all"}
Row = tuple[Cell, ...]


def brief(c: Convention) -> Document:
    """All that it says: of every op, or of every metric where it is written so."""
    extends = [Paragraph(prose("It extends {id}: what its file does not say otherwise is said there.", id=c.extends))]
    parts = (Paragraph(c.says), *(extends if c.extends else []), *(_ops(c) if c.by_op else map(_section, c.metrics.values())))
    return Document(f"conventions/{c.id}", _title(c), parts, (entries(c),), record(c))


def _title(c: Convention) -> str:
    if c.tool:
        return f"{c.title}: {c.framework}, {c.package} {c.versions}"
    own = f"read from {c.id}" if names_file(c.id) else "the engine's own"
    whose = f"predicted for networks of {c.framework}, nothing is run" if c.framework else own
    return f"{c.title}: {whose}"


def _ops(c: Convention) -> Iterator[Part]:
    """A table of ops for all metrics, and the metrics."""
    yield table(HEADS, _by_op(c))
    yield Bullets(tuple(_heading(t) for t in c.metrics.values()))


def _section(t: MetricTable) -> Section:
    """One metric: its ops, and how it treats what is no module."""
    if t.parts:
        return Section(_heading(t), ())
    where = FUNCTIONAL.get(t.functional)
    calls = [Paragraph(f"Calls without a module of their own count {where}.")] if where else []
    return Section(_heading(t), (_table(t), *calls))


def _heading(t: MetricTable) -> Phrase:
    """The metric, what the tool calls it, its unit; or the metrics that it adds up."""
    unit = Text(f"{t.metric}: “{t.label}”, in {t.unit}")
    if t.parts:
        return (unit, Text(f" = {' + '.join(part.metric for part in t.parts)}"))
    per_mac = next((w.weight for w in t.weighed.get("conv", ()) if w.primitive == "mac"), None)
    return (unit, Text("; one MAC is "), Number(per_mac)) if per_mac and t.metric == "compute" else (unit,)


def _table(t: MetricTable) -> Table:
    """A row for ops that are weighed alike, then for those that are left out on purpose."""
    weighed = ((_names(ops), _formula(ws), _why(ws), _once(w.source for w in ws)) for ops, ws in _rules(t))
    skipped = ((_names(ops), 0, _why([entry]), entry.source) for ops, entry in _skips(t))
    bare: Iterable[Row] = [("one layer without a container", 0, _why([t.bare]), t.bare.source)] if t.bare else []
    return table(HEADS, [*weighed, *skipped, *bare])


def _rules(t: MetricTable) -> Iterator[tuple[list[str], Sequence[Weight]]]:
    """Ops that are weighed alike, with their weights, in the order of the file."""
    groups: dict[tuple[tuple[str, int, str, str], ...], tuple[list[str], Sequence[Weight]]] = {}
    for op, weights in t.weighed.items():
        key = tuple((w.primitive, w.weight, w.source, w.quirk) for w in weights)
        groups.setdefault(key, ([], weights))[0].append(op)
    yield from groups.values()


def _skips(t: MetricTable) -> Iterator[tuple[list[str], Ignored]]:
    groups: dict[tuple[str, str], tuple[list[str], Ignored]] = {}
    for op, entry in t.ignored.items():
        groups.setdefault((entry.source, entry.says), ([], entry))[0].append(op)
    yield from groups.values()


def _by_op(c: Convention) -> Iterator[Row]:
    """Ops that one entry speaks of, those of the vocabulary first: what it charges under every metric, why, and its source."""
    groups: dict[tuple[Phrase, str, str], list[str]] = {}
    plain = [t for t in c.metrics.values() if not t.parts]
    known = [op for t in plain for op in (*t.weighed, *t.ignored)]
    for op in dict.fromkeys((*vocabulary(c.framework, c.scope), CONTAINER, *known)):
        charges = joined(((Text(f"{t.metric}: "), *_formula(t.weighed[op])) for t in plain if op in t.weighed), "; ")
        entry = next((t.weighed[op][0] for t in plain if op in t.weighed), None) or plain[0].ignored[op]
        groups.setdefault((charges or (Number(0),), entry.says, entry.source), []).append(op)
    for (charges, says, source), ops in groups.items():
        yield _names(ops), charges, says, source


def _names(ops: Sequence[str]) -> Phrase:
    """Ops by name, and a whole family of ops from files as one: ``@unary (39 ops)``."""
    whole = {f: found for f in FAMILIES if len(found := members(f)) > 1 and set(found) <= set(ops)}
    inside = {op for found in whole.values() for op in found}
    families = [(code(f"@{f}"), Text(" ("), Number(len(found), "ops"), Text(")")) for f, found in whole.items()]
    return joined([*(code(op) for op in ops if op not in inside), *families])


def _formula(weights: Sequence[Weight]) -> Phrase:
    """``2 × mac + bias_add − position_mac``; ``0`` where all are."""
    pieces: list[Inline] = []
    for w in (w for w in weights if w.weight):
        sign = " − " if w.weight < 0 else " + "
        pieces += [Text(sign if pieces else sign.lstrip())] if pieces or w.weight < 0 else []
        pieces += _times(w)
    return tuple(pieces) or (Number(0),)


def _times(w: Weight) -> Phrase:
    times = () if abs(w.weight) == 1 else (Number(abs(w.weight)), Text(" × "))
    return (*times, Text(w.primitive))


def _why(found: Sequence[Weight | Ignored]) -> Phrase:
    """What is said of them, and their quirks."""
    quirks = [Text(f"! {quirk}", Form.strong, Tone.notable) for quirk in dict.fromkeys(w.quirk for w in found if w.quirk)]
    return joined([_once(w.says for w in found), *quirks], " ")


def _once(texts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(texts))
