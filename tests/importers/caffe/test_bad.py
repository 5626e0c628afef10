"""Texts that are no Caffe network, or mean harm: one clear line and exit code 2, never a traceback, a hang or much memory."""

from __future__ import annotations

import os
import string
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crosscheck.counting import engine
from crosscheck.errors import FileError, UsageError
from crosscheck.importers.caffe.load import bundled, load
from crosscheck.importers.caffe.textproto import MOST_BYTES, Message, Scalar, TextError, parse
from crosscheck.importers.onnx import load as onnx
from crosscheck.importers.onnx.load import Imported
from tests.importers.caffe.files import inputs, layer, read

HEAD = inputs(data="1 3 8 8")
CONV = layer("Convolution", "data", "y", "convolution_param { num_output: 4 kernel_size: 3 }")


def conv(settings: str) -> str:
    return HEAD + layer("Convolution", "data", "y", f"convolution_param {{ {settings} }}")


DOUBLING = HEAD + "".join(layer("Concat", f"v{k - 1} v{k - 1}" if k else "data data", f"v{k}") for k in range(40))
BAD: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "the file is empty"),
    "blank": (" \n\t\n", "the file is empty"),
    "comments alone": ("# nothing\n", "it is no Caffe network: it has no layers"),
    "binary": (bytes(range(256)), "it is no text: byte 0x80 is no UTF-8"),
    "zero bytes": ("layer {\0}", "it is no text: it has zero bytes"),
    "a caffemodel": (b"\n\x07AlexNet\xa2\x06\x0e", "it is no text"),
    "json": ('{"layers": []}', "line 1, column 1: '{' where a field should stand"),
    "a solver": ("net: 'a.prototxt'\nbase_lr: 0.1\n", "it has no layers. Hint: it is a solver; the network is in the file"),
    "cut": ((HEAD + CONV)[:-20], "is never closed; the file ends before"),
    "cut in a string": (HEAD + 'layer { name: "con', "a string that does not end on its line"),
    "no value": ("name:\n", "the end of the file where a value should stand"),
    "no colon": ('name "a"', "'\"a\"' where a colon or a brace after 'name' should stand"),
    "too many braces": (HEAD + "}", "'}' where a field should stand"),
    "mixed brackets": ("layer { >", "'>' where a field or '}' should stand"),
    "bad escape": (r'name: "\q"', r"'\\q' is no escape"),
    "open list": (HEAD + "input_dim: [1, 2", "the end of the file where a comma or ']' should stand"),
    "list of messages": ("layer: [{}]", "a list of messages. Hint: repeat the field 'layer' instead"),
    "extension": ("[caffe.x]: 3", "'[' where a field should stand"),
    "space before what is nothing": (" " * 100_000 + "$", "line 1, column 100,001: '$' is no part of a message"),
    "notes before what is nothing": ("# # #\n" * 10_000 + "$", "line 10,001, column 1: '$' is no part of a message"),
    "digits without end": (f"input_dim: {'1' * 200_000}a", "'111111111111' is no part of a message"),
    "backslashes": ('name: "' + "\\" * 50_001, "a string that does not end on its line"),
    "deep": ("layer {" * 5000, "messages lie more than 64 deep in one another"),
    "long number": (f"input_dim: {'9' * 5000}", "a number of 5,000 characters is too long"),
    "huge number": ("input_dim: 99999999999999999999", "net.input_dim is 99999999999999999999, which no Caffe can hold"),
    "bad number": ("input_dim: 12ab", "'12ab' is no part of a message"),
    "octal": ("input_dim: 09", "net.input_dim is no whole number"),
    "text for a number": ('input_dim: "3"', "net.input_dim is no whole number"),
    "number for a text": ("name: 3", "net.name is no quoted string"),
    "fraction": (conv("num_output: 4.5 kernel_size: 3"), "convolution_param.num_output is no whole number from 0"),
    "negative": (conv("num_output: -4 kernel_size: 3"), "convolution_param.num_output is -4, which no Caffe can hold"),
    "twice": (conv("num_output: 4 num_output: 5 kernel_size: 3"), "convolution_param has 'num_output' twice"),
    "message for a number": (conv("num_output { } kernel_size: 3"), "convolution_param.num_output is no whole number from 0"),
    "number for a message": (HEAD + "layer: 3", "net.layer is no message"),
    "truth": (conv("num_output: 4 kernel_size: 3 bias_term: maybe"), "convolution_param.bias_term is no true or false"),
    "no type": ('layer { name: "a" }', "a layer without a type"),
    "old type": ("layers { type: CONVOLVE }", "there is no layer type 'CONVOLVE' in the old syntax 'layers'. Hint: "),
    "oldest type": ('layers { layer { type: "convolve" } }', "there is no layer type 'convolve' in the oldest syntax"),
    "both syntaxes": (HEAD + "layers { type: RELU }", "it has both 'layer' and 'layers', which Caffe refuses"),
    "pool method": (
        HEAD + layer("Pooling", "data", "y", "pooling_param { pool: MIN kernel_size: 2 }"),
        "is 'MIN', not one of MAX, AVE, ",
    ),
    "phase": (HEAD + layer("ReLU", "data", "y", "include { phase: VAL }"), "rule.phase is 'VAL', not one of TRAIN, TEST"),
    "both rules": (HEAD + layer("ReLU", "data", "y", "include { } exclude { }"), "has include and exclude rules"),
    "other phase": (
        layer("Input", "", "x", "include { phase: TRAIN }"),
        "none of its 1 layers belongs to phase TEST. Hint: --phase train, or a --stage",
    ),
    "nowhere": (HEAD + layer("ReLU", "dat", "y"), "layer 'y' reads 'dat', which no layer before it makes"),
    "cyclic": (HEAD + layer("ReLU", "b", "a") + layer("ReLU", "a", "b"), "layer 'a' reads 'b', which no layer before it makes"),
    "twice made": (
        HEAD + layer("ReLU", "data", "y") + layer("TanH", "data", "y", name="z"),
        "blob 'y' is made by two layers, 'y' and 'z'",
    ),
    "in place of a split": (
        HEAD + layer("ReLU", "data", "y") + layer("ReLU", "data", "data", name="late"),
        "blob 'data' is made by two layers, 'data' and 'late'",
    ),
    "nothing comes in": (
        layer("Parameter", "", "w", "parameter_param { shape { dim: 3 } }"),
        "nothing comes in: it has no data layer",
    ),
    "no kernel": (conv("num_output: 4"), "does not fit its input 1x3x8x8: 0 values of kernel_size do not fit 2 spatial axes"),
    "no output": (conv("kernel_size: 3"), "num_output must be above 0"),
    "big kernel": (conv("num_output: 4 kernel_size: 9"), "a window of 9 does not fit 8 + padding 0+0"),
    "zero stride": (conv("num_output: 4 kernel_size: 3 stride: 0"), "stride 0x0 must be from 1 to 16384"),
    "huge kernel": (conv("num_output: 4 kernel_size: 4000000000"), "must be from 1 to 16384"),
    "huge output": (conv("num_output: 99999999999 kernel_size: 3"), "blob 'y' is 1x99999999999x6x6: a size must be from 0"),
    "bad groups": (conv("num_output: 4 kernel_size: 3 group: 2"), "3 input and 4 output channels do not divide into 2 groups"),
    "no groups": (conv("num_output: 4 kernel_size: 3 group: 0"), "do not divide into 0 groups"),
    "two ways": (conv("num_output: 4 kernel_size: 3 kernel_h: 3"), "kernel_h and kernel_w belong to two spatial axes"),
    "negative input": (inputs(data="1 -3 8"), "blob 'data' is 1x-3x8: a size must be from 1 to 2,147,483,647"),
    "no input size": (inputs(data="1 0 8"), "blob 'data' is 1x0x8: a size must be from 1"),
    "many axes": (inputs(data="1 " * 33), "blob 'data' has 33 axes, more than 32"),
    "too few dims": (
        'input: "x" input_dim: [1, 2, 3]' + CONV,
        "1 input and 3 input_dim do not fit: one shape, or four sizes, belong to each",
    ),
    "doubling": (DOUBLING, "a size must be from 0 to 2,147,483,647"),
    "bad eltwise": (inputs(a="1 2", b="1 3") + layer("Eltwise", "a b", "y"), "its inputs 1x2 and 1x3 differ"),
    "bad reshape": (
        HEAD + layer("Reshape", "data", "y", "reshape_param { shape { dim: 5 dim: -1 } }"),
        "the 192 elements of 1x3x8x8 do not fit shape 5x-1",
    ),
    "bad labels": (
        inputs(p="4 5", l="3") + layer("SoftmaxWithLoss", "p l", "y"),
        "3 labels do not fit predictions 4x5 over axis 1",
    ),
    "bad slice": (HEAD + layer("Slice", "data", "y z"), "3 of axis 1 do not divide into 2 tops"),
    "bad axis": (HEAD + layer("Softmax", "data", "y", "softmax_param { axis: 7 }"), "axis 7 is not one of 4"),
    "many params": (HEAD + layer("ReLU", "data", "y", "param { lr_mult: 1 }"), "1 param entries, where it has 0 parameter blobs"),
    "crowd of layers": ("layer{}" * 30_000, "it has more than 20,000 layers"),
    "crowd of readers": (
        HEAD + layer("Silence", "data " * 500, "") * 200 + layer("Split", "data", "v " * 1000) * 101,
        "its layers read and make more than 200,000 blobs",
    ),
    "control characters": (HEAD + layer("ReLU", "\\033[31m\\n", "y"), r"reads '\x1b[31m\n', which no layer before it makes"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_file_is_one_line_that_names_it_and_says_why(what: str, tmp_path: Path) -> None:
    body, message = BAD[what]
    path = tmp_path / "net.prototxt"
    path.write_bytes(body if isinstance(body, bytes) else body.encode())
    start = time.monotonic()
    with pytest.raises(UsageError) as refused:
        load(path)
    assert time.monotonic() - start < 10
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


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
def test_the_command_starts_no_heavy_library() -> None:
    code, out, err, loaded, peak = ended("vgg19-train_val", "--all", "--format", "csv")
    assert (code, bool(out)) == (0, True)
    assert "crosscheck" in loaded
    assert not loaded & {"onnx", "google", "numpy", "pandas", "torch", "jinja2"}
    assert peak < 120
    assert err.startswith("crosscheck: left out, ")


def test_names_that_attack_the_reader_are_shown_as_escapes(tmp_path: Path) -> None:
    name = r"<script>alert(1)</script>\033[31m\r\n\u202e"
    path = tmp_path / "net.prototxt"
    path.write_text(HEAD + layer("ReLU", "data", name))
    code, out, err, *_ = ended(path, "--layers", "--format", "csv")
    assert (code, err) == (0, "")
    assert "<script>alert(1)</script>\\x1b[31m\\r\\n\\u202e" in out
    for shown in (out, ended(path, "--layers")[1]):
        assert all(c.isprintable() or c == "\n" for c in shown)


def test_many_layers_of_one_name_stay_apart_in_no_time(tmp_path: Path) -> None:
    net = HEAD + "".join(layer("ReLU", f"v{k - 1}" if k else "data", f"v{k}", name="same") for k in range(15_000))
    start = time.monotonic()
    assert len(read(net, tmp_path).model.by_id) == 15_001
    assert time.monotonic() - start < 20


def test_names_of_rows_and_outputs_are_not_taken_by_layers(tmp_path: Path) -> None:
    net = HEAD + layer("Split", "data", "a b", name="(total)") + layer("ReLU", "a", "c", name="(total)#2:1")
    net += layer("ReLU", "b", "d", name="data")
    found = read(net, tmp_path).model
    assert [x.id for x in found.layers] == ["data", "(total)#2", "(total)#2:1#2", "data#2"]
    assert found.by_id["data#2"].inputs == ("(total)#2:1",)


# --- the text format ------------------------------------------------------------------------------------------------------

NAMES = st.text(string.ascii_letters + "_", min_size=1, max_size=8)
SCALARS = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12),
    st.integers(-(2**70), 2**70),
    st.sampled_from(["true", "MAX", "inf"]).map(lambda w: (w,)),
)
TREES: st.SearchStrategy[Any] = st.recursive(
    st.lists(st.tuples(NAMES, SCALARS), max_size=4),
    lambda inner: st.lists(st.tuples(NAMES, st.one_of(SCALARS, inner)), max_size=4),
    max_leaves=20,
)


