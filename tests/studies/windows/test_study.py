"""Windows by formula against windows laid down one by one; a layer that breaks its framework's rule is found, and a rule."""

from __future__ import annotations

import csv
import io
import json
import math
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosscheck import cli
from crosscheck.contract.rows import Answer, Question
from crosscheck.errors import CrosscheckError, UnknownNameError, UsageError
from crosscheck.known import rows as reasoned
from crosscheck.measuring import catalog
from crosscheck.measuring.plan import SIZES
from crosscheck.report.pages import windows as sized
from crosscheck.studies.windows import questions as window_questions
from crosscheck.studies.windows import rules as window_rules
from crosscheck.studies.windows import study as sizes
from crosscheck.studies.windows.questions import ask, question
from crosscheck.studies.windows.rules import NO_WINDOW, OTHERS, REFUSALS, Result, Rule, expected
from crosscheck.studies.windows.study import (
    AS_FORMULA,
    CRASHED,
    NO_ARGUMENT,
    NOT_RUN,
    OTHER_SIZE,
    OTHER_VALUES,
    REFUSED,
    UNEXPLAINED,
)
from tests.counting import naive
from tests.fakes import FAKES

SCRIPT = str(FAKES / "answerer.py")
FRAMEWORKS = [name for name, info in catalog.frameworks().items() if not info.reads]
SOME = window_questions.questions()[::23]

pairs = st.tuples(st.integers(1, 4), st.integers(1, 4))
paddings = st.one_of(
    st.sampled_from(["SAME", "VALID"]),
    st.integers(0, 3),
    st.tuples(*[st.integers(0, 3)] * 2),
    st.tuples(*[st.integers(0, 3)] * 4),
)


@st.composite
def asked(draw: st.DrawFn) -> Question:
    op = draw(st.sampled_from(window_questions.OPS))
    return question(
        op,
        draw(st.tuples(st.integers(1, 9), st.integers(1, 9))),
        draw(pairs),
        stride=draw(st.none() | pairs),
        padding=draw(paddings),
        dilation=draw(st.integers(1, 3)),
        ceil=op != "conv" and draw(st.booleans()),
        include_pad=draw(st.sampled_from([None, True, False])) if op == "avgpool" else None,
    )


def pads_by_hand(q: Question, stride: Sequence[int]) -> list[tuple[int, int]]:
    """(before, after) per axis; SAME adds one element after another, in turns, the first of them after, until all windows fit."""
    if q.padding == "VALID":
        return [(0, 0), (0, 0)]
    if isinstance(q.padding, str):
        found = []
        for n, k, s in zip(q.size, window_rules.per_axis(q.kernel), stride, strict=True):
            starts, pad = range(0, n, s), [0, 0]
            while len([x for x in range(0, n + sum(pad), s) if x + (k - 1) * int(str(q.dilation)) < n + sum(pad)]) < len(starts):
                pad[(sum(pad) + 1) % 2] += 1
            found.append((pad[0], pad[1]))
        return found
    p = q.padding
    if isinstance(p, int):
        return [(p, p), (p, p)]
    return [(p[0], p[0]), (p[1], p[1])] if len(p) == 2 else [(p[0], p[1]), (p[2], p[3])]


def by_hand(q: Question) -> Result:
    """The output of a question, on an array that is really padded: its elements are values, padding is None."""
    kernel, dilation = window_rules.per_axis(q.kernel), window_rules.per_axis(q.dilation)
    stride = (kernel if q.op != "conv" else (1, 1)) if q.stride is None else window_rules.per_axis(q.stride)
    pads = pads_by_hand(q, stride)
    try:
        starts = [naive.starts(*axis, ceil=False) for axis in zip(q.size, kernel, stride, pads, dilation, strict=True)]
    except IndexError:
        return Result(None, refused=NO_WINDOW)
    for axis, n, k, s, pad, d in zip(starts, q.size, kernel, stride, pads, dilation, strict=True) if q.ceil else ():
        if axis[-1] + (k - 1) * d < n + pad[1] - 1:  # elements are left over: one more window hangs over the end
            axis.append(axis[-1] + s)
        if axis[-1] >= n:  # a last window that starts past the input is none, hanging over or not
            axis.pop()
    padded = np.full([n + sum(pad) for n, pad in zip(q.size, pads, strict=True)], None)
    padded[pads[0][0] : pads[0][0] + q.size[0], pads[1][0] : pads[1][0] + q.size[1]] = np.reshape(q.cells, q.size)
    taps = np.reshape(q.taps, kernel) if q.op == "conv" else np.zeros(kernel)
    values = []
    for y in starts[0]:
        for x in starts[1]:
            rows = [y + pads[0][0] + k * dilation[0] for k in range(kernel[0])]
            columns = [x + pads[1][0] + k * dilation[1] for k in range(kernel[1])]
            read = [(i, j) for i in rows for j in columns if i < len(padded) and j < len(padded[0])]
            real = {(i, j): padded[i, j] for i, j in read if padded[i, j] is not None}
            if q.op == "conv":
                values.append(float(sum(taps[rows.index(i), columns.index(j)] * v for (i, j), v in real.items())))
            elif q.op == "maxpool":
                values.append(float(max(real.values(), default=-math.inf)))
            else:
                # the hanging part of a window never counts, and the extent of a dilated one is that of its taps side by side
                counted = len(read) if q.include_pad else len(real)
                values.append(sum(real.values()) / counted if counted else math.nan)
    return Result((len(starts[0]), len(starts[1])), tuple(values))


