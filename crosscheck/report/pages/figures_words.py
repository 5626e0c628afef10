"""What a trial of figures says, in words and rows of text, for every way of showing it."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from crosscheck.contract.network import show_shape
from crosscheck.conventions import read as convention
from crosscheck.studies import figures
from crosscheck.studies.figures.claim import unit_of
from crosscheck.studies.figures.exact import arithmetic
from crosscheck.studies.figures.fits import DECOYS
from crosscheck.studies.figures.hypotheses import Candidate
from crosscheck.studies.figures.verdict import EXACT, EXPLAINED, MISPRINT, OUT, ROUNDS, UNEXPLAINED, UNREADABLE, VERDICTS, Verdict


@cache
def titles() -> dict[str, str]:
    """Titles of the built-in sources by their names in the data."""
    path = Path(figures.__file__).with_name("sources.toml")
    return {s["name"]: s["title"] for s in tomllib.loads(path.read_text(encoding="utf-8"))["source"]}


def title(v: Verdict) -> str:
    """The title of a figure's source, or the name that its row gives, or the file."""
    return titles().get(v.figure.source, v.figure.source or v.figure.file)


def chosen(verdicts: Iterable[Verdict], kinds: Sequence[str], sources: Sequence[str]) -> list[Verdict]:
    """The verdicts of these kinds on figures of sources whose name or title contains one of these words."""
    words = [w.lower() for w in sources]
    order = {t: k for k, t in enumerate(titles().values())}
    return [
        v
        for v in sorted(verdicts, key=lambda v: order.get(title(v), len(order)))
        if (not kinds or v.kind in kinds)
        and (not words or any(w in f"{v.figure.source} {title(v)} {v.figure.file}".lower() for w in words))
    ]


def printed(v: Verdict) -> str:
    """The figure with its unit, as its source prints it."""
    unit = v.figure.unit if v.figure.unit not in ("raw", "count", "params (exact)", "shape") else ""
    return with_unit(v.figure.value, unit)


def with_unit(value: str, unit: str) -> str:
    """A value and its unit, unless the value has its first word already: ``93MB / image``."""
    first, _, rest = unit.partition(" ")
    return f"{value} {rest}".strip() if first and value.endswith(first) else f"{value} {unit}".strip()


def what(v: Verdict) -> str:
    """What the figure is of: the name, the place in it, and the metric, in the source's words."""
    place = f" {v.figure.place}" if v.figure.place and v.figure.place.startswith("row") else ""
    name, model = v.figure.name, v.figure.model
    said = _letters(model) in _letters(name)  # the name tells the model already
    return f"{name if said else f'{model}, {name}'}{place}: {v.figure.metric}"


def _letters(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())


def exact(v: Verdict, c: Candidate) -> str:
    """A candidate's number in the figure's own small unit: values of four bytes rather than bytes."""
    unit = unit_of(v.figure)
    return ones(c.number / unit if 1 < unit < 1000 else c.number)


def ones(n: Fraction) -> str:
    """An exact number, with thousands apart."""
    return f"{int(n):,}" if n.denominator == 1 else f"{float(n):,.1f}"


def reading(c: Candidate) -> str:
    """Who counts what, in one line: ``torchinfo on resnet50, 1x3x224x224``."""
    told = c.label
    loaded = convention.load(told.by)
    place = f", {told.place}" if told.place else ""
    classes = f", {told.classes} classes" if told.classes else ""
    times = "" if c.factor == 1 else f"{c.factor} × "
    who = loaded.title if loaded.tool else loaded.table(told.metric).label
    return f"{times}{who} on {told.network}{place}, {show_shape(told.shape)}{classes}"


def reason(v: Verdict) -> str:
    """Why the verdict is what it is, in a sentence."""
    if v.ends:
        return "; ".join(f"{end.number.text if end.number else ''}: {end.kind}, {reason(end)}" for end in v.ends)
    if v.fit:
        assumed = "; ".join(a.says for a in v.fit.assumed)
        told = f"{exact(v, v.fit.candidate)}: {reading(v.fit.candidate)}"
        return f"{told}{'; ' + assumed if assumed else ''}{' (' + v.says + ')' if v.says else ''}"
    if v.kind == MISPRINT:
        return f"{v.correct}, not {v.figure.value}: {v.says}"
    near = "; nearest " + ", ".join(f"{exact(v, c)} ({_short(c)})" for c in v.nearest) if v.nearest else ""
    return f"{v.says}{near}".removeprefix("; ")


