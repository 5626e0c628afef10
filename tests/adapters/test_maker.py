"""A user's code is run where it is named; what it raises comes back short, with the user's own lines."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from adapters.maker import made
from adapters.room import UserError
from crosscheck.contract.own import Own

CODE = """
import helper_beside

class Net:
    def __init__(self):
        self.size = helper_beside.SIZE

    class Small:
        size = 1

net = Net()

def make():
    return Net()

def deep():
    return deeper()

def deeper():
    raise ValueError("nothing good")

def leaves():
    raise SystemExit(3)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    (tmp_path / "own_nets_here.py").write_text(CODE)
    (tmp_path / "helper_beside.py").write_text("SIZE = 7")
    (tmp_path / "no_python.py").write_text("def f(:\n    pass\n")
    return tmp_path


@pytest.mark.parametrize("name", ["make", "Net", "net"])
@pytest.mark.parametrize("place", ["own_nets_here.py", "own_nets_here"])
def test_a_function_a_class_and_an_instance_each_give_a_network(folder: Path, place: str, name: str) -> None:
    assert made(Own(f"{place}:{name}", (str(folder),))).size == 7


def test_a_name_may_lie_in_another(folder: Path) -> None:
    assert made(Own("own_nets_here.py:Net.Small", (str(folder),))).size == 1


@pytest.mark.parametrize(
    ("maker", "says"),
    [
        (
            "own_nets_here.py:deep",
            ["fails: ValueError: nothing good", "own_nets_here.py:17, in deep", ":20, in deeper: raise"],
        ),
        ("own_nets_here.py:leaves", ["fails: SystemExit: 3"]),
        ("own_nets_here.py:other", ["cannot be imported: AttributeError: module", "no attribute 'other'"]),
        ("no_python.py:f", ["cannot be imported: SyntaxError", "no_python.py:1: def f(:"]),
        ("nowhere.at:all", ["cannot be imported: ModuleNotFoundError: No module named 'nowhere'"]),
    ],
)
def test_what_fails_is_told_with_the_lines_of_the_user(folder: Path, maker: str, says: list[str]) -> None:
    with pytest.raises(UserError) as refused:
        made(Own(maker, (str(folder),)))
    told = str(refused.value)
    assert told.startswith(maker)
    assert all(part in told for part in says), told
    assert "importlib" not in told
    assert told.count("\n") <= 3
