"""A figure on a file or an export is found as ``count`` counts that one, by those who may count it, and as nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crosscheck.contract.metrics import METRICS
from crosscheck.conventions import read as conventions
from crosscheck.counting import engine
from crosscheck.errors import FileError, UnknownNameError, UsageError
from crosscheck.studies import count
from crosscheck.studies.figures import identify, trial
from crosscheck.studies.figures.record import Figure
from crosscheck.studies.figures.verdict import EXACT, ROUNDS, UNEXPLAINED, UNREADABLE
from crosscheck.subjects.conventions import choose, foreign
from crosscheck.subjects.resolve import resolve
from tests.importers.onnx.files import conv_net, graph, model, node, stored

MACS = 3 * 4 * 9 * 64 + 4 * 10  # of tests.importers.onnx.files.conv_net, by hand
NAMES = ("alexnet-deploy", "lenet-deploy", "lenet@onnx:torch", "net.onnx")


@pytest.fixture(autouse=True)
def _file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small ONNX file, in a folder where nothing else is."""
    monkeypatch.chdir(tmp_path)
    Path("net.onnx").write_bytes(conv_net().SerializeToString())


@pytest.mark.parametrize("name", NAMES)
def test_every_total_that_count_gives_is_found_and_nobody_else_is_named(name: str) -> None:
    subject = resolve(name)
    able, _ = choose(subject, (), every=True)
    totals = [t for t in count.count(subject, able).totals if t.value and t.metric in METRICS]
    assert len({t.convention for t in totals}) > 2
    for t in totals:
        answer = identify.identify(name, f"{t.value:,}", t.metric)
        plain = [h for h in answer.fits if t.convention in h.conventions and h.factor == 1]
        assert t.value in [h.exact for h in plain], f"{t.value:,} is not found as {t.convention}"
        assert {h.input for h in answer.fits} == {subject.model.input_text}, "no other input or batch is tried"
        assert {h.variant for h in answer.fits} == {subject.model.name}
        named = {c for h in answer.fits for c in h.conventions}
        assert not [c for c in named if foreign(subject, conventions.load(c))]
        assert named <= set(able)


@pytest.mark.parametrize(("name", "convention"), [("lenet@onnx:torch", "caffe"), ("lenet@onnx:torch", "torchinfo")])
def test_a_foreign_convention_is_not_among_the_answers_though_its_number_is_the_same(name: str, convention: str) -> None:
    subject, other = resolve(name), conventions.load(convention)
    assert foreign(subject, other)
    params = engine.total(subject.counted, other, "params")
    assert params == engine.total(subject.counted, conventions.load("mac"), "params")
    named = {c for h in identify.identify(name, f"{params}", "params").fits for c in h.conventions}
    assert "mac" in named
    assert convention not in named


def test_multiply_adds_are_doubled_rounded_and_cut_on_a_file_as_elsewhere() -> None:
    doubled, rounded, cut = (identify.identify("net.onnx", text) for text in (f"{2 * MACS}", "6.95K MACs", "6.9K MACs"))
    assert (doubled.verdict.kind, doubled.fits[0].exact, str(doubled.fits[0].factor)) == (EXACT, MACS, "2")
    assert (rounded.verdict.kind, rounded.fits[0].exact, rounded.fits[0].cut) == (ROUNDS, MACS, False)
    assert (cut.fits[0].exact, cut.fits[0].cut) == (MACS, True)
    nothing = identify.identify("net.onnx", "123456789")
    assert (nothing.fits, nothing.verdict.kind, bool(nothing.nearest)) == ((), UNEXPLAINED, True)


def test_a_file_that_has_changed_is_another_network() -> None:
    first = identify.identify("net.onnx", f"{MACS}").fits[0]
    wider = [node("Conv", "x w", "y")]
    Path("net.onnx").write_bytes(model(graph(wider, (1, 3, 8, 8), [stored("w", 8, 3, 1, 1)])).SerializeToString())
    assert (first.exact, identify.identify("net.onnx", f"{MACS}").fits) == (MACS, ())
    assert identify.identify("net.onnx", f"{8 * 3 * 64}").fits[0].exact == 8 * 3 * 64


def test_what_is_not_known_of_a_file_is_said_beside_the_answer(run: Callable[..., Any]) -> None:
    nodes = [node("Conv", "x w", "c"), node("Strange", "c", "y", domain="far.away")]
    Path("net.onnx").write_bytes(model(graph(nodes, (1, 3, 8, 8), [stored("w", 4, 3, 1, 1)])).SerializeToString())
    found, nothing = (run("identify", "net.onnx", text, "-f", "json") for text in (f"{4 * 3 * 64}", "9.17G"))
    assert (found.returncode, nothing.returncode) == (0, 1)
    assert json.loads(found.stdout)["hypotheses"][0]["exact"] == 4 * 3 * 64
    for done in (found, nothing):
        assert done.stderr.startswith("crosscheck: ")
        assert "Strange" in done.stderr


def test_a_described_network_is_none_of_these_however_it_is_spelled() -> None:
    described = identify.identify("ResNet-18", "11.69M")
    assert (described.fits[0].variant, described.notes) == ("resnet18", ())
    Path("ResNet-18").write_bytes(conv_net().SerializeToString())
    assert identify.identify("ResNet-18", f"{MACS}").fits[0].exact == MACS, "a file that is there is meant"


@pytest.mark.parametrize(
    ("name", "error", "says"),
    [
        ("resnet5O", UnknownNameError, "unknown network 'resnet5O'. Hint: did you mean resnet50"),
        ("none.onnx", FileError, "none.onnx"),
        ("net.py:Net", UsageError, "there is no file net"),
        ("resnet50@tflite", UsageError, "names no export"),
    ],
)
def test_what_is_no_network_is_refused_as_everywhere(name: str, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says) as refused:
        identify.identify(name, "4.1G")
    with pytest.raises(error) as elsewhere:
        resolve(name)
    assert str(refused.value) == str(elsewhere.value)


def test_a_table_of_figures_names_described_networks_only() -> None:
    (found,) = trial.judge([Figure("mine.csv", 2, model="net", network="net.onnx", metric="FLOPs", value=f"{MACS}")])
    assert found.kind == UNREADABLE
    assert "column 'network': unknown model 'net.onnx'" in found.says
