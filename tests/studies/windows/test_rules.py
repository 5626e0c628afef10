"""The rules of frameworks: each has a reason, is brought out by a question, and is missed where it is left out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosscheck.contract.rows import Answer, Question
from crosscheck.errors import CrosscheckError
from crosscheck.known import rows as reasoned
from crosscheck.studies.windows import questions as window_questions
from crosscheck.studies.windows import rules as window_rules
from crosscheck.studies.windows import study as sizes
from crosscheck.studies.windows.questions import question
from crosscheck.studies.windows.rules import NO_WINDOW, OTHERS, REFUSALS, Rule, expected
from crosscheck.studies.windows.study import (
    CRASHED,
    UNEXPLAINED,
)
from tests.studies.windows.runs import FRAMEWORKS
from tests.studies.windows.windows import asked


@given(asked(), st.sampled_from([*FRAMEWORKS, sizes.RULE_ONLY]))
def test_what_differs_from_the_formula_has_a_reason_and_what_has_a_reason_differs(q: Question, framework: str) -> None:
    behaviours = [r.behaviour for r in window_rules.rules_of(framework)]
    found = window_rules.causes(q, behaviours)
    assert set(found) <= set(behaviours)
    assert bool(found) == (not window_rules.same(expected(q), expected(q, behaviours)))


def test_every_rule_has_a_reason_a_source_and_a_behaviour_that_something_does(tmp_path: Path) -> None:
    rules = window_rules.rules()
    assert {r.framework for r in rules} == {*FRAMEWORKS, sizes.RULE_ONLY}
    assert {r.behaviour for r in rules} == {*REFUSALS, *OTHERS, NO_WINDOW}, "a behaviour that nobody has is dead"
    assert len({(r.framework, r.behaviour) for r in rules}) == len(rules)
    assert all(r.reason and r.source for r in rules)
    for text, message in (
        ('framework = "a"\nbehaviour = "sings"\nreason = "b"\nsource = "c"', "unknown behaviour 'sings' of a"),
        ('framework = "a"\nbehaviour = "no_ceil"\nreason = "b"\nsource = " "', "without a source"),
        ('framework = "a"\nbehaviour = "no_ceil"\nreason = ""\nsource = "c"', "without a reason"),
        ('framework = "a"\nbehaviour = "no_ceil"\nreason = "b"', "missing or unknown field"),
    ):
        path = tmp_path / f"{len(message)}.toml"
        path.write_text(f"[[rule]]\n{text}\n")
        with pytest.raises(CrosscheckError, match=message):
            window_rules.rules(path)


def answered(q: Question, framework: str, behaviours: Sequence[str]) -> Answer:
    """What a layer would say that has these behaviours."""
    result = expected(q, behaviours)
    rule = next((r for r in window_rules.rules_of(framework) if r.behaviour == result.refused), None)
    status = "ok" if result.shape is not None else "refused" if rule is None or rule.says else "unsupported"
    return Answer(q.name, framework, result.shape, result.values, status, rule.says.split("|")[0] if rule else "refused")


@cache
def explained(framework: str) -> dict[str, tuple[Question, Answer, sizes.Finding]]:
    """A third of the questions, answered by layers that follow the rules, and judged by the whole table."""
    behaviours = [r.behaviour for r in window_rules.rules_of(framework)]
    found = {}
    for q in window_questions.questions()[::3]:
        said = answered(q, framework, behaviours)
        found[q.name] = (q, said, sizes.judge(q, framework, said, expected(q)))
    return found


@pytest.mark.parametrize(
    "rule", [r for r in window_rules.rules() if r.framework in FRAMEWORKS], ids=lambda r: f"{r.framework}-{r.behaviour}"
)
def test_a_rule_that_is_left_out_is_missed_where_it_matters_and_nowhere_else(rule: Rule, monkeypatch: pytest.MonkeyPatch) -> None:
    """The layers do what they do; the table that lacks one of their behaviours cannot explain them."""
    whole = explained(rule.framework)
    assert all(f.effect != UNEXPLAINED for _, _, f in whole.values())
    blamed = [name for name, (_, _, f) in whole.items() if any(r.behaviour == rule.behaviour for r in f.reasons)]
    others = [name for name in whole if name not in blamed]
    kept = tuple(r for r in window_rules.rules_of(rule.framework) if r != rule)
    monkeypatch.setattr(window_rules, "rules_of", lambda _: kept)
    missed = set()
    for q, said, _ in (whole[name] for name in (*blamed[:40], *others[::20])):
        if sizes.judge(q, rule.framework, said, expected(q)).effect == UNEXPLAINED:
            missed.add(q.name)
    assert missed, "no question would notice"
    assert missed <= set(blamed)


def test_a_crash_that_a_rule_names_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rule = next(r for r in window_rules.rules_of("paddlepaddle") if r.behaviour == NO_WINDOW)
    q = question("conv", (3, 4), (3, 5), dilation=2)
    dead = Answer(q.name, "paddlepaddle", None, (), "error", "the worker was ended by SIGSEGV; log: paddlepaddle.log")
    assert sizes.judge(q, "paddlepaddle", dead, expected(q)) == sizes.Finding(
        q, "paddlepaddle", CRASHED, None, None, (rule,), dead.message
    )


def test_every_rule_is_brought_out_by_the_questions() -> None:
    idle = {(r.framework, r.behaviour) for r in window_rules.rules() if r.behaviour != NO_WINDOW}
    for q in reversed(window_questions.questions()):
        for framework in {name for name, _ in idle}:
            idle -= {(framework, r.behaviour) for r in sizes.by_rule(q, framework, expected(q)).reasons}
        if not idle:
            return
    raise AssertionError(f"no question needs {sorted(idle)}")


def test_the_file_of_rules_is_read_like_the_other_lists_of_exceptions() -> None:
    assert reasoned.load(Rule, "rule", window_rules.FILE) == window_rules.rules()