@given(asked())
def test_the_formula_gives_what_windows_laid_down_one_by_one_give(q: Question) -> None:
    if q.op == "avgpool" and q.dilation != 1:
        q = question(q.op, q.size, q.kernel, stride=q.stride, padding=q.padding, ceil=q.ceil, include_pad=q.include_pad)
    ours, theirs = expected(q), by_hand(q)
    assert ours.shape == theirs.shape
    assert ours.refused == theirs.refused
    np.testing.assert_allclose(ours.values, theirs.values, rtol=1e-12)


@given(asked())
def test_same_gives_the_size_over_the_stride_rounded_up_and_valid_is_no_padding(q: Question) -> None:
    stride = window_rules.stride_of(q)
    if q.padding == "SAME" and not q.ceil:
        assert expected(q).shape == tuple(math.ceil(n / s) for n, s in zip(q.size, stride, strict=True))
    if q.padding == "VALID":
        plain = question(q.op, q.size, q.kernel, stride=q.stride, dilation=q.dilation, ceil=q.ceil, include_pad=q.include_pad)
        assert window_rules.same(expected(q), expected(plain))


@given(asked())
def test_padding_never_wins_a_maximum(q: Question) -> None:
    if q.op == "maxpool":
        assert all(value in q.cells or value == -math.inf for value in expected(q).values)


@given(asked(), st.sampled_from([*FRAMEWORKS, sizes.RULE_ONLY]))
def test_what_differs_from_the_formula_has_a_reason_and_what_has_a_reason_differs(q: Question, framework: str) -> None:
    behaviours = [r.behaviour for r in window_rules.rules_of(framework)]
    found = window_rules.causes(q, behaviours)
    assert set(found) <= set(behaviours)
    assert bool(found) == (not window_rules.same(expected(q), expected(q, behaviours)))


def test_the_tutorials_examples_are_what_was_published() -> None:
    examples = window_questions.tutorial()
    assert [(e.published, expected(e.question).shape) for e in examples] == [(e.published, e.published) for e in examples]
    assert len(examples) == 7


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


def info(id: str, module: str = "json") -> Any:
    known = catalog.framework(id)
    return type(known)(known.id, known.title, module, known.extra, (), ())


def study(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *habits: str, questions: Sequence[Question] = SOME, module: str = "json"
) -> sizes.Study:
    """Fakes for all frameworks; ``habits`` are PyTorch's."""
    known = {name: info(name, module if name == "pytorch" else "json") for name in FRAMEWORKS}
    monkeypatch.setattr(catalog, "frameworks", lambda: known)

    def launch(framework: str) -> list[str]:
        return [sys.executable, "-P", SCRIPT, framework, *(habits if framework == "pytorch" else ())]

    return sizes.study(questions, logs=folder, launch=launch, timeout=20)


def test_layers_that_follow_their_rules_are_all_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = study(tmp_path, monkeypatch)
    assert (found.exit_code, found.unexplained) == (0, ())
    assert found.versions == dict.fromkeys(FRAMEWORKS, "1.0")
    assert len(found.findings) == len(SOME) * (len(FRAMEWORKS) + 1)
    assert {f.effect for f in found.findings} == {AS_FORMULA, OTHER_SIZE, OTHER_VALUES, REFUSED, NO_ARGUMENT}
    assert all(f.reasons for f in found.findings if f.effect != AS_FORMULA)


