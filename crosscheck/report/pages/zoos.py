"""A whole zoo: how much of what tools say of it is explained, and the list of what is not, by reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import fields

from crosscheck.explain.wording import unexplained
from crosscheck.report.document import (
    Cell,
    Column,
    Data,
    Document,
    Kind,
    Number,
    Paragraph,
    Part,
    Section,
    Table,
    code,
    data,
    joined,
    prose,
    table,
)
from crosscheck.report.pages import claims
from crosscheck.report.pages.versions import versions
from crosscheck.studies.zoo.figure import Figure
from crosscheck.studies.zoo.whole import BATCHES, Zoo

INTRO = """\
Every network of the zoo with random weights (nothing is downloaded), run by every tool of its framework with one image of its own
size and with two of a small one. A number is exact where what was seen of the network and the tool's convention predict it to the
last unit."""
SILENT = {
    "crashed": ("Crashes of tools", "A tool dies of these by its own fault: crosscheck/known/crashes.toml has the lines."),
    "unsupported": ("Not counted", "A tool has no way to take these."),
    "error": ("Failures", "Nobody has explained these."),
    "skipped": ("Not tried", "These were not run."),
    "absent": ("Without a total", "A tool ran and gave no number."),
}
TOLD = {"residual": "Residuals", "gap": "Known gaps", "unpredicted": "Not predicted"}


def brief(zoo: Zoo) -> Document:
    """How much is explained, by tool."""
    return Document(zoo.id, "", (_shares(zoo, progress(zoo)),), (_data(zoo),), notes=tuple(_notes(zoo)))


def full(zoo: Zoo) -> Document:
    """The page: shares by tool, what is not explained, the networks with their inputs, and versions."""
    parts: tuple[Part, ...] = (
        Paragraph(prose(INTRO)),
        *([Paragraph(prose(zoo.says))] if zoo.says else []),
        Paragraph(f"{_sum(zoo)}."),
        Section("By tool", (_shares(zoo),)),
        *_rest(zoo),
        *_mixtures(zoo),
        *claims.sections(zoo.claims),
        Section("Networks", (_networks(zoo),)),
        Section("Versions", (versions(_versions(zoo)),)),
    )
    return Document(zoo.id, f"All networks of {zoo.id}", parts, (_data(zoo),))


def progress(zoo: Zoo) -> str:
    """How far it is, in one line."""
    return f"{zoo.id}: {_sum(zoo)}"


def _sum(zoo: Zoo) -> str:
    numbers = sum(f.value is not None for f in zoo.figures)
    ran = f"{len(zoo.ran)} of {len(zoo.networks)} networks"
    return f"{ran}, {numbers:,} numbers from their tools, {zoo.causes['exact']:,} of them exact"


def _shares(zoo: Zoo, caption: str = "") -> Table:
    tools = dict.fromkeys(f.tool for f in zoo.figures)
    rows = [_share(code(tool), [f for f in zoo.figures if f.tool == tool]) for tool in tools]
    heads: list[Column | Cell] = ["tool", "numbers", "exact", "share", "residual", "gap", "not predicted", "no number"]
    return table(heads, rows, caption=caption, footer=_share("all", list(zoo.figures)))


def _share(name: Cell, mine: list[Figure]) -> tuple[Cell, ...]:
    causes, numbers = Counter(f.cause for f in mine), sum(f.value is not None for f in mine)
    share = Number(causes["exact"] / numbers if numbers else None, kind=Kind.percent)
    rest = (causes["residual"], causes["gap"], causes["unpredicted"], len(mine) - numbers)
    return (name, numbers, causes["exact"], share, *rest)


def _rest(zoo: Zoo) -> Iterator[Section]:
    """What is not explained, a section a cause; the rows of one reason together."""
    for cause, title in TOLD.items():
        if mine := [f for f in zoo.figures if f.cause == cause]:
            heads = ["network", "batch", "tool", "metric", "value", "predicted", "residual", "reason"]
            yield Section(title, (table(heads, [_row(f) for f in mine]),))
    for cause, (title, says) in SILENT.items():
        reasons: dict[tuple[str, str], dict[str, None]] = {}
        for f in zoo.figures:
            if f.cause == cause:
                reasons.setdefault((f.tool, f.reason), {})[f.network] = None
        if reasons:
            lines = [(code(tool), why, joined(code(n) for n in names)) for (tool, why), names in reasons.items()]
            yield Section(title, (Paragraph(says), table(["tool", "reason", "networks"], lines)))
    if zoo.left_out:
        rows = [(code(name), why) for name, why in zoo.left_out.items()]
        yield Section("Left out", (table(["networks", "reason"], rows),))


def _row(f: Figure) -> tuple[Cell, ...]:
    return (code(f.network), f.batch, f.tool, f.metric, f.value, f.predicted, Number(f.residual, kind=Kind.signed), f.reason)


def _networks(zoo: Zoo) -> Table:
    """Every network with the inputs that it was given, and how much of it is exact."""
    rows: list[tuple[Cell, ...]] = []
    for n in zoo.networks:
        mine = [f for f in zoo.figures if f.network == n.id]
        given = {f.batch: f.input for f in mine}
        options = ", ".join(f"{k}={v}" for k, v in n.options.items())
        numbers, exact = sum(f.value is not None for f in mine), sum(f.cause == "exact" for f in mine)
        rows.append((code(n.id), options, *(given.get(k, "not run") for k in BATCHES), numbers, exact))
    return table(["network", "options", *(f"batch {k}" for k in BATCHES), "numbers", "exact"], rows)


def _mixtures(zoo: Zoo) -> Iterator[Section]:
    """Parameters that mixtures of experts hold, as most tools say, and those that take part in one word."""
    rows: list[tuple[Cell, ...]] = []
    for n in zoo.networks:
        said = Counter(f.value for f in zoo.figures if f.network == n.id and f.metric == "params" and f.value is not None)
        if n.experts is None or not said:
            continue
        ((held, _),) = said.most_common(1)
        every, chosen, params = n.experts
        rows.append((code(n.id), every, chosen, held, held - params + params * chosen // every))
    if rows:
        yield Section("Mixtures of experts", (table(["network", "experts", "chosen", "parameters held", "active"], rows),))


def _versions(zoo: Zoo) -> dict[str, str]:
    """Versions of tools, and of what networks were made with; several of one where the report was made at several times."""
    found: dict[str, dict[str, None]] = {}
    for f in zoo.figures:
        words = f.versions.split()
        for name, version in (*zip(words[::2], words[1::2], strict=True), (f.tool, f.tool_version)):
            found.setdefault(name, {})[version] = None
    return {name: ", ".join(v for v in had if v) for name, had in sorted(found.items())}


def _notes(zoo: Zoo) -> Iterator[str]:
    if zoo.skipped:
        yield f"{zoo.id}: skipped: {zoo.skipped}"
    for f in zoo.figures:
        if f.cause == "residual" and f.value is not None and f.predicted is not None:
            yield unexplained(f"{f.network} × {f.tool} × {f.metric}, batch {f.batch}", f.value, f.predicted, "")
    yield from dict.fromkeys(f"error: {f.network} × {f.tool}: {f.reason}" for f in zoo.figures if f.cause == "error")
    yield from (c.closed for c in zoo.closed)


def _data(zoo: Zoo) -> Data:
    """One row a network, batch, tool and metric."""
    names = [f.name for f in fields(Figure)]
    return data(zoo.id, ({name: getattr(f, name) for name in names} for f in zoo.figures), names)
