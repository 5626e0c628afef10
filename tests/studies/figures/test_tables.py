"""Tables as people have them: saved in any encoding, pasted as Markdown or LaTeX, a figure a row or a network a row."""

from __future__ import annotations

import contextlib
import os
import time
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosscheck.errors import FileError
from crosscheck.studies.figures import record, trial, written
from crosscheck.studies.figures.columns import is_metric
from crosscheck.studies.figures.verdict import EXACT, OUT, ROUNDS, UNEXPLAINED, UNREADABLE


def kinds(text: str) -> list[tuple[str, str, str]]:
    return [(v.figure.model, v.figure.value, v.kind) for v in trial.judge(record.parse(text, "mine.csv"))]


RIGHT = [("ResNet-50", "25.56", ROUNDS), ("ResNet-50", "4.09", ROUNDS), ("VGG16", "138.36", ROUNDS), ("VGG16", "15.47", ROUNDS)]
WIDE = "Model,Params (M),MACs (G),Top-1 acc\nResNet-50,25.56,4.09,76.1\nVGG16,138.36,15.47,71.6\n"
MARKDOWN = """Some words | before.

| Model | Params (M) | MACs (G) | Top-1 acc |
|:------|-----------:|---------:|----|
| [ResNet-50](https://x.y/z) | 25.56 | **4.09** | 76.1 |
| `VGG16` | 138.36 | 15.47[^1] | 71.6 |

[^1]: words | with a pipe
"""
LATEX = r"""\begin{table}\begin{tabular}{l|ccc}
\toprule
\textbf{Model} & \#Params (M) & MACs (G) & Top-1 (\%) \\ \midrule % remark
ResNet-50 & 25.56 & $4.09$ & 76.1 \\
\rowcolor{gray} VGG16~\cite{simonyan} & \underline{138.36} & \textbf{15.47} & 71.6 \\[2pt]
\bottomrule
\end{tabular}\end{table}
"""


@pytest.mark.parametrize("text", [WIDE, WIDE.replace(",", ";"), WIDE.replace(",", "\t"), MARKDOWN, LATEX], ids=range(5))
def test_a_network_a_row_and_a_metric_a_column(text: str) -> None:
    assert kinds(text) == RIGHT


@pytest.mark.parametrize("text", [MARKDOWN, LATEX])
def test_a_pasted_row_keeps_its_line(text: str) -> None:
    for figure in record.parse(text, "mine.md"):
        assert figure.model in text.split("\n")[figure.line - 1]


