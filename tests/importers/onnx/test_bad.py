"""Files that are no ONNX, or mean harm: one clear line and exit code 2, never a traceback, a hang or much memory."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx import helper, numpy_helper

from benchmarks import onnx_speed
from crosscheck import cli, models
from crosscheck.counting import engine
from crosscheck.errors import FileError, UsageError
from crosscheck.importers.onnx.load import load
from tests.importers.onnx import files as of

GOOD = of.conv_net().SerializeToString()
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


def changed(change: Callable[[onnx.ModelProto], object]) -> bytes:
    """The good file's bytes after a change."""
    proto = of.conv_net()
    change(proto)
    return bytes(proto.SerializeToString())


def weight_elsewhere(location: str, **more: str) -> bytes:
    """The good file with its first weight in another file."""

    def change(proto: onnx.ModelProto) -> None:
        tensor = proto.graph.initializer[0]
        tensor.ClearField("raw_data")
        tensor.data_location = onnx.TensorProto.EXTERNAL
        for key, value in {"location": location, **more}.items():
            tensor.external_data.add(key=key, value=value)

    return changed(change)


def weight_sized(axis: int, size: int) -> bytes:
    def change(proto: onnx.ModelProto) -> None:
        proto.graph.initializer[0].dims[axis] = size

    return changed(change)


def input_sized(size: int) -> bytes:
    return changed(lambda p: setattr(p.graph.input[0].type.tensor_type.shape.dim[2], "dim_value", size))


def doubled(op: str, **attrs: int) -> bytes:
    """Ninety nodes, each of twice what came before."""
    names = ["x", *(f"v{k}" for k in range(89)), "y"]
    nodes = [of.node(op, f"{a} {a}", b, **attrs) for a, b in pairwise(names)]
    return bytes(of.model(of.graph(nodes, [2])).SerializeToString())


def counting(nodes: int, dims: int, op: str) -> bytes:
    """A stored vector of integers that is copied again and again, or doubled from node to node; the last one is a shape."""
    names = ["c", *(f"v{k}" for k in range(nodes - 1)), "w"]
    made = [
        of.node(op, f"{a} {a}" if op == "Concat" else "c", b, **({"axis": 0} if op == "Concat" else {}))
        for a, b in pairwise(names)
    ]
    made.append(of.node("Reshape", "x w", "y"))
    return bytes(of.model(of.graph(made, [2], [of.ints("c", *[1] * dims)])).SerializeToString())


def calling(depth: int, twice: bool) -> bytes:
    """Functions that call one another, each the next one once or twice; the last one calls the first where ``depth`` is 0."""
    opsets = [helper.make_opsetid("", of.OPSET), helper.make_opsetid("f", 1)]
    made = []
    for k in range(max(depth, 1)):
        last = depth and k == depth - 1
        op, domain = ("Relu", "") if last else (f"F{k + 1 if depth else 0}", "f")
        body = [helper.make_node(op, ["a"], ["t"], domain=domain), helper.make_node(op if twice else "Relu", ["t"], ["b"])]
        body[1].domain = domain if twice else ""
        made.append(helper.make_function("f", f"F{k}", ["a"], ["b"], body, opsets))
    return bytes(of.model(of.graph([of.node("F0", "x", "y", domain="f")], [2]), functions=made).SerializeToString())


def varint(n: int) -> bytes:
    out = b""
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


def nested(depth: int) -> bytes:
    """Graphs in attributes of nodes of graphs."""
    body = b""
    for _ in range(depth):
        attribute = b"\x32" + varint(len(body)) + body
        node = b"\x22\x02If\x2a" + varint(len(attribute)) + attribute
        body = b"\x0a" + varint(len(node)) + node
    return b"\x08\x08\x3a" + varint(len(body)) + body + b"\x42\x02\x10\x11"


def crowd(nodes: int) -> bytes:
    return b"\x08\x08\x3a" + varint(2 * nodes) + b"\x0a\x00" * nodes + b"\x42\x02\x10\x11"


