"""Primitives: each has a user, and what only one tool counts is weighed by that tool alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crosscheck.conventions import read as convention
from crosscheck.conventions.table import Convention, Weight
from crosscheck.ops.primitives import PRIMITIVES
from crosscheck.ops.quirks import QUIRKS

CONVENTIONS = [convention.load(name) for name in convention.ids()]
WEIGHTS: list[tuple[Convention, Weight]] = [
    (c, w)
    for c in CONVENTIONS
    for m in c.metrics.values()
    for t in m.tables
    for ws in (*t.weighed.values(), *((*t.calls.rules.values(), t.calls.rest) if t.calls else ()))
    for w in ws
]


def test_every_primitive_is_weighed_by_some_convention() -> None:
    assert len(WEIGHTS) > 1000
    assert set(PRIMITIVES) - {w.primitive for _, w in WEIGHTS} == set(), "nobody weighs it: it goes, with what counts it"


def line(c: Convention) -> set[str]:
    """The tool of a convention, and those of the conventions that it extends."""
    return {c.tool or c.id} | (line(convention.load(c.extends)) if c.extends else set())


def trespasses(c: Convention) -> set[str]:
    """Primitives that a convention weighs although they are what other tools alone count."""
    names = {w.primitive for by, w in WEIGHTS if by.id == c.id}
    quirks = {name: QUIRKS[name.removeprefix("beyond_")] for name in names if name.removeprefix("beyond_") in QUIRKS}
    return {name for name, quirk in quirks.items() if not set(quirk.tools) & line(c)}


@pytest.mark.parametrize("c", CONVENTIONS, ids=lambda c: c.id)
def test_what_only_one_tool_counts_no_other_weighs(c: Convention) -> None:
    assert trespasses(c) == set(), "weigh what follows from the op, or say in quirks.toml that this tool counts so too"


def test_a_tool_that_weighs_what_another_alone_counts_is_found() -> None:
    thop = convention.load("thop")
    assert trespasses(replace(thop, tool="another")) == {"float_cut", "hidden_elements"}


@pytest.mark.parametrize("name", QUIRKS)
def test_every_tool_said_to_count_a_quirk_does_and_its_source_says_so(name: str) -> None:
    weighs = [(c.tool, w.source) for c, w in WEIGHTS if w.primitive.removeprefix("beyond_") == name]
    quirk = QUIRKS[name]
    assert {tool for tool, _ in weighs} >= set(quirk.tools) > set()
    assert (quirk.tools[0], quirk.source) in weighs
