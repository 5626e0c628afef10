"""What an explanation is asked about: subjects, and who counts them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crosscheck.errors import UsageError
from crosscheck.explain.account import Count
from crosscheck.measuring import exports
from crosscheck.subjects import conventions, tools
from crosscheck.subjects.resolve import PLAIN, resolve_all
from crosscheck.subjects.subject import Kind, Options, Subject


@dataclass(frozen=True)
class Asked:
    """Counts in the order in which they were asked for, and the subjects that they are of, as the user named them."""

    counts: tuple[Count, ...]
    subjects: Mapping[str, Subject]

    def subject(self, count: Count) -> Subject:
        """What a count is of; of an export in the words of a tool, the network that is exported."""
        return self.subjects[count.network]

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be known of the subjects, and of tools that cannot see all of them."""
        named = {name: [c.convention.id for c in self.counts if c.network == name] for name in self.subjects}
        told = (conventions.caveats, conventions.bounds)
        seen = [note for name, s in self.subjects.items() for tell in told for note in tell(s, named[name])]
        own = [note for s in self.subjects.values() if s.kind is not Kind.EXPORT for note in s.notes]  # numbers tell of exports
        return tuple(dict.fromkeys([*own, *seen]))


@dataclass(frozen=True, slots=True)
class _Word:
    """``resnet50-v1:onnx:torch:onnx_tool`` in its parts; network and export are empty where it names none."""

    text: str
    network: str
    export: str
    tool: str


def ask(model: str, words: Sequence[str], options: Options = PLAIN) -> Asked:
    """Read ``torchinfo``, ``onnx:torch`` or ``onnx:torch:onnx_tool``, all also with a network before: ``resnet50-v1:torchinfo``.

    Raises UnknownNameError, UsageError, ShapeError and FileError.
    """
    read = [_word(text) for text in words]
    named = dict.fromkeys([w.network or model for w in read])
    exported = dict.fromkeys(f"{w.network or model}@{exports.PREFIX}:{w.export}" for w in read if w.export)
    known = [*named, *exported]
    subjects = dict(zip(known, resolve_all(known, options), strict=True))
    found: list[Count] = []
    for w in read:
        on = w.network or model
        tool, by = tools.either(w.tool)
        if not w.export:
            found.append(_count(w.text, on, subjects[on], tool, by))
            continue
        export = subjects[f"{on}@{exports.PREFIX}:{w.export}"]
        convention = conventions.usable(export, by)
        if not found and len(words) > 1:  # the way to an export starts at what it was made of
            name = f"{w.network}:{tool}" if w.network else tool
            found.append(Count(name, on, subjects[on].counted, tool, convention, described=True))
        found.append(Count(w.text, on, subjects[on].counted, f"{exports.PREFIX}:{w.export}", convention, export.lowered))
    return Asked(tuple(found), {name: subjects[name] for name in named})


def of_file(subject: Subject, ids: Sequence[str]) -> list[Count]:
    """A subject as each of these conventions sees it."""
    return [_count(c, subject.name, subject, c, c) for c in ids]


def _count(text: str, on: str, subject: Subject, tool: str, by: str) -> Count:
    convention = conventions.usable(subject, by)
    if subject.lowered is None or subject.kind is not Kind.EXPORT:
        return Count(text, on, subject.seen_by(convention), tool, convention)
    return Count(text, on, subject.lowered.described, f"{exports.PREFIX}:{subject.ref.export}", convention, subject.lowered)


def _word(text: str) -> _Word:
    words = text.split(":")
    if exports.PREFIX not in words:
        other, _, tool = text.rpartition(":")
        return _Word(text, other, "", tool)
    at = words.index(exports.PREFIX)
    rest = words[at + 1 :]
    if not 1 <= len(rest) <= 2 or not all(rest):
        names = ", ".join(exports.exports())
        raise UsageError(f"{text!r} names no export. Hint: write it like onnx:torch or onnx:torch:onnx_tool; there are {names}")
    return _Word(text, ":".join(words[:at]), rest[0], rest[1] if len(rest) == 2 else "mac")
