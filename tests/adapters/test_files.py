"""Cells of a worker that make a file, with an adapter made up for the test."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from adapters.cells.export import offline
from adapters.room import Unsupported
from adapters.worker import run_job
from crosscheck import models
from crosscheck.contract.job import Cell, Job, Kind

LENET = models.build("lenet5")


def adapter(monkeypatch: pytest.MonkeyPatch, export: Any = None, output: Any = None, build: Any = None, **more: Any) -> str:
    """A package in memory with build, export and forward; gives its name."""

    def module(name: str, **content: Any) -> None:
        made = ModuleType(name)
        vars(made).update(content)
        monkeypatch.setitem(sys.modules, name, made)

    module("toy", FRAMEWORK="toy", PACKAGES=("pytest",))
    module("toy.build", build=build or (lambda model: "net"), fresh=lambda native: native, facts=lambda *_: (), **more)
    module("toy.export", export=export)
    module("toy.forward", output=output)
    return "toy"


def work(package: str, folder: Path, kind: Kind, name: str = "") -> tuple[dict[str, Any], Path]:
    """The one row of a cell, and where its file is to be."""
    path = folder / "deep" / "made.file"
    cell = Cell(kind, 0, name, str(path))
    run_job(package, Job("test", str(folder / "rows"), (LENET,), (cell,)))
    rows = [json.loads(line) for line in (folder / "rows").read_text().splitlines()]
    assert [r["event"] for r in rows] == ["hello", "start", kind, "end", "bye"]
    return rows[2], path


def test_an_export_with_its_external_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def export(id: str, native: str, model: Any, path: Path) -> None:
        assert (id, native, model.name) == ("fine", "net", "lenet5")
        path.write_text("graph")
        path.with_name(path.name + ".data").write_text("weights")

    row, path = work(adapter(monkeypatch, export), tmp_path, Kind.EXPORT, "fine")
    assert (row["export"], row["status"], row["message"], row["bytes"]) == ("fine", "ok", "", len("graphweights"))
    assert (row["path"], row["input"]) == (str(path), "1x1x32x32")


def test_what_the_exporter_returns_is_the_files_flaw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    row, _ = work(adapter(monkeypatch, lambda i, n, m, path: path.write_text("x") and "it rounds"), tmp_path, Kind.EXPORT, "a")
    assert (row["status"], row["message"]) == ("ok", "it rounds")


def boom(kind: type[Exception]) -> Any:
    def export(id: str, native: str, model: Any, path: Path) -> None:
        path.write_text("half a file")
        raise kind("no\nsuch op")

    return export


@pytest.mark.parametrize(
    ("export", "status", "message"),
    [
        (boom(ValueError), "error", "ValueError: no such op"),
        (boom(Unsupported), "unsupported", "no\nsuch op"),
        (lambda *_: None, "error", "FileNotFoundError: the exporter ended without an error and wrote no file"),
    ],
)
def test_a_failed_export_is_a_row_and_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, export: Any, status: str, message: str
) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/made.file").write_text("of another day")
    row, path = work(adapter(monkeypatch, export), tmp_path, Kind.EXPORT, "a")
    assert (row["status"], row["message"], row["bytes"]) == (status, message, 0)
    assert not path.exists()


def test_a_network_that_cannot_be_built_has_no_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def build(model: Any) -> None:
        raise Unsupported("layer 'c1': no such thing")

    for kind in (Kind.OUTPUT, Kind.EXPORT):
        row, path = work(adapter(monkeypatch, build=build), tmp_path, kind)
        assert (row["status"], row["message"]) == ("unsupported", "layer 'c1': no such thing")
        assert not path.exists()
        (tmp_path / "rows").unlink()


def test_weights_are_drawn_where_a_cell_reads_their_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def of(what: str) -> Any:
        return lambda model: made.append(f"{what} {model.name}")

    package = adapter(monkeypatch, build=of("drawn"), level=of("level"))
    other = models.build("mnist-cnn")
    cells = (Cell(Kind.CONTRACT, 0), Cell(Kind.CONTRACT, 1), Cell(Kind.OUTPUT, 1, "", str(tmp_path / "out")))
    run_job(package, Job("test", str(tmp_path / "rows"), (LENET, other), cells))
    assert made == [f"level {LENET.name}", f"drawn {other.name}"]


def test_an_output_is_an_array_of_float32(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wave = np.arange(6, dtype=np.float32).reshape(2, 3).T
    row, path = work(adapter(monkeypatch, output=lambda native, model: wave), tmp_path, Kind.OUTPUT)
    assert row["status"] == "ok"
    assert (np.load(path) == wave).all()
    (tmp_path / "rows").unlink()
    row, path = work(adapter(monkeypatch, output=lambda native, model: wave.astype(float)), tmp_path, Kind.OUTPUT)
    assert (row["status"], row["message"]) == ("error", "TypeError: the output is float64, not float32")
    assert not path.exists()


def test_a_word_reaches_what_runs_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def output(native: str, model: Any, layout: str) -> Any:
        return np.full((1, 2), len(layout), np.float32)

    _, path = work(adapter(monkeypatch, output=output), tmp_path, Kind.OUTPUT, "channels_last")
    assert np.load(path).tolist() == [[13.0, 13.0]]


def reach_out() -> None:
    with socket.socket() as s:
        s.connect(("127.0.0.1", 9))


def install() -> None:
    subprocess.run([sys.executable, "-m", "pip", "--version"], check=True, capture_output=True)


@pytest.mark.parametrize("deed", [reach_out, install, lambda: socket.getaddrinfo("localhost", 80)])
def test_an_exporter_that_reaches_for_the_network_or_pip_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, deed: Any
) -> None:
    row, path = work(adapter(monkeypatch, lambda i, n, m, path: deed() or path.write_text("x")), tmp_path, Kind.EXPORT, "a")
    assert row["status"] == "error"
    assert row["message"].startswith("PermissionError: export a ")
    assert not path.exists()


def test_the_guard_lets_go() -> None:
    with offline("x"), pytest.raises(PermissionError):
        install()
    install()
    with offline("x"):
        subprocess.run([sys.executable, "-c", ""], check=True)
