"""Verdicts on figures that are no number of a convention: rows of tools' tables, shapes, and sizes of weight files."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from crosscheck.contract.network import Shape
from crosscheck.studies.figures import checkpoint, exact, fits, growth, hypotheses
from crosscheck.studies.figures.fits import Fit
from crosscheck.studies.figures.hypotheses import candidate
from crosscheck.studies.figures.label import Label, shape_of
from crosscheck.studies.figures.printed import Number
from crosscheck.studies.figures.record import Figure
from crosscheck.studies.figures.verdict import EXACT, EXPLAINED, OUT, ROUNDS, UNEXPLAINED, Verdict


def of_file(figure: Figure, told: Label, printed: Number | None) -> Verdict:
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


def of_row(figure: Figure, told: Label, printed: Number | None) -> Verdict:
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
    said = printed or Number(Fraction(0), Fraction(1), 1, figure.value)
    fit = Fit(candidate(told, told.by, row.params or 0), said, 1, ())
    return Verdict(figure, told, printed, EXACT, f"{row.path}, class and shape too", fit, 1, 1)


def wrong_shape(figure: Figure, told: Label) -> str:
    """Why a printed output shape is not the layer's, in ``NxCxHxW`` or, of one image, in ``HxWxC``; empty where it is."""
    known = growth.counted(told.network, told.shape, told.classes)
    claimed = shape_of(figure.output_shape)
    layer = None if known is None else known.model.by_id.get(told.place)
    ours: Shape = told.shape if told.place == exact.INPUT else layer.y if layer else ()
    image = (*ours[2:], ours[1]) if len(ours) > 2 else (1, 1, *ours[1:])
    return "" if claimed in (ours, image) else f"the output of {told.place} is {ours}, not {claimed}"


def of_shape(figure: Figure, told: Label) -> Verdict:
    """The shape that comes out of one pooling, which is its place."""
    if not told.place:
        return Verdict(figure, told, None, OUT, "a shape of what is not said")
    ours = exact.pooled(told.place, told.shape)
    if shape_of(figure.value) == ours:
        return Verdict(figure, told, None, EXACT, f"{'x'.join(map(str, ours))}", tried=1, fits=1)
    return Verdict(figure, told, None, UNEXPLAINED, f"the output is {'x'.join(map(str, ours))}", tried=1)


def of_limit(figure: Figure, asked: Sequence[Label], printed: Number) -> Verdict:
    """A figure that is said to lie below or above a number: whether what the label says does."""
    own = [c for told in asked for c in hypotheses.plain(told)]
    within = [c for c in own if (c.number < printed.base if printed.bound == "<" else c.number > printed.base)]
    if within:
        return Verdict(
            figure,
            within[0].asked,
            printed,
            ROUNDS,
            "a limit, which it keeps",
            Fit(within[0], printed, 1, ()),
            len(own),
            len(within),
        )
    return Verdict(
        figure, asked[0], printed, UNEXPLAINED, "a limit, which it does not keep", tried=len(own), nearest=tuple(own[:3])
    )
