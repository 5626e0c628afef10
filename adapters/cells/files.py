"""Cells that make a file: a network's output on the seeded input, or its ONNX export.

``(output)`` writes what comes out of a network as .npy in the neutral layout, by the adapter's ``forward.py``; for an adapter
that reads files, ``(output:channels_last)`` says that the file wants and gives channels last. ``(export:torch)`` writes an ONNX
file by the adapter's ``export.py``; what that returns is a flaw that the file is known to have, and becomes the row's message.
While an exporter runs, reaching for the network or for pip raises PermissionError.
"""

from __future__ import annotations

import contextlib
import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from adapters.worker import Unsupported, reason
from crosscheck.contract.network import Model
from crosscheck.contract.rows import Export, Output, to_dict

_guarding: list[str] = []  # the export under way; an audit hook stays for good, so it must know when to let go
_hooked: list[bool] = []


def cell(
    package: str, framework: str, builder: Any, model: Model, native: Any, broken: str, name: str, path: Path
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The one row of a cell, of kind ``output`` or ``export``; whatever failed leaves no file behind."""
    kind, _, word = name.strip("()").partition(":")
    status, message = "ok", ""
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove(path)  # an old file must not pass for a new one
    if native is None:
        status, message = broken.split(" ", 1)
    else:
        try:
            if kind == "export":
                message = _export(package, word, builder.fresh(native), model, path)
            else:
                _output(package, [word] if word else [], native, model, path)
        except Unsupported as why:
            status, message = "unsupported", str(why)
        except Exception as error:
            status, message = "error", reason(error)
    if status != "ok":
        _remove(path)
    common: dict[str, Any] = {"model": model.name, "framework": framework, "input": model.input_text, "path": str(path)}
    common |= {"status": status, "message": message}
    if kind == "export":
        yield kind, to_dict(Export(**common, export=word, bytes=sum(p.stat().st_size for p in _parts(path))))
    else:
        yield kind, to_dict(Output(**common))


def _export(package: str, export: str, native: Any, model: Model, path: Path) -> str:
    exporter: Any = importlib.import_module(f"{package}.export")
    with offline(export):
        flaw = exporter.export(export, native, model, path)
    if not path.is_file():
        raise FileNotFoundError("the exporter ended without an error and wrote no file")
    return flaw or ""


def _output(package: str, words: list[str], native: Any, model: Model, path: Path) -> None:
    forward: Any = importlib.import_module(f"{package}.forward")
    array = forward.output(native, model, *words)
    if array.dtype != np.float32:
        raise TypeError(f"the output is {array.dtype}, not float32")
    with path.open("wb") as file:
        np.save(file, np.ascontiguousarray(array), allow_pickle=False)


def _parts(path: Path) -> list[Path]:
    """The file and its external data, as far as they are there."""
    return [p for p in (path, path.with_name(path.name + ".data")) if p.is_file()]


def _remove(path: Path) -> None:
    for part in _parts(path):
        part.unlink()


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