def _short(c: Candidate) -> str:
    return "the label's own" if not c.assumed else c.assumed[0].says.partition(":")[0]


def row(v: Verdict) -> dict[str, Any]:
    """A verdict as plain data."""
    told = v.fit.candidate.label if v.fit else v.label
    return {
        "verdict": v.kind,
        "source": v.figure.source,
        "path": v.figure.path,
        "commit": v.figure.commit,
        "row": v.figure.at,
        "model": v.figure.model,
        "variant": v.figure.variant,
        "place": v.figure.place,
        "metric": v.figure.metric,
        "printed": v.figure.value,
        "unit": v.figure.unit,
        "exact": ones(v.fit.candidate.number).replace(",", "") if v.fit else "",
        "correct": v.correct,
        "network": told.network if told else "",
        "input": show_shape(told.shape) if told else "",
        "counts": told.metric if told else "",
        "convention": told.by if told else "",
        "assumes": "; ".join(a.says for a in v.fit.assumed) if v.fit else "",
        "tried": v.tried,
        "fit": v.fits,
        "decoys_of_40": v.decoys,
        "reason": reason(v),
    }


def summary(verdicts: Sequence[Verdict]) -> tuple[list[str], list[list[str]]]:
    """Sources by verdicts, with sums: the head and the rows, the last of which is the total."""
    kinds = [k for k in VERDICTS if any(v.kind == k for v in verdicts)]
    counts: dict[str, Counter[str]] = {t: Counter() for t in titles().values()}
    for v in verdicts:
        counts.setdefault(title(v), Counter())[v.kind] += 1
    counts = {t: c for t, c in counts.items() if c}
    rows = [[name, *(_count(c[k]) for k in kinds), f"{c.total():,}"] for name, c in counts.items()]
    total = Counter(v.kind for v in verdicts)
    return ["source", *kinds, "all"], [*rows, ["all", *(_count(total[k]) for k in kinds), f"{total.total():,}"]]


def _count(n: int) -> str:
    return f"{n:,}" if n else "·"


def refuted(verdicts: Iterable[Verdict]) -> list[list[str]]:
    """Printed, right, of what, why, where: every figure that is wrong."""
    return [[printed(v), _right(v), what(v), _why(v), _where(v)] for v in verdicts if v.refuted]


def _right(v: Verdict) -> str:
    unit = v.figure.unit if "MB" in v.figure.unit else ""
    if v.correct or not v.nearest or v.number is None:
        return with_unit(v.correct, unit.partition(" ")[0])
    decimals = len(v.figure.value.partition(".")[2])
    return with_unit(f"{float(v.nearest[0].number / v.number.scale):.{decimals}f}", unit.partition(" ")[0])


def wrong(verdicts: Iterable[Verdict]) -> str:
    """How many figures are wrong, and how they came to be."""
    refuted = [v for v in verdicts if v.refuted]
    slips = sum(v.kind == MISPRINT for v in refuted)
    told = [f"{n} {what}" for n, what in ((slips, "misprinted"), (len(refuted) - slips, "by a bug of the tool")) if n]
    return f"{len(refuted)}{': ' + ', '.join(told) if told else ''}"


def _why(v: Verdict) -> str:
    if v.kind == MISPRINT or v.fit is None:
        return f"{v.says}; {_own(v)}" if v.nearest else v.says
    wrong, right = ones(v.fit.candidate.number), ones(v.nearest[0].number)
    return f"a bug of the tool, {v.fit.assumed[-1].says.partition(': ')[2]}: {wrong} B instead of {right} B"


def _own(v: Verdict) -> str:
    """The label's own number with its arithmetic, where it is of one layer, and who counts it."""
    c = v.nearest[0]
    sum_ = arithmetic(c.label.network, c.label.shape, c.label.place, c.label.by, c.label.metric)
    return f"{sum_ + ' = ' if sum_ else ''}{exact(v, c)}: {reading(c)}"


