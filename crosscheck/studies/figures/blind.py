"""The trial of figures as strangers meet it: sources whose words are all that is known, held against what their labels mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from crosscheck.studies.figures import trial
from crosscheck.studies.figures.findings import Cell, Finding
from crosscheck.studies.figures.label import FILE, SHAPE
from crosscheck.studies.figures.record import COLUMNS, Figure
from crosscheck.studies.figures.verdict import EXACT, EXPLAINED, MISPRINT, OUT, ROUNDS, UNDECIDED, UNEXPLAINED, Verdict

KNOWN = ("network", "shape", "classes", "place", "counts", "convention", "scale", "precision", "part_of", "sum_of")
RIGHT, OTHER, ACCUSED = "the same number", "another, printed alike", "accused"
HEAD = ("source", "figures", RIGHT, OTHER, ACCUSED, UNDECIDED, UNEXPLAINED, OUT)
TITLE = "As if nobody had told us"
SAYS = (
    "Each source once more with its own words alone: model, variant, input, metric, value and unit, as a table has them that was "
    "never seen before. Of its figures of whole networks that are understood: how many are found to be the same exact number, or "
    "another that is printed in the same digits; accused of a misprint, undecided, unexplained or out of scope."
)


def finding(verdicts: Sequence[Verdict]) -> Finding:
    """What the trial makes of sources whose words are all that it knows."""
    known = [v for v in verdicts if _whole(v)]
    met = trial.judge([stripped(v.figure) for v in known])
    counts: dict[str, Counter[str]] = {}
    for v, blind in zip(known, met, strict=True):
        counts.setdefault(v.figure.source, Counter())[outcome(v, blind)] += 1
    table = {source: [sum(n.values()), *(n[kind] for kind in HEAD[2:])] for source, n in counts.items()}
    total = [sum(column) for column in zip(*table.values(), strict=True)]
    rows: list[tuple[Cell, ...]] = [(source, *cells) for source, cells in table.items()]
    return Finding(TITLE, SAYS, HEAD, (*rows, ("all", *total)) if rows else ())


def stripped(figure: Figure) -> Figure:
    """The figure without what is known of its source."""
    own = {name: getattr(figure, name) for name in COLUMNS if name not in KNOWN}
    return Figure(figure.file, figure.line, **own)


def outcome(known: Verdict, blind: Verdict) -> str:
    """What a trial with words alone made of a figure that is understood."""
    if blind.kind == MISPRINT:
        return ACCUSED
    if blind.fit is None or known.fit is None:
        return blind.kind if blind.kind in HEAD else UNEXPLAINED
    return RIGHT if blind.fit.candidate.number == known.fit.candidate.number else OTHER


def _whole(v: Verdict) -> bool:
    """True of a figure of a whole network that is understood: only such ones can be told by their words."""
    understood = v.kind in (EXACT, ROUNDS, EXPLAINED) and v.fit is not None and v.label is not None
    return understood and not v.figure.place and v.figure.counts not in (FILE, SHAPE)
