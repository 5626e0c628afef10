"""Which kind of subject a name means; nothing is built, and of files only the first bytes are looked at."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from crosscheck import models
from crosscheck.errors import UnknownNameError, UsageError
from crosscheck.subjects.subject import KINDS, Kind, Reference

EXPORT = "onnx:"  # what follows the @ of an export
SUFFIXES = {".onnx": Kind.ONNX, ".prototxt": Kind.CAFFE}
MAKER = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*")


def read(text: str) -> Reference:
    """The subject that a name means. Raises UnknownNameError, and UsageError for what is known not to be one."""
    if text in models.variants():
        return Reference(text, Kind.DESCRIBED, text)
    if not text.strip():
        raise UsageError(f"a network has no name. Hint: it is {KINDS}")
    if "@" in Path(text).name and not Path(text).exists():
        return _export(text)
    return _file(text) or _bundled(text) or _zoo(text)


def one_kind(texts: Sequence[str]) -> tuple[Kind, list[Reference]]:
    """Subjects that are to be of one kind. Raises UsageError where they are of several."""
    refs = [read(text) for text in dict.fromkeys(texts)]
    other = next((r for r in refs if r.kind is not refs[0].kind), None)
    if other:
        first = f"{refs[0].text!r} is {refs[0].kind.article}"
        raise UsageError(f"{first} and {other.text!r} {other.kind.article}. Hint: ask about one kind at a time")
    return refs[0].kind, refs


def _export(text: str) -> Reference:
    base, _, export = text.rpartition("@")
    if not export.startswith(EXPORT) or not export.removeprefix(EXPORT):
        raise UsageError(f"{text!r} names no export. Hint: write it like resnet50@onnx:torch")
    made_of = read(base)
    if made_of.kind is not Kind.DESCRIBED:
        raise UsageError(f"{base!r} is no described network, and only those are exported. Hint: name the exported file itself")
    return Reference(text, Kind.EXPORT, base, export.removeprefix(EXPORT))


def _file(text: str) -> Reference | None:
    path = Path(text)
    if path.suffix == ".py" or ".py:" in text:
        return _maker(text)
    if path.is_dir():
        raise UsageError(f"{text!r} is a folder. Hint: name a file in it, FILE.onnx or FILE.prototxt")
    if path.suffix in SUFFIXES:
        return Reference(text, SUFFIXES[path.suffix], text)
    if path.is_file():
        return Reference(text, Kind.CAFFE if _is_text(path) else Kind.ONNX, text)
    if len(path.parts) > 1:
        raise UsageError(f"{text!r}: there is no such file. Hint: a network is {KINDS}")
    return None


def _maker(text: str) -> Reference:
    """What ``nets.py:make_net`` names."""
    place, colon, name = text.rpartition(".py:")
    if not colon or not name:
        raise UsageError(f"{text!r} is a file of code. Hint: name what makes a network in it, as in {text.rstrip(':')}:make_net")
    if not Path(f"{place}.py").is_file():
        raise UsageError(f"{text!r}: there is no file {place}.py. Hint: a network is {KINDS}")
    return Reference(text, Kind.OWN, text)


def _is_text(path: Path) -> bool:
    """Whether a file starts as text does; an ONNX file starts with control characters."""
    with path.open("rb") as file:
        head = file.read(512)
    return bool(head) and not re.search(rb"[\x00-\x08\x0e-\x1f]", head)


def _bundled(text: str) -> Reference | None:
    from crosscheck.importers.caffe.load import bundled

    found = bundled().get(text)
    return None if found is None else Reference(text, Kind.CAFFE, str(found))


def _zoo(text: str) -> Reference:
    from crosscheck.importers.caffe.load import bundled
    from crosscheck.subjects import zoo

    known = zoo.networks()
    if text in known:
        return Reference(text, Kind.ZOO, text)
    prefix, colon, name = text.partition(":")
    zoos = sorted({n.zoo for n in known.values()})
    if colon and prefix not in zoos and MAKER.fullmatch(text):
        from crosscheck.subjects.own import source

        if source(prefix) is None:
            what = f"no zoo ({', '.join(zoos)}) and no Python module here"
            raise UsageError(f"{text!r}: {prefix!r} is {what}. Hint: a network is {KINDS}")
        return Reference(text, Kind.OWN, text)
    same = [n.id for n in known.values() if n.name.lower() == (name or text).lower()]
    raise UnknownNameError("network", text, [*models.variants(), *bundled(), *known], near=same, kinds=KINDS)
