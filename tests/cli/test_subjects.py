"""Every command takes every kind of network, or says why it does not and what does."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.importers.onnx.files import conv_net

MACS = 3 * 4 * 9 * 64 + 4 * 10  # of tests.importers.onnx.files.conv_net, by hand


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A small ONNX file, in a folder where nothing else is."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.onnx").write_bytes(conv_net().SerializeToString())
    return "net.onnx"


def values(out: str) -> dict[tuple[str, str], int]:
    return {(r["convention"], r["metric"]): int(r["value"]) for r in csv.DictReader(io.StringIO(out))}


def test_count_takes_files_and_exports(crosscheck: Any, file: str) -> None:
    code, out, err = crosscheck("count", file, "-c", "mac", "-c", "onnx-tool", "-f", "csv")
    assert (code, err) == (0, "")
    assert values(out)["mac", "compute"] == MACS
    _, same, _ = crosscheck("onnx", file, "-c", "mac", "-c", "onnx_tool", "-f", "csv")
    assert out == same, "the short way gives the same"
    code, out, _ = crosscheck("count", "lenet-deploy", "-f", "csv")
    assert out == crosscheck("caffe", "lenet-deploy", "-f", "csv")[1]
    code, out, err = crosscheck("count", "lenet@onnx:torch", "-f", "csv")
    assert (code, values(out)["mac", "params"]) == (0, 61_610)
    assert "nothing was exported" in err


def test_count_says_what_a_module_tool_cannot_see_of_a_file(crosscheck: Any, file: str) -> None:
    for words in (["count", file, "-c", "torchinfo"], ["onnx", file, "-c", "torchinfo"], ["explain", file, "torchinfo"]):
        code, _, err = crosscheck(*words)
        assert code == 0
        assert err.startswith("crosscheck: torchinfo looks at modules and calls, of which a file has lost some")


def test_explain_takes_files_and_exports(crosscheck: Any, file: str) -> None:
    code, out, _ = crosscheck("explain", file, "mac", "onnx_tool", "lenet:mac", "--predicted", "-f", "json")
    data = json.loads(out)
    assert code == 0
    assert [n["value"] for n in data["numbers"]][::2] == [MACS, 341_256]
    assert [n["model"] for n in data["numbers"]] == ["net", "net", "lenet"]
    assert [s["residual"] for s in data["steps"]] == [0, 0]
    words = ("lenet@onnx:torch", "onnx_tool", "mac"), ("lenet", "onnx:torch:onnx_tool", "lenet@onnx:torch:mac")
    one, other = (json.loads(crosscheck("explain", *w, "-m", "params", "--predicted", "-f", "json")[1]) for w in words)
    assert [n["value"] for n in one["numbers"]] == [n["value"] for n in other["numbers"]][1:], (
        "an export by either way to name it"
    )
    code, _, err = crosscheck("explain", file, "mac", "--layer", "nowhere")
    assert (code, err) == (
        2,
        "crosscheck: net.onnx has no layer 'nowhere'. Hint: crosscheck count net.onnx --layers lists them\n",
    )


def test_explain_shows_what_tools_that_print_so_are_asked_for(crosscheck: Any) -> None:
    _, one, _ = crosscheck("explain", "resnet18", "torchinfo", "paddle.flops", "--predicted")
    _, other, _ = crosscheck("explain", "resnet18", "torchinfo", "paddle_flops", "--predicted")
    assert one == other != ""


def test_diff_takes_any_two(crosscheck: Any, file: str) -> None:
    code, out, _ = crosscheck("diff", "lenet-deploy", "lenet", "-b", "1", "-f", "json")
    data = json.loads(out)
    assert (code, data["residual"]) == (1, {"macs": 0, "parameters": 0, "running_statistics": 0})
    assert crosscheck("diff", "lenet", "lenet@onnx:torch")[0] == 0
    assert crosscheck("diff", file, file)[0] == 0


def test_identify_takes_files(crosscheck: Any, file: str) -> None:
    code, out, _ = crosscheck("identify", file, f"{2 * MACS}", "-f", "json")
    first = json.loads(out)["hypotheses"][0]
    assert code == 0
    assert (first["exact"], first["model"], first["input"], first["factor"]) == (2 * MACS, "net", "1x3x8x8", "2")
    assert "nothing fits" in crosscheck("identify", file, "123456789")[1]


def test_a_convention_is_shown_by_the_name_that_it_prints(crosscheck: Any) -> None:
    assert crosscheck("convention", "TF profiler") == crosscheck("convention", "tf_profiler")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["compare", "alexnet-deploy"], "no tool here runs 'alexnet-deploy', a Caffe network. Hint: crosscheck count"),
        (["compare", "lenet@onnx:torch"], "no tool here runs 'lenet@onnx:torch', an export. Hint: crosscheck verify"),
        (["compare", "lenet", "net.onnx"], "'lenet' is a described network and 'net.onnx' an ONNX file"),
        (["compare", "net.onnx", "--tool", "thop"], "thop counts no ONNX files. Hint: crosscheck explain FILE thop"),
        (["compare", "net.onnx", "--classes", "7"], "--classes is for described networks"),
        (["compare", "keras:VGG16", "--input", "3x8x8"], "--input is for described networks"),
        (["verify", "net.onnx"], "'net.onnx' is an ONNX file, and verify puts the same weights into every framework"),
        (["architecture", "keras:VGG16"], "is a zoo network, and architecture builds networks in every framework"),
        (["explain", "lenet", "onnx_tool"], "onnx_tool counts files. Hint: crosscheck explain FILE.onnx onnx_tool"),
        (["explain", "net.onnx", "onnx:torch"], "'net.onnx' is no described network, and only those are exported"),
        (["count", "net.py"], "is a file of code. Hint: name what makes a network in it, as in net.py:make_net"),
    ],
)
def test_what_a_command_cannot_do_of_a_kind_it_says(crosscheck: Any, file: str, words: Sequence[str], says: str) -> None:
    code, out, err = crosscheck(*words)
    assert (code, out) == (2, "")
    assert err.startswith("crosscheck: ")
    assert err.count("\n") == 1
    assert says in err
