"""The command line in this process, for every test of it."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from crosscheck import cli

Ended = tuple[int, str, str]


@pytest.fixture
def crosscheck(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run the entry point in this process: exit code, standard output, standard error."""

    def run(*words: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["crosscheck", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capsys.readouterr()
        code = ended.value.code
        return (code if isinstance(code, int) else 0, printed.out, printed.err)

    return run
