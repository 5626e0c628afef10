"""The README's table and what is said of it."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from crosscheck import cli
from tests.readme_table import ROOT


def test_the_answer_in_the_readme_is_the_commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = text.split("<!-- infer: table.csv -->")[1].split("<!-- end of infer -->")[0]
    blocks = dict(re.findall(r"```(\w+)\n(.*?)\n```", shown, re.DOTALL))
    (tmp_path / "table.csv").write_text(blocks["csv"] + "\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", blocks["sh"].split())
    with pytest.raises(SystemExit):
        cli.main()
    printed = capsys.readouterr().out
    assert [line.rstrip() for line in printed.strip("\n").splitlines()] == [line.rstrip() for line in blocks["text"].splitlines()]
