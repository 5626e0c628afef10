"""Texts that are no Caffe network, or mean harm: one clear line and exit code 2, never a traceback, a hang or much memory."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from crosscheck.errors import FileError, UsageError
from crosscheck.importers.caffe.load import load
from crosscheck.importers.caffe.textproto import MOST_BYTES
from crosscheck.importers.onnx import load as onnx
from tests.importers.caffe.defects import BAD, CONV
from tests.importers.caffe.files import HEAD, layer, read


@pytest.mark.parametrize("what", BAD)
def test_a_bad_file_is_one_line_that_names_it_and_says_why(what: str, tmp_path: Path) -> None:
    body, message = BAD[what]
    path = tmp_path / "net.prototxt"
    path.write_bytes(body if isinstance(body, bytes) else body.encode())
    start = time.process_time()
    with pytest.raises(UsageError) as refused:
        load(path)
    assert time.process_time() - start < 10
    assert refused.value.exit_code == 2
    text = str(refused.value)
    assert message in text
    assert text.startswith(str(path))
    assert text.isprintable()


def test_what_is_no_readable_file_is_refused(tmp_path: Path) -> None:
    big = tmp_path / "big.prototxt"
    with big.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    for name in ("net.onnx", "net.caffemodel"):
        (tmp_path / name).write_text("name: 'x'")
    for path, says in [
        (tmp_path / "no.prototxt", "there is no such file"),
        (tmp_path, "it is no file"),
        (Path(os.devnull), "it is no file"),
        (tmp_path / "net.onnx", r"it is no prototxt but an ONNX file\. Hint: crosscheck onnx FILE"),
        (tmp_path / "net.caffemodel", r"it is no prototxt but weights\. Hint: the network is in the prototxt"),
        (big, "it has 8,388,609 bytes, more than any network needs"),
    ]:
        with pytest.raises(FileError, match=says):
            load(path)


def test_each_command_sends_files_of_the_other_to_it(tmp_path: Path) -> None:
    path = tmp_path / "net.prototxt"
    path.write_text(HEAD + CONV)
    with pytest.raises(FileError, match=r"it is no ONNX file but a Caffe network\. Hint: crosscheck caffe FILE"):
        onnx.load(path)


def test_many_layers_of_one_name_stay_apart_in_no_time(tmp_path: Path) -> None:
    net = HEAD + "".join(layer("ReLU", f"v{k - 1}" if k else "data", f"v{k}", name="same") for k in range(15_000))
    start = time.process_time()
    assert len(read(net, tmp_path).model.by_id) == 15_001
    assert time.process_time() - start < 20


def test_names_of_rows_and_outputs_are_not_taken_by_layers(tmp_path: Path) -> None:
    net = HEAD + layer("Split", "data", "a b", name="(total)") + layer("ReLU", "a", "c", name="(total)#2:1")
    net += layer("ReLU", "b", "d", name="data")
    found = read(net, tmp_path).model
    assert [x.id for x in found.layers] == ["data", "(total)#2", "(total)#2:1#2", "data#2"]
    assert found.by_id["data#2"].inputs == ("(total)#2:1",)
