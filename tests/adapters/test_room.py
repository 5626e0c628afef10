"""Every framework's folder has what ``adapters.room`` says that it owes, by its source: no framework is imported here."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters import room
from crosscheck.contract.job import Kind
from crosscheck.measuring import catalog

ADAPTERS = Path(room.__file__).parent
FOLDERS = [ADAPTERS / name for name in catalog.frameworks()]
PARTS = {
    "build.py": room.Builder,
    "observe.py": room.Observer,
    "sizes.py": room.Sizes,
    "export.py": room.Exporter,
    "forward.py": room.Forward,
    "zoo.py": room.Zoo,
}
FILES = [
    *((folder / name, protocol) for folder in FOLDERS for name, protocol in PARTS.items() if (folder / name).exists()),
    *((path, room.Tool) for folder in FOLDERS for path in sorted((folder / "tools").glob("[a-z]*.py"))),
]


def owed(protocol: type) -> dict[str, Callable[..., Any]]:
    """The functions of a protocol."""
    return {name: f for name, f in vars(protocol).items() if inspect.isfunction(f) and not name.startswith("_")}


def misfit(there: ast.FunctionDef | None, asked: Callable[..., Any]) -> str:
    """Why a function cannot be called as the protocol says; empty where it can."""
    if there is None:
        return "is missing"
    wanted = list(inspect.signature(asked).parameters.values())[1:]
    fixed = [p for p in wanted if p.kind is not p.VAR_POSITIONAL]
    args = there.args
    needed, most = len(args.args) - len(args.defaults), len(args.args)
    extra = len(fixed) < len(wanted)  # the protocol may hand over one more, to rooms that read files
    if args.kwonlyargs or needed > len(fixed) + extra or most < len(fixed):
        return f"takes {needed} to {most} arguments, the protocol hands over {len(fixed)}"
    return ""


@pytest.mark.parametrize(("path", "protocol"), FILES, ids=lambda x: str(x.relative_to(ADAPTERS)) if isinstance(x, Path) else "")
def test_a_file_has_the_functions_of_its_protocol(path: Path, protocol: type) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef)}
    wanted = owed(protocol)
    assert wanted
    assert {n: why for n, f in wanted.items() if (why := misfit(functions.get(n), f))} == {}


def test_a_function_that_does_not_fit_is_seen() -> None:
    build = owed(room.Builder)["build"]

    def why(text: str) -> str:
        (node,) = ast.parse(text).body
        assert isinstance(node, ast.FunctionDef)
        return misfit(node, build)

    assert why("def build(model): ...") == why("def build(model, path): ...") == why("def build(model, path=''): ...") == ""
    assert why("def build(): ...") == "takes 0 to 0 arguments, the protocol hands over 1"
    assert why("def build(a, b, c): ...") == "takes 3 to 3 arguments, the protocol hands over 1"
    assert misfit(None, build) == "is missing"


@pytest.mark.parametrize("info", catalog.frameworks().values(), ids=lambda i: i.id)
def test_a_framework_has_the_files_for_what_it_says(info: catalog.FrameworkInfo) -> None:
    there = {name for name in PARTS if (ADAPTERS / info.id / name).exists()}
    builds = {"observe.py", "sizes.py", "zoo.py"}
    assert there == {"build.py", "forward.py"} | (set() if info.reads else builds) | ({"export.py"} if info.exports else set())


def test_the_catalog_asks_for_the_constants_that_the_protocols_name() -> None:
    assert set(catalog.FRAMEWORK) == set(inspect.get_annotations(room.Constants))
    assert set(catalog.TOOL) == set(inspect.get_annotations(room.Tool))


def test_every_kind_of_cell_has_a_file() -> None:
    cells = {p.stem for p in (ADAPTERS / "cells").glob("[a-z]*.py")} - {"bench", "files"}
    assert cells == set(Kind)
