"""What frameworks and tools there are: read from the folders of ``adapters`` without importing any of them.

A room that breaks its contract is refused by name, not skipped.
"""

from __future__ import annotations

import ast
import importlib.util
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from types import MappingProxyType
from typing import Any

from crosscheck.contract.metrics import METRICS
from crosscheck.errors import CrosscheckError, UnknownNameError


def installed_version(package: str, overlay: str = "") -> str:
    """Version of the first installed distribution of ``a|b``, or ``""``; looked for in an overlay's folder where one is named."""
    for name in package.split("|"):
        if overlay:
            found = next(iter(metadata.distributions(name=name, path=[str(overlay_folder(overlay))])), None)
            if found is not None:
                return found.version
        else:
            try:
                return metadata.version(name)
            except metadata.PackageNotFoundError:
                continue
    return ""


def overlay_folder(name: str) -> Path:
    """Where an old edition of a tool lies, apart from the environment's own packages."""
    return Path(sys.prefix) / "overlays" / name


@dataclass(frozen=True, slots=True)
class ToolInfo:
    """One counting tool: who runs it, whose version counts, and by which convention it is read.

    ``overlay`` names the folder of an old edition that cannot live beside the others; it runs in a process of its own.
    ``setting`` says how a network runs under it (evaluation, gradients) and what it watches; empty where it runs none.
    """

    id: str
    title: str
    framework: str
    package: str
    convention: str
    metrics: tuple[str, ...]
    overlay: str = ""
    setting: str = ""

    @property
    def version(self) -> str:
        """Installed version, or an empty string."""
        return installed_version(self.package, self.overlay)


@dataclass(frozen=True, slots=True)
class FrameworkInfo:
    """One framework: the module that tells whether it is installed, and the extra that installs it.

    ``reads`` names the format of the files that its tools count; empty where networks are built from neutral descriptions.
    ``exports`` are the settings in which it writes ONNX files, ``layout`` what those files want and give, and ``needs`` the
    packages beyond the framework that exporting, or running a file, takes. ``own`` where it takes networks of users, ``also``
    other modules that say in a user's code that its networks are this framework's.
    """

    id: str
    title: str
    module: str
    extra: str
    packages: tuple[str, ...]
    tools: tuple[ToolInfo, ...]
    reads: str = ""
    exports: tuple[str, ...] = ()
    layout: str = "channels_first"
    needs: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    own: bool = False

    @property
    def installed(self) -> bool:
        """True where the framework can be imported; nothing is imported to find out."""
        return importlib.util.find_spec(self.module) is not None

    @property
    def install_hint(self) -> str:
        """The command that installs the framework."""
        return f"pip install -c constraints.txt -e '.[{self.extra}]'"

    def hint_for(self, tool: ToolInfo) -> str:
        """The command that installs one tool."""
        return (
            f"make overlays (it lays {tool.overlay} into {Path('overlays') / tool.overlay})"
            if tool.overlay
            else self.install_hint
        )


def _literals(path: Path, names: Mapping[str, type], optional: Mapping[str, type] = MappingProxyType({})) -> dict[str, Any]:
    """Top-level literal constants of a module, read and not run. Raises CrosscheckError where one is missing or no literal."""
    found: dict[str, Any] = {}
    inside = path.parts[-3:] if path.parent.name == "tools" else path.parts[-2:]
    where = "/".join(("adapters", *inside))
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except SyntaxError as error:
        raise CrosscheckError(f"{where}: not valid Python: {error.msg} in line {error.lineno}") from None
    for node in tree.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if name in names or name in optional:
                try:
                    found[name] = ast.literal_eval(node.value)
                except ValueError:
                    raise CrosscheckError(f"{where}: {name} must be a literal, so that it can be read without imports") from None
    for name, kind in (*names.items(), *((k, v) for k, v in optional.items() if k in found)):
        if not isinstance(found.get(name), kind):
            raise CrosscheckError(f"{where}: {name} is missing or not a {kind.__name__}. Hint: add it as a literal constant")
    return found


