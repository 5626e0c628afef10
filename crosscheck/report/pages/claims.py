"""What a zoo's own table says of its networks: how many of its figures hold, which are explained, and which are wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from crosscheck.report.document import Cell, Column, Paragraph, Section, Table, code, prose, table
from crosscheck.studies.zoo.claims import KINDS, METRICS, OPEN, REFUTED, ROUNDS, Verdict

TITLE = "The zoo's own table"
INTRO = """\
timm prints parameters, multiply-adds and activations of 798 networks, counted by fvcore for one image. Each is held against exact
numbers: parameters of all networks one by one, fvcore's own numbers of those that ran, and of them only what is predicted
to the last unit."""
HEADS: list[Column | Cell] = ["network", "image", "figure", "printed", "as it is made", "counted", "verdict"]


def sections(verdicts: Sequence[Verdict]) -> Iterator[Section]:
    """The figures by verdict, what is wrong, and what another way to make the network explains; nothing without verdicts."""
    if not verdicts:
        return
    by = Counter((v.metric, v.kind) for v in verdicts)
    shares = table(
        ["verdict", *(code(m) for m in METRICS), "meaning"], [(k, *(by[m, k] for m in METRICS), KINDS[k]) for k in KINDS]
    )
    yield Section(TITLE, (Paragraph(prose(INTRO)), shares))
    wrong = [v for v in verdicts if v.kind == REFUTED]
    if wrong:
        yield Section("Wrong in that table", (_rows(wrong),))
    if told := [v for v in verdicts if v.kind not in (ROUNDS, REFUTED, OPEN)]:
        yield Section("Explained by how the network is made", (_rows(told),))


def _rows(verdicts: Sequence[Verdict]) -> Table:
    return table(HEADS, [_row(v) for v in verdicts])


def _row(v: Verdict) -> tuple[Cell, ...]:
    unit = {10**6: "M", 10**9: "G"}[METRICS[v.metric][1]]
    return (code(v.model), f"{v.size}x{v.size}", code(v.metric), f"{v.printed} {unit}", v.made, v.counted, _verdict(v))


def _verdict(v: Verdict) -> Cell:
    if v.kind != REFUTED or v.counted is None:
        return v.kind
    off = v.counted - round(float(v.printed) * METRICS[v.metric][1])
    return f"{v.kind}: {abs(off):,} {'too few' if off > 0 else 'too many'}"
