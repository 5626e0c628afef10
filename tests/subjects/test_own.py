"""What the name of a user's network and its inputs mean; none of the user's code runs to find out."""

from __future__ import annotations

from pathlib import Path

import pytest

from crosscheck.contract.own import Blank
from crosscheck.errors import UsageError
from crosscheck.subjects import own
from crosscheck.subjects.reference import read
from crosscheck.subjects.resolve import resolve
from crosscheck.subjects.subject import Kind, Options

EXPLODES = "raise SystemExit('this must not run here')\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of code that must not run."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "__init__.py").write_text(EXPLODES)
    (tmp_path / "pkg" / "mod.py").write_text(EXPLODES)
    (tmp_path / "nets.py").write_text(EXPLODES)
    return tmp_path


def test_a_maker_is_named_by_file_or_by_module_and_nothing_of_it_runs(folder: Path) -> None:
    for text in ("nets.py:make_net", "nets:Net", "pkg.mod:make", "pkg.mod:nets.small", str(folder / "nets.py:Net")):
        assert (read(text).kind, read(text).target) == (Kind.OWN, text)
        network = own.named(text, ["1x3x8x8"])
        assert (network.name, network.own.path) == (text, (str(folder),))
    assert own.source("pkg.mod") == folder / "pkg" / "mod.py"
    assert own.source("nowhere.at.all") is None
    assert own.source("email.message") is not None, "what is installed is found without an import"


def test_inputs_are_shapes_by_position_or_by_keyword() -> None:
    assert own.arguments(["1x3x8x8", "ids=1x128:int64", "2×4"]) == (
        (Blank((1, 3, 8, 8)), Blank((2, 4))),
        {"ids": Blank((1, 128), "int64")},
    )
    for odd in ("1x3xx", "x=", "0x3", "3 x 4", "ax1"):
        with pytest.raises(UsageError, match=r"is no shape\. Hint: write it like 1x3x224x224"):
            own.arguments([odd])
    with pytest.raises(UsageError, match="'x' is given twice"):
        own.arguments(["x=1", "x=2"])


def test_without_an_input_nothing_starts(folder: Path) -> None:
    with pytest.raises(UsageError, match=r"needs an input .* Hint: give its input: x or a shape .* --input 1x3x224x224"):
        resolve("nets.py:make_net")
    with pytest.raises(UsageError, match=r"--batch is for described networks"):
        resolve("nets.py:make_net", Options(batch=2, inputs=("1x3",)))


def test_a_file_says_by_its_imports_which_framework_it_is_of(tmp_path: Path) -> None:
    for info in own.able():
        path = tmp_path / "net.py"
        path.write_text(f"import os\ndef f():\n    from {info.module}.nn import Layer\n")
        assert own.framework(path) == info
    path.write_text("def f(:")
    assert own.imports(path) == set()
    assert own.framework(None) == own.able()[0]
