"""The trial: every figure gets a verdict, and the verdict its reason.

The bar is the printed precision. The label's own reading is tried first; what needs an assumption is tried only where that fails,
and the fewest assumptions win. A hypothesis is believed only where wrong figures beside this one would seldom pass the same way:
decoys, up to 20 units of the last digit away, are judged by the same hypotheses.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from crosscheck.errors import FileError
from crosscheck.figures import checkpoint, exact, hypotheses, misprint
from crosscheck.figures.hypotheses import AGAINST, CLASSES, EDITION, PART, ROUGH, SCALE, WRAP, Candidate, assume
from crosscheck.figures.label import FILE, SHAPE, Label, Number, label, number, shape_of
from crosscheck.figures.misprint import Parts
from crosscheck.figures.record import Figure
from crosscheck.identify import BATCH, CUT, FACTOR, INPUT, TOOL, VARIANT, Assumption
from crosscheck.printed import BINARY_SCALES
from crosscheck.spec import Shape

EXACT, ROUNDS, EXPLAINED, MISPRINT, UNEXPLAINED, OUT = (
    *("exact", "rounds to", "explained", "misprint", "unexplained", "out of scope"),
)
VERDICTS = {
    EXACT: "to the unit what the label says",
    ROUNDS: "what the label says, at the printed precision",
    EXPLAINED: "another convention, variant, input, batch, scale or rounding than the label says",
    MISPRINT: "no convention yields it, and one slip of the pen does",
    UNEXPLAINED: "nothing that was tried yields it",
    OUT: "a network or metric that cannot be described yet",
}
LIKELY = (EDITION, PART, VARIANT, INPUT, FACTOR, TOOL, WRAP, SCALE, ROUGH, CUT, CLASSES, BATCH, AGAINST)
STRUCTURE = "its tensors exactly, and the file's own structure, which depends on who wrote it"
DECOYS = 20  # on each side
BY_CHANCE = 4  # more decoys that pass make one assumption a coincidence
SELDOM = 1  # and more make several, or one that contradicts the label
UNSAID = 8  # where no tool is named, some tool it was: as many may pass


@dataclass(frozen=True, slots=True)
class Fit:
    """A candidate printed as the figure, and what that assumes."""

    candidate: Candidate
    scale: int
    assumed: tuple[Assumption, ...]

    @property
    def worth(self) -> int:
        """What all assumptions are worth together."""
        return sum(a.worth for a in self.assumed)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the trial found of one figure.

    ``fit`` is the reading that won, ``tried`` and ``fits`` count hypotheses, ``decoys`` of 40 wrong figures beside it would have
    passed as well; ``nearest`` are what the label says and the closest of what one assumption gives. ``says`` is the reason in
    words, ``correct`` the figure as it should have been printed.
    """

    figure: Figure
    label: Label | None
    number: Number | None
    kind: str
    says: str
    fit: Fit | None = None
    tried: int = 0
    fits: int = 0
    decoys: int = 0
    nearest: tuple[Candidate, ...] = ()
    correct: str = ""

    @property
    def refuted(self) -> bool:
        """True where the printed figure is wrong, by a slip of the pen or by a bug of the tool that printed it."""
        bug = self.fit is not None and any(a.kind == WRAP for a in self.fit.assumed)
        return self.kind == MISPRINT or bug


def judge(figures: Iterable[Figure]) -> list[Verdict]:
    """A verdict for every figure, in their order. Raises FileError for a row that is malformed."""
    rows = list(figures)
    parts = misprint.parts(rows)
    first = [_judge(f, parts) for f in rows]
    return [misprint_of_sum(v, first, parts) for v in first]


