"""Both readers of TOML read the project's tables alike, and refuse what is none in the same words."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from crosscheck import toml

ROOT = Path(__file__).parent.parent / "crosscheck"


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.toml")), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_a_table_reads_the_same(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert toml.loads(text) == tomllib.loads(text)


@pytest.mark.parametrize("text", ["a = ", "[a", "a = 1\na = 2", "a = 'x\n'", "a == 1", "[a]\n[a]"])
def test_what_is_no_table_is_refused_at_the_same_place(text: str) -> None:
    with pytest.raises(toml.TOMLDecodeError) as here:
        toml.loads(text)
    with pytest.raises(tomllib.TOMLDecodeError) as there:
        tomllib.loads(text)
    assert str(here.value) == str(there.value)