def written(tree: list[tuple[str, Any]], style: int) -> str:
    """A tree in one of the ways that the format allows."""
    parts = []
    for k, (name, value) in enumerate(tree):
        how = (style + k) % 3
        if isinstance(value, list):
            opened, closed = ("{", "}") if how else ("<", ">")
            parts.append(f"{name}{':' if how == 2 else ' '} {opened}{written(value, style + 1)}{closed}")
            continue
        text = value[0] if isinstance(value, tuple) else str(value)
        if isinstance(value, str):
            quote = "'" if how else '"'
            text = quote + "".join(escaped(c, how, quote) for c in value) + quote
            text = (
                text
                if how < 2 or len(value) < 2
                else f"{quote}{escaped(value[0], 1, quote)}{quote} {quote}" + text[1 + len(escaped(value[0], how, quote)) :]
            )
        parts.append(f"{name}{' ' * how}:{' ' * how}{f'[{text}]' if how == 1 else text}{('', ',', ';')[how]}")
    return (" # a note\n" if style % 2 else "\n").join(["", *parts, ""])


def escaped(char: str, how: int, quote: str) -> str:
    if how == 1 or not char.isprintable() or char in ("\\", quote):
        return "".join(f"\\{byte:03o}" if how else f"\\x{byte:02x}" for byte in char.encode())
    return char


