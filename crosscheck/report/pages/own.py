"""A network of a user's own under every tool: its own numbers, a line a tool, its layers, and what nobody knows of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crosscheck import __version__
from crosscheck.contract.network import show_shape
from crosscheck.explain.wording import count, sum_text, unexplained
from crosscheck.report.document import (
    Align,
    Bullets,
    Cell,
    Column,
    Document,
    Keys,
    Lines,
    Number,
    Paragraph,
    Part,
    Section,
    Table,
    Text,
    Tone,
    code,
    table,
)
from crosscheck.report.pages.own_record import layer_data, record, tool_data, unknown_data
from crosscheck.report.pages.versions import versions
from crosscheck.studies.own.found import UNKNOWN, WORKER, Found, Layer, Line

SHOWN = ("compute", "params")
MANY = 40  # layers that a terminal shows
LONG = 44  # letters of a name in the table of layers
AT_LEAST = Text("≥", tone=Tone.notable)
TONES = {"error": Tone.bad, "crashed": Tone.notable, "unsupported": Tone.notable, "skipped": Tone.dim}
INTRO = (
    "Each number is predicted from what was seen of the network while it ran, and from the tool's convention; the residual is "
    "value minus predicted. One multiply-add is one MAC."
)


def brief(found: Found) -> Document:
    """Parameters, MACs, a line a tool for compute and parameters, and the layers where they are few."""
    parts: list[Part] = [_own(found), *_failure(found), *_tools(found, SHOWN)]
    if len(found.layers) <= MANY:
        parts.append(_layers(found.layers))
    else:
        more = f"{len(found.layers):,} layers; --format markdown and r.layers show them, --out keeps them in a page"
        parts.append(Paragraph(more, Tone.dim))
    parts += _unknown(found)
    return _document(found, parts)


def full(found: Found) -> Document:
    """The page: all metrics, all layers, versions."""
    parts: list[Part] = [Paragraph(INTRO), _own(found), *_failure(found)]
    metrics = tuple(dict.fromkeys(n.row.metric for n in found.lines))
    parts += [Section("What the tools say", tuple(_tools(found, metrics, sums=True)))] if metrics and not found.failed else []
    if settings := _settings(found):
        parts.append(Section("How the tools run it", settings))
    parts += [Section("Layers", (_layers(found.layers),))]
    if unknown := _unknown(found):
        parts.append(Section("What nobody knows", tuple(unknown)))
    return _document(found, [*parts, Section("Versions", (versions(found.versions),))])


def _document(found: Found, parts: Sequence[Part]) -> Document:
    held = (tool_data(found), layer_data(found), unknown_data(found))
    return Document("network", f"{found.name}, input {found.input}", tuple(parts), held, record(found), tuple(_notes(found)))


def sentence(found: Found) -> str:
    """Parameters and MACs in a sentence for a paper, with the unit and what is counted."""
    about = "at least " if found.lost else ""
    macs = f"{about}{count(found.macs)} multiply-accumulate operations (MACs, {_giga(found.macs)})"
    return (
        f"{found.name} has {count(found.parameters.all)} parameters and takes {macs} for an input of "
        f"{found.input.replace('x', '×')}; one multiply-add is one MAC, padding zeros included, biases, normalisations and "
        f"activations not (crosscheck {__version__}, convention mac)."
    )


def _giga(value: int) -> str:
    size, letter = next(((10**k, s) for k, s in ((9, "G"), (6, "M"), (3, "k")) if value >= 10**k), (1, ""))
    return f"{value / size:.2f} {letter}MACs" if letter else f"{value} MACs"


def _own(found: Found) -> Keys:
    p = found.parameters
    about = {"trainable": p.trainable, "never read": p.unread or None, "in buffers": p.buffers or None}
    about = {"trainable": p.trainable} if found.failed else about
    told = [f"{count(n)} {what}" for what, n in about.items() if n is not None]
    macs: Cell = (AT_LEAST, Text(" "), Number(found.macs), Text(f" without {found.lost}")) if found.lost else found.macs
    return Keys((("parameters", f"{count(p.all)}" + (f" ({', '.join(told)})" if told else "")), ("MACs", macs)))


def _failure(found: Found) -> tuple[Part, ...]:
    """Why it was not seen to its end, and the lines of the user's code that led there."""
    if not found.failed:
        return ()
    says, *where = found.failed.split("\n")
    return (Paragraph(f"It fails as it runs: {says}", Tone.bad), *([Lines(tuple(x.strip() for x in where))] if where else []))