def _where(v: Verdict) -> str:
    return f"{title(v)}, {v.figure.path}" if v.figure.path else title(v)


def explained(verdicts: Iterable[Verdict]) -> list[list[str]]:
    """Explained figures, those of one source and reason together: printed, how many, because, exact, hypotheses, where.

    The hypotheses are those of the figure beside which most wrong figures would pass.
    """
    groups: dict[tuple[str, str], list[Verdict]] = {}
    for v in verdicts:
        if v.kind == EXPLAINED and not v.refuted:
            because = "; ".join(a.says for a in v.fit.assumed) if v.fit else v.says.partition(": ")[0]
            groups.setdefault((title(v), because), []).append(v)
    rows = []
    for (source, because), group in groups.items():
        first = group[0]
        told = ", ".join(dict.fromkeys(printed(v) for v in group))
        yields = f"{exact(first, first.fit.candidate)}: {reading(first.fit.candidate)}" if first.fit else ""
        example = yields or first.says.partition(": ")[2]
        rows.append([told, f"{len(group)}", because, example, _hypotheses(max(group, key=lambda v: v.decoys)), source])
    return rows


def _hypotheses(v: Verdict) -> str:
    """How many hypotheses were tried and fit, and how many wrong figures they would let pass."""
    return f"{v.fits:,} of {v.tried:,} hypotheses fit; {v.decoys} of {2 * DECOYS} wrong figures beside it would pass"


def unexplained(verdicts: Iterable[Verdict]) -> list[list[str]]:
    """What nothing yields: printed, of what, nearest, tried, where."""
    return [
        [printed(v), what(v), reason(v), f"{v.tried:,} hypothes{'is' if v.tried == 1 else 'es'} tried", _where(v)]
        for v in verdicts
        if v.kind == UNEXPLAINED
    ]


def unreadable(verdicts: Iterable[Verdict]) -> list[list[str]]:
    """Printed, of what, what is wrong, where: every row that cannot be read."""
    return [[printed(v), what(v), v.says, _where(v)] for v in verdicts if v.kind == UNREADABLE]


def outside(verdicts: Iterable[Verdict]) -> list[list[str]]:
    """What cannot be described yet: printed, of what, why, where."""
    return [[printed(v), what(v), v.says, _where(v)] for v in verdicts if v.kind == OUT]


def labels(verdicts: Iterable[Verdict]) -> list[list[str]]:
    """What each source's label means in our terms, and how many of its figures that alone yields."""
    groups: dict[tuple[str, str, str], list[Verdict]] = {}
    for v in verdicts:
        if v.label:
            groups.setdefault((title(v), v.label.metric, v.label.by), []).append(v)
    return [
        [source, metric, _title(by), f"{sum(v.kind in (EXACT, ROUNDS) for v in group)} of {len(group)}"]
        for (source, metric, by), group in groups.items()
    ]


def _title(by: str) -> str:
    return convention.load(by).title if by in convention.ids() else by or "not stated"


Section = tuple[str, str, tuple[str, ...], list[list[str]]]


def sections(verdicts: Sequence[Verdict]) -> Iterator[Section]:
    """Title, sentence, head and rows of every table about single figures that has rows."""
    yield (
        "Refuted",
        "Figures that are wrong, each with its arithmetic.",
        ("printed", "right", "of", "why", "where"),
        refuted(verdicts),
    )
    yield (
        *(
            "Explained",
            f"What the label does not say. Wrong figures lie up to {DECOYS} units of the last digit beside the printed one.",
        ),
        *(("printed", "figures", "because", "exact", "hypotheses", "where"), explained(verdicts)),
    )
    head = ("printed", "of", "what comes near", "tried", "where")
    yield "Unexplained", "Nothing that was tried yields these.", head, unexplained(verdicts)
    yield (
        "Out of scope",
        "Networks and metrics that cannot be described yet.",
        ("printed", "of", "why", "where"),
        outside(verdicts),
    )
    yield "Unreadable", "Rows and cells that are malformed.", ("printed", "of", "why", "where"), unreadable(verdicts)
