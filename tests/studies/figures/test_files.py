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
from crosscheck.report.pages import figures_words as told
from crosscheck.studies.figures import record, trial
from crosscheck.studies.figures.record import Figure
from crosscheck.studies.figures.trial import EXACT
from tests.studies.figures.verdicts import HEAD


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "mine.csv: empty"),
        ("model,value\nresnet50,4\n", "mine.csv:1: column 'metric' is missing"),
        ("model,metric,value,value\n", "mine.csv:1: column 'value' is there twice"),
        (HEAD + "resnet50,,,FLOPs,4.1\n", "mine.csv:2: 5 cells under 7 columns: column 'unit'"),
        (HEAD + "resnet50,,,FLOPs,4,111,G,x\n", "mine.csv:2: 8 cells under 7 columns"),
        (HEAD + "resnet50,,,FLOPs,4.1,G,x\n\nresnet50,,,FLOPs,many,G,x\n", "mine.csv:4: column 'value': 'many' is no figure"),
        (HEAD + "resnet50,,,FLOPs,4.1,Gigs,x\n", "mine.csv:2: column 'unit': 'Gigs' is not known"),
        (HEAD + ",,,FLOPs,4.1,G,x\n", "mine.csv:2: column 'model' is empty"),
        (HEAD + 'resnet50,"v1,,FLOPs,4.1,G,x\n', "mine.csv:2: column 10: not CSV"),
        ("model,metric,value,network\nx,FLOPs,4,resnet5\n", "mine.csv:2: column 'network': unknown model 'resnet5'"),
        ("model,metric,value,convention\nresnet50,FLOPs,4,fvcoer\n", "mine.csv:2: column 'convention': unknown convention"),
        ("model,metric,value,shape\nresnet50,FLOPs,4,224\n", "mine.csv:2: column 'shape': '224' is not NxCxHxW"),
        (
            "model,metric,value,place\nresnet50,FLOPs,4,fcc\n",
            "mine.csv:2: column 'place': resnet50 has no layer 'fcc'. Hint: it has fc",
        ),
        ("model,metric,value,classes\nresnet50,FLOPs,4,ten\n", "mine.csv:2: column 'classes': 'ten' is no whole number"),
        ("model,metric,value,shape\nvgg16,FLOPs,4,1x3x8x8\n", "mine.csv:2: an input of 1x3x8x8 does not fit vgg16"),
        ("model,metric,value,counts\nresnet50,FLOPs,4,flops\n", "mine.csv:2: column 'counts': 'flops' is no metric"),
    ],
)
def test_a_malformed_file_is_refused_with_line_and_column(text: str, says: str) -> None:
    with pytest.raises(FileError, match=re.escape(says)):
        trial.judge(record.parse(text, "mine.csv"))


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
def test_any_row_gets_a_verdict_or_is_refused_by_line(rows: list[tuple[str, ...]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([("model", "metric", "value", "unit", "input", "shape", "place", "convention", "classes"), *rows])
    try:
        for v in trial.judge(record.parse(text.getvalue(), "mine.csv")):
            assert v.kind in trial.VERDICTS
            assert told.reason(v)
            assert told.row(v)["verdict"] == v.kind
    except FileError as error:
        named = str(error).startswith("mine.csv:")
        assert named, error  # noqa: PT017 - most rows are no error at all


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        trial.judge(record.parse(text, "mine.csv"))
        trial.judge(record.parse(HEAD + text, "mine.csv"))
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
