"""What every framework really built: every network against its description and against what the others built."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crosscheck.diff import SPELLING
from crosscheck.report.document import (
    Align,
    Cell,
    Column,
    Data,
    Document,
    Number,
    Paragraph,
    Section,
    Table,
    Text,
    Tone,
    Verdicts,
    data,
    joined,
    prose,
    table,
)
from crosscheck.report.pages.versions import versions
from crosscheck.studies.architecture import DESCRIBED, DIFFERS, FAILED, SAME, SKIPPED, VERDICTS, WRITTEN, Built, Check

SIGNS = {
    SAME: Text("✓", tone=Tone.good),
    WRITTEN: Text("✓~", tone=Tone.good),
    DIFFERS: Text("≠", tone=Tone.bad),
    FAILED: Text("✗", tone=Tone.bad),
    SKIPPED: Text("–", tone=Tone.dim),
}
INTRO = """\
Every framework built every network; each was run once and watched: every call of a native layer, and every function called
outside of one, with the settings that the native object has (kernel, stride, padding, groups, bias, epsilon …), the shapes that
went in and came out (neutral order N, C, H, W), and the elements of its tensors. Nothing of the description goes into that.
Each network that was seen is set against its description, and against what the other frameworks built: layers are aligned in
order of execution, and every difference is told in words."""
COUNTS = "Parameters and MACs are those of the layers that were seen; a number beside a sign counts calls that ran."
FIELDS = (
    *("model", "input", "here", "there", "verdict", "layers", "macs", "parameters", "running_statistics"),
    *("cause", "difference", "message"),
)


def brief(built: Built) -> Document:
    """The grid, and what its signs mean."""
    legend = Verdicts(tuple((SIGNS[v], VERDICTS[v]) for v in dict.fromkeys(c.verdict for c in built.checks)))
    return Document("architecture", "", (_grid(built), legend), (_data(built),), notes=tuple(_notes(built)))


def full(built: Built) -> Document:
    """The page: the grid with counts, what is written otherwise, what does not agree, and versions."""
    same = sum(c.verdict in (SAME, WRITTEN) for c in built.checks)
    odd = [
        (c.model, c.input, c.here, c.there, c.verdict, c.message or "; ".join(d.says for d in c.differences))
        for c in built.checks
        if c.verdict not in (SAME, WRITTEN)
    ]
    parts = (
        Paragraph(prose(INTRO)),
        Paragraph(f"{len(built.checks)} comparisons, {same} find the same architecture."),
        Section(
            "Networks",
            (Paragraph(COUNTS), _counts(built), Verdicts(tuple((SIGNS[v], says) for v, says in VERDICTS.items()))),
        ),
        Section("Written otherwise", (_spelling(built.checks),)),
        Section("What does not agree", (table(["network", "input", "here", "there", "verdict", "where"], odd),)),
        Section("Versions", (versions(built.versions),)),
    )
    return Document("architecture", "What every framework really built", parts, (_data(built),))


def _networks(built: Built) -> list[tuple[tuple[str, str], list[Check | None]]]:
    """Every network with its check for each pair of sides."""
    by = {(c.model, c.input, c.here, c.there): c for c in built.checks}
    names = dict.fromkeys((c.model, c.input) for c in built.checks)
    return [(network, [by.get((*network, *pair)) for pair in _pairs(built)]) for network in names]


def _pairs(built: Built) -> list[tuple[str, str]]:
    """Pairs of sides: first every framework against the description, then frameworks against one another."""
    pairs = dict.fromkeys((c.here, c.there) for c in built.checks)
    return sorted(pairs, key=lambda p: p[0] != DESCRIBED)


def _grid(built: Built) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for network, checks in _networks(built):
        first = next((c for c in checks if c and c.layers), None)
        counts: tuple[Cell, ...] = (first.layers, first.total.params) if first else ("", "")
        rows.append((*network, *counts, *(SIGNS[c.verdict] if c else "" for c in checks)))
    heads = [Column(_against(pair), Align.center) for pair in _pairs(built)]
    return table(["network", "input", "layers", "parameters", *heads], rows)


def _against(pair: tuple[str, str]) -> str:
    return f"{pair[1]} against the description" if pair[0] == DESCRIBED else f"{pair[0]} against {pair[1]}"


def _counts(built: Built) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for network, checks in _networks(built):
        described = [c.total for c in checks if c and c.here == DESCRIBED and c.layers]
        params, macs = {t.params for t in described}, {t.macs for t in described}
        rows.append((*network, *(joined(sorted(n), " / ") for n in (params, macs)), *map(_cell, checks)))
    heads = [Column(there if here == DESCRIBED else f"{here} = {there}", Align.center) for here, there in _pairs(built)]
    numbers = [Column(name, Align.right) for name in ("parameters", "MACs")]
    return table(["network", "input", *numbers, *heads], rows)


def _cell(c: Check | None) -> Cell:
    if c is None:
        return ""
    return (SIGNS[c.verdict], Text(" "), Number(c.layers)) if c.here == DESCRIBED and c.layers else SIGNS[c.verdict]


def _spelling(checks: Sequence[Check]) -> Table:
    """What frameworks write otherwise than the description, each saying once with the networks that it holds for."""
    found: dict[tuple[str, str], list[str]] = {}
    for c in checks:
        for d in c.differences:
            if d.cause == SPELLING and c.here == DESCRIBED:
                found.setdefault((c.there, d.says), []).append(c.model)
    rows = [(framework, says, ", ".join(dict.fromkeys(names))) for (framework, says), names in found.items()]
    return table(["framework (there)", "what", "networks"], rows)


def _notes(built: Built) -> Iterator[str]:
    """What does not agree, one line a check."""
    for c in built.checks:
        if c.verdict not in (SAME, WRITTEN):
            why = [d.says for d in c.differences if d.cause != SPELLING]
            yield f"{c.verdict}: {c.model} {c.input}, {c.here} × {c.there}: {'; '.join([*why, c.message]).strip('; ')}"


def _data(built: Built) -> Data:
    """One row a check and difference, one row a check without any."""
    rows = []
    for c in built.checks:
        head = (c.model, c.input, c.here, c.there, c.verdict, c.layers, c.total.macs, c.total.params, c.total.stats)
        causes = [(d.cause, d.says) for d in c.differences] or [("", "")]
        rows += [(*head, cause, says, c.message) for cause, says in causes]
    return data("architecture", (dict(zip(FIELDS, row, strict=True)) for row in rows), FIELDS)
