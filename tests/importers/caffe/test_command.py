"""The command for Caffe networks: what it prints, how it ends, and how little a process of its own takes."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from crosscheck.cli.commands import app
from crosscheck.errors import FileError, UsageError
from crosscheck.importers.caffe.load import bundled, load
from crosscheck.importers.caffe.textproto import MOST_BYTES
from tests.importers.caffe.files import HEAD, IMAGE, TRAIN_VAL, layer

PROGRAM = """
import pathlib, sys
from crosscheck.cli import main
sys.argv = ["crosscheck", "caffe", *sys.argv[1:]]
try:
    main()
finally:
    lines = pathlib.Path("/proc/self/status").read_text().splitlines()
    print("LOADED", *sorted({m.split(".")[0] for m in sys.modules}), file=sys.stderr)
    print("PEAK", next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) // 1024, file=sys.stderr)
"""


def ended(*words: Any) -> tuple[int, str, str, set[str], int]:
    """Exit code, output, errors, loaded packages and peak memory in MB of the command in a process of its own."""
    words = (sys.executable, "-P", "-c", PROGRAM, *map(str, words))
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    *lines, loaded, peak = done.stderr.splitlines()
    return done.returncode, done.stdout, "\n".join(lines), set(loaded.split()[1:]), int(peak.split()[1])


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
def test_bad_files_take_little_memory_and_one_line(tmp_path: Path) -> None:
    path = tmp_path / "net.prototxt"
    path.write_bytes(b"layer{" * (MOST_BYTES // 6))
    code, out, err, _, peak = ended(path)
    assert (code, out) == (2, "")
    assert "\n" not in err
    assert peak < 250
    path.write_bytes(b"a:1 " * (MOST_BYTES // 4))
    code, out, err, _, peak = ended(path)
    assert (code, out) == (2, "")
    assert "it has more than 250,000 fields" in err
    assert peak < 600


@pytest.mark.everywhere
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
def test_the_command_starts_no_heavy_library() -> None:
    code, out, err, loaded, peak = ended("vgg19-train_val", "--all", "--format", "csv")
    assert (code, bool(out)) == (0, True)
    assert "crosscheck" in loaded
    assert not loaded & {"onnx", "google", "numpy", "pandas", "torch", "jinja2"}
    assert peak < 120
    assert "crosscheck: left out, " in err


def test_names_that_attack_the_reader_are_shown_as_escapes(tmp_path: Path) -> None:
    name = r"<script>alert(1)</script>\033[31m\r\n\u202e"
    path = tmp_path / "net.prototxt"
    path.write_text(HEAD + layer("ReLU", "data", name))
    code, out, err, *_ = ended(path, "--layers", "--format", "csv")
    assert (code, err) == (0, "")
    assert "<script>alert(1)</script>\\x1b[31m\\r\\n\\u202e" in out
    for shown in (out, ended(path, "--layers")[1]):
        assert all(c.isprintable() or c == "\n" for c in shown)


def ran(*words: Any) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["caffe", *map(str, words)])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout, done.stderr


def test_the_command_counts_by_name_and_by_file(tmp_path: Path) -> None:
    code, out, err = ran("alexnet-train_val", "--phase", "train", "--format", "csv")
    assert (code, err) == (0, "")
    rows = {(r["convention"], r["metric"]): (int(r["value"]), r["unit"]) for r in csv.DictReader(io.StringIO(out))}
    assert rows["caffe", "memory"] == (2_129_727_492, "B")
    assert rows["caffe", "layers"] == (24, "layers")
    assert rows["mac", "compute"] == (724_406_816 * 256, "MAC")
    path = tmp_path / "mine.prototxt"
    path.write_text(TRAIN_VAL)
    code, out, err = ran(path, "--batch", 1, "--layers", "--format", "csv")
    assert (code, err) == (0, "")
    listed = list(csv.DictReader(io.StringIO(out)))
    assert [r["layer"] for r in listed] == [*(x.id for x in load(path).model.layers), "(total)"]
    assert sum(int(r["caffe memory (B)"]) for r in listed[:-1]) == int(listed[-1]["caffe memory (B)"])


def test_the_command_explains_a_number_term_by_term() -> None:
    code, out, err = ran("vgg19-deploy", "--explain", "memory")
    assert (code, err) == (0, "")
    assert "1,256,466,560" in out
    assert "residual 0" in out
    code, out, _ = ran("vgg19-deploy", "-e", "layers", "-f", "json")
    assert (code, json.loads(out)["numbers"][0]["value"]) == (0, 46)
    code, out, _ = ran("vgg19-deploy", "-e", "layers", "-f", "csv")
    assert (code, sum(int(r["value"]) for r in csv.DictReader(io.StringIO(out)))) == (0, 46)
    with pytest.raises(UsageError, match=r"caffe gives no compute. Hint: it gives layers, params, memory"):
        ran("vgg19-deploy", "--explain", "compute")


def test_unknown_names_are_answered_with_those_that_there_are() -> None:
    with pytest.raises(
        UsageError, match=r"there is no file and no network 'alexnet'. Hint: networks that come along: alexnet-"
    ) as error:
        ran("alexnet")
    assert all(name in str(error.value) for name in bundled())
    with pytest.raises(FileError, match=r"no/such.prototxt: there is no such file"):
        ran("no/such.prototxt")


def test_the_convention_is_for_networks_of_caffe_and_says_so(tmp_path: Path) -> None:
    for words in (["count", "lenet", "-c", "caffe"], ["explain", "lenet", "caffe", "--predicted"]):
        done = CliRunner().invoke(app, words)
        assert isinstance(done.exception, UsageError)
        assert str(done.exception).endswith("Hint: crosscheck caffe FILE.prototxt")
    with pytest.raises(UsageError, match="convention 'onnx_tool' counts onnx files, not caffe"):
        ran("lenet-deploy", "-c", "onnx_tool")
    code, out, err = ran("lenet-deploy", "--all", "--format", "csv")
    assert code == 0
    shown = {line.split(",")[2] for line in out.splitlines()[1:]}
    assert {"mac", "caffe", "caffe_rc3", "arithmetic", "thop"} <= shown
    assert not shown & {"onnx_opcounter", "onnx_tool", "opencv"}
    assert re.search(r"left out, as they count other files: onnx_opcounter, onnx_tool, opencv", err)


def test_a_partial_count_ends_with_3(tmp_path: Path) -> None:
    path = tmp_path / "odd.prototxt"
    path.write_text(IMAGE + layer("Mystery", "data", "odd"))
    code, _, err = ran(path)
    assert code == 3
    assert err.startswith("crosscheck: not counted: 1 Mystery")
    _, out, _ = ran(path, "-f", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert {r["metric"]: bool(r["caveat"]) for r in rows} == {"compute": True, "params": True, "memory": True, "layers": False}
