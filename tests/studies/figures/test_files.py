"""Files of figures: read, or refused with line and column."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosscheck.errors import FileError
from crosscheck.report.pages import figure as told
from crosscheck.studies.figures import record, trial
from crosscheck.studies.figures.record import Figure
from crosscheck.studies.figures.verdict import EXACT, UNEXPLAINED, UNREADABLE, VERDICTS
from tests.studies.figures.verdicts import HEAD


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "mine.csv: empty"),
        ("model,metric\nresnet50,params\n", "mine.csv:1: column 'value' is missing"),
        ("model,metric,value,value\n", "mine.csv:1: column 'value' is there twice"),
        ('model,"metric,value\nresnet50,params,4\n', "mine.csv:1: column 7: not CSV"),
    ],
)
def test_what_is_no_table_is_refused_with_line_and_column(text: str, says: str) -> None:
    with pytest.raises(FileError, match=re.escape(says)):
        trial.judge(record.parse(text, "mine.csv"))


BAD = [
    (HEAD, "resnet50,,,FLOPs,4.1", "5 cells under 7 columns: column 'unit'"),
    (HEAD, "resnet50,,,FLOPs,4,111,G,x", "8 cells under 7 columns"),
    (HEAD, "resnet50,,,FLOPs,many,G,x", "column 'value': 'many' is no figure"),
    (HEAD, "resnet50,,,FLOPs,4.1 apples,,x", "column 'value': '4.1 apples' is no figure: 'apples' is no unit"),
    (HEAD, "resnet50,,,FLOPs,4.1M,G,x", "column 'unit': 'G' contradicts '4.1M'"),
    (HEAD, "resnet50,,,FLOPs,4.1,Gigs,x", "column 'unit': 'Gigs' is not known"),
    (HEAD, ",,,FLOPs,4.1,G,x", "column 'model' is empty"),
    (HEAD, 'resnet50,"v1,,FLOPs,4.1,G,x', "column 10: not CSV"),
    ("model,metric,value,network\n", "x,FLOPs,4,resnet5", "column 'network': unknown model 'resnet5'"),
    ("model,metric,value,convention\n", "resnet50,FLOPs,4,fvcoer", "column 'convention': unknown convention"),
    ("model,metric,value,shape\n", "resnet50,FLOPs,4,224", "column 'shape': '224' is not NxCxHxW"),
    ("model,metric,value,place\n", "resnet50,FLOPs,4,fcc", "column 'place': resnet50 has no layer 'fcc'. Hint: it has fc"),
    ("model,metric,value,classes\n", "resnet50,FLOPs,4,ten", "column 'classes': 'ten' is no whole number"),
    ("model,metric,value,shape\n", "vgg16,FLOPs,4,1x3x8x8", "column 'input': an input of 1x3x8x8 does not fit vgg16"),
    ("model,metric,value,counts\n", "resnet50,FLOPs,4,flops", "column 'counts': 'flops' is no metric"),
]


@pytest.mark.parametrize(("head", "row", "says"), BAD)
def test_a_malformed_row_is_unreadable_with_line_and_column_and_all_others_are_judged(head: str, row: str, says: str) -> None:
    names = head.strip().split(",")
    good = ",".join({"model": "vgg16", "metric": "params", "value": "138357544"}.get(name, "") for name in names)
    before, bad, after = trial.judge(record.parse(f"{head}{good}\n{row}\n{good}\n", "mine.csv"))
    assert (before.kind, bad.kind, after.kind) == (EXACT, UNREADABLE, EXACT)
    assert bad.figure.line == 3
    assert bad.says.startswith("line 3: ")
    assert says in bad.says


def test_a_part_that_is_unreadable_makes_no_sum_of_the_others() -> None:
    head = "model,metric,value,place,part_of,sum_of\n"
    parts = "alexnet,params,4097000,classifier.6,all,\nalexnet,params,4o97000,classifier.4,all,\n"
    *_, whole = trial.judge(record.parse(head + parts + "alexnet,params,4097000,,,all\n", "mine.csv"))
    assert whole.kind == UNEXPLAINED


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["resnet18", "lenet5", "vgg", "x", ""]),
            st.sampled_from(["params", "FLOPs", "GFLOPs", "file size", "depth", "memory (MB)", "?"]),
            st.one_of(st.text(max_size=8), st.sampled_from(["4.1", "9" * 70, "--", "1e99", "3*4", "0", "-1"])),
            st.sampled_from(["", "G", "MB", "ms"]),
            st.sampled_from(["", "224", "1x1", "9x9x9x9", "a/b"]),
            st.sampled_from(["", "1x3x64x64", "1x3x1x1", "0x1x2x3", "x"]),
            st.sampled_from(["", "conv1", "row 1", "row x", "all but fc", "all but x", "(input)", "fc"]),
            st.sampled_from(["", "mac", "torchsummary_151", "keras_h5", "no"]),
            st.sampled_from(["", "10", "x", "-1", "9" * 30]),
        ),
        max_size=3,
    )
)
@settings(deadline=None, max_examples=60)
def test_any_row_gets_a_verdict(rows: list[tuple[str, ...]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([("model", "metric", "value", "unit", "input", "shape", "place", "convention", "classes"), *rows])
    judged = trial.judge(record.parse(text.getvalue(), "mine.csv"))
    assert len(judged) == sum(any(cell.strip() for cell in row) for row in rows)
    for v in judged:
        assert v.kind in VERDICTS
        assert told.reason(v)
        assert told.row(v)["verdict"] == v.kind


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        trial.judge(record.parse(HEAD + text, "mine.csv"))
        trial.judge(record.parse(text, "mine.csv"))
    except FileError as error:
        named = str(error).startswith("mine.csv")
        assert named, error  # noqa: PT017 - most texts are no error at all


def test_files_of_spreadsheets_are_read(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_bytes("\ufeffModel;Metric;Value;Unit;Remark\r\nresnet50;params;25557032;;x, y\r\n".encode())
    (v,) = trial.judge(record.load(file))
    assert (v.kind, v.figure.line) == (EXACT, 2)
    file.write_bytes(b"model\tmetric\tvalue\nresnet50\tparams\t25,557,032\n")
    assert trial.judge(record.load(file))[0].kind == EXACT
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FileError, match="not UTF-8"):
        record.load(file)
    with pytest.raises(FileError, match="cannot read"):
        record.load(tmp_path / "none.csv")


def test_a_figure_keeps_its_words() -> None:
    assert [f.value for f in record.parse('model,metric,value\nvgg16,params,"138,357,544"\n', "x.csv")] == ["138,357,544"]
    assert Figure("x.csv", 2, model="vgg16", variant="vgg16").name == "vgg16"
