"""The networks that a printed figure on a subject may be of: the subject itself, and what is described of its family."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crosscheck import models
from crosscheck.contract.network import Model
from crosscheck.models.variant import Variant
from crosscheck.subjects.reference import read
from crosscheck.subjects.resolve import resolve
from crosscheck.subjects.subject import Kind, Subject


@dataclass(frozen=True)
class Family:
    """A network, and the variants that may stand for it, itself first; ``subject`` is a network that is in one form only.

    Described networks have no such ``subject``: ``models.build`` makes any of them for any batch and input.
    """

    asked: Variant
    variants: tuple[Variant, ...]
    subject: Subject | None = None


def family_of(text: str) -> Family:
    """The family of a subject, which of a file, an export or a zoo's network is it alone. Raises as ``resolve`` does."""
    if read(text).kind is Kind.DESCRIBED:
        asked = models.get(text)
        return Family(asked, _ordered(asked, [v for v in models.variants().values() if v.family == asked.family]))
    subject = resolve(text)
    alone = _variant(subject.model)
    return Family(alone, (alone,), subject)


def _ordered(asked: Variant, known: Sequence[Variant]) -> tuple[Variant, ...]:
    """The network itself, then variants of it, then the rest of its family."""
    return tuple(sorted(known, key=lambda v: (v.name != asked.name, v.root != asked.root)))


def _variant(model: Model) -> Variant:
    """A row for a network that no family has."""
    return Variant(model.name, model.family, model.variant, model.inputs[0].shape[1:], 0, model.source)
