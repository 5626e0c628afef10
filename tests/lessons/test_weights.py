"""Lessons hold on to every convention that they show: one weight that is one more, and a lesson fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from crosscheck.conventions import read
from tests.lessons import lesson, weights
from tests.lessons.weights import Shown


@pytest.mark.parametrize("path", lesson.paths(), ids=lambda p: p.stem)
def test_a_weight_that_is_one_more_fails_a_lesson(path: Path) -> None:
    """For each convention and metric of the lesson the first and the last of the weights that its numbers are made of.

    Where it shows only some lines of an answer, it may be another lesson that fails.
    """
    found = sorted(weights.shown(path))
    assert found, "a lesson shows how somebody counts"
    ends = {(s.convention, s.metric): s for s in reversed(found)} | {(s.convention, s.metric, "last"): s for s in found}
    order = [path, *(p for p in lesson.paths() if p != path)]
    kept = [s for s in sorted(set(ends.values())) if not any(weights.fails(p, s) for p in order)]
    assert not kept, f"{path.name} and all others hold although one of these is raised by one: {kept}"


def test_a_lesson_that_shows_no_number_does_not_fail(tmp_path: Path) -> None:
    path = tmp_path / "x.md"
    path.write_text("```console\n$ crosscheck count lenet -c thop -m compute | grep -c thop\n1\n```\n", encoding="utf-8")
    seen = weights.shown(path)
    assert Shown("thop", "compute", "conv", "mac") in seen
    assert {s.convention for s in seen} == {"thop"}
    assert not weights.fails(path, Shown("thop", "compute", "conv", "mac"))


def test_nothing_stays_changed() -> None:
    before = read.load("torchsummary_151")
    weight = next(
        Shown(before.id, "memory_activations", op, w.primitive)
        for op, rows in before.metrics["memory_activations"].weighed.items()
        for w in rows
    )
    with weights.raised(weight):
        after = read.load(before.id)
        part = next(p for p in after.metrics["memory"].parts if p.metric == weight.metric)
        assert part == after.metrics[weight.metric] != before.metrics[weight.metric]
    assert read.load(before.id) == before
