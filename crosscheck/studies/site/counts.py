"""Described networks with their primitive counts: what a page weighs by itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crosscheck import models
from crosscheck.contract.network import Shape
from crosscheck.studies.site import forms
from crosscheck.studies.site.forms import Form


@dataclass(frozen=True, slots=True)
class Counts:
    """A described network, its own input (C, H, W), and its counts there, or ``anywhere``: for images of any size."""

    name: str
    family: str
    says: str
    source: str
    input: Shape
    anywhere: bool
    form: Form


def described(names: Iterable[str] | None = None, *, own_size: bool = False) -> tuple[Counts, ...]:
    """Every described network, or those with these names; ``own_size`` leaves all sizes but its own out."""
    known = models.variants()
    return tuple(_counts(name, own_size) for name in (known if names is None else names))


def _counts(name: str, own_size: bool) -> Counts:
    v = models.get(name)
    form = None if own_size else forms.of(name)
    return Counts(name, v.family, v.says, v.source, tuple(v.input), form is not None, form or forms.fixed(name))