def _judge(figure: Figure, parts: Parts) -> Verdict:
    told = label(figure)
    if isinstance(told, str):
        return Verdict(figure, None, None, OUT, told)
    if told.metric == SHAPE:
        return _shape_verdict(figure, told)
    if problem := exact.problem(told.network, told.shape, told.classes, told.place, told.by):
        raise FileError(f"{figure.at}: {problem}")
    printed = number(figure)
    if told.place.startswith(exact.ROW):
        return _row_verdict(figure, told, printed)
    if told.metric == FILE:
        return _file_verdict(figure, told, printed)
    if printed is None:
        return Verdict(figure, told, None, OUT, "no figure is printed")
    if printed.scale == 1 and printed.base.denominator > 1:
        return Verdict(figure, told, printed, OUT, "a fraction of one: its unit is missing. Units: G, M, GFLOPs, MiB and so on")
    if figure.output_shape and (wrong := _wrong_shape(figure, told)):
        return Verdict(figure, told, printed, UNEXPLAINED, wrong)
    return verdict(figure, told, printed)


def _file_verdict(figure: Figure, told: Label, printed: Number | None) -> Verdict:
    """A weight file's size: explained only where every structure that such files have leads to the printed digits."""
    if printed is None or not told.by:
        return Verdict(figure, told, printed, OUT, "the kind of file is not known: keras_h5 and torch_pth are")
    scales = dict.fromkeys(
        s for s in (printed.scale, _other_scale(printed)) if s and (printed.binary is None or s == printed.scale)
    )
    ways = [(h, scale) for h in checkpoint.held(told.network, told.by) for scale in scales]
    near: list[str] = []
    for h, scale in ways:
        low, high = Fraction(h.content + h.low), Fraction(h.content + h.high)
        size = f"{h.what}, {h.content:,} B in {h.tensors} tensors"
        if printed.prints(low, scale) and printed.prints(high, scale):
            kilo = f"{h.low / 1000:,.0f} to {h.high / 1000:,.0f} kB"
            says = f"{STRUCTURE}: {size}, {kilo} of structure, in units of {scale:,} B"
            return Verdict(figure, told, printed, EXPLAINED, says, tried=len(ways), fits=1)
        rest = printed.value * scale - h.content
        if low <= printed.value * scale <= high:
            says = f"{STRUCTURE}: {size}, {float(rest):,.0f} B of structure, {float(rest / h.tensors):,.0f} a tensor"
            return Verdict(figure, told, printed, UNEXPLAINED, says, tried=len(ways))
        near.append(f"{float(low / scale):,.2f} to {float(high / scale):,.2f} of {scale:,} B")
    tensors = f"{ways[0][0].content:,} B of weights and statistics" if ways else "nothing"
    says = f"no weights and structure of that size: {tensors} make {' or '.join(near)}"
    return Verdict(figure, told, printed, UNEXPLAINED, says, tried=len(ways))


def verdict(figure: Figure, told: Label, printed: Number) -> Verdict:
    """The verdict on one number: the label's own reading, else the cheapest that fits, else a slip, else what comes near."""
    own = hypotheses.plain(told)
    straight = [f for c in own for f in _prints(c, printed, straight=True)]
    if straight:
        best = straight[0]
        kind = EXACT if best.candidate.number == printed.base and printed.ulp * printed.scale == 1 else ROUNDS
        return Verdict(figure, told, printed, kind, "", best, len(own), len(straight))
    candidates = hypotheses.all_of(told)
    fits = [f for c in candidates for f in _prints(c, printed) if f.worth <= hypotheses.MAX_WORTH]
    fits.sort(key=_rank)
    tried = len(candidates) * _ways(printed)
    passed = 0
    if fits:
        passed = _decoys(told, printed, fits[0])
        if passed <= _most(fits[0]):
            return Verdict(figure, told, printed, EXPLAINED, "", fits[0], tried, len(fits), passed, own)
    near = _nearest(candidates, printed)
    slip = misprint.slip(printed, own)
    if slip:
        return Verdict(figure, told, printed, MISPRINT, slip.says, None, tried, len(fits), 0, near, slip.correct)
    says = ""
    if fits:
        likeliest = "; ".join(a.says for a in fits[0].assumed)
        beside = f"but so would {passed} of {2 * DECOYS} wrong figures beside it"
        says = f"{len(fits)} of {tried:,} hypotheses fit, {beside}; likeliest: {likeliest}"
    return Verdict(figure, told, printed, UNEXPLAINED, says, None, tried, len(fits), passed, near)


