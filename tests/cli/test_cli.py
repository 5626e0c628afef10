"""The command line as a whole: version, help, and that a bad request is one line and no traceback."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import pytest

from crosscheck import __version__


def test_the_version_is_printed_by_the_command_and_by_the_module() -> None:
    done = subprocess.run([sys.executable, "-m", "crosscheck", "--version"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"crosscheck {__version__}\n", "")


def test_help_has_examples_and_exit_codes(crosscheck: Any) -> None:
    assert "Exit codes: " in crosscheck("--help")[1]
    for command in ("count", "compare", "explain", "identify", "diff", "architecture", "zoo"):
        code, out, _ = crosscheck(command, "--help")
        assert code == 0
        assert f"crosscheck {command} " in out.replace("\n", " "), f"{command} --help has no example"


BAD: list[tuple[Sequence[str], str]] = [
    (["count", "lenet", "--batch", "9" * 400], "batch is above 2,147,483,647"),
    (["count", "lenet", "--classes", "9" * 400], "classes is above 2,147,483,647"),
    (["compare", "lenet", "--timeout", "nan"], "--timeout must be above 0 seconds"),
    (["verify", "lenet", "--input", ""], "input '' is not channels x height x width"),
    (["caffe", "alexnet-deploy", "--input", ""], "input '' is no name and shape"),
    (["figures", "--out", ""], "--out '' names nothing. Hint: give a name, or . for this folder"),
    (["explorer", "--out", " "], "--out '' names nothing"),
    (["count", "resnet5"], "unknown network 'resnet5'. Hint: did you mean resnet"),
    (["count", "xyzzy"], "unknown network 'xyzzy'. Hint: A network is one described here"),
    (["count", "lenet", "-c", "torchinf"], "unknown convention 'torchinf'. Hint: did you mean torchinfo"),
    (["count", "lenet", "--batch", "0"], "batch 0 is below 1"),
    (["count", "lenet", "--classes", "0"], "classes 0 is below 1"),
    (["count", "vgg16", "--input", "3x16x16"], "vgg16: layer 'features.30' (maxpool) does not fit its input 1x512x1x1"),
    (["count", "vgg16", "--input", "224"], "input '224' is not channels x height x width. Hint: write it like 3x224x224"),
    (["count", "vgg16", "--input", "3x224xwide"], "input '3x224xwide' is not"),
    (["compare", "lenett"], "unknown network 'lenett'. Hint: did you mean lenet"),
    (["compare", "lenet", "--tool", "torchinf"], "unknown tool 'torchinf'. Hint: did you mean torchinfo"),
    (["compare", "lenet", "--framework", "pytorh"], "unknown framework 'pytorh'. Hint: did you mean pytorch"),
    (["compare", "lenet", "--batch", "-1"], "batch -1 is below 1"),
    (["compare", "lenet", "--input", "1x2x2"], "does not fit its input"),
    (["compare", "lenet", "--timeout", "0"], "--timeout must be above 0 seconds"),
    (
        ["compare", "lenet", "--framework", "paddlepaddle", "--tool", "torchinfo"],
        "tool 'torchinfo' runs in pytorch, which --framework leaves out",
    ),
    (["explain", "lenet", "torchinf", "--predicted"], "unknown tool 'torchinf'. Hint: did you mean torchinfo"),
    (["explain", "lenet", "mac", "--predicted", "-l", "nowhere"], "lenet has no layer 'nowhere'"),
    (["explain", "lenet", "paddle_summary", "-m", "compute", "--predicted"], "paddle_summary gives no compute"),
    (["identify", "resnet5O", "4.1G"], "unknown network 'resnet5O'"),
    (["identify", "resnet50", "many"], "'many'"),
    (["diff", "resnet50", "resnet5O"], "unknown network 'resnet5O'. Hint: did you mean resnet50"),
    (["diff", "lenet", "keras:ResNet5"], "unknown network 'keras:ResNet5'. Hint: did you mean keras:ResNet50"),
    (["diff", "lenet", "no-such-file.onnx"], "no-such-file.onnx"),
    (["zoo", "resnet5000"], "unknown zoo network 'resnet5000'. Hint: did you mean"),
    (["zoo", "keras:VGG16", "--framework", "pytorch"], "leaves none of these networks"),
    (["zoo", "--timeout", "0"], "--timeout must be above 0 seconds"),
    (["architecture", "lenett"], "unknown network 'lenett'. Hint: did you mean lenet"),
    (["architecture", "--framework", "onnx_graph"], "'onnx_graph' builds no networks"),
    (["convention", "torchinf"], "unknown convention 'torchinf'. Hint: did you mean torchinfo"),
]


@pytest.mark.parametrize(("words", "message"), BAD, ids=[" ".join(w) for w, _ in BAD])
def test_a_bad_request_is_one_line_and_exit_code_2(crosscheck: Any, words: Sequence[str], message: str) -> None:
    code, out, err = crosscheck(*words)
    assert (code, out) == (2, "")
    assert err.startswith("crosscheck: ")
    assert message in err
    assert err.count("\n") == 1
    assert "Traceback" not in err


def test_what_is_no_command_option_or_number_ends_with_2_too(crosscheck: Any) -> None:
    for words in (
        ["cuont"],
        ["count"],
        ["count", "lenet", "--wide"],
        ["count", "lenet", "-b", "two"],
        ["count", "lenet", "-f", "xml"],
    ):
        code, out, err = crosscheck(*words)
        assert code == 2, words
        assert "Traceback" not in out + err


@pytest.mark.parametrize("name", ["no\x1b[31m.onnx", "\x9b2J.prototxt", "a\u202eb", "two\nlines", "\udcff.onnx"])
def test_what_is_said_of_a_bad_name_is_one_line_that_can_be_printed(name: str, crosscheck: Any) -> None:
    code, out, err = crosscheck("count", name)
    assert (code, out) == (2, "")
    assert err.endswith("\n")
    assert err[:-1].isprintable()
