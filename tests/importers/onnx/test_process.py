"""Reading ONNX files in a process of its own: little memory, no heavy library, names that do no harm."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from benchmarks import onnx_speed
from crosscheck import models
from tests.importers.onnx import files as of
from tests.importers.onnx.defects import BAD, CROWDS, GOOD

PROGRAM = """
import pathlib, resource, sys
from crosscheck.cli import main
sys.argv = ["crosscheck", "onnx", *sys.argv[1:]]
try:
    main()
finally:
    status = pathlib.Path("/proc/self/status")  # the other figure starts from the memory of the process that started this one
    lines = status.read_text().splitlines() if status.exists() else []
    kilobytes = [int(line.split()[1]) for line in lines if line.startswith("VmHWM")]
    print("PEAK", (kilobytes or [resource.getrusage(resource.RUSAGE_SELF).ru_maxrss])[0] // 1024, file=sys.stderr)
"""


def counting(nodes: int, dims: int, op: str) -> bytes:
    """A stored vector of integers that is copied again and again, or doubled from node to node; the last one is a shape."""
    names = ["c", *(f"v{k}" for k in range(nodes - 1)), "w"]
    made = [
        of.node(op, f"{a} {a}" if op == "Concat" else "c", b, **({"axis": 0} if op == "Concat" else {}))
        for a, b in pairwise(names)
    ]
    made.append(of.node("Reshape", "x w", "y"))
    return bytes(of.model(of.graph(made, [2], [of.ints("c", *[1] * dims)])).SerializeToString())


@pytest.mark.everywhere
def test_no_heavy_library_is_started(tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(GOOD)
    heavy = {"onnx", "google", "numpy", "pandas", "onnxruntime", "torch"}
    program = "from crosscheck.cli import main\nimport sys\ntry: main()\nfinally: print(*sys.modules)"
    words = [sys.executable, "-P", "-c", program, "onnx", str(path), "--all"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=True)
    loaded = {m.split(".")[0] for m in done.stdout.splitlines()[-1].split()}
    assert "crosscheck" in loaded
    assert not loaded & heavy


def ended(*words: str | Path) -> tuple[int, str, str, int]:
    """Exit code, output, errors and peak memory in MB of ``crosscheck onnx`` in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", PROGRAM, *map(str, words)], capture_output=True, text=True, timeout=120, check=False
    )
    *lines, peak = done.stderr.splitlines()
    return done.returncode, done.stdout, "\n".join(lines), int(peak.split()[1])


@pytest.mark.parametrize("head", [b"", GOOD, b"\x3a\xff\xff\xff\xff\x0f"], ids=["nothing", "after a model", "a graph of it"])
def test_four_gigabytes_of_nothing_take_no_memory(head: bytes, tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    with path.open("wb") as file:
        file.write(head)
        file.truncate(4 << 30)
    code, out, err, peak = ended(path)
    assert (code, out) == (2, "")
    assert err.startswith(f"crosscheck: {path}: it is damaged or no ONNX file: ")
    assert "\n" not in err
    assert peak < 120


def test_half_a_gigabyte_of_weights_is_answered_without_reading_them(tmp_path: Path) -> None:
    """VGG-16: the weights are a hole in the file, which the system gives memory only where somebody reads."""
    path = tmp_path / "vgg16.onnx"
    onnx_speed.write(models.build("vgg16"), path, hollow=True)
    assert path.stat().st_size > 553_000_000
    code, out, err, peak = ended(path, "--format", "csv")
    assert (code, err) == (0, "")
    assert "vgg16,1x3x224x224,mac,compute,15470264320,MAC" in out
    assert "vgg16,1x3x224x224,mac,params,138357544,parameters" in out
    assert peak < 120


@pytest.mark.parametrize("what", CROWDS)
def test_a_crowded_file_is_one_line_and_takes_little_memory(what: str, tmp_path: Path) -> None:
    path, (body, message) = tmp_path / "net.onnx", BAD[what]
    path.write_bytes(body)
    code, out, err, peak = ended(path, "--all")
    assert (code, out) == (2, "")
    assert err.startswith(f"crosscheck: {path}: ")
    assert message in err
    assert err.isprintable()
    assert peak < 400


@pytest.mark.parametrize(("nodes", "dims", "op"), [(29, 2, "Concat"), (20_000, 4096, "Identity")])
def test_numbers_that_multiply_take_little_memory(nodes: int, dims: int, op: str, tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(counting(nodes, dims, op))
    code, out, err, peak = ended(path, "--format", "csv")
    assert (code, err) == (0, "")
    assert "net,2,mac,compute,0,MAC" in out
    assert peak < 200


def test_names_that_attack_the_reader_are_shown_as_escapes(tmp_path: Path) -> None:
    name = '<script>alert("x")</script>\x1b[31m\r\n\x00\u202e'
    path = tmp_path / "net.onnx"
    path.write_bytes(of.conv_net(name=name).SerializeToString())
    code, out, err, _ = ended(path, "--layers", "--format", "csv")
    assert (code, err) == (0, "")
    assert '<script>alert(""x"")</script>\\x1b[31m\\r\\n\\x00\\u202e' in out
    assert all(c.isprintable() or c == "\n" for c in out)
    assert all(c.isprintable() or c == "\n" for c in ended(path, "--layers")[1])