def told(message: Message) -> dict[str, list[Any]]:
    """What was read: per field its values, scalars as their kind and text."""
    return {
        name: [told(v) if isinstance(v, Message) else (v.kind, v.text) for v in values] for name, values in message.fields.items()
    }


def meant(tree: list[tuple[str, Any]]) -> dict[str, list[Any]]:
    out: dict[str, list[Any]] = {}
    for name, value in tree:
        if isinstance(value, list):
            found: Any = meant(value)
        else:
            kind = "text" if isinstance(value, str) else "word" if isinstance(value, tuple) else "number"
            found = (kind, value[0] if isinstance(value, tuple) else str(value))
        out.setdefault(name, []).append(found)
    return out


@given(tree=TREES, style=st.integers(0, 5))
@settings(max_examples=200, deadline=None)
def test_what_is_written_in_any_of_its_ways_is_read_back(tree: list[tuple[str, Any]], style: int) -> None:
    assert told(parse(written(tree, style).encode())) == meant(tree)


def test_places_are_lines_and_columns() -> None:
    (value,) = parse(b"a {\n  b: 1\n  c: -2.5e3f  # x\n}\n").fields["a"]
    assert isinstance(value, Message)
    assert value.where == (1, 1)
    (number,) = value.fields["c"]
    assert number == Scalar("number", "-2.5e3f", (3, 6))
    with pytest.raises(TextError, match=r"^line 3, column 1: '\]' where a field should stand"):
        parse(b"a: 1\n\n]")


