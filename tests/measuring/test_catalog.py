"""Rooms are read without imports; one that breaks its contract is refused by name; the real ones keep theirs."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from crosscheck.conventions import read as convention
from crosscheck.errors import CrosscheckError, UnknownNameError
from crosscheck.measuring import catalog
from crosscheck.measuring.catalog import FrameworkInfo, ToolInfo

INIT = 'FRAMEWORK = "room"\nTITLE = "Room"\nMODULE = "json"\nEXTRA = "none"\nPACKAGES = ("pytest",)\n'
TOOL = 'TOOL = "counter"\nTITLE = "counter(net)"\nPACKAGE = "pytest"\nCONVENTION = "mac"\nMETRICS = ("compute", "params")\n'


def adapters(folder: Path, init: str = INIT, tool: str = TOOL) -> Path:
    """A folder of adapters with one room and one tool, which must never be imported."""
    tools = folder / "room" / "tools"
    tools.mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    (folder / "worker.py").write_text("")
    (folder / "room" / "__init__.py").write_text(init + "raise ImportError\n")
    for name in ("build.py", "__main__.py"):
        (folder / "room" / name).write_text("raise ImportError\n")
    (tools / "__init__.py").write_text("")
    (tools / "_shared.py").write_text("")
    (tools / "counter.py").write_text("import no_such_framework\n" + tool)
    return folder


def test_a_sound_room_is_read_without_running_it(tmp_path: Path) -> None:
    tool = ToolInfo("counter", "counter(net)", "room", "pytest", "mac", ("compute", "params"))
    found = catalog.read(adapters(tmp_path))
    assert found == {"room": FrameworkInfo("room", "Room", "json", "none", ("pytest",), (tool,))}
    assert found["room"].installed
    assert tool.version == metadata.version("pytest")


@pytest.mark.parametrize("line", INIT.splitlines())
def test_a_room_without_a_constant_is_refused(tmp_path: Path, line: str) -> None:
    name = line.split(" ", maxsplit=1)[0]
    with pytest.raises(CrosscheckError, match=rf"^adapters/room/__init__.py: {name} is missing or not a (str|tuple)\. Hint: "):
        catalog.read(adapters(tmp_path, init=INIT.replace(line + "\n", "")))


@pytest.mark.parametrize("line", TOOL.splitlines())
def test_a_tool_without_a_constant_is_refused(tmp_path: Path, line: str) -> None:
    name = line.split(" ", maxsplit=1)[0]
    with pytest.raises(
        CrosscheckError, match=rf"^adapters/room/tools/counter.py: {name} is missing or not a (str|tuple)\. Hint: "
    ):
        catalog.read(adapters(tmp_path, tool=TOOL.replace(line + "\n", "")))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"counter"\n', '"other"\n', "TOOL is 'other', not the file's name"),
        ('"mac"', "__name__", "CONVENTION must be a literal, so that it can be read without imports"),
        ('"mac"', "7", "CONVENTION is missing or not a str"),
        ('("compute", "params")', '("compute")', "METRICS is missing or not a tuple"),
        ('("compute", "params")', '("compute", "flops")', "unknown metric 'flops'"),
        ('("compute", "params")', "()", "METRICS is empty"),
        ('"counter"\n', '"counter\n', "not valid Python: .* in line 2"),
    ],
)
def test_a_tool_that_breaks_its_contract_is_refused_by_name(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(CrosscheckError, match=rf"^adapters/room/tools/counter.py: {message}"):
        catalog.read(adapters(tmp_path, tool=TOOL.replace(old, new, 1)))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"room"', '"hall"', "FRAMEWORK is 'hall', not the folder's name"),
        ('("pytest",)', "tuple(find())", "PACKAGES must be a literal"),
        ('"none"', "None", "EXTRA is missing or not a str"),
        ('"Room"', '"Room', "not valid Python: .* in line 2"),
    ],
)
def test_a_room_that_breaks_its_contract_is_refused_by_name(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(CrosscheckError, match=rf"^adapters/room/__init__.py: {message}"):
        catalog.read(adapters(tmp_path, init=INIT.replace(old, new, 1)))


@pytest.mark.parametrize("name", ["__init__.py", "__main__.py", "build.py", "tools"])
def test_a_room_that_lacks_a_part_is_refused_by_name(tmp_path: Path, name: str) -> None:
    folder = adapters(tmp_path)
    (folder / "room" / name).rename(tmp_path / "away")
    with pytest.raises(CrosscheckError, match=rf"^adapters/room: it has .* and no {name}\. Hint: see adapters/room\.py"):
        catalog.read(folder)


def test_what_rooms_share_is_no_room(tmp_path: Path) -> None:
    folder = adapters(tmp_path)
    for name in ("cells", "helpers"):
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text("")
        (folder / name / "tool.py").write_text("")
    assert set(catalog.read(folder)) == {"room"}


def test_a_framework_that_is_not_there_is_not_installed(tmp_path: Path) -> None:
    found = catalog.read(adapters(tmp_path, init=INIT.replace('"json"', '"no_such_module"')))
    assert not found["room"].installed
    assert "[none]" in found["room"].install_hint


def test_versions_are_those_of_the_first_package_that_is_there() -> None:
    assert catalog.installed_version("no-such-package|pytest|hypothesis") == metadata.version("pytest")
    assert catalog.installed_version("no-such-package") == ""
    assert catalog.installed_version("pytest", overlay="no-such-overlay") == "", "an overlay is asked for its own alone"


def test_two_tools_of_one_name_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    tool = ToolInfo("counter", "", "left", "pytest", "mac", ("compute",))
    rooms = {n: FrameworkInfo(n, n, "json", "", (), (tool,)) for n in ("left", "right")}
    monkeypatch.setattr(catalog, "frameworks", lambda: rooms)
    with pytest.raises(CrosscheckError, match=r"two tools are called 'counter': in left and right"):
        catalog.tools()


def test_names_that_nobody_knows_suggest_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match=r"unknown tool 'torchinf'. Hint: did you mean torchinfo"):
        catalog.tool("torchinf")
    with pytest.raises(UnknownNameError, match=r"unknown framework 'pytorhc'. Hint: did you mean pytorch"):
        catalog.framework("pytorhc")


def test_the_frameworks_of_this_project_are_there() -> None:
    assert {"pytorch", "paddlepaddle", "tensorflow_keras"} <= set(catalog.frameworks())
    assert all(info.tools for info in catalog.frameworks().values())


@pytest.mark.parametrize("tool", catalog.tools().values(), ids=lambda t: t.id)
def test_a_tool_and_its_convention_agree(tool: ToolInfo) -> None:
    where = f"adapters/{tool.framework}/tools/{tool.id}.py"
    assert tool.convention in convention.ids(), f"{where}: there is no crosscheck/conventions/{tool.convention}.toml"
    c = convention.load(tool.convention)
    assert set(tool.metrics) == set(c.metrics), f"{where} and crosscheck/conventions/{c.id}.toml give different metrics"
    assert (c.framework, c.tool) == (catalog.framework(tool.framework).reads or tool.framework, tool.id), where
    assert set(c.package.split("|")) <= set(tool.package.split("|")), where


@pytest.mark.framework
@pytest.mark.parametrize("tool", catalog.tools().values(), ids=lambda t: t.id)
def test_the_installed_version_of_a_tool_is_one_that_its_convention_speaks_of(tool: ToolInfo) -> None:
    c = convention.load(tool.convention)
    assert tool.version, f"{tool.package} is not installed"
    assert SpecifierSet(c.versions).contains(tool.version, prereleases=True), (
        f"{tool.package} {tool.version} is installed, but {c.id}.toml speaks of {c.versions}"
    )


READ_ONLY = {"mmcv", "pycls", "paddle_model_stat"}  # published tables come from these: their sources were read, no room runs them


def test_every_convention_of_a_tool_has_the_tool() -> None:
    assert not READ_ONLY & set(catalog.tools())
    for name in convention.ids():
        c = convention.load(name)
        if c.tool and c.tool not in READ_ONLY:
            assert c.tool in catalog.tools(), f"crosscheck/conventions/{name}.toml names a tool that no room has"
            info = catalog.framework(catalog.tool(c.tool).framework)
            assert c.framework == (info.reads or info.id)
