"""The real layers do what their framework's rule says, on a slice of the grid and on every layer that people know."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from crosscheck.contract.rows import Question
from crosscheck.measuring import catalog
from crosscheck.report.pages import windows as page
from crosscheck.studies.windows import questions as window_questions
from crosscheck.studies.windows import rules as window_rules
from crosscheck.studies.windows import study as sizes
from crosscheck.studies.windows.study import AS_FORMULA, CRASHED

PUBLISHED = {e.question.name: e.published for e in window_questions.tutorial()}


def slice_of_the_grid(framework: str) -> list[Question]:
    """All known layers, and every seventh question that its layers answer, every 31st that they refuse."""
    chosen = {e.question.name: e.question for e in (*window_questions.tutorial(), *window_questions.networks())}
    rest = [q for q in window_questions.questions() if min(q.size) > 4]  # smaller inputs may end the process
    given = [q for q in rest if sizes.by_rule(q, framework, window_rules.expected(q)).shape]
    refused = [q for q in rest if q not in given]
    return list((chosen | {q.name: q for q in (*given[::7], *refused[::31])}).values())


def outside_of_the_grid(count: int) -> list[Question]:
    """Questions drawn at random, sizes and settings that the grid does not have; their windows fit."""
    draw, found = random.Random(0), dict[str, Question]()

    def two(low: int, high: int) -> tuple[int, int]:
        return draw.randint(low, high), draw.randint(low, high)

    while len(found) < count:
        op = draw.choice(window_questions.OPS)
        paddings: list[int | tuple[int, ...] | str] = ["SAME", "VALID", draw.randint(0, 3), two(0, 3), two(0, 3) + two(0, 3)]
        q = window_questions.question(
            op,
            two(5, 14),
            two(1, 4),
            stride=draw.choice([None, draw.randint(1, 4), two(1, 4)]),
            padding=draw.choice(paddings),
            dilation=draw.choice([1, 1, 2, 3]),
            ceil=op != "conv" and draw.random() < 0.5,
            include_pad=draw.choice([None, True, False]) if op == "avgpool" else None,
        )
        if not window_rules.expected(q).refused:
            found[q.name] = q
    return list(found.values())


def test_every_answer_is_what_the_rule_says(framework: str, tmp_path: Path) -> None:
    if not catalog.framework(framework).installed:
        pytest.fail(f"{framework} is not installed")
    found = sizes.study([*slice_of_the_grid(framework), *outside_of_the_grid(300)], [framework], logs=tmp_path)
    own = [f for f in found.findings if f.framework == framework]
    if lines := page.unexplained(found.unexplained):
        raise AssertionError("\n".join(lines))
    assert sum(f.shape is not None for f in own) > 50, "hardly anything was compared"
    answers = {f.question.name: f.shape for f in own if f.shape is not None}
    assert {name: answers[name] for name in PUBLISHED if name in answers} == {n: s for n, s in PUBLISHED.items() if n in answers}
    assert any(name in answers for name in PUBLISHED)


def test_a_window_larger_than_the_input_is_named_even_where_it_ends_the_process(framework: str, tmp_path: Path) -> None:
    questions = [
        window_questions.question("conv", (3, 4), (3, 5), stride=1, dilation=2),
        window_questions.question("maxpool", (3, 4), (3, 5), stride=1, padding="VALID"),
        window_questions.question("avgpool", (3, 4), (3, 5), stride=1),
        window_questions.question("conv", (6, 6), 3),
    ]
    found = sizes.study(questions, [framework], logs=tmp_path)
    assert not page.unexplained(found.unexplained)
    own = [f for f in found.findings if f.framework == framework]
    assert own[-1].effect == AS_FORMULA or framework == "tensorflow_keras", "the question after a crash is answered"
    assert all(f.reasons for f in own if f.effect == CRASHED)
