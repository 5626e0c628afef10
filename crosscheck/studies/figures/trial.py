"""The trial: every figure gets a verdict, and the verdict its reason.

The bar is the printed precision. The label's own reading is tried first; what needs an assumption is tried only where that fails,
and the fewest assumptions win. A hypothesis is believed only where wrong figures beside this one would seldom pass the same way:
decoys, up to 20 units of the last digit away, are judged by the same hypotheses.
"""

from __future__ import annotations

import heapq
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from crosscheck import models
from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from crosscheck.measuring import twin
from crosscheck.studies.figures import exact, exhibits, fits, hypotheses, misprint, padding, practice, witness
from crosscheck.studies.figures.claim import Claim, ends, numbers, spelled
from crosscheck.studies.figures.fits import DECOYS, Fit, Source
from crosscheck.studies.figures.hypotheses import Candidate
from crosscheck.studies.figures.label import FILE, SHAPE, Label, labels, network_of
from crosscheck.studies.figures.misprint import Parts
from crosscheck.studies.figures.practice import Practice
from crosscheck.studies.figures.printed import Number, ones
from crosscheck.studies.figures.record import Figure, UnreadableError
from crosscheck.studies.figures.verdict import (
    EXACT,
    EXPLAINED,
    MISPRINT,
    OUT,
    ROUNDS,
    UNDECIDED,
    UNEXPLAINED,
    UNREADABLE,
    VERDICTS,
    Verdict,
)
from crosscheck.subjects.subject import Subject

Claims = tuple[Claim, ...]
SHARED = 12  # figures: below, a second process costs more than it gains


@dataclass(frozen=True, slots=True)
class Reading:
    """What a figure claims: one number, or the two ends of a range, each with all that it may mean."""

    labels: tuple[Label, ...]
    ends: tuple[Claims, ...]


@engine.no_collection()
def judge(figures: Iterable[Figure]) -> list[Verdict]:
    """A verdict for every figure, in their order; a copy of this process helps with what each says alone, where that pays."""
    given = list(figures)
    rows = padding.without(given, witness.column)
    parts = misprint.parts(rows)
    groups = _groups(rows)
    share = twin.each if len(rows) >= SHARED else map
    told = chain.from_iterable(share(_alone, [[rows[k] for k in group] for group in groups]))
    by_place = dict(zip(chain.from_iterable(groups), told, strict=True))
    found, alone = zip(*(by_place[k] for k in range(len(rows))), strict=True) if rows else ((), ())
    first = _beside(rows, found, alone)
    summed = [misprint_of_sum(v, first, parts) for v in first]
    return [replace(v, figure=f) for v, f in zip(summed, given, strict=True)]


def _beside(rows: Sequence[Figure], found: Sequence[Reading | Verdict], alone: Sequence[Verdict]) -> list[Verdict]:
    """The verdicts, with a look at the column that each figure stands in; one of few rows has its source's."""
    columns: dict[tuple[str, ...], list[witness.Row]] = {}
    twins: dict[tuple[str, ...], list[witness.Row]] = {}
    sources: dict[tuple[str, ...], list[witness.Row]] = {}
    for k, (figure, r, v) in enumerate(zip(rows, found, alone, strict=True)):
        if isinstance(r, Reading) and len(r.ends) == 1:
            row = witness.Row(k, r.ends[0], v)
            columns.setdefault(witness.column(figure), []).append(row)
            twins.setdefault(witness.twins(figure, r.labels[0]), []).append(row)
            sources.setdefault(witness.source(figure), []).append(row)
    changed: dict[int, Verdict] = {}
    for all_rows in twins.values():
        few = [r.at for r in all_rows if len(columns[witness.column(rows[r.at])]) < witness.FEWEST]
        changed |= {k: v for k, v in (witness.together(all_rows) if few else {}).items() if k in few}
    for column in columns.values():
        changed |= witness.together(column)
    for all_rows in sources.values():
        changed |= witness.shared([(r, changed.get(r.at, r.alone)) for r in all_rows])
    return [changed.get(k, v) for k, v in enumerate(alone)]


def _read(figure: Figure) -> Reading | Verdict:
    try:
        return read(figure)
    except UnreadableError as error:
        return Verdict(figure, None, None, UNREADABLE, f"line {figure.line}: {error}")


