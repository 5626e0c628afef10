"""Which convention yields this number? The trial of figures on one row, with all its hypotheses in the order of their ranks."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from crosscheck import models
from crosscheck.contract.metrics import METRICS
from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from crosscheck.errors import UnknownNameError, UsageError
from crosscheck.studies.figures import fits, hypotheses, trial
from crosscheck.studies.figures.assumption import CUT, TOOL, Assumption, assume, worth
from crosscheck.studies.figures.fits import Fit
from crosscheck.studies.figures.hypotheses import Candidate
from crosscheck.studies.figures.label import network_of
from crosscheck.studies.figures.record import Figure, UnreadableError
from crosscheck.studies.figures.verdict import Verdict
from crosscheck.studies.figures.written import NOTHING
from crosscheck.subjects import tools
from crosscheck.subjects.conventions import caveats
from crosscheck.subjects.resolve import resolve
from crosscheck.subjects.subject import Options, Subject

NEAREST = 3


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One way to read a figure: the exact number behind it, who counts it so, and what one must assume for it."""

    conventions: tuple[str, ...]
    metric: str
    variant: str
    input: str
    factor: Fraction
    scale: int
    cut: bool
    exact: int
    assumptions: tuple[Assumption, ...]

    @property
    def cost(self) -> int:
        """What the assumptions are worth together."""
        return worth(self.assumptions)


@dataclass(frozen=True, slots=True)
class Answer:
    """The verdict on a figure; hypotheses that fit, best first, else the nearest; ``tried`` counts all that were tried.

    ``notes`` say what is to be known of the network, where it is a file's, an export or a zoo's.
    """

    text: str
    verdict: Verdict
    fits: tuple[Hypothesis, ...]
    nearest: tuple[Hypothesis, ...]
    tried: int
    notes: tuple[str, ...] = ()


@engine.no_collection()
def identify(model: str, text: str, metric: str | None = None, inputs: Sequence[str] = (), by: str = "") -> Answer:
    """Ranked explanations of a printed figure on a network of any kind.

    A described one is tried with its variants and other inputs, batches and parts, any other as it is, one of the user's own
    with ``inputs``. ``by`` is the convention that is said to be behind it, an id or the path of one of the user's own. Raises
    UnknownNameError and UsageError, and what ``resolve`` does.
    """
    if metric is not None and metric not in METRICS:
        raise UnknownNameError("metric", metric, METRICS)
    figure = Figure("", 1, model=model, value=text.strip(), counts=metric or "", convention=by and tools.convention(by))
    if figure.value.lower() in NOTHING:
        raise UsageError(f"{text!r} is no figure. Hint: write it like 4.11G, 8.19 GFLOPs, 25.56M or 61,100,840")
    subject = _subject(figure, inputs)
    try:
        found = trial.read(figure, subject)
    except UnreadableError as error:
        raise UsageError(error.says) from None
    verdict = trial.rule(figure, found, {})
    ends = () if isinstance(found, Verdict) else found.ends
    fitting = [fits.ranked(end) or fits.ranked(end, trial.widest) for end in ends]
    tried = sum(len(hypotheses.all_of(c.label)) * fits.ways(c.number) for end in ends for c in end)
    if ends and all(fitting):
        ranked = sorted((f for end in fitting for f in end), key=fits.rank)
        merged = tuple(_merged(ranked))
        return Answer(figure.value, verdict, merged, (), tried, _notes(subject, merged))
    near = tuple(_merged(_nearest(ends)))[:NEAREST]
    return Answer(figure.value, verdict, (), near, tried, _notes(subject, near))


def _subject(figure: Figure, inputs: Sequence[str]) -> Subject | None:
    """The network that a figure is of, where it is in one form only; None for one described here, however it is spelled."""
    described = figure.model in models.variants() or (network_of(figure) and not Path(figure.model).is_file())
    if described and inputs:
        raise UsageError(f"{figure.model} is tried with its own inputs. Hint: --input is for a network of your own")
    return None if described else resolve(figure.model, Options(inputs=tuple(inputs)))


def _notes(subject: Subject | None, shown: Iterable[Hypothesis]) -> tuple[str, ...]:
    """What is to be known of a subject, and of those who count it."""
    if subject is None:
        return ()
    return (*subject.notes, *caveats(subject, list(dict.fromkeys(c for h in shown for c in h.conventions))))


def _nearest(ends: Sequence[trial.Claims]) -> list[Fit]:
    """The closest of what at most one assumption gives, as a share of what is printed."""
    found = (
        Fit(c, claim.number, claim.number.scale, c.assumed + claim.assumed)
        for end in ends
        for claim in end
        for c in hypotheses.all_of(claim.label)
        if c.exact and claim.number.value and worth(c.assumed + claim.assumed) <= 1
    )
    return heapq.nsmallest(4 * NEAREST, found, key=lambda f: (abs(f.candidate.halves / float(2 * f.number.base) - 1), f.worth))


def _merged(ranked: Iterable[Fit]) -> list[Hypothesis]:
    """Conventions that give one and the same number for the same reasons become one row."""
    rows: dict[Hypothesis, list[Candidate]] = {}
    for f in ranked:
        rows.setdefault(_hypothesis(f), []).append(f.candidate)
    return [replace(h, conventions=tuple(dict.fromkeys(c.by for c in found))) for h, found in rows.items()]


def _hypothesis(f: Fit) -> Hypothesis:
    """The hypothesis without the names of who counts so."""
    c, told = f.candidate, f.candidate.asked
    says = {TOOL: "counted as this tool does"}
    assumed = tuple(assume(a.kind, says.get(a.kind, a.says), a.worth) for a in f.assumed)
    cut = any(a.kind == CUT for a in f.assumed)
    return Hypothesis((), told.metric, told.network, told.input, c.factor, f.scale, cut, c.exact, assumed)


def words(h: Hypothesis) -> str:
    """A hypothesis in one line: who counts so, and on which network."""
    loaded = [convention.load(c) for c in h.conventions]
    if any(c.tool for c in loaded):
        who = " = ".join(c.title for c in loaded)
    else:
        label = loaded[0].table(h.metric).label
        who = label if h.factor == 1 else f"2 × {label} (FLOPs)"
    return f"{who} on {h.variant}, {h.input}"