def _tools(found: Found, metrics: Sequence[str], *, sums: bool = False) -> Iterator[Part]:
    """A row a tool, grouped by metric, then why some have no number or no prediction; nothing where the network failed."""
    if found.failed:
        return
    rows = [
        row
        for metric in metrics
        for n in sorted((n for n in found.lines if n.row.metric == metric), key=lambda n: (n.row.value is None, n.row.value))
        for row in [_row(n, sums=sums)]
    ]
    heads: list[Cell] = ["metric", "tool", "value", "unit", "predicted", "residual", "status", *(["which is"] if sums else [])]
    if rows:
        yield table(heads, rows, group=0)
    reasons: dict[str, dict[str, None]] = {}
    for n in found.lines:
        if why := "; ".join(x for x in (n.path if n.path != WORKER else "", n.row.message or n.why) if x):
            reasons.setdefault(why, {})[n.row.tool] = None
    if reasons:
        yield Bullets(tuple(f"{', '.join(tools)}: {why}" for why, tools in reasons.items()))


def _settings(found: Found) -> tuple[Part, ...]:
    """What tools watch while the network runs, and in which mode: a network may take another path when it is watched."""
    groups: dict[str, dict[str, None]] = {}
    for n in found.lines:
        if n.setting and not found.failed:
            groups.setdefault(n.setting, {})[n.row.tool] = None
    return (Bullets(tuple(f"{setting}: {', '.join(tools)}" for setting, tools in groups.items())),) if groups else ()


def _row(n: Line, *, sums: bool) -> tuple[Cell, ...]:
    r = n.row
    tone = Tone.bad if n.residual else Tone.good if n.residual == 0 else Tone.plain
    status = Text(r.status if n.number or r.value is None else "not predicted", tone=TONES.get(r.status, Tone.plain))
    which = [sum_text(n.number.terms) if n.number else ""] if sums else []
    return (r.metric, r.tool, r.value, r.unit, n.predicted, Number(n.residual, tone=tone), status, *which)


def _layers(layers: Sequence[Layer]) -> Table:
    rows = [
        (_short(x.id), x.op if x.op not in ("other", "unknown") else x.native, _out(x), x.params, x.macs, _status(x))
        for x in layers
    ]
    footer = ("(total)", "", "", sum(x.params for x in layers), sum(x.macs for x in layers), "")
    heads: list[Column | Cell] = [
        "layer",
        Column("op", spare=10),
        Column("output", spare=20),
        Column("parameters", Align.right),
        "MACs",
        "status",
    ]
    return table(heads, rows, footer=footer)


def _short(name: str) -> str:
    return name if len(name) <= LONG else f"…{name[1 - LONG :]}"


def _out(x: Layer) -> str:
    return ", ".join(map(show_shape, x.out_shapes))


def _status(x: Layer) -> Text:
    return Text(x.status, tone=Tone.notable if x.status == UNKNOWN else Tone.plain)


def _unknown(found: Found) -> list[Part]:
    if not found.unknown:
        return []
    told = (
        (code(u.native), Text(f" ({u.times}, first in "), code(u.first), Text(f"): {u.teach} would teach it"))
        for u in found.unknown
    )
    return [Paragraph("Not known, so that its MACs are left out:", Tone.notable), Bullets(tuple(told))]


def _notes(found: Found) -> Iterator[str]:
    """What is not explained."""
    for n in found.lines:
        if n.residual and n.predicted is not None:
            yield unexplained(f"{found.name} × {n.row.tool} × {n.row.metric}", n.row.value, n.predicted, n.row.unit)
