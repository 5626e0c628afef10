"""Who imports whom. A measurement that can see the prediction proves nothing, and counting needs no library."""

from __future__ import annotations

import ast
import json
import statistics
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from crosscheck.measuring import catalog

ROOT = Path(__file__).parent.parent
FRAMEWORKS = {
    "torch",
    "torchvision",
    "torchinfo",
    "fvcore",
    "thop",
    "paddle",
    "tensorflow",
    "keras",
    "onnx",
    "onnxruntime",
    "jax",
}
OURS = {"crosscheck", "adapters", "tests"}

# The house from the ground up: a folder imports from its own floor or from floors below, never another folder of its own floor.
FLOORS = (
    ("errors", "toml"),
    ("contract", "known", "output"),
    ("ops",),
    ("models", "importers", "conventions"),
    ("counting",),
    ("exports", "diff"),
    ("explain", "measuring"),
    ("subjects",),
    ("studies",),
    ("report",),
    ("session", "cli"),
    ("__main__",),
)
MOST_LINES, MEDIAN_LINES = 350, 140
FACE, OWN = "__init__.py", ("crosscheck", "adapters")
FLOOR = {folder: k for k, floor in enumerate(FLOORS) for folder in floor}
# What folders may import beyond the standard library; whatever is not named here, nothing.
LIBRARIES = {
    "crosscheck/cli": {"typer"},
    "crosscheck/cli/progress.py": {"rich"},
    "crosscheck/session": {"pandas"},
    "crosscheck/conventions/editions.py": {"packaging"},
    "crosscheck/studies": {"pandas", "numpy"},
    "crosscheck/studies/infer/program.py": {"scipy"},
    "crosscheck/toml.py": {"tomli"},
    "crosscheck/report/render": {"rich", "tabulate", "jinja2"},
    "crosscheck/report/site": {"jinja2", "markdown_it"},
    "crosscheck/report/charts.py": {"altair", "vl_convert"},
    "adapters/parcel.py": {"cloudpickle"},
    "adapters/weights.py": {"numpy"},
    "adapters/cells/output.py": {"numpy"},
}
STANDARD_LIBRARY_ALONE = [f for floor in FLOORS[: FLOOR["measuring"] + 1] for f in floor]  # all they lead to, too
SEEN_BY_ADAPTERS = ["crosscheck.contract"]


@dataclass(frozen=True)
class Code:
    """What a file says: the names that it imports anywhere and as it is imported itself, and the words of its code."""

    anywhere: tuple[str, ...]
    at_once: tuple[str, ...]
    words: frozenset[str]


@cache
def code_of(path: Path) -> Code:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = list(ast.walk(tree))
    return Code(tuple(_imports_of(path, nodes)), tuple(_imports_of(path, tree.body)), frozenset(_words_of(nodes)))


def imports_of(path: Path, inside: bool = True) -> tuple[str, ...]:
    """Full names of all that a file imports, anywhere in it, also by ``import_module`` with a literal.

    ``inside`` False keeps to what is imported as the file itself is.
    """
    return code_of(path).anywhere if inside else code_of(path).at_once


