"""One figure on trial, in words: what is printed, of what, who counts it so, and why its verdict is what it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from crosscheck import toml
from crosscheck.conventions import read as convention
from crosscheck.report.document import Form, Text, Tone
from crosscheck.studies import figures
from crosscheck.studies.figures.assumption import AGAINST, TOOL
from crosscheck.studies.figures.claim import unit_of
from crosscheck.studies.figures.exact import arithmetic, differences
from crosscheck.studies.figures.hypotheses import Candidate
from crosscheck.studies.figures.verdict import (
    EXACT,
    EXPLAINED,
    MISPRINT,
    OUT,
    ROUNDS,
    UNDECIDED,
    UNEXPLAINED,
    UNREADABLE,
    Verdict,
)

PLAIN = "mac"  # the convention that others are told apart from: multiply-adds, and learnable parameters
MOST = 4  # names and terms in one sentence
BY_WHOM = (TOOL, AGAINST)
TONES = {EXACT: Tone.good, ROUNDS: Tone.good, EXPLAINED: Tone.info, MISPRINT: Tone.bad, UNEXPLAINED: Tone.notable}
TONES |= {UNDECIDED: Tone.notable, OUT: Tone.dim, UNREADABLE: Tone.bad}


def verdict(kind: str) -> Text:
    """A verdict by name, in its tone."""
    return Text(kind, Form.strong, TONES[kind])


@cache
def titles() -> dict[str, str]:
    """Titles of the built-in sources by their names in the data."""
    path = Path(figures.__file__).with_name("sources.toml")
    return {s["name"]: s["title"] for s in toml.loads(path.read_text(encoding="utf-8"))["source"]}


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
    loaded = convention.load(c.by)
    times = "" if c.factor == 1 else f"{c.factor} × "
    who = loaded.title if loaded.tool else loaded.table(c.asked.metric).label
    return f"{times}{who} on {place(c)}"


def counting(v: Verdict) -> str:
    """What is counted, in words of primitives, and who does so: of a reading that the label does not name."""
    assert v.fit  # noqa: S101 - of verdicts with a reading
    c = v.fit.candidate
    plain = PLAIN if c.asked.metric in convention.load(PLAIN).metrics else ""
    if not v.ties or not plain or all(a.kind not in BY_WHOM for a in v.fit.assumed):
        return reading(c)
    own = convention.load(plain).table(c.asked.metric).label
    who = [convention.load(name).title for name in v.ties]
    more = f" and {len(who) - MOST} more" if len(who) > MOST else ""
    beyond = differences(c.asked.network, c.asked.shape, c.asked.metric, c.by, plain)
    named = f"{own}{': ' + beyond if beyond else ''} (so {'counts' if len(who) == 1 else 'count'} {', '.join(who[:MOST])}{more})"
    return f"{'' if c.factor == 1 else f'{c.factor} × '}{named} on {place(c)}"


def place(c: Candidate) -> str:
    """The network, the part of it, its input and classes."""
    told = c.label
    part = f", {told.place}" if told.place else ""
    return f"{told.network}{part}, {told.input}{f', {told.classes} classes' if told.classes else ''}"


def reason(v: Verdict) -> str:
    """Why the verdict is what it is, in a sentence."""
    if v.ends:
        return "; ".join(f"{end.number.text if end.number else ''}: {end.kind}, {reason(end)}" for end in v.ends)
    if v.fit:
        told = f"{exact(v, v.fit.candidate)}: {counting(v)}"
        assumed = [a.says for a in v.fit.assumed if a.kind not in BY_WHOM or not v.ties]
        return f"{'; '.join([told, *assumed])}{' (' + v.says + ')' if v.says else ''}"
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
        "input": told.input if told else "",
        "counts": told.metric if told else "",
        "convention": told.by if told else "",
        "assumes": "; ".join(a.says for a in v.fit.assumed) if v.fit else "",
        "tried": v.tried,
        "fit": v.fits,
        "decoys_of_40": v.decoys,
        "reason": reason(v),
    }


def right(v: Verdict) -> str:
    """What should have been printed, as precisely as what was; empty where nothing else is known."""
    unit = v.figure.unit if "MB" in v.figure.unit else ""
    if v.correct or not v.nearest or v.number is None:
        return with_unit(v.correct, unit.partition(" ")[0])
    decimals = len(v.figure.value.partition(".")[2])
    return with_unit(f"{float(v.nearest[0].number / v.number.scale):.{decimals}f}", unit.partition(" ")[0])


def why(v: Verdict) -> str:
    """How a wrong figure came to be."""
    if v.kind == MISPRINT or v.fit is None:
        return f"{v.says}; {_own(v)}" if v.nearest else v.says
    wrong, own = ones(v.fit.candidate.number), ones(v.nearest[0].number)
    return f"a bug of the tool, {v.fit.assumed[-1].says.partition(': ')[2]}: {wrong} B instead of {own} B"


def _own(v: Verdict) -> str:
    """The label's own number with its arithmetic, where it is of one layer, and who counts it."""
    c = v.nearest[0]
    sum_ = arithmetic(c.label.network, c.label.shape, c.label.place, c.label.by, c.label.metric)
    return f"{sum_ + ' = ' if sum_ else ''}{exact(v, c)}: {reading(c)}"


def where(v: Verdict) -> str:
    """The source, and the path in it."""
    return f"{title(v)}, {v.figure.path}" if v.figure.path else title(v)
