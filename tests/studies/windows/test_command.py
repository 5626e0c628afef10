"""The command for windows: a direct question, the whole study, and questions that make no sense."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from crosscheck import cli
from crosscheck.errors import UnknownNameError, UsageError
from crosscheck.report.pages import windows as page
from crosscheck.studies.windows import study as sizes
from crosscheck.studies.windows.questions import ask, question
from crosscheck.studies.windows.study import (
    AS_FORMULA,
    OTHER_SIZE,
    REFUSED,
)
from tests.studies.windows.runs import POOL, SOME, study


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
        (["-i", "6", "-k", "2", "-p", "200000"], "--padding '200000' is above 100,000, the most that is worked out here"),
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
        (["--framework", "onnx_graph"], "'onnx_graph' builds no networks"),
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
    assert (code, err) == (1, page.unexplained(found.unexplained)[0].join(["crosscheck: ", "\n"]))
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