def _imports_of(path: Path, nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = path.relative_to(ROOT).parts[:-1] if node.level else ()
            base = [*package[: len(package) - node.level + 1]] if node.level else []
            stem = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{stem}.{alias.name}" for alias in node.names)
        elif (
            isinstance(node, ast.Call)
            and getattr(node.func, "attr", getattr(node.func, "id", ""))
            in (
                "import_module",
                "__import__",
            )
            and node.args
            and isinstance(node.args[0], ast.Constant)
        ):
            yield str(node.args[0].value)


def sources(*folders: str) -> list[Path]:
    """Every Python file of the folders."""
    found = sorted(p for folder in folders for p in (ROOT / folder).rglob("*.py"))
    if not found:
        raise AssertionError(f"no files in {folders}")
    return found


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def foreign(names: Iterable[str]) -> set[str]:
    """Top-level packages that are neither ours nor of the standard library."""
    return {n.split(".")[0] for n in names} - OURS - set(sys.stdlib_module_names)


def starts(name: str, prefixes: Iterable[str]) -> bool:
    """True where the name is one of the prefixes or lies inside of one."""
    return any(name == p or name.startswith(p + ".") for p in prefixes)


def refuse(path: Path, bad: Iterable[str], why: str) -> None:
    if found := sorted(bad):
        raise AssertionError(f"{name_of(path)} imports {', '.join(found)}: {why}")


def room_of(name: str) -> str:
    """The top folder or file of crosscheck that a full name lies in; empty for what is no part of it."""
    parts = name.split(".")
    return parts[1] if parts[0] == "crosscheck" and len(parts) > 1 else ""


@pytest.mark.parametrize("path", sources("crosscheck"), ids=name_of)
def test_no_import_runs_upwards(path: Path) -> None:
    mine = path.relative_to(ROOT / "crosscheck").parts[0].removesuffix(".py")
    rooms = {n: room_of(n) for n in imports_of(path) if n.startswith("crosscheck.")}
    if mine != "__init__":
        up = (n for n, room in rooms.items() if room in FLOOR and room != mine and FLOOR[room] >= FLOOR[mine])
        refuse(path, up, f"{mine} stands on floor {FLOOR[mine]}, and only what is below it may carry it")


def test_no_files_import_each_other_in_a_circle() -> None:
    at_once = {p: {q for q in own_imports(p, inside=False) if q.name != FACE} for p in sources("crosscheck", "adapters")}
    done: set[Path] = set()
    under_way: list[Path] = []

    def visit(path: Path) -> None:
        if path in under_way:
            raise AssertionError(" → ".join(name_of(p) for p in [*under_way[under_way.index(path) :], path]))
        if path not in done:
            under_way.append(path)
            for other in sorted(at_once.get(path, ())):
                visit(other)
            done.add(under_way.pop())

    for path in at_once:
        visit(path)
    assert len(done) > 250, "the files that were walked"


def test_files_are_short() -> None:
    lines = {name_of(p): len(p.read_text(encoding="utf-8").splitlines()) for p in sources("crosscheck", "adapters", "tests")}
    page = (ROOT / "crosscheck/report/site").rglob("*.*")
    lines |= {name_of(p): len(p.read_text(encoding="utf-8").splitlines()) for p in page if p.suffix in (".js", ".css", ".j2")}
    assert not {name: n for name, n in lines.items() if n > MOST_LINES}
    assert statistics.median(n for name, n in lines.items() if not name.startswith("tests/")) <= MEDIAN_LINES


def test_the_top_of_crosscheck_has_folders_and_few_files() -> None:
    top = {p.name for p in (ROOT / "crosscheck").iterdir() if p.name not in ("__pycache__", "py.typed")}
    files = {n for n in top if n.endswith(".py")}
    assert files == {"__init__.py", "__main__.py", "errors.py", "output.py", "toml.py"}
    assert top - files | {"errors", "output", "toml", "__main__"} == set(FLOOR), "a folder without a floor"


@pytest.mark.parametrize("path", sources("crosscheck"), ids=name_of)
def test_crosscheck_imports_no_adapter_no_framework_and_only_the_libraries_it_is_allowed(path: Path) -> None:
    names = set(imports_of(path))
    refuse(path, (n for n in names if starts(n, ["adapters", "tests"])), "crosscheck knows adapters by their folders alone")
    allowed = {m for place, modules in LIBRARIES.items() if name_of(path).startswith(place) for m in modules}
    refuse(path, foreign(names) - allowed, "it may not; the table is LIBRARIES in tests/test_house.py")


@cache
def own_imports(path: Path, inside: bool = True) -> frozenset[Path]:
    """Files of ours that a file imports; ``inside`` False leaves out what its functions import when they run."""
    found = set()
    for name in imports_of(path, inside):
        for stem in (name, name.rpartition(".")[0]):
            base = ROOT.joinpath(*stem.split("."))
            found |= {p for p in (base.with_suffix(".py"), base / "__init__.py") if stem and p.is_file()}
    return frozenset(found - {path})


@pytest.mark.parametrize("module", STANDARD_LIBRARY_ALONE)
def test_the_counting_part_is_standard_library_through_and_through(module: str) -> None:
    base = ROOT / "crosscheck" / module
    todo = sources(f"crosscheck/{module}") if base.is_dir() else [base.with_suffix(".py")]
    seen: set[Path] = set()
    while todo:
        path = todo.pop()
        if path not in seen:
            seen.add(path)
            allowed = {"editions.py": {"packaging"}, "toml.py": {"tomli"}}.get(path.name, set())
            refuse(path, foreign(imports_of(path)) - allowed, f"crosscheck.{module} leads here and is standard library only")
            todo += own_imports(path, inside=path != ROOT / "crosscheck" / FACE)  # which imports what is asked of it, then


@pytest.mark.parametrize("path", sources("crosscheck/report/render"), ids=name_of)
def test_a_renderer_knows_documents_alone(path: Path) -> None:
    sight = ["crosscheck.report.document", "crosscheck.report.render", "crosscheck.contract.text"]
    refuse(path, (n for n in imports_of(path) if starts(n, OURS) and not starts(n, sight)), "a renderer never computes")


SHARED_ROOMS = ("room", "weights", "recorder", "frames", "forms", "parcel", "maker", "limits")


@pytest.mark.parametrize("path", [p for p in sources("adapters") if p.parent.name not in ("adapters", "cells")], ids=name_of)
def test_an_adapter_sees_neither_the_prediction_nor_another_framework(path: Path) -> None:
    room = path.relative_to(ROOT / "adapters").parts[0]
    names = set(imports_of(path))
    sight = [*SEEN_BY_ADAPTERS, *(f"adapters.{name}" for name in SHARED_ROOMS), f"adapters.{room}"]
    sight += ["adapters.worker"] if path.name == "__main__.py" else []
    blind = (n for n in names if starts(n, OURS) and not starts(n, sight))
    refuse(path, blind, "a measurement that can see the prediction proves nothing")
    others = {info.module for name, info in catalog.frameworks().items() if name != room and not info.reads}
    refuse(path, foreign(names) & others, "one process holds one framework")
    refuse(path, foreign(names) & {"pandas", "typer", "rich", "jinja2", "pytest", "hypothesis"}, "it is no part of an adapter")


def test_the_shared_part_of_the_adapters_sees_rows_and_specs_alone() -> None:
    for path in [*sorted((ROOT / "adapters").glob("*.py")), *sorted((ROOT / "adapters/cells").glob("*.py"))]:
        names = set(imports_of(path))
        sight = [*SEEN_BY_ADAPTERS, "adapters.room", "adapters.cells", "adapters.limits"]
        refuse(path, (n for n in names if starts(n, OURS) and not starts(n, sight)), "too much")
        refuse(path, foreign(names) - LIBRARIES.get(name_of(path), set()), "the shared part has no library")


def _words_of(nodes: Sequence[ast.AST]) -> Iterator[str]:
    """Names and strings of code; docstrings are prose, and f-strings count piece by piece."""
    prose = {id(n.value) for n in nodes if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant)}
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node.value
        elif isinstance(node, ast.Name | ast.Attribute | ast.arg):
            yield next(str(getattr(node, a)) for a in ("id", "attr", "arg") if hasattr(node, a))