def misprint_of_sum(v: Verdict, others: Sequence[Verdict], parts: Parts) -> Verdict:
    """The verdict with a look at the printed parts, where the figure is a printed sum that nothing explains."""
    if v.kind not in (UNEXPLAINED, MISPRINT) or not v.figure.sum_of or v.number is None or v.label is None:
        return v
    wrong = [o for o in others if o.figure.part_of == v.figure.sum_of and o.kind == MISPRINT]
    own = hypotheses.plain(v.label)
    slip = misprint.wrong_sum(v.figure, v.number, own, parts, [(o.figure, o.correct) for o in wrong])
    if slip is None:
        return v
    return Verdict(v.figure, v.label, v.number, MISPRINT, slip.says, None, v.tried, v.fits, 0, v.nearest, slip.correct)


def _ways(printed: Number) -> int:
    return (2 if _other_scale(printed) else 1) * (3 if printed.rough != printed.ulp else 2)


def _other_scale(printed: Number) -> int | None:
    """The other meaning of the unit: 2^20 for 10^6 where the label leaves it open."""
    return BINARY_SCALES.get(printed.scale) if printed.binary is None or printed.scale >= 10**6 else None


def _prints(c: Candidate, printed: Number, *, straight: bool = False) -> Iterator[Fit]:
    """The ways in which a candidate is printed as the figure, the straight one first; none that assumes too much."""
    n = c.number
    if printed.prints(n):
        yield Fit(c, printed.scale, c.assumed)
        return
    other = _other_scale(printed)
    if other and printed.binary is None and printed.prints(n, other):
        yield Fit(c, other, c.assumed)
        return
    if straight:
        return
    for scale, before in ((printed.scale, ()), *_binary(c, other)):
        if before and printed.prints(n, scale):
            yield Fit(c, scale, (*c.assumed, *before))
            return
        if printed.rough != printed.ulp and printed.prints(n, scale, ulp=printed.rough):
            digits = len(str(int(printed.value / printed.rough)))
            says = f"rounded to {digits} {'digit' if digits == 1 else 'digits'}: the zeros at the end stand for nothing"
            yield Fit(c, scale, (*c.assumed, *before, assume(ROUGH, says)))
            return
        if printed.prints(n, scale, cut=True):
            yield Fit(c, scale, (*c.assumed, *before, assume(CUT, "cut off, not rounded")))
            return


def _most(f: Fit) -> int:
    """How many decoys may pass before a fit counts as a coincidence."""
    if f.worth > 1:
        return SELDOM
    return UNSAID if [a.kind for a in f.assumed] == [TOOL] else BY_CHANCE


def _binary(c: Candidate, other: int | None) -> list[tuple[int, tuple[Assumption, ...]]]:
    """The other scale: bytes are often counted in powers of two, parameters seldom, operations hardly ever."""
    metric = c.label.metric
    worth = 1 if metric.startswith("memory") else 2 if metric.startswith("params") else 3
    return [(other, (assume(SCALE, f"in units of {other:,}", worth),))] if other else []


def _rank(f: Fit) -> tuple[int, int]:
    """Fewest assumptions first; among equals those that are likelier, rounding that is not the usual one last."""
    return f.worth, max((LIKELY.index(a.kind) for a in f.assumed), default=0)


@cache
def _sorted(told: Label, kinds: tuple[str, ...]) -> tuple[float, ...]:
    """Numbers of all candidates that assume these kinds of things, in order."""
    return tuple(sorted(float(c.number) for c in hypotheses.all_of(told) if tuple(a.kind for a in c.assumed) == kinds))