def _alone(rows: Iterable[Figure]) -> list[tuple[Reading | Verdict, Verdict]]:
    """What each figure claims, and the verdict on it as it stands alone; what is found of equal claims is found once."""
    known: dict[Claims, Verdict] = {}
    return [(found := _read(f), rule(f, found, known)) for f in rows]


def _groups(rows: Sequence[Figure]) -> list[list[int]]:
    """The rows by number, those on networks of one root together, which share counts; what takes longest comes first."""
    roots = Counter(name.partition("-")[0] for name in models.variants())
    groups: dict[str, list[int]] = {}
    for k, figure in enumerate(rows):
        groups.setdefault((figure.network or network_of(figure)).partition("-")[0], []).append(k)
    sizes = {root: (1 + roots[root]) * len({_asked(rows[k]) for k in group}) for root, group in groups.items()}
    return [groups[root] for root in sorted(groups, key=sizes.__getitem__, reverse=True)]


def _asked(figure: Figure) -> tuple[str, ...]:
    """What a figure's label says, in its own words: what is tried for one number is tried once for all of a label."""
    f = figure
    return f.model, f.variant, f.input, f.metric, f.unit, f.network, f.shape, f.classes, f.place, f.counts, f.convention


def rule(figure: Figure, found: Reading | Verdict, known: dict[Claims, Verdict]) -> Verdict:
    """The verdict on a figure that is read; what is ``known`` of equal claims is used, and added to."""
    if isinstance(found, Verdict):
        return found
    for end in found.ends:
        if end not in known:
            known[end] = verdict(figure, end)
    return _together(figure, [replace(known[end], figure=figure) for end in found.ends])


def read(figure: Figure, subject: Subject | None = None) -> Reading | Verdict:
    """What a figure, of a ``subject`` where there is one, claims; where that is no convention's number, its verdict.

    Raises UnreadableError.
    """
    if figure.damage:
        raise UnreadableError("", figure.damage)
    if "%" in unicodedata.normalize("NFKC", f"{figure.value}{figure.unit}"):
        return Verdict(figure, None, None, OUT, "a share, which no convention counts")
    spelt = spelled(figure)
    asked = labels(spelt, subject)
    if isinstance(asked, str):
        return Verdict(figure, None, None, OUT, asked)
    told = asked[0]
    if told.metric == SHAPE:
        return exhibits.of_shape(figure, told)
    if not subject and (problem := exact.problem(told.network, told.shape, told.classes, told.place, told.by)):
        raise UnreadableError(*problem)
    printed = numbers(spelt)
    if told.place.startswith(exact.ROW):
        return exhibits.of_row(figure, told, next(iter(printed), None))
    if any(p.bound for p in printed):
        return exhibits.of_limit(figure, asked, printed[0])
    if told.metric == FILE:
        return _worse([exhibits.of_file(figure, told, p) for p in printed or (None,)])
    if out := _out(figure, told, printed):
        return Verdict(figure, told, next(iter(printed), None), OUT, out)
    if figure.output_shape and (wrong := exhibits.wrong_shape(figure, told)):
        return Verdict(figure, told, printed[0], UNEXPLAINED, wrong)
    readings = ends(spelt, asked)
    if not all(readings):
        says = "a fraction of one: its unit is missing. Units: G, M, GFLOPs, MiB and so on"
        return Verdict(figure, told, printed[0], OUT, says)
    return Reading(asked, readings)


def _out(figure: Figure, told: Label, printed: Sequence[Number]) -> str:
    """Why nothing can be said of a figure that is read; empty where something can."""
    if not printed:
        return "no figure is printed"
    if told.by in convention.ids() and told.metric not in (has := convention.load(told.by).metrics):
        return f"{told.by} gives no {told.metric}; it gives {', '.join(has)}"
    return ""


def _together(figure: Figure, ends: list[Verdict]) -> Verdict:
    """One verdict on a range: the worse of its ends, with both of them."""
    if len(ends) == 1:
        return ends[0]
    worst = _worse(ends)
    return replace(worst, fit=None, nearest=(), correct="", ends=tuple(ends), tried=sum(v.tried for v in ends))


def _worse(ends: list[Verdict]) -> Verdict:
    return max(ends, key=lambda v: list(VERDICTS).index(v.kind))


