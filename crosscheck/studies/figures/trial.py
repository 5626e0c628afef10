"""The trial: every figure gets a verdict, and the verdict its reason.

The bar is the printed precision. The label's own reading is tried first; what needs an assumption is tried only where that fails,
and the fewest assumptions win. A hypothesis is believed only where wrong figures beside this one would seldom pass the same way:
decoys, up to 20 units of the last digit away, are judged by the same hypotheses.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from crosscheck.contract.network import Shape
from crosscheck.conventions import read as convention
from crosscheck.errors import FileError
from crosscheck.studies.figures import checkpoint, exact, fits, hypotheses, misprint
from crosscheck.studies.figures.fits import DECOYS, Fit
from crosscheck.studies.figures.hypotheses import WRAP, Candidate
from crosscheck.studies.figures.label import FILE, SHAPE, Label, Number, label, number, shape_of
from crosscheck.studies.figures.misprint import Parts
from crosscheck.studies.figures.record import Figure

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
    known: dict[tuple[Label, Number], Verdict] = {}  # equal claims get one trial
    first = [_judge(f, known) for f in rows]
    return [misprint_of_sum(v, first, parts) for v in first]


def _judge(figure: Figure, known: dict[tuple[Label, Number], Verdict]) -> Verdict:
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
    if told.by in convention.ids() and told.metric not in (has := convention.load(told.by).metrics):
        return Verdict(figure, told, printed, OUT, f"{told.by} gives no {told.metric}; it gives {', '.join(has)}")
    if (told, printed) not in known:
        known[told, printed] = verdict(figure, told, printed)
    return replace(known[told, printed], figure=figure)


def _file_verdict(figure: Figure, told: Label, printed: Number | None) -> Verdict:
    """A weight file's size: explained only where every structure that such files have leads to the printed digits."""
    if printed is None or not told.by:
        return Verdict(figure, told, printed, OUT, "the kind of file is not known: keras_h5 and torch_pth are")
    scales = dict.fromkeys(
        s for s in (printed.scale, fits.other_scale(printed)) if s and (printed.binary is None or s == printed.scale)
    )
    ways = [(h, scale) for h in checkpoint.held(told.network, told.by) for scale in scales]
    near: list[str] = []
    for h, scale in ways:
        low, high = Fraction(h.content + h.low), Fraction(h.content + h.high)
        size = f"{h.what}, {h.content:,} B in {h.tensors} tensors"
        if printed.prints(low, scale) and printed.prints(high, scale):
            kilo = f"{h.low / 1000:,.0f} to {h.high / 1000:,.0f} kB"
            how = "its tensors exactly, and the file's own structure, which depends on who wrote it"
            says = f"{how}: {size}, {kilo} of structure, in units of {scale:,} B"
            return Verdict(figure, told, printed, EXPLAINED, says, tried=len(ways), fits=1)
        rest = printed.value * scale - h.content
        if low <= printed.value * scale <= high:
            says = f"its tensors exactly, {size}; the other {float(rest):,.0f} B, {float(rest / h.tensors):,.0f} a tensor, are "
            says += "within what is known of such files' structure, which is not known to the printed digit"
            return Verdict(figure, told, printed, UNEXPLAINED, says, tried=len(ways))
        near.append(f"{float(low / scale):,.2f} to {float(high / scale):,.2f} of {scale:,} B")
    tensors = f"{ways[0][0].content:,} B of weights and statistics" if ways else "nothing"
    says = f"no weights and structure of that size: {tensors} make {' or '.join(near)}"
    return Verdict(figure, told, printed, UNEXPLAINED, says, tried=len(ways))


def verdict(figure: Figure, told: Label, printed: Number) -> Verdict:
    """The verdict on one number: the label's own reading, else the cheapest that fits, else a slip, else what comes near."""
    own = hypotheses.plain(told)
    straight = [f for c in own for f in fits.prints(c, printed, straight=True)]
    if straight:
        best = straight[0]
        kind = EXACT if best.candidate.number == printed.base and printed.ulp * printed.scale == 1 else ROUNDS
        return Verdict(figure, told, printed, kind, "", best, len(own), len(straight))
    candidates = hypotheses.all_of(told)
    found = [f for c in candidates for f in fits.prints(c, printed) if f.worth <= hypotheses.MAX_WORTH]
    found.sort(key=fits.rank)
    tried = len(candidates) * fits.ways(printed)
    passed = 0
    slip = misprint.slip(printed, own)
    if found:
        passed = fits.decoys(told, printed, found[0])
        if passed <= fits.most(found[0]):
            also = f"or a misprint of the label's own {slip.correct}: {slip.says}" if slip and found[0].worth else ""
            return Verdict(figure, told, printed, EXPLAINED, also, found[0], tried, len(found), passed, own)
    near = _nearest(candidates, printed)
    if slip:
        return Verdict(figure, told, printed, MISPRINT, slip.says, None, tried, len(found), 0, near, slip.correct)
    says = ""
    if found:
        likeliest = "; ".join(a.says for a in found[0].assumed)
        beside = f"but so would {passed} of {2 * DECOYS} wrong figures beside it"
        says = f"{len(found)} of {tried:,} hypotheses fit, {beside}; likeliest: {likeliest}"
    return Verdict(figure, told, printed, UNEXPLAINED, says, None, tried, len(found), passed, near)


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