@cache
def _cheaper(told: Label, worth: int) -> tuple[float, ...]:
    """Numbers of all candidates that are worth no more, in order."""
    return tuple(sorted(float(c.number) for c in hypotheses.all_of(told) if c.worth <= worth))


def _decoys(told: Label, printed: Number, best: Fit) -> int:
    """How many of 40 wrong figures, up to 20 units of the last digit away, would pass as well.

    They may pass by an assumption of the same kind where one is made, by any that are worth no more where there are several.
    """
    how = tuple(a.kind for a in best.assumed if a.kind in (CUT, ROUGH, SCALE))
    kinds = tuple(a.kind for a in best.assumed if a.kind not in (CUT, ROUGH, SCALE))
    ulp = float((printed.rough if ROUGH in how else printed.ulp) * printed.scale)
    ratio = best.scale / printed.scale
    numbers = _sorted(told, kinds) if best.worth == 1 else _cheaper(told, best.worth - len(how))
    passed = 0
    for k in (k for k in range(-DECOYS, DECOYS + 1) if k):
        at = float(printed.base) + k * ulp
        low, high = (at, at + ulp) if CUT in how else (at - ulp / 2, at + ulp / 2)
        passed += _hit(numbers, low * ratio, high * ratio)
    return passed


def _hit(numbers: Sequence[float], low: float, high: float) -> bool:
    return bisect_left(numbers, low) < bisect_right(numbers, high)


def _nearest(candidates: Sequence[Candidate], printed: Number) -> tuple[Candidate, ...]:
    """What the label itself says, then the closest of what one assumption gives."""
    own = [c for c in candidates if not c.assumed]
    near = sorted((c for c in candidates if c.worth == 1), key=lambda c: abs(c.number - printed.base))
    return tuple([*own, *near][:3])


def _row_verdict(figure: Figure, told: Label, printed: Number | None) -> Verdict:
    """A row of a tool's table: its class, its shape and its parameters must all be the tool's."""
    rows = exact.table(told.network, told.shape, told.by)
    k = int(told.place.removeprefix(exact.ROW).split()[0])
    if not 1 <= k <= len(rows):
        return Verdict(figure, told, printed, UNEXPLAINED, f"the table has {len(rows)} rows")
    row = rows[k - 1]
    claimed = None if printed is None else printed.base
    slips = [
        f"{what} is {ours} there"
        for what, theirs, ours in (
            ("the class", figure.variant, row.kind),
            ("the shape", shape_of(figure.output_shape), row.shape),
            ("the number of parameters", claimed, row.params),
        )
        if theirs != ours
    ]
    if slips:
        return Verdict(figure, told, printed, UNEXPLAINED, f"row {k}, {row.path}: {'; '.join(slips)}", tried=1)
    found = Candidate(told, Fraction(1), row.params or 0, ())
    return Verdict(figure, told, printed, EXACT, f"{row.path}, class and shape too", Fit(found, 1, ()), 1, 1)


def _wrong_shape(figure: Figure, told: Label) -> str:
    """Why a printed output shape is not the layer's, in ``NxCxHxW`` or, of one image, in ``HxWxC``; empty where it is."""
    known = exact.counted(told.network, told.shape, told.classes)
    claimed = shape_of(figure.output_shape)
    layer = None if known is None else known.model.by_id.get(told.place)
    ours: Shape = told.shape if told.place == exact.INPUT else layer.y if layer else ()
    image = (*ours[2:], ours[1]) if len(ours) > 2 else (1, 1, *ours[1:])
    return "" if claimed in (ours, image) else f"the output of {told.place} is {ours}, not {claimed}"


def _shape_verdict(figure: Figure, told: Label) -> Verdict:
    ours = exact.pooled(told.place, told.shape)
    if shape_of(figure.value) == ours:
        return Verdict(figure, told, None, EXACT, f"{'x'.join(map(str, ours))}", tried=1, fits=1)
    return Verdict(figure, told, None, UNEXPLAINED, f"the output is {'x'.join(map(str, ours))}", tried=1)