# --- mutated files ---------------------------------------------------------------------------------------------------------

SEEDS = [path.read_bytes() for path in bundled().values()] + [
    text.encode() for text, _ in BAD.values() if isinstance(text, str) and len(text) < 2000
]
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["set", "cut", "add", "digit", "line", "swap"]),
        st.integers(0, 1 << 20),
        st.one_of(
            st.binary(min_size=1, max_size=9), st.sampled_from([b"{", b"}", b'"', b"-1", b"99999999999", b"layer {", b"#"])
        ),
    ),
    min_size=1,
    max_size=8,
)


def mutated(body: bytes, changes: list[tuple[str, int, bytes]]) -> bytes:
    """The text after bytes are set, cut or added, digits changed, lines doubled or swapped."""
    out = bytearray(body)
    for how, place, what in changes:
        at = place % max(len(out), 1)
        lines = bytes(out).splitlines(keepends=True)
        if how == "set":
            out[at : at + len(what)] = what
        elif how == "cut":
            del out[at : at + len(what) * 3]
        elif how == "add":
            out[at:at] = what
        elif how == "digit":
            digits = [k for k, byte in enumerate(out) if 48 <= byte < 58]
            if digits:
                k = digits[place % len(digits)]
                out[k : k + 1] = what if what.isdigit() else b"%d" % what[0]
        elif lines and how == "line":
            k = place % len(lines)
            out = bytearray(b"".join([*lines[: k + 1], lines[k] * (what[0] % 4), *lines[k + 1 :]]))
        elif lines:
            k, m = place % len(lines), what[0] % len(lines)
            lines[k], lines[m] = lines[m], lines[k]
            out = bytearray(b"".join(lines))
    return bytes(out)


def attempt(path: Path, phase: str) -> tuple[Imported | None, str]:
    """The network, or why there is none."""
    try:
        return load(path, phase=phase), ""
    except UsageError as reason:
        return None, str(reason)


@given(seed=st.sampled_from(SEEDS), changes=CHANGES, phase=st.sampled_from(["TRAIN", "TEST"]))
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_mutated_files_are_counted_or_refused(
    seed: bytes, changes: list[tuple[str, int, bytes]], phase: str, tmp_path: Path
) -> None:
    path = tmp_path / "net.prototxt"
    path.write_bytes(mutated(seed, changes))
    found, refused = attempt(path, phase)
    if found is None:
        assert refused.isprintable()
        return
    counted = engine.tally(found.model)
    assert all(n >= 0 for counts in counted.totals.values() for n in counts.values())
    assert all(note.isprintable() for note in found.notes)
