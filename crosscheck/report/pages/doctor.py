"""What each tool does with each operation alone: the grid of verdicts, and what is silent, fails or is counted otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields

from crosscheck.conventions import read as convention
from crosscheck.report.document import (
    Align,
    Bullets,
    Cell,
    Column,
    Data,
    Document,
    Paragraph,
    Part,
    Section,
    Table,
    Text,
    Tone,
    Verdicts,
    data,
    prose,
    table,
)
from crosscheck.studies.doctor.examine import (
    CHARGED,
    CRASHED,
    FREE,
    NOT_RUN,
    OTHERWISE,
    PER_IMAGE,
    RIGHT,
    VERDICTS,
    ZERO,
    Examination,
    Finding,
)

SIGNS = {
    RIGHT: Text("✓", tone=Tone.good),
    PER_IMAGE: Text("✓₁", tone=Tone.good),
    OTHERWISE: Text("≠", tone=Tone.notable),
    ZERO: Text("0", tone=Tone.bad),
    FREE: Text("·", tone=Tone.dim),
    CHARGED: Text("+", tone=Tone.info),
    CRASHED: Text("✗", tone=Tone.bad),
    NOT_RUN: Text("–", tone=Tone.dim),
}
INTRO = """\
Every tool counted every micro-model below, one operation alone, batch 2, uneven shapes. The verdict compares the tool's number
with the engine's primitives; the rule is what the tool's convention charges, and it predicts the number exactly unless the cell
says `?`."""
SECTIONS = {
    "Silent zeros": ZERO,
    "Failures": CRASHED,
    "Counted otherwise": OTHERWISE,
    "Charged though nothing is multiplied and added": CHARGED,
    "Not run": NOT_RUN,
}
LEGEND = Verdicts(tuple((SIGNS[v], says) for v, says in VERDICTS.items()))


def brief(found: Examination) -> Document:
    """The grid, the signs in it, what is silently 0 and what fails."""
    grid = _grid(found, {t: t for t in found.tools}, says=False)
    bad = Bullets(tuple(_bad(found)))
    notes = tuple(f"{f.tool} on {f.case}: measured {f.value:,}, {f.rule}" for f in found.unexplained)
    return Document("doctor", "", (grid, LEGEND, bad), (_data(found),), notes=notes)


def full(found: Examination) -> Document:
    """The page: the grid with what each micro-model is, and every answer that is not the plain one, with its rule."""
    names = _names(found)
    sections = (Section(title, (_answers(found, verdict, names),)) for title, verdict in SECTIONS.items())
    parts: tuple[Part, ...] = (Paragraph(prose(INTRO)), _grid(found, names, says=True), LEGEND, *sections)
    return Document("doctor", "What each tool does with each operation", parts, (_data(found),))


def _data(found: Examination) -> Data:
    return data("doctor", (asdict(f) for f in found.findings), [f.name for f in fields(Finding)])


def _names(found: Examination) -> dict[str, str]:
    """Each tool as its users call it, with its version."""
    first = {f.tool: f for f in reversed(found.findings)}
    titles = {t: (convention.load(first[t].convention).title, first[t].tool_version) for t in found.tools}
    return {t: title if title.endswith(version) else f"{title} {version}" for t, (title, version) in titles.items()}


def _grid(found: Examination, names: Mapping[str, str], *, says: bool) -> Table:
    """A row a micro-model, a column a tool."""
    rows = []
    for case, what in dict.fromkeys((f.case, f.says) for f in found.findings):
        signs = (_sign(f) for f in found.findings if f.case == case)
        rows.append((case, *([what] if says else []), *signs))
    heads: list[Column | Cell] = [
        "micro-model",
        *(["what it is"] if says else []),
        *(Column(names[t], Align.center) for t in found.tools),
    ]
    return table(heads, rows)


def _sign(f: Finding) -> Cell:
    """A verdict in one or two characters; ``?`` where the convention does not explain the number."""
    doubt = f.value is not None and not f.explained
    return (SIGNS[f.verdict], Text("?", tone=Tone.bad)) if doubt else SIGNS[f.verdict]


def _bad(found: Examination) -> Iterator[Cell]:
    """What is silently 0 and what fails, a line for all tools and micro-models that it is alike for."""
    cases: dict[tuple[str, str, str], list[str]] = {}
    for f in found.findings:
        if f.verdict in (ZERO, CRASHED):
            cases.setdefault((f.verdict, f.rule, f.tool), []).append(f.case)
    tools: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for (verdict, rule, tool), places in cases.items():
        tools.setdefault((verdict, rule, tuple(places)), []).append(tool)
    for (verdict, rule, where), who in tools.items():
        yield (Text(verdict, tone=Tone.bad), Text(f" {', '.join(who)} on {', '.join(where)}: {rule}"))


def _answers(found: Examination, verdict: str, names: Mapping[str, str]) -> Table:
    """The answers of one verdict, by tool."""
    cells = sorted((f for f in found.findings if f.verdict == verdict), key=lambda f: found.tools.index(f.tool))
    rows = [(names[f.tool], f.case, f.value, f.macs or None, f.rule) for f in cells]
    return table(["tool", "micro-model", "prints", "MACs", "rule"], rows)
