"""Which conventions may count a subject: those of its kind that have a word on every op that it has; and what they cannot see."""

from __future__ import annotations

from collections.abc import Sequence

from crosscheck.contract.network import Model
from crosscheck.conventions import read as conventions
from crosscheck.conventions.read import CAFFE
from crosscheck.conventions.table import Convention, MetricTable
from crosscheck.errors import UsageError
from crosscheck.subjects import partial, tools
from crosscheck.subjects.subject import Kind, Subject

ONNX = "onnx"  # the framework of conventions that count such files
FORMATS = {Kind.ONNX: ONNX, Kind.CAFFE: CAFFE}
FILES = (Kind.ONNX, Kind.CAFFE, Kind.EXPORT)


def defaults(subject: Subject) -> tuple[str, ...]:
    """What a subject is counted by where nobody says."""
    return ("mac", CAFFE) if subject.kind is Kind.CAFFE else ("mac",)


def choose(subject: Subject, asked: Sequence[str], every: bool = False) -> tuple[list[str], list[str]]:
    """Ids of the conventions to count by, and a line on those that ``every`` leaves out.

    Raises UsageError for one that was asked for and cannot count the subject, UnknownNameError for one that is not there.
    """
    if not every:
        named = dict.fromkeys(tools.convention(name) for name in asked or defaults(subject))
        return [usable(subject, name).id for name in named], []
    chosen: list[str] = []
    left_out: dict[str, list[str]] = {}
    for c in (by(subject, name) for name in conventions.ids()):
        silent = silence(subject, c)
        why = "count other files" if foreign(subject, c) else f"say nothing about {silent}" if silent else ""
        (left_out.setdefault(why, []) if why else chosen).append(c.id)
    return chosen, [f"left out, as they {why}: {', '.join(names)}" for why, names in left_out.items()]


def by(subject: Subject, id: str) -> Convention:
    """The convention as it counts the subject: one of described networks passes over ops of a captured one that it lacks."""
    return partial.opened(conventions.load(id), subject.model)


def usable(subject: Subject, id: str) -> Convention:
    """The convention, where it may count the subject. Raises UsageError."""
    c = by(subject, id)
    if reason := foreign(subject, c):
        raise UsageError(reason)
    if subject.kind is not Kind.DESCRIBED and (what := silence(subject, c)):
        where = f"networks of {c.framework}" if c.framework else "described networks"
        raise UsageError(f"convention {id!r} says nothing about {what}. Hint: it counts {where}; count --all picks those that do")
    return c


def foreign(subject: Subject, c: Convention) -> str:
    """Why a convention counts no subjects of this kind, in words; empty where it does."""
    own = FORMATS.get(subject.kind)
    if own and c.framework in FORMATS.values() and c.framework != own:
        return f"convention {c.id!r} counts {c.framework} files, not {own}. Hint: count --all picks those that do"
    if not own and c.framework == CAFFE:
        return f"convention {c.id!r} counts what Caffe sets up: data, losses and splits too. Hint: crosscheck caffe FILE.prototxt"
    if subject.kind is Kind.EXPORT and not c.reads_onnx:
        able = [name for name in conventions.ids() if conventions.load(name).reads_onnx]
        whose = f"networks of {c.framework}" if c.framework else "described networks"
        return f"{c.id} counts {whose}, no ONNX files. Hint: {', '.join(able)} count those"
    return ""


def silence(subject: Subject, c: Convention) -> str:
    """The first op that a convention has no word on, and where it is; empty where it knows all."""
    return next((says for t in c.metrics.values() if (says := gap(subject.seen_by(c).model, t))), "")


def gap(model: Model, table: MetricTable) -> str:
    """The first op that the table of one metric has no word on, and where it is; empty where it knows all.

    Of a captured network that is nothing, where the table has rules for calls.
    """
    if model.calls and all(t.calls is not None for t in table.tables):
        return ""
    ops = {layer.op: layer for layer in reversed(model.layers)}
    lacking = next((op for op in ops if not table.knows(op)), None)
    if lacking is None:
        return ""
    native = ops[lacking].origin.native
    return f"op {lacking!r} (node {ops[lacking].id!r}{f', {native}' if native else ''})"


def missing(subject: Subject, id: str) -> str:
    """What a convention has no word on in a captured network, and could count; empty for nothing."""
    return partial.lacking(conventions.load(id), subject.model)


def bounds(subject: Subject, ids: Sequence[str]) -> list[str]:
    """A line for each of these conventions whose number is a lower bound."""
    return [f"{c} is a lower bound: it has no word on {what}" for c in ids if (what := missing(subject, c))]


def caveats(subject: Subject, ids: Sequence[str]) -> list[str]:
    """What conventions of tools that look at a framework's own network cannot see of a file."""
    blind = [c for c in ids if subject.kind in FILES and conventions.load(c).framework not in ("", *FORMATS.values())]
    if not blind:
        return []
    who = f"{', '.join(blind)} look{'s' * (len(blind) == 1)}"
    lost = "a file has lost some (containers, folded layers, layers called twice)"
    return [f"{who} at modules and calls, of which {lost}: of the network that it was made from, the tool may say otherwise"]