SHARED = [*sources("crosscheck"), *sorted((ROOT / "adapters").glob("*.py")), *sorted((ROOT / "adapters/cells").glob("*.py"))]


@pytest.mark.parametrize("path", SHARED, ids=name_of)
def test_no_framework_is_named_in_code(path: Path) -> None:
    names = list(catalog.frameworks())
    named = {name for word in code_of(path).words for name in names if name in word}
    assert not named, f"{name_of(path)} names {sorted(named)}: ask the catalog, or put it into a data file"


def test_a_name_in_code_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "code.py"
    path.write_text('"""a docstring"""\nnames = ["one", f"two {three} four"]\nfive.six = 1\n')
    assert {"one", "two ", " four", "three", "five", "six"} <= code_of(path).words
    assert "a docstring" not in code_of(path).words


def test_the_suite_without_frameworks_imports_none() -> None:
    for path in sources("tests"):
        if "frameworks" not in path.parts:
            allowed = {"onnx"} if "onnx" in path.parts else set()  # onnx writes and judges the files of these tests
            refuse(path, (foreign(imports_of(path)) & FRAMEWORKS) - allowed, "only tests/frameworks may")


def loaded_after(*commands: str) -> set[str]:
    """Top-level modules that are loaded after these commands ran in one fresh process."""
    program = """
import contextlib, io, json, sys
from crosscheck.cli import main
for command in sys.argv[1:]:
    sys.argv = ["crosscheck", *command.split()]
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.suppress(SystemExit):
        main()
    assert out.getvalue().strip(), command
print(json.dumps(sorted({m.split(".")[0] for m in sys.modules})))
"""
    done = subprocess.run(
        [sys.executable, "-P", "-c", program, *commands],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        cwd=ROOT / "tests",
    )
    if done.returncode or done.stderr:
        raise AssertionError(done.stderr)
    return set(json.loads(done.stdout))


@pytest.mark.everywhere
def test_counting_starts_no_heavy_library() -> None:
    heavy = FRAMEWORKS | {"pandas", "numpy", "jinja2", "adapters"}
    loaded = loaded_after("count resnet50", "count lenet --layers -c torchinfo --format json", "list models", "list tools")
    assert not loaded & heavy, f"{sorted(loaded & heavy)} are imported by commands that only count"


@pytest.mark.everywhere
def test_a_trial_of_figures_starts_no_heavy_library() -> None:
    loaded = loaded_after("figures --source ptflops", "figures --verdict misprint --format markdown")
    assert not loaded & (FRAMEWORKS | {"pandas", "numpy", "jinja2", "adapters"})


@pytest.mark.everywhere
def test_listing_frameworks_imports_none_to_find_out() -> None:
    assert not loaded_after("list frameworks --format json") & FRAMEWORKS


def test_the_walker_sees_what_it_must() -> None:
    assert "torch" in foreign(imports_of(ROOT / "adapters/pytorch/build.py"))
    assert "crosscheck.studies.compare.run" in set(imports_of(ROOT / "crosscheck/cli/measuring.py")), (
        "imports inside of functions count"
    )
    assert "pandas" in foreign(imports_of(ROOT / "crosscheck/studies/compare/frames.py"))
    assert ROOT / "crosscheck/counting/engine.py" in own_imports(ROOT / "crosscheck/explain/terms.py")
