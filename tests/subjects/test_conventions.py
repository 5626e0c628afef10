"""Which conventions may count what, and what is said of those that cannot see all of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from crosscheck.conventions import read as conventions
from crosscheck.errors import UnknownNameError, UsageError
from crosscheck.subjects.conventions import caveats, choose
from crosscheck.subjects.resolve import resolve
from crosscheck.subjects.subject import Subject
from tests.importers.onnx.files import conv_net


@pytest.fixture
def subjects(tmp_path: Path) -> dict[str, Subject]:
    path = tmp_path / "net.onnx"
    path.write_bytes(conv_net().SerializeToString())
    return {
        "described": resolve("lenet"),
        "onnx": resolve(str(path)),
        "caffe": resolve("lenet-deploy"),
        "export": resolve("lenet@onnx:torch"),
    }


def test_every_convention_is_chosen_or_left_out_with_a_reason(subjects: dict[str, Subject]) -> None:
    for subject in subjects.values():
        chosen, left_out = choose(subject, (), every=True)
        told = {name for line in left_out for name in line.rpartition(": ")[2].split(", ")}
        assert {*chosen} | told == set(conventions.ids())
        assert not told & {*chosen}
        for name in told:
            if subject is not subjects["described"]:
                with pytest.raises(UsageError):
                    choose(subject, [name])
        assert choose(subject, chosen) == (chosen, [])


def test_what_is_counted_by_where_nobody_says(subjects: dict[str, Subject]) -> None:
    assert {kind: choose(s, ())[0] for kind, s in subjects.items()} == {
        "described": ["mac"],
        "onnx": ["mac"],
        "caffe": ["mac", "caffe"],
        "export": ["mac"],
    }


@pytest.mark.parametrize(
    ("kind", "name", "says"),
    [
        ("described", "caffe", "'caffe' counts what Caffe sets up"),
        ("onnx", "caffe", "'caffe' counts caffe files, not onnx"),
        ("caffe", "onnx_tool", "'onnx_tool' counts onnx files, not caffe"),
        ("export", "thop", "thop counts networks of pytorch, no ONNX files. Hint: mac, onnx_opcounter"),
        ("export", "caffe", "'caffe' counts what Caffe sets up"),
    ],
)
def test_a_convention_of_another_kind_is_refused(subjects: dict[str, Subject], kind: str, name: str, says: str) -> None:
    with pytest.raises(UsageError) as refused:
        choose(subjects[kind], [name])
    assert says in str(refused.value)


def test_a_tool_that_looks_at_modules_is_never_silent_about_a_file(subjects: dict[str, Subject]) -> None:
    chosen, _ = choose(subjects["onnx"], (), every=True)
    blind = [name for name in chosen if conventions.load(name).framework not in ("", "onnx")]
    assert {"thop", "torchinfo"} <= set(blind)
    (line,) = caveats(subjects["onnx"], chosen)
    assert line.startswith(", ".join(blind) + " look at modules and calls, of which a file has lost some")
    assert caveats(subjects["onnx"], ["mac", "onnx_tool"]) == []
    assert caveats(subjects["described"], chosen) == []


def test_conventions_go_by_the_names_that_tools_print(subjects: dict[str, Subject]) -> None:
    assert choose(subjects["described"], ["TF profiler", "paddle.flops", "THOP", "tf_profiler"])[0] == [
        "tf_profiler",
        "paddle_flops",
        "thop",
    ]
    with pytest.raises(UnknownNameError, match=r"unknown convention 'thopp'\. Hint: did you mean thop"):
        choose(subjects["described"], ["thopp"])
