"""What a file no longer shows is said beside every number of a tool that looks at modules, in every format."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from crosscheck.importers.onnx.load import load
from crosscheck.report import render
from crosscheck.report.pages import count as page
from crosscheck.report.render import Format
from crosscheck.studies.count import count
from crosscheck.subjects import lost
from crosscheck.subjects.resolve import resolve
from crosscheck.subjects.subject import Subject
from tests.importers.onnx.files import graph, model, node, stored

MODULE_TOOLS = [c for c in convention.ids() if convention.load(c).framework not in ("", "onnx", "caffe")]
STATS = "s t m v"


def blocks(*, norms: bool) -> Any:
    """Two convolutions, each with a norm or with the bias that a norm was folded into, and an activation."""
    nodes, tensors, x = [], [stored(k, 4) for k in "stmv"], "x"
    for k in range(2):
        tensors += [stored(f"w{k}", 4, 4, 1, 1), *([] if norms else [stored(f"b{k}", 4)])]
        if norms:
            tensors += [stored(f"{p}{k}", 4) for p in "stmv"]
        nodes.append(node("Conv", f"{x} w{k}" + ("" if norms else f" b{k}"), f"c{k}"))
        nodes += [node("BatchNormalization", f"c{k} s{k} t{k} m{k} v{k}", f"n{k}")] if norms else []
        x = f"r{k}" if k == 0 else "y"
        nodes.append(node("Relu", f"n{k}" if norms else f"c{k}", x))
    return model(graph(nodes, (1, 4, 3, 3), [t for t in tensors if norms is False or t.name[-1].isdigit()]))


def subject(proto: Any, folder: Path) -> Subject:
    path = folder / "net.onnx"
    path.write_bytes(proto.SerializeToString())
    return resolve(str(path))


@pytest.mark.parametrize("c", ["thop", "ptflops_pytorch", "torchinfo", "torchsummary_151", "fvcore", "paddle_summary", "mmcv"])
def test_the_number_before_norms_were_folded_is_told_beside_the_number_after(c: str, tmp_path: Path) -> None:
    folded, whole = subject(blocks(norms=False), tmp_path), load_whole(tmp_path)
    by = convention.load(c)
    for metric in by.metrics:
        told, before = lost.caveat(folded, by, metric), engine.total(whole.seen_by(by), by, metric)
        assert told.startswith(lost.AS_READ)
        if engine.total(folded.seen_by(by), by, metric) != before:
            assert f"2 convolutions have a bias and no batch norm: if one was folded in, in each, it would be {before:,}" in told
        assert "folded" not in lost.caveat(whole, by, metric)


def load_whole(folder: Path) -> Subject:
    (folder / "whole").mkdir(exist_ok=True)
    return subject(blocks(norms=True), folder / "whole")


def test_the_number_with_functions_in_place_of_modules_is_told(tmp_path: Path) -> None:
    it = subject(blocks(norms=True), tmp_path)
    by = convention.load("ptflops_pytorch")
    assert "with its 2 activations and poolings done by functions, not modules, it would be" in lost.caveat(it, by, "compute")
    assert "functions" not in lost.caveat(it, convention.load("thop"), "compute"), "a ReLU costs nothing either way"


def test_calls_functions_and_containers_are_told(tmp_path: Path) -> None:
    nodes = [node("Conv", "x w", "c"), node("Conv", "c w", "d"), node("Sub", "c d", "y")]
    it = subject(model(graph(nodes, (1, 4, 3, 3), [stored("w", 4, 4, 1, 1)])), tmp_path)
    told = lost.caveat(it, convention.load("torchinfo_009"), "compute")
    assert "1 node shares its weights with earlier ones: taken for further calls of the same modules" in told
    assert "taken for functions, not for parts of modules: 1 Sub" in told
    assert "containers, which this number depends on, are lost" in told
    assert "containers" not in lost.caveat(it, convention.load("thop"), "compute")


@pytest.mark.parametrize("c", MODULE_TOOLS)
def test_no_number_of_a_tool_that_looks_at_modules_is_without_a_word(c: str, tmp_path: Path) -> None:
    it = subject(blocks(norms=False), tmp_path)
    found = count(it, [c])
    assert all(t.reading for t in found.totals)
    for how in (Format.csv, Format.json, Format.markdown, Format.html, Format.table):
        said = " ".join(render.text(page.brief(found), how).split())
        assert lost.AS_READ in said, how


def test_those_that_count_files_and_the_engine_itself_need_no_word(tmp_path: Path) -> None:
    it = subject(blocks(norms=False), tmp_path)
    for c in ("mac", "arithmetic", "onnx_tool", "onnx_opcounter"):
        assert all(not t.reading for t in count(it, [c]).totals)
    described = resolve("lenet")
    assert all(not t.reading for t in count(described, ["thop"]).totals)


def test_rows_of_a_file_add_up_to_the_number_of_its_modules(tmp_path: Path) -> None:
    nodes = [node("MatMul", "x w", "m"), node("Add", "m b", "a"), node("Sigmoid", "a", "s"), node("Mul", "a s", "y")]
    it = subject(model(graph(nodes, (5, 3), [stored("w", 3, 8), stored("b", 8)])), tmp_path)
    found = count(it, ["thop", "ptflops_pytorch", "mac"], layers=True)
    for k, t in enumerate(found.totals):
        assert sum(r.values[k] for r in found.rows) == t.value
    assert [r.layer for r in found.rows if not r.layer.startswith("(")] == [n.name for n in nodes]


def test_a_file_is_read_once_and_as_modules_only_where_asked(tmp_path: Path) -> None:
    subject(blocks(norms=False), tmp_path)
    found = load(tmp_path / "net.onnx")
    assert "modules" not in vars(found)
    assert found.modules is found.modules