# What every room says of itself, and every tool: the constants of adapters.room.
FRAMEWORK = {"FRAMEWORK": str, "TITLE": str, "MODULE": str, "EXTRA": str, "PACKAGES": tuple}
_EXTRAS = {"READS": str, "EXPORTS": tuple, "LAYOUT": str, "NEEDS": tuple, "ALSO": tuple}
TOOL = {"TOOL": str, "TITLE": str, "PACKAGE": str, "CONVENTION": str, "METRICS": tuple}


def _tool(path: Path, framework: str) -> ToolInfo:
    d = _literals(path, TOOL, {"OVERLAY": str, "SETTING": str})
    odd = [m for m in d["METRICS"] if m not in METRICS]
    if d["TOOL"] != path.stem or odd or not d["METRICS"]:
        problem = f"unknown metric {odd[0]!r}" if odd else f"TOOL is {d['TOOL']!r}, not the file's name"
        problem = problem if d["METRICS"] else "METRICS is empty"
        raise CrosscheckError(f"adapters/{framework}/tools/{path.name}: {problem}")
    more = {k.lower(): d[k] for k in ("OVERLAY", "SETTING") if k in d}
    return ToolInfo(d["TOOL"], d["TITLE"], framework, d["PACKAGE"], d["CONVENTION"], d["METRICS"], **more)


ROOM = ("__main__.py", "build.py", "tools")


def read(folder: Path) -> dict[str, FrameworkInfo]:
    """Every framework in a folder of adapters, by id. Raises CrosscheckError for a room that breaks its contract."""
    return {path.name: _framework(path) for path in sorted(folder.glob("[a-z]*")) if _is_room(path)}


def _is_room(path: Path) -> bool:
    """True for a folder that has a part of a room: a process to start, a builder, or tools. Others are what rooms share.

    Raises CrosscheckError for a room that lacks another of these parts.
    """
    parts = [name for name in ROOM if (path / name).exists()]
    lacking = [name for name in ("__init__.py", *ROOM) if not (path / name).exists()]
    if parts and lacking:
        raise CrosscheckError(f"adapters/{path.name}: it has {parts[0]} and no {lacking[0]}. Hint: see adapters/room.py")
    return bool(parts)


def _framework(path: Path) -> FrameworkInfo:
    d = _literals(path / "__init__.py", FRAMEWORK, _EXTRAS)
    if d["FRAMEWORK"] != path.name:
        raise CrosscheckError(f"adapters/{path.name}/__init__.py: FRAMEWORK is {d['FRAMEWORK']!r}, not the folder's name")
    tools = tuple(_tool(p, path.name) for p in sorted((path / "tools").glob("[a-z]*.py")))
    more = {k.lower(): d[k] for k in _EXTRAS if k in d}
    own = (path / "own.py").exists()
    return FrameworkInfo(path.name, d["TITLE"], d["MODULE"], d["EXTRA"], d["PACKAGES"], tools, **more, own=own)


@cache
def frameworks() -> Mapping[str, FrameworkInfo]:
    """The frameworks of the installed ``adapters`` package, by id."""
    spec = importlib.util.find_spec("adapters")
    if spec is None or not spec.submodule_search_locations:
        raise CrosscheckError("the package 'adapters' is not installed. Hint: pip install -e . in the project's folder")
    return read(Path(next(iter(spec.submodule_search_locations))))


def framework(id: str) -> FrameworkInfo:
    """The framework called ``id``; raises UnknownNameError with the nearest names."""
    known = frameworks()
    if id not in known:
        raise UnknownNameError("framework", id, known)
    return known[id]


def tools() -> dict[str, ToolInfo]:
    """Every tool of every framework by id. Raises CrosscheckError where two share an id."""
    found: dict[str, ToolInfo] = {}
    for info in frameworks().values():
        for tool in info.tools:
            if tool.id in found:
                raise CrosscheckError(f"two tools are called {tool.id!r}: in {found[tool.id].framework} and {info.id}")
            found[tool.id] = tool
    return found


def tool(id: str) -> ToolInfo:
    """The tool called ``id``; raises UnknownNameError with the nearest names."""
    known = tools()
    if id not in known:
        raise UnknownNameError("tool", id, known)
    return known[id]
