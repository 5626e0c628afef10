"""Files that are no ONNX, or mean harm: one clear line and exit code 2, never a traceback or a hang."""

from __future__ import annotations

import os
import sys
import zipfile
from itertools import pairwise
from pathlib import Path

import pytest

from crosscheck import cli
from crosscheck.errors import CrosscheckError, FileError
from crosscheck.importers.onnx.load import load
from tests.importers.onnx import files as of
from tests.importers.onnx.defects import BAD, CROWDS, GOOD


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inside = tmp_path / "models"
    inside.mkdir()
    (tmp_path / "secret").write_text("outside")
    (tmp_path / "net.onnx").write_bytes(GOOD)
    (inside / "link").symlink_to(tmp_path / "secret")
    (inside / "folder").mkdir()
    (inside / "up").symlink_to(tmp_path)
    (inside / "loop").symlink_to(inside / "loop")
    return inside


@pytest.mark.parametrize("what", [what for what in BAD if what not in CROWDS])
def test_a_bad_file_is_one_line_that_names_it_and_says_why_and_the_command_ends_with_2(
    what: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    body, message = BAD[what]
    path = folder / "net.onnx"
    path.write_bytes(body)
    monkeypatch.setattr(sys, "argv", ["crosscheck", "onnx", str(path), "--all"])
    with pytest.raises(SystemExit) as refused:
        cli.main()
    out, err = capsys.readouterr()
    assert (refused.value.code, out) == (2, "")
    assert err.startswith(f"crosscheck: {path}: ")
    assert message.replace(r"\\", "\\") in err
    assert err.removesuffix("\n").isprintable()


def test_a_file_that_is_not_there_or_none_is_refused(tmp_path: Path) -> None:
    for path, says in [
        (tmp_path / "no.onnx", "there is no such file"),
        (tmp_path, "it is no file"),
        (Path(os.devnull), "it is no file"),
    ]:
        with pytest.raises(FileError, match=says):
            load(path)
    with zipfile.ZipFile(tmp_path / "a.onnx", "w") as archive:
        archive.writestr("inside", "text")
    with pytest.raises(FileError, match=r"it is no ONNX file but a zip archive, as PyTorch's \.pt"):
        load(tmp_path / "a.onnx")


def test_two_names_that_are_cut_alike_stay_apart(tmp_path: Path) -> None:
    long = "n" * 5000
    nodes = [of.node("Relu", "x", "a", name=long + "1"), of.node("Relu", "a", "y", name=long + "2")]
    path = tmp_path / "net.onnx"
    path.write_bytes(of.model(of.graph(nodes, [2])).SerializeToString())
    first, second = load(path).model.layers
    assert len(first.id) == 200
    assert second.id == first.id + "#2"
    assert second.inputs == (first.id,)


def test_names_of_rows_are_not_taken_by_nodes(tmp_path: Path) -> None:
    nodes = [of.node("Relu", "x", "a", name="(total)"), of.node("Relu", "a", "y", name="x")]
    path = tmp_path / "net.onnx"
    path.write_bytes(of.model(of.graph(nodes, [2])).SerializeToString())
    assert [x.id for x in load(path).model.layers] == ["(total)#2", "x#2"]


def test_shapes_that_square_themselves_do_not_grow_without_end(tmp_path: Path) -> None:
    names = ["s", *(f"v{k}" for k in range(89)), "y"]
    nodes = [of.node("Shape", "x", "s"), *(of.node("Mul", f"{a} {a}", b) for a, b in pairwise(names))]
    path = tmp_path / "net.onnx"
    path.write_bytes(of.model(of.graph(nodes, [200])).SerializeToString())
    assert load(path).model.layers[-1].y == (1,)


def test_every_error_of_a_file_is_ours() -> None:
    with pytest.raises(CrosscheckError, match="there is no such file"):
        load(Path("nowhere.onnx"))