POOL = question("maxpool", (7, 6), 3, stride=2)


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
    assert sized.told(found.unexplained) == [f"unexplained: PyTorch, maxpool 7x6, kernel 3, stride 2, padding 0: {only.message}"]


def test_a_refusal_in_other_words_than_the_rules_is_unexplained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    same_pool = question("maxpool", (7, 6), 3, padding="SAME")
    assert study(tmp_path, monkeypatch, questions=[same_pool]).exit_code == 0
    found = study(tmp_path, monkeypatch, f"{same_pool.name}=refuse", questions=[same_pool])
    assert [f.framework for f in found.unexplained] == ["pytorch"]


def test_a_crash_that_a_rule_names_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rule = next(r for r in window_rules.rules_of("paddlepaddle") if r.behaviour == NO_WINDOW)
    q = question("conv", (3, 4), (3, 5), dilation=2)
    dead = Answer(q.name, "paddlepaddle", None, (), "error", "the worker was ended by SIGSEGV; log: paddlepaddle.log")
    assert sizes.judge(q, "paddlepaddle", dead, expected(q)) == sizes.Finding(
        q, "paddlepaddle", CRASHED, None, None, (rule,), dead.message
    )


def test_a_framework_that_is_not_installed_is_named_and_the_run_partial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = study(tmp_path, monkeypatch, module="no_such_module", questions=SOME[:5])
    assert found.exit_code == 3
    assert {f.effect for f in found.findings if f.framework == "pytorch"} == {NOT_RUN}
    text = sized.files(found)["pooling.md"]
    assert "- PyTorch: PyTorch is not installed. Install it with: pip install" in text


def test_every_rule_is_brought_out_by_the_questions() -> None:
    idle = {(r.framework, r.behaviour) for r in window_rules.rules() if r.behaviour != NO_WINDOW}
    for q in window_questions.questions():
        for framework in {name for name, _ in idle}:
            idle -= {(framework, r.behaviour) for r in sizes.by_rule(q, framework, expected(q)).reasons}
        if not idle:
            return
    raise AssertionError(f"no question needs {sorted(idle)}")


def test_the_report_has_a_line_for_every_question_and_every_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = [e.question for e in (*window_questions.tutorial(), *window_questions.networks())]
    questions = tuple({q.name: q for q in (*known, *SOME)}.values())
    found = study(tmp_path, monkeypatch, questions=questions)
    files = sized.files(found)
    lines = list(csv.DictReader(io.StringIO(files["pooling.csv"])))
    assert len(lines) == len(questions)
    assert lines[0]["formula"] == lines[0]["pytorch"] == "4x4"
    assert lines[1] | {"pytorch": "6x6 *", "pytorch_why": "padding_counts_by_default", "tensorflow_keras": "refused"} == lines[1]
    assert "| example 4 | avgpool 12x6, kernel 3x5, stride 1, padding 1x2 | 12x6" in files["pooling.md"]
    for f in found.findings:
        for rule in f.reasons if f.effect != AS_FORMULA else ():
            assert f"| {rule.reason.replace('|', chr(92) + '|')} " in files["pooling.md"]
    assert "## Unexplained\n\nNone." in files["pooling.md"]