def verdict(figure: Figure, claimed: Claims) -> Verdict:
    """The verdict on one number: the label's own reading, else the cheapest that fits, else a slip, else what comes near."""
    if straight := fits.straight(claimed):
        best = straight[0]
        whole = best.candidate.number == best.number.base and best.number.ulp * best.number.scale == 1
        own = sum(len(hypotheses.plain(c.label)) for c in claimed)
        told = best.candidate.asked
        return Verdict(figure, told, best.number, EXACT if whole else ROUNDS, "", best, own, len(straight))
    source: Source = hypotheses.all_of
    found = fits.ranked(claimed, source)
    if not found:
        found = fits.ranked(claimed, source := widest)
    return _assumed(figure, claimed, found, source)


def widest(label: Label) -> tuple[Candidate, ...]:
    """Everything that is tried where the network and its variants yield nothing: the rest of its family too."""
    return hypotheses.all_of(label) + hypotheses.others(label)


def _assumed(figure: Figure, claimed: Claims, found: Sequence[Fit], source: Source) -> Verdict:
    """The verdict where the label's own reading is not what is printed."""
    told, printed = (found[0].candidate.asked, found[0].number) if found else (claimed[0].label, claimed[0].number)
    told = next(c.label for c in claimed if c.label.metric == told.metric)
    tried = sum(len(source(c.label)) * fits.ways(c.number) for c in claimed)
    own, ways = hypotheses.plain(told), _ways(claimed, found)
    slip = misprint.slip(printed, own)
    also = f"or a misprint of the label's own {slip.correct}: {slip.says}" if slip else ""
    if not found:
        near = _nearest(source(told), printed)
        kind, says = (UNDECIDED, f"{also.removeprefix('or ')}; no row beside it confirms that") if slip else (UNEXPLAINED, "")
        return Verdict(figure, told, printed, kind, says, None, tried, 0, 0, near)
    best = found[0]
    passed = fits.decoys(claimed, best, source)
    equal = (f for f in found if (f.candidate.halves, f.worth) == (best.candidate.halves, best.worth))
    ties = tuple(dict.fromkeys(f.candidate.by for f in equal))
    if fits.strong(best, passed):
        return Verdict(figure, told, printed, EXPLAINED, also, best, tried, len(found), passed, own, ways=ways, ties=ties)
    likeliest = "; ".join((ones(best.candidate.number), *(a.says for a in best.assumed)))
    beside = f"and so would {passed} of {2 * DECOYS} wrong figures beside it" if passed else "which no row beside it confirms"
    says = "; ".join(x for x in (f"{len(found)} of {tried:,} hypotheses fit, {beside}", f"likeliest: {likeliest}", also) if x)
    near = _nearest(source(told), printed)
    return Verdict(figure, told, printed, UNDECIDED, says, None, tried, len(found), passed, near, ways=ways)


def _ways(claimed: Claims, found: Sequence[Fit]) -> tuple[tuple[Practice, int, Candidate], ...]:
    """The practices that yield what is claimed, each with the least that it assumes."""
    labels_of = {c.number: c.label for c in claimed}
    ways: dict[Practice, tuple[int, Candidate]] = {}
    for f in found:
        if p := practice.of(labels_of.get(f.number, claimed[0].label), f.candidate):
            ways.setdefault(p, (f.worth, f.candidate))
    return tuple((p, *way) for p, way in ways.items())


def misprint_of_sum(v: Verdict, others: Sequence[Verdict], parts: Parts) -> Verdict:
    """The verdict with a look at the printed parts, where the figure is a printed sum that nothing explains."""
    if v.kind not in (UNEXPLAINED, UNDECIDED, MISPRINT) or not v.figure.sum_of or v.number is None or v.label is None:
        return v
    wrong = [o for o in others if o.figure.part_of == v.figure.sum_of and o.kind == MISPRINT]
    own = hypotheses.plain(v.label)
    slip = misprint.wrong_sum(v.figure, v.number, own, parts, [(o.figure, o.correct) for o in wrong])
    if slip is None:
        return v
    return Verdict(v.figure, v.label, v.number, MISPRINT, slip.says, None, v.tried, v.fits, 0, v.nearest, slip.correct)


def _nearest(candidates: Sequence[Candidate], printed: Number) -> tuple[Candidate, ...]:
    """What the label itself says, then the closest of what one assumption gives."""
    own = [c for c in candidates if not c.assumed]
    top, bottom = (2 * printed.base).as_integer_ratio()
    near = heapq.nsmallest(3, (c for c in candidates if c.worth == 1), key=lambda c: abs(c.halves * bottom - top))
    return tuple([*own, *near][:3])
