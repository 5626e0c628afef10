"""A network of a user's own on the command line, where there is nothing to run it with, or something is missing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from crosscheck.measuring.catalog import FrameworkInfo
from crosscheck.subjects import own


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A file of code, in a folder where nothing else is, and no framework."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(FrameworkInfo, "installed", property(lambda _: False))
    (tmp_path / "nets.py").write_text("raise SystemExit('this must not run here')")
    return "nets.py:make"


@pytest.mark.parametrize("command", ["compare", "count", "explain", "diff", "identify"])
def test_every_command_takes_it_and_says_what_installs_its_framework(crosscheck: Any, file: str, command: str) -> None:
    info = own.able()[0]
    more = {"explain": ["mac"], "diff": [file], "identify": ["3G"]}.get(command, [])
    code, out, err = crosscheck(command, file, *more, "--input", "1x3")
    assert (code, out) == (2, "")
    assert err == f"crosscheck: {file}: {info.title} is not installed. Install it with: {info.install_hint}\n"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["compare", "nets.py:make"], "'nets.py:make' needs an input that nothing tells here. Hint: give its input"),
        (["compare", "nets.py:make", "nets.py:other", "-i", "1x3"], "is compared alone, in its own framework"),
        (["compare", "nets.py:make", "-i", "1x3", "--framework", "none"], "is compared alone, in its own framework"),
        (["compare", "nets.py:make", "-i", "threex4"], "input 'threex4' is no shape"),
        (["compare", "nets.py:make", "-i", "1x3", "--batch", "2"], "--batch is for described networks"),
        (["compare", "nets.py:make", "-i", "1x3", "--tool", "onnx_tool"], "unknown tool of PyTorch 'onnx_tool'"),
        (["compare", "lenet", "-i", "1x28x28", "-i", "1x28x28"], "described networks have one input"),
        (["identify", "lenet", "3G", "-i", "1x28x28"], "lenet is tried with its own inputs"),
        (["count", "nets.py:make", "-i", "x=1", "-i", "x=2"], "input 'x' is given twice"),
    ],
)
def test_what_is_missing_or_odd_is_said(crosscheck: Any, file: str, words: Sequence[str], says: str) -> None:
    code, out, err = crosscheck(*words)
    assert (code, out) == (2, "")
    assert says in err
    assert err.startswith("crosscheck: ")
    assert err.count("\n") == 1