@pytest.fixture
def crosscheck(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run the command in this process: exit code, standard output, standard error."""

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["crosscheck", "sizes", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return (int(ended.value.code or 0), *capsys.readouterr())

    return run


def test_a_direct_question_is_answered_from_the_rules(crosscheck: Any) -> None:
    code, out, err = crosscheck("--input", "12x6", "--kernel", "3x5", "--stride", "1", "--padding", "1x2")
    assert (code, err) == (0, "")
    assert "  H: ⌊(12 + 1 + 1 − 3) / 1⌋ + 1 = 12\n  W: ⌊(6 + 2 + 2 − 5) / 1⌋ + 1 = 6\n" in out
    for line in ("formula        12x6      12x6      12x6", "Keras          refused   refused   refused"):
        assert line in out
    assert max(map(len, out.splitlines())) <= 100


def test_a_window_that_is_dropped_is_told(crosscheck: Any) -> None:
    _, out, _ = crosscheck("-i", "6x5", "-k", "1", "-s", "2", "--ceil", "--op", "maxpool")
    assert "  H: ⌈(6 + 0 + 0 − 1) / 2⌉ + 1 = 4, less 1 past the input\n  W: ⌈(5 + 0 + 0 − 1) / 2⌉ + 1 = 3\n" in out
    assert "PaddlePaddle   4x3 *" in out


@given(asked())
def test_the_numbers_of_the_formula_give_what_the_formula_gives(q: Question) -> None:
    shape = expected(q).shape
    for k, line in enumerate(sized.working(q)):
        told = line.rpartition("= ")[2]
        out = int(told.split(",")[0]) - ("less" in told) if told != "none" else None
        assert shape is None or out == shape[k]


def test_a_direct_question_as_data_has_every_framework(crosscheck: Any) -> None:
    _, out, _ = crosscheck("-i", "112", "-k", "3", "-s", "2", "-p", "1", "--op", "maxpool", "--format", "json")
    said = {r["framework"]: (r["output"], r["effect"]) for r in json.loads(out)}
    assert said == {
        "paddlepaddle": ("56x56", AS_FORMULA),
        "pytorch": ("56x56", AS_FORMULA),
        "tensorflow_keras": ("none", REFUSED),
        "caffe": ("57x57", OTHER_SIZE),
    }


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-i", "6x6"], "it needs --kernel"),
        (["-k", "3"], "Hint: add --input 12x6"),
        (["-i", "6x6x6", "-k", "3"], "--input '6x6x6' is not a size. Hint: write 3 or 3x5, every number from 1 up"),
        (["-i", "6", "-k", "0"], "--kernel '0' is not a size"),
        (["-i", "6", "-k", "-3"], "--kernel '-3' is not a size"),
        (["-i", "6", "-k", "³"], "--kernel '³' is not a size"),
        (["-i", "6", "-k", "9" * 400], "is not a size"),
        (["-i", "6", "-k", "3", "-s", "0"], "--stride '0' is not a size"),
        (["-i", "6", "-k", "3", "-p", "full"], "--padding 'full' is not a size. Hint: write 3 or 3x5 or 0x1x0x1"),
        (["-i", "6", "-k", "3", "-p", "1x2x3"], "SAME or VALID"),
        (["-i", "6", "-k", "3", "--op", "maxpol"], "unknown op 'maxpol'. Hint: did you mean maxpool or avgpool?"),
        (["-i", "6", "-k", "3", "--op", "conv", "--ceil"], "a convolution has no ceil mode"),
        (["-i", "6", "-k", "3", "--framework", "torch"], "unknown framework 'torch'"),
        (["--framework", "torch"], "unknown framework 'torch'"),
        (["--framework", "onnx_graph"], "'onnx_graph' has no layers"),
    ],
)
def test_a_question_that_makes_no_sense_is_one_line_and_exit_code_2(crosscheck: Any, words: list[str], message: str) -> None:
    code, out, err = crosscheck(*words)
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1


def test_the_whole_command_writes_its_reports_and_ends_as_the_study_did(
    crosscheck: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = study(tmp_path, monkeypatch, f"{POOL.name}=wider", questions=[POOL, *SOME[:20]])
    monkeypatch.setattr(sizes, "study", lambda *_, **__: found)
    code, out, err = crosscheck("--out", str(tmp_path / "reports"))
    assert (code, err) == (1, sized.told(found.unexplained)[0].join(["crosscheck: ", "\n"]))
    assert "Otherwise than the formula" in out
    assert max(map(len, out.splitlines())) <= 100
    assert sorted(p.name for p in (tmp_path / "reports").iterdir()) == ["pooling.csv", "pooling.md"]


def test_words_of_the_command_line_are_the_same_question() -> None:
    (q,) = ask("12x6", "3x5", stride="1", padding="same", dilation="2", op="conv")
    assert q == question("conv", (12, 6), (3, 5), stride=1, padding="SAME", dilation=2)
    assert [q.op for q in ask("6", "2", ceil=True)] == ["maxpool", "avgpool"]
    with pytest.raises(UnknownNameError):
        ask("6", "2", op="pool")
    with pytest.raises(UsageError):
        ask("6", "")


def test_the_file_of_rules_is_read_like_the_other_lists_of_exceptions() -> None:
    assert reasoned.load(Rule, "rule", window_rules.FILE) == window_rules.rules()
    assert SIZES == "(sizes)"
