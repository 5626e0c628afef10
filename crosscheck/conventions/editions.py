"""Editions: which of a tool's conventions holds for the version that runs."""

from __future__ import annotations

from functools import cache

from packaging.specifiers import SpecifierSet

from crosscheck.conventions import read as convention
from crosscheck.conventions.table import Convention


def holds(c: Convention, version: str) -> bool:
    """True where the version of ``c.package`` is in the range that the convention was read from."""
    return SpecifierSet(c.versions).contains(version, prereleases=True)


@cache
def pick(name: str, version: str) -> Convention:
    """The edition of convention ``name`` that holds for a version of its package; ``name`` itself where none does."""
    newest = convention.load(name)
    if not version or not newest.tool or holds(newest, version):
        return newest
    older = (c for c in map(convention.load, convention.ids()) if c.edition_of == name)
    return next((c for c in older if holds(c, version)), newest)
