"""The command for ONNX files: open sizes, what it prints, and how it ends."""

from __future__ import annotations

import csv
import io
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from crosscheck import cli
from crosscheck.errors import UsageError
from crosscheck.importers.imported import parse_inputs
from tests.importers.onnx import files as of
from tests.importers.onnx.sums import macs


def test_open_sizes_are_asked_for_by_name_with_what_to_write(tmp_path: Path) -> None:
    proto = of.conv_net(x=("batch", 3, None, 0))
    with pytest.raises(UsageError) as asked:
        of.read(proto, tmp_path)
    assert str(asked.value) == (
        "net.onnx leaves sizes open: x (batchx3x?x?). Hint: --input x=1x3x224x224, with the sizes that you mean"
    )
    assert macs(of.read(proto, tmp_path, x=(2, 3, 8, 8))) == 2 * (3 * 4 * 9 * 64 + 40)
    with pytest.raises(UsageError, match=r"input 'x' is batchx3x\?x\? in the file, which 1x4x8x8 does not fit"):
        of.read(proto, tmp_path, x=(1, 4, 8, 8))
    with pytest.raises(UsageError, match=r"net.onnx has no input 'z'. Hint: it has x"):
        of.read(proto, tmp_path, z=(1, 3, 8, 8))


def test_inputs_are_written_as_name_and_shape() -> None:
    assert parse_inputs(["x=1x3x8x8", "odd=name=2"]) == {"x": (1, 3, 8, 8), "odd=name": (2,)}
    assert parse_inputs(["1x3x8x8", "flag="]) == {"": (1, 3, 8, 8), "flag": ()}
    for bad in ("x=1x0", "x=1x-3", "x=axb", "x=1x99999999999", "x=1.5"):
        with pytest.raises(UsageError, match=r"no name and shape. Hint: write it like x=1x3x224x224"):
            parse_inputs([bad])
    with pytest.raises(UsageError, match="twice"):
        parse_inputs(["x=1", "x=2"])


@pytest.fixture
def crosscheck(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["crosscheck", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return run


def test_the_command_counts_lists_and_ends_as_it_should(crosscheck: Any, tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(of.conv_net(x=("n", 3, 8, 8)).SerializeToString())
    code, out, err = crosscheck("onnx", str(path))
    assert (code, out) == (2, "")
    assert err.endswith("Hint: --input x=1x3x8x8, with the sizes that you mean\n")
    assert err.count("\n") == 1
    code, out, err = crosscheck("onnx", str(path), "--input", "x=1x3x8x8")
    assert (code, err) == (0, "")
    assert "6,952" in out
    code, out, _ = crosscheck("onnx", str(path), "-i", "1x3x8x8", "--layers", "-f", "csv")
    *layers, total = csv.DictReader(io.StringIO(out))
    assert sum(int(r["mac compute (MAC)"]) for r in layers) == int(total["mac compute (MAC)"]) == 6952
    code, out, err = crosscheck("onnx", str(path), "-i", "1x3x8x8", "--all", "-f", "json")
    assert code == 0
    assert '"onnx_tool"' in out
    assert '"mac"' in out


def test_a_partial_answer_ends_with_3_and_says_what_is_missing(crosscheck: Any, tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    nodes = [of.node("Mystery", "x", "h", domain="com.example"), of.node("Relu", "x", "y")]
    path.write_bytes(of.model(of.graph(nodes, [2, 3])).SerializeToString())
    code, out, err = crosscheck("onnx", str(path), "-f", "csv")
    assert code == 3
    assert "net,2x3,mac,compute,0,MAC" in out
    assert err.startswith("crosscheck: not counted: 1 com.example::Mystery, no bound is known: ")
    compute = next(r for r in csv.DictReader(io.StringIO(out)) if r["metric"] == "compute")
    assert compute["caveat"] == "not counted: 1 com.example::Mystery, no bound is known"
    _, out, _ = crosscheck("onnx", str(path))
    assert "≥ 0" in out


def test_a_convention_of_networks_that_lacks_a_word_is_refused_by_name(crosscheck: Any, tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(of.model(of.graph([of.node("LpNormalization", "x", "y")], [2, 3])).SerializeToString())
    code, out, err = crosscheck("onnx", str(path), "-c", "torchinfo")
    assert (code, out) == (2, "")
    assert err.startswith(
        "crosscheck: convention 'torchinfo' says nothing about op 'lp_norm' (node 'lpnormalization_y', LpNormalization). Hint: "
    )


def test_of_very_many_unknown_ops_forty_are_named_and_the_rest_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ["x", *(f"v{k}" for k in range(99)), "y"]
    nodes = [of.node(f"Op{k}", a, b) for k, (a, b) in enumerate(pairwise(names))]
    path = tmp_path / "net.onnx"
    path.write_bytes(of.model(of.graph(nodes, [2])).SerializeToString())
    monkeypatch.setattr(sys, "argv", ["crosscheck", "onnx", str(path)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    lines = capsys.readouterr().err.splitlines()
    assert ended.value.code == 3
    assert len(lines) == 41
    assert lines[-1] == "crosscheck: and 60 more of this kind"
