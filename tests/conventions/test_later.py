"""Tables are read when they are asked for, and then once; what is wrong in one is told then, and by ``parse`` at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crosscheck.conventions import read as convention
from crosscheck.conventions.later import Later, LaterMapping
from crosscheck.errors import ConventionError
from crosscheck.studies.figures import exact
from tests.helpers import convention_text

GOOD = convention_text("good", {"compute": {"conv": {"mac": 2}}, "params": {"conv": {"weight": 1}}})
WRONG = GOOD.replace("weight = 1", "weights = 1")
CALLS = '[compute.calls]\nlevels = ["module"]\nsource = "a.py:1"\nsays = "nothing"\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where conventions are shipped, empty."""
    monkeypatch.setattr(convention, "FOLDER", tmp_path)
    convention.ids.cache_clear()
    convention.load.cache_clear()
    yield tmp_path
    convention.ids.cache_clear()
    convention.load.cache_clear()


def test_each_value_is_made_once_and_only_when_it_is_asked_for() -> None:
    made: list[str] = []

    def make(key: str) -> str:
        made.append(key)
        return key.upper()

    found, one = LaterMapping("abc", make), Later(lambda: make("x"))
    assert ([*found], len(found), "b" in found, "d" in found, found.get("d"), made) == (["a", "b", "c"], 3, True, False, None, [])
    assert (found["b"], found["b"], one.value, one.value, made) == ("B", "B", "X", "X", ["b", "x"])
    assert (found == {"a": "A", "b": "B", "c": "C"}, one == Later(lambda: "X"), one == Later(lambda: "Y")) == (True, True, False)


def test_a_table_that_is_wrong_is_told_when_it_is_asked_for_and_never_counted_as_nothing(folder: Path) -> None:
    assert WRONG != GOOD
    (folder / "good.toml").write_text(WRONG)
    says = "good.toml: params.weigh .*'weights' is no primitive"
    assert convention.load("good").table("compute").weights("conv", "good")[0].weight == 2
    for _ in range(2):
        with pytest.raises(ConventionError, match=says):
            exact.value("lenet", (1, 1, 28, 28), None, "", "good", "params")
    with pytest.raises(ConventionError, match=says):
        convention.parse(WRONG, "good.toml")


def test_rules_for_calls_are_read_for_whoever_asks_and_by_parse(folder: Path) -> None:
    text = GOOD + CALLS.replace("module", "moduls")
    (folder / "good.toml").write_text(text)
    table = convention.load("good").table("compute")
    with pytest.raises(ConventionError, match=r"good.toml: compute.calls: levels \['moduls'\] are not of"):
        _ = table.calls
    with pytest.raises(ConventionError, match=r"good.toml: compute.calls: levels \['moduls'\] are not of"):
        convention.parse(text, "good.toml")
    assert convention.parse(GOOD + CALLS, "t").table("compute") == convention.parse(GOOD + CALLS, "t").table("compute")
    assert convention.parse(GOOD + CALLS, "t").table("compute") != convention.parse(GOOD, "t").table("compute")