@pytest.mark.parametrize("name", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_any_unicode_is_read(name: str, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_bytes("model,metric,value\nresnet50,参数,2555.7032万\n".encode(name))
    (v,) = trial.judge(record.load(tmp_path / "mine.csv"))
    assert v.kind == EXACT


@pytest.mark.parametrize(("name", "remark"), [("gbk", "网络，来自论文"), ("cp1252", "Größe, höchstens")])
def test_other_encodings_are_told_apart(name: str, remark: str, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_bytes(f'model,metric,value,note\nresnet50,params,25557032,"{remark}"\n'.encode(name))
    (figure,) = record.load(tmp_path / "mine.csv")
    assert figure.note == remark


def test_what_is_no_regular_file_is_refused() -> None:
    with pytest.raises(FileError, match="no regular file"):
        record.load(Path("/dev/zero"))


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(FileError, match="no regular file"):
        record.load(tmp_path / "pipe.csv")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("25,6", "25.6"),
        ("4,1", "4.1"),
        ("0,714", "0.714"),
        ("25,557,032", "25557032"),
        ("25.557.032", "25557032"),
        ("25 557 032", "25557032"),
        ("25\u202f557\u202f032", "25557032"),
        ("25'557'032", "25557032"),
        ("1.234,5", "1234.5"),
        ("1,234.5", "1234.5"),
        ("4,109", "4109"),
        ("２５．６", "25.6"),
        ("7.6×10⁹", "7600000000"),
        ("7.6 x 10^9", "7600000000"),
        ("7.6e+9", "7600000000"),
        ("~4.1", "4.1"),
        ("≈ 4.1*", "4.1"),
        ("ca. 4.1 [3]", "4.1"),
    ],
)
def test_digits_as_they_are_grouped(text: str, value: str) -> None:
    (found,) = written.parts(text)
    assert found.value == Fraction(value)


@pytest.mark.parametrize("text", ["1,0,0", "1,00,000", "12,3456,789", "1.2.3", "1,2.3,4", "25,,6", "1'00", "1 2", "1,234 567"])
def test_digits_that_are_grouped_otherwise_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no figure"):
        written.parts(text)


@given(st.integers(0, 10**12), st.integers(0, 3), st.sampled_from([(",", "."), (".", ","), (" ", ","), ("'", ".")]))
def test_a_number_is_read_as_it_was_grouped(digits: int, decimals: int, marks: tuple[str, str]) -> None:
    group, point = marks
    whole, rest = divmod(digits, 10**decimals)
    text = f"{whole:,}".replace(",", group) + (f"{point}{rest:0{decimals}d}" if decimals else "")
    (found,) = written.parts(text, point)
    assert (found.value, found.ulp) == (Fraction(digits, 10**decimals), Fraction(1, 10**decimals))


def test_a_column_with_commas_before_its_decimals_has_them_in_every_row() -> None:
    text = "Model;MACs (G);Params (M)\nresnet50;4,089;25,56\nresnet18;1,81;11,690\nresnet34;3,664;21,8\n"
    assert {kind for _, _, kind in kinds(text)} == {ROUNDS}


def test_a_lone_comma_that_may_be_either_is_tried_both_ways() -> None:
    (v,) = trial.judge(record.parse("model;metric;value;unit\nresnet50;MACs;4,089;G\n", "mine.csv"))
    assert v.kind not in (ROUNDS, EXACT)
    assert v.fit
    assert "a comma before its decimals" in [a.says for a in v.fit.assumed]


@pytest.mark.parametrize(
    ("value", "kind"), [("<26M", ROUNDS), ("< 25M", UNEXPLAINED), ("25M+", ROUNDS), ("over 26M", UNEXPLAINED)]
)
def test_a_limit_is_kept_or_not(value: str, kind: str) -> None:
    assert kinds(f"model,metric,value\nresnet50,params,{value}\n") == [("resnet50", value, kind)]


def test_names_in_a_table_are_text_that_can_be_printed() -> None:
    text = "model,metric,value,variant\nresnet50\x1b[2J\u202e,params,25\u202f557\u202f032,\x9bv\n"
    (figure,) = record.parse(text, "mine.csv")
    assert (figure.model, figure.value, figure.variant) == ("resnet50\\x1b[2J\\u202e", "25 557 032", "\\x9bv")


def test_a_share_is_no_count() -> None:
    assert kinds("model,metric,value\nresnet50,MACs saved,50%\n") == [("resnet50", "50%", OUT)]


@pytest.mark.parametrize("value", ["4.09G", "4.09 G", "4.09 GMACs"])
@pytest.mark.parametrize("unit", ["G", "GMACs", ""])
def test_a_unit_in_value_and_column_counts_once(value: str, unit: str) -> None:
    assert kinds(f"model,metric,value,unit\nresnet50,MACs,{value},{unit}\n") == [("resnet50", value, ROUNDS)]
    (bad,) = trial.judge(record.parse("model,metric,value,unit\nresnet50,MACs,4.09G,M\n", "mine.csv"))
    assert bad.kind == UNREADABLE


@pytest.mark.parametrize(
    "name",
    ["ResNet-50", "resnet_50", "ResNet50", "R-50", "R50", "ResNet 50", "resnet50_v1b", "ResNet-50 v1.5", "ResNet-50-B"],
)
def test_a_network_as_people_write_it(name: str) -> None:
    assert kinds(f"model,metric,value\n{name},MACs,4089184256\n") == [(name, "4089184256", EXACT)]


@pytest.mark.parametrize("name", ["VGG16-BN", "vgg16_bn", "VGG-16 (BN)", "VGG 16 with BN"])
def test_the_same_with_batch_norm(name: str) -> None:
    assert kinds(f"model,metric,value\n{name},params,138365992\n") == [(name, "138365992", EXACT)]


@pytest.mark.parametrize(
    "head", ["Params (M)", "#Params", "FLOPs(G)", "GFLOPs", "mult-adds", "infer_gmacs", "param_count", "参数量(M)"]
)
def test_heads_that_name_a_metric(head: str) -> None:
    assert is_metric(head)


@pytest.mark.parametrize("head", ["Top-1", "acc@1", "latency (ms)", "FPS", "GFLOPs/s", "params %", "weights", "year", "model"])
def test_heads_that_name_none(head: str) -> None:
    assert not is_metric(head)


LONG = 20_000
HARD = {
    "tables that never end": "\\begin{tabular}" * LONG,
    "links that never end": "|a|b|\n|--|--|\n|" + "[" * LONG + "|x|\n",
    "links without a target": "|a|b|\n|--|--|\n|" + "[a](" * LONG + "|x|\n",
    "commands in one another": "\\begin{tabular}{l}" + "\\textbf{" * LONG + "a" + "}" * LONG + "\\end{tabular}",
    "tables": "\\begin{tabular}{l}a&b\\\\\n\\end{tabular}" * (LONG // 4),
    "braces": "\\begin{tabular}{l}" + "{" * LONG + "\\end{tabular}",
    "a row of nothing": "|" * LONG,
    "quotes": "model,metric,value\n" + '"\n' * LONG,
    "digits": "model,metric,value\nresnet50,params," + "1," * LONG,
}


@pytest.mark.parametrize("text", HARD.values(), ids=HARD)
def test_what_takes_long_to_read_is_read_in_time_that_grows_as_it_does(text: str) -> None:
    before = time.process_time()
    with contextlib.suppress(FileError):
        record.parse(text, "mine.csv")
    assert time.process_time() - before < 4
