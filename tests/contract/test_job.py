"""A job is the same on both sides of the disk, and what is none is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosscheck import models
from crosscheck.contract.job import ROWS, Cell, Job, Kind, Recipe
from crosscheck.contract.rows import EVENTS
from crosscheck.errors import RowError
from crosscheck.studies.windows.questions import question

CELLS = st.builds(Cell, st.sampled_from(Kind), st.integers(0, 9), st.text(max_size=5), st.text(max_size=5))
ASKED = question("conv", (12, 6), (3, 5), stride=1, padding=((1, 2, 3, 4)), dilation=2)
FULL = Job(
    "run",
    "rows.jsonl",
    (models.build("lenet5"), models.build("lenet")),
    (Cell(Kind.TOOL, 1, "torchinfo"), Cell(Kind.EXPORT, 0, "torch", "a.onnx"), Cell(Kind.SIZES, 0)),
    True,
    ("one.onnx", "two.onnx"),
    (Recipe("zoo.make", {"channels": 5}), Recipe("zoo.make")),
    (ASKED,),
)


@given(cells=st.lists(CELLS, max_size=4).map(tuple))
def test_what_was_written_is_read(tmp_path_factory: pytest.TempPathFactory, cells: tuple[Cell, ...]) -> None:
    path = tmp_path_factory.getbasetemp() / "job.json"
    job = replace(FULL, cells=cells)
    job.write(path)
    assert Job.read(path) == job


def test_a_job_is_plain_json(tmp_path: Path) -> None:
    FULL.write(tmp_path / "job.json")
    data = json.loads((tmp_path / "job.json").read_text())
    assert data["cells"][:2] == [
        {"kind": "tool", "index": 1, "name": "torchinfo", "path": ""},
        {"kind": "export", "index": 0, "name": "torch", "path": "a.onnx"},
    ]
    assert data["zoo"][0] == {"maker": "zoo.make", "options": {"channels": 5}, "listed": False, "captured": True}
    assert (data["run"], data["rows"], data["zero_ok"], data["files"]) == ("run", "rows.jsonl", True, ["one.onnx", "two.onnx"])


def test_labels_are_what_people_read() -> None:
    cells = [
        Cell(Kind.TOOL, 0, "thop"),
        Cell(Kind.OBSERVE, 0),
        Cell(Kind.EXPORT, 3, "torch"),
        Cell(Kind.OUTPUT, 0, "channels_last"),
    ]
    assert [c.label for c in cells] == ["thop", "(observe)", "(export:torch)", "(output:channels_last)"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"tool"', '"rool"', "not a cell of a job: .*'rool' is not a valid Kind"),
        ('"path"', '"pat"', "not a cell of a job: .*pat"),
        ('"zero_ok"', '"zero"', "job.json is not a job: TypeError: .*zero"),
        ('"questions"', '"question"', "job.json is not a job: KeyError: 'questions'"),
        ('"maker"', '"taker"', "job.json is not a job: TypeError: .*taker"),
        ("{", "", "job.json is not a job: JSONDecodeError"),
    ],
)
def test_what_is_no_job_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "job.json"
    FULL.write(path)
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(RowError, match=message):
        Job.read(path)


def test_every_kind_of_cell_has_a_row_of_its_own_with_a_word_before_it() -> None:
    assert set(ROWS) == set(Kind)
    assert set(ROWS.values()) == set(EVENTS)
    assert len(set(EVENTS.values())) == len(EVENTS) == len(Kind)