BAD: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "the file is empty"),
    "one byte": (GOOD[:1], "it ends inside of a number"),
    "cut in half": (GOOD[: len(GOOD) // 2], "it is cut short: "),
    "cut at the end": (GOOD[:-1], "it is cut short: 4 bytes should follow"),
    "text": (b"hello world, this is no model\n" * 9, "damaged or no ONNX file"),
    "json": (b'{"a": 1}', "damaged or no ONNX file"),
    "pickle": (b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00", "damaged or no ONNX file"),
    "hdf5": (b"\x89HDF\r\n\x1a\n" + bytes(50), "it is no ONNX file but an HDF5 file"),
    "gzip": (b"\x1f\x8b\x08" + bytes(50), "it is no ONNX file but compressed with gzip"),
    "pointer": (b"version https://git-lfs.github.com/spec/v1\n", "a pointer of Git LFS, whose file was not fetched"),
    "no graph": (b"\x08\x08\x42\x02\x10\x11", "it is no ONNX file: it has no graph"),
    "no opset": (changed(lambda p: p.ClearField("opset_import")), "it is no ONNX file: it has no operator sets"),
    "two graphs": (GOOD + GOOD, "it has two graphs"),
    "cyclic": (changed(lambda p: p.graph.node[0].input.__setitem__(0, "y")), "the graph is cyclic: node "),
    "nowhere": (changed(lambda p: p.graph.node[0].input.__setitem__(0, "z")), "node 'conv' reads 'z', which nothing makes"),
    "twice": (changed(lambda p: p.graph.node[1].output.__setitem__(0, "c")), "value 'c' is made by two nodes"),
    "no output": (changed(lambda p: p.graph.ClearField("output")), "the graph has no outputs"),
    "lost output": (changed(lambda p: setattr(p.graph.output[0], "name", "q")), "output 'q' is made by no node"),
    "future": (
        changed(lambda p: setattr(p.opset_import[0], "version", 999)),
        "its opset 999 is newer than this reader knows. Hint: ",
    ),
    "past": (changed(lambda p: setattr(p.opset_import[0], "version", 3)), "its opset 3 is older than this reader knows. Hint: "),
    "negative input": (input_sized(-8), "input 'x' has a size of -8"),
    "huge input": (input_sized(1 << 40), "input 'x' has a size of 1,099,511,627,776"),
    "huge padding": (
        changed(lambda p: p.graph.node[0].attribute[0].ints.__setitem__(0, 1 << 62)),
        "a size must be from 0 to 2,147,483,647",
    ),
    "negative padding": (
        changed(lambda p: p.graph.node[0].attribute[0].ints.__setitem__(0, -99)),
        "node 'conv' (Conv) does not fit",
    ),
    "no groups": (changed(lambda p: p.graph.node[0].attribute.append(helper.make_attribute("group", 0))), "in 0 groups"),
    "ninety axes": (
        changed(lambda p: [p.graph.initializer[0].dims.append(1) for _ in range(90)]),
        "stored tensor 'w' has 94 axes, more than 64",
    ),
    "names": (
        changed(lambda p: p.graph.node[0].input.__setitem__(0, "<b>\x1b[31m\n")),
        r"node 'conv' reads '<b>\\x1b[31m\\n', which nothing makes",
    ),
    "negative weight": (weight_sized(0, -4), "stored tensor 'w' is -4x3x3x3: a size must be from 0"),
    "huge weight": (weight_sized(0, 1 << 50), "stored tensor 'w' is 1125899906842624x3x3x3: a size must be from 0"),
    "huge kernel": (
        weight_sized(2, 1 << 30),
        "kernel (1073741824, 3), strides (1, 1) and dilations (1, 1) must be from 1 to 16384",
    ),
    "misfit": (weight_sized(1, 5), "node 'conv' (Conv) does not fit its input 1x3x8x8 and 4x5x3x3 and 4: weight "),
    "wrong kind": (
        changed(lambda p: p.graph.node[0].attribute[0].CopyFrom(helper.make_attribute("pads", "wide"))),
        "attribute pads is of the wrong kind",
    ),
    "doubling": (doubled("Concat", axis=0), "a size must be from 0 to 2,147,483,647"),
    "calls itself": (calling(0, twice=False), "functions or bodies lie more than 24 deep in one another"),
    "a billion nodes": (calling(23, twice=True), "it has more than 200,000 nodes, functions opened up"),
    "deep": (nested(3000), "messages lie more than 32 deep in one another"),
    "crowd": (crowd(1_500_000), "it has more than 1,000,000 parts"),
    "missing data": (
        weight_elsewhere("w.bin"),
        "stored tensor 'w' lies in 'w.bin', which is not there. Hint: put it beside the model",
    ),
    "no location": (weight_elsewhere(""), "stored tensor 'w' lies in '', which is no relative path"),
    "absolute": (weight_elsewhere("/etc/passwd"), "lies in '/etc/passwd', which is no relative path"),
    "drive": (weight_elsewhere("C:\\w.bin"), "which is no relative path"),
    "upwards": (weight_elsewhere("../net.onnx"), "lies in '../net.onnx', which leaves the model's folder"),
    "roundabout": (weight_elsewhere("a/../../net.onnx"), "which leaves the model's folder"),
    "linked": (weight_elsewhere("link"), "lies in 'link', which leads out of the model's folder"),
    "linked folder": (weight_elsewhere("up/secret"), "lies in 'up/secret', which leads out of the model's folder"),
    "loop of links": (weight_elsewhere("loop"), "lies in 'loop', which is not there"),
    "home": (weight_elsewhere("~/w.bin"), "lies in '~/w.bin', which is not there"),
    "address": (weight_elsewhere("https://example.com/w.bin"), "which is no relative path"),
    "long location": (weight_elsewhere("w" * 5000), "which is not there"),
    "folder": (weight_elsewhere("folder"), "lies in 'folder', which is no file"),
    "short data": (weight_elsewhere("net.onnx", offset="0", length="99999999"), "which is cut short: it has "),
    "odd offset": (weight_elsewhere("net.onnx", offset="-5"), "at offset '-5' with length '0', which are no numbers"),
    "control characters": (weight_elsewhere("a\x1b[31m\n"), r"lies in 'a\\x1b[31m\\n', which is not there"),
}


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


@pytest.mark.parametrize("what", BAD)
def test_a_bad_file_is_one_line_that_names_it_and_says_why(what: str, folder: Path) -> None:
    body, message = BAD[what]
    path = folder / "net.onnx"
    path.write_bytes(body)
    with pytest.raises(UsageError) as refused:
        load(path)
    assert refused.value.exit_code == 2
    text = str(refused.value)
    assert message.replace(r"\\", "\\") in text
    assert text.startswith(str(path))
    assert text.isprintable()


@pytest.mark.parametrize("what", BAD)
def test_the_command_says_it_in_one_line_and_ends_with_2(
    what: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "net.onnx").write_bytes(BAD[what][0])
    monkeypatch.setattr(sys, "argv", ["crosscheck", "onnx", str(folder / "net.onnx"), "--all"])
    with pytest.raises(SystemExit) as refused:
        cli.main()
    out, err = capsys.readouterr()
    assert (refused.value.code, out) == (2, "")
    assert err.startswith(f"crosscheck: {folder / 'net.onnx'}: ")
    assert err.removesuffix("\n").isprintable()


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


@pytest.mark.parametrize("what", ["crowd", "a billion nodes"])
def test_a_crowded_file_takes_little_memory(what: str, tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(BAD[what][0])
    code, out, err, peak = ended(path)
    assert (code, out) == (2, "")
    assert "\n" not in err
    assert peak < 400


@pytest.mark.parametrize(("nodes", "dims", "op"), [(29, 2, "Concat"), (20_000, 4096, "Identity")])
def test_numbers_that_multiply_take_little_memory(nodes: int, dims: int, op: str, tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(counting(nodes, dims, op))
    code, out, err, peak = ended(path, "--format", "csv")
    assert (code, err) == (0, "")
    assert "net,2,mac,compute,0,MAC" in out
    assert peak < 200


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


def test_names_that_attack_the_reader_are_shown_as_escapes(tmp_path: Path) -> None:
    name = '<script>alert("x")</script>\x1b[31m\r\n\x00\u202e'
    path = tmp_path / "net.onnx"
    path.write_bytes(of.conv_net(name=name).SerializeToString())
    code, out, err, _ = ended(path, "--layers", "--format", "csv")
    assert (code, err) == (0, "")
    assert '<script>alert(""x"")</script>\\x1b[31m\\r\\n\\x00\\u202e' in out
    assert all(c.isprintable() or c == "\n" for c in out)
    assert all(c.isprintable() or c == "\n" for c in ended(path, "--layers")[1])


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


# --- mutated files ---------------------------------------------------------------------------------------------------------


def seeds() -> list[bytes]:
    """Small real files: this project's, and every operator's from those that onnx is tested with."""
    folder = Path(onnx.__file__).parent / "backend/test/data/node"
    found = sorted(p for p in folder.glob("*/model.onnx") if p.stat().st_size < 3000)
    big = numpy_helper.from_array(np.ones((3, 3), np.float32), "w")
    pad, numbers = of.spelled_out("x", "y", 1, 2, 0, 3)
    return [
        GOOD,
        of.model(of.graph(pad, [1, 3, 9, 7], numbers)).SerializeToString(),
        calling(3, twice=True),
        of.model(of.graph([of.node("MatMul", "x w", "y")], [2, 3], [big])).SerializeToString(),
    ] + [p.read_bytes() for p in found[:: max(len(found) // 150, 1)]]


SEEDS = seeds()
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["set", "flip", "cut", "add", "length"]), st.integers(0, 1 << 20), st.binary(min_size=1, max_size=9)
    ),
    min_size=1,
    max_size=12,
)


def mutated(body: bytes, changes: list[tuple[str, int, bytes]]) -> bytes:
    out = bytearray(body)
    for what, place, extra in changes:
        at = place % (len(out) + 1)
        if what == "set":
            out[at : at + 1] = extra[:1]
        elif what == "flip" and at < len(out):
            out[at] ^= 1 << extra[0] % 8
        elif what == "cut":
            del out[at : at + len(extra)]
        elif what == "add":
            out[at:at] = extra
        elif what == "length":
            out[at : at + 1] = varint(int.from_bytes(extra, "little"))
    return bytes(out)


@settings(max_examples=1500, deadline=2000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(SEEDS), CHANGES)
def test_a_mutated_file_is_a_network_or_one_line(tmp_path: Path, body: bytes, changes: list[tuple[str, int, bytes]]) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(mutated(body, changes))
    refused = None
    try:
        counted = engine.tally(load(path).model)
    except UsageError as error:
        refused = error
    if refused is not None:
        assert str(refused).isprintable()
        assert refused.exit_code == 2
    else:
        assert all(n >= 0 for sums in counted.totals.values() for n in sums.values())


@settings(max_examples=300, deadline=2000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_any_bytes_are_refused_or_read(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(body)
    with pytest.raises(UsageError):
        load(path)
