"""One way from a name to a network, whatever kind it is of; what a kind needs is imported where one is named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from crosscheck import models
from crosscheck.errors import UsageError
from crosscheck.subjects.reference import read
from crosscheck.subjects.subject import Kind, Options, Reference, Subject

PLAIN = Options()


def resolve(text: str, options: Options = PLAIN) -> Subject:
    """The network that a name means. Raises UnknownNameError, UsageError, ShapeError and FileError."""
    return resolve_all([text], options)[0]


def resolve_all(texts: Sequence[str], options: Options = PLAIN) -> list[Subject]:
    """The same for several, in order; those of zoos are built side by side."""
    refs = dict.fromkeys(read(text) for text in texts)
    made = _seen([r for r in refs if r.kind is Kind.ZOO], options) | _own([r for r in refs if r.kind is Kind.OWN], options)
    for r in refs:
        if r.kind is Kind.EXPORT:
            base = Reference(r.target, Kind.DESCRIBED, r.target)
            made[base.text] = made.get(base.text) or _described(base, options)
            made[r.text] = _export(r, made[base.text])
        elif r.text not in made:
            made[r.text] = BUILDERS[r.kind](r, options)
    return [made[text] for text in texts]


def described(texts: Sequence[str], why: str) -> list[str]:
    """The names, where all are of described networks; else UsageError with what the others are, and ``why`` that will not do."""
    for ref in map(read, texts):
        if ref.kind is not Kind.DESCRIBED:
            raise UsageError(f"{ref.text!r} is {ref.kind.article}, and {why}")
    return list(dict.fromkeys(texts))


def _described(ref: Reference, options: Options) -> Subject:
    if len(options.inputs) > 1:
        raise UsageError(f"{ref.target!r} has one input. Hint: give --input once, as 3x224x224")
    shape = models.parse_input(options.inputs[0]) if options.inputs else None
    batch = 1 if options.batch is None else options.batch
    model = models.build(ref.target, batch=batch, input_shape=shape, classes=options.classes)
    return Subject(ref, model, model)


def _onnx(ref: Reference, options: Options) -> Subject:
    from crosscheck.importers.imported import parse_inputs
    from crosscheck.importers.onnx import load

    options.refuse(ref, "batch", "classes")
    found = load.load(Path(ref.target), parse_inputs(list(options.inputs)))
    return Subject(ref, found.model, found.model, found.notes, found.partial, Path(ref.target), imported=found)


def _caffe(ref: Reference, options: Options) -> Subject:
    from crosscheck.importers.caffe import load
    from crosscheck.importers.imported import parse_inputs

    options.refuse(ref, "classes")
    if options.batch is not None:
        models.judge("batch", options.batch)
    path, inputs = load.find(ref.target), parse_inputs(list(options.inputs))
    found = load.load(path, inputs, phase=options.phase, batch=options.batch, stages=options.stages)
    return Subject(ref, found.model, found.model, found.notes, found.partial, path, imported=found)


def _export(ref: Reference, base: Subject) -> Subject:
    from crosscheck.exports import recipe

    lowered = recipe.lower(base.model, recipe.recipe(ref.export), base.counted)
    model = replace(lowered.model, name=ref.text)
    note = f"{ref.text}: as the recipe of export {ref.export} says that the file is; nothing was exported"
    return Subject(ref, model, model, (note,), lowered=lowered)


def _seen(refs: Sequence[Reference], options: Options) -> dict[str, Subject]:
    if not refs:
        return {}
    from crosscheck.subjects import observed, zoo

    for ref in refs:
        options.refuse(ref, "batch", "input", "classes")
    found = observed.observe([zoo.get(name) for name in dict.fromkeys(r.target for r in refs)])
    made = {}
    for ref in refs:
        lacking = observed.lacking(found[ref.target])
        notes = (f"{ref.text}: {lacking}",) if lacking else ()
        made[ref.text] = Subject(ref, observed.without_moves(found[ref.target]), found[ref.target], notes, bool(lacking))
    return made


def _own(refs: Sequence[Reference], options: Options) -> dict[str, Subject]:
    if not refs:
        return {}
    from crosscheck.subjects import observed, own

    for ref in refs:
        options.refuse(ref, "batch", "classes")
    networks = [own.named(ref.target, options.inputs) for ref in refs]
    found = own.observe(networks)
    return {ref.text: observed.subject(ref, found[n.name], n) for ref, n in zip(refs, networks, strict=True)}


def file(text: str, kind: Kind, options: Options = PLAIN) -> Subject:
    """A file that is known to be of this kind, whatever it is called. Raises UsageError and FileError."""
    return BUILDERS[kind](Reference(text, kind, text), options)


BUILDERS: dict[Kind, Callable[[Reference, Options], Subject]] = {
    Kind.DESCRIBED: _described,
    Kind.ONNX: _onnx,
    Kind.CAFFE: _caffe,
}
