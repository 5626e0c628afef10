"""A cell of export: an ONNX file of the network by the framework's own exporter, which may reach neither the network nor pip."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from adapters.cells.bench import Bench, Built
from adapters.cells.files import attempt, parts
from crosscheck.contract.job import Cell
from crosscheck.contract.rows import Export

_guarding: list[str] = []  # the export under way; an audit hook stays for good, so it must know when to let go
_hooked: list[bool] = []


def rows(bench: Bench, cell: Cell) -> Iterator[Export]:
    """The one row; its message is a flaw that the file is known to have, or why there is no file."""
    built, path = bench.built(cell.index), Path(cell.path)
    status, message = attempt(built, path, lambda: _make(bench, built, cell.name, path))
    size = sum(p.stat().st_size for p in parts(path))
    yield Export(built.model.name, bench.framework, built.model.input_text, cell.name, cell.path, size, status, message)


def _make(bench: Bench, built: Built, setting: str, path: Path) -> str:
    exporter, native = bench.room.exporter, bench.builder.fresh(built.native)
    with offline(setting):
        flaw = exporter.export(setting, native, built.model, path)
    if not path.is_file():
        raise FileNotFoundError("the exporter ended without an error and wrote no file")
    return flaw or ""


@contextlib.contextmanager
def offline(what: str) -> Iterator[None]:
    """In here, the network and pip are out of reach: whatever tries gets a PermissionError."""
    if not _hooked:
        sys.addaudithook(_refuse)
        _hooked.append(True)
    _guarding.append(what)
    try:
        yield
    finally:
        _guarding.pop()


def _refuse(event: str, args: tuple[Any, ...]) -> None:
    if not _guarding:
        return
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname"):
        raise PermissionError(f"export {_guarding[-1]} reaches for the network: {event} {args[-1]}")
    if event in ("subprocess.Popen", "os.posix_spawn", "os.exec", "os.system") and re.search(r"\bpip3?\b", str(args[:2])):
        raise PermissionError(f"export {_guarding[-1]} installs packages: {event} {args[:2]}")
