"""The study of windows: a layer that breaks its framework's rule is found, and takes no other answer with it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from crosscheck.report import render
from crosscheck.report.pages import windows as page
from crosscheck.studies.windows import questions as window_questions
from crosscheck.studies.windows.questions import question
from crosscheck.studies.windows.study import (
    AS_FORMULA,
    NO_ARGUMENT,
    NOT_RUN,
    OTHER_SIZE,
    OTHER_VALUES,
    REFUSED,
)
from tests.studies.windows.runs import FRAMEWORKS, POOL, SOME, study


def test_layers_that_follow_their_rules_are_all_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = study(tmp_path, monkeypatch)
    assert (found.exit_code, found.unexplained) == (0, ())
    assert found.versions == dict.fromkeys(FRAMEWORKS, "1.0")
    assert len(found.findings) == len(SOME) * (len(FRAMEWORKS) + 1)
    assert {f.effect for f in found.findings} == {AS_FORMULA, OTHER_SIZE, OTHER_VALUES, REFUSED, NO_ARGUMENT}
    assert all(f.reasons for f in found.findings if f.effect != AS_FORMULA)


@pytest.mark.parametrize(
    ("habit", "message"),
    [
        ("wider", "the rule says 3x2, the layer 3x3"),
        ("off", "the rule and the layer say 3x2, but 1 of 6 values differ, the first at 5"),
        ("refuse", "the rule says 3x2, the layer: RuntimeError: not today"),
        ("segfault", "the rule says 3x2, the layer: the worker was ended by SIGSEGV"),
        ("half", "ended by SIGKILL, in the middle of a line"),
        ("other", "an answer to 'another' that is not of this cell"),
    ],
)
def test_a_layer_that_does_otherwise_is_unexplained_and_takes_no_other_answer_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, habit: str, message: str
) -> None:
    rest = [question("avgpool", (7, 6), 3, stride=2), question("conv", (7, 6), 3)]
    found = study(tmp_path, monkeypatch, f"{POOL.name}={habit}", questions=[rest[0], POOL, rest[1]])
    (only,) = found.unexplained
    assert (only.framework, only.question, found.exit_code) == ("pytorch", POOL, 1)
    assert message in only.message
    assert page.unexplained(found.unexplained) == (
        f"unexplained: PyTorch, maxpool 7x6, kernel 3, stride 2, padding 0: {only.message}",
    )


def test_a_refusal_in_other_words_than_the_rules_is_unexplained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    same_pool = question("maxpool", (7, 6), 3, padding="SAME")
    assert study(tmp_path, monkeypatch, questions=[same_pool]).exit_code == 0
    found = study(tmp_path, monkeypatch, f"{same_pool.name}=refuse", questions=[same_pool])
    assert [f.framework for f in found.unexplained] == ["pytorch"]


def test_a_framework_that_is_not_installed_is_named_and_the_run_partial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = study(tmp_path, monkeypatch, module="no_such_module", questions=SOME[:5])
    assert found.exit_code == 3
    assert {f.effect for f in found.findings if f.framework == "pytorch"} == {NOT_RUN}
    text = render.files([page.full(found)])["pooling.md"]
    assert "- PyTorch: PyTorch is not installed. Install it with: pip install" in text


def test_the_report_has_a_line_for_every_question_and_every_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = [e.question for e in (*window_questions.tutorial(), *window_questions.networks())]
    questions = tuple({q.name: q for q in (*known, *SOME)}.values())
    found = study(tmp_path, monkeypatch, questions=questions)
    files = render.files([page.full(found)])
    lines = list(csv.DictReader(io.StringIO(files["pooling.csv"])))
    assert len(lines) == len(questions)
    assert lines[0]["formula"] == lines[0]["pytorch"] == "4x4"
    assert lines[1] | {"pytorch": "6x6 *", "pytorch_why": "padding_counts_by_default", "tensorflow_keras": "refused"} == lines[1]
    assert "| example 4 | avgpool 12x6, kernel 3x5, stride 1, padding 1x2 | 12x6" in files["pooling.md"]
    for f in found.findings:
        for rule in f.reasons if f.effect != AS_FORMULA else ():
            assert f"| {rule.reason.replace('|', chr(92) + '|')} " in files["pooling.md"]
    assert "## Unexplained\n\nNone." in files["pooling.md"]
