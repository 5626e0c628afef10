"""What a call puts together: the version nothing, a command itself alone, and nobody can tell from what is printed."""

from __future__ import annotations

import gc
import json
import signal
import subprocess
import sys
from typing import Any

import pytest
from typer.testing import CliRunner

from crosscheck import __version__
from crosscheck.cli.commands import app, asked_for

NAMES = [c.name or c.callback.__name__ for c in app.registered_commands if c.callback] + ["list"]


@pytest.mark.parametrize("flag", ["--version", "-V"])
def test_the_version_needs_no_library(flag: str) -> None:
    program = f"import sys; sys.argv = ['crosscheck', {flag!r}]; from crosscheck.cli import main\ntry: main()\n"
    program += "finally: import json; print(json.dumps(sorted(m.partition('.')[0] for m in sys.modules)))"
    out = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.splitlines()
    assert out[0] == f"crosscheck {__version__}"
    assert not {"typer", "rich", "pydantic", "tomllib", "tomli", "inspect"} & set(json.loads(out[1]))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("words", [["--help"], ["--no-such-option"]])
def test_a_command_alone_prints_what_it_prints_among_all(name: str, words: list[str]) -> None:
    alone, among = (CliRunner().invoke(a, [name, *words]) for a in (asked_for([name]), app))
    assert (alone.exit_code, alone.output) == (among.exit_code, among.output)
    assert name in alone.output


def test_what_names_no_command_is_answered_by_all() -> None:
    assert len(NAMES) >= 12
    for words in ([], ["--help"], ["cuont"], ["--version"], ["-x", "count"]):
        assert asked_for(words) is app


def test_garbage_is_collected_in_a_command_and_after_one_that_failed(crosscheck: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from crosscheck import models

    seen: list[bool] = []
    real = models.build

    def build(*args: Any, **options: Any) -> Any:
        seen.append(gc.isenabled())
        return real(*args, **options)

    monkeypatch.setattr(models, "build", build)
    assert crosscheck("count", "lenet")[0] == 0
    assert crosscheck("count", "lenet", "--input", "1x2x2")[0] == 2
    assert crosscheck("count", "--no-such-option")[0] == 2
    assert (seen, gc.isenabled()) == ([True, True], True)


def test_what_is_left_at_the_end_is_not_walked_for_cycles() -> None:
    program = "import atexit, gc; atexit.register(lambda: print(len(gc.get_objects()) < gc.get_freeze_count()))\n"
    program += "from crosscheck.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", program, "count", "lenet"], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "True"


def test_whoever_calls_the_command_has_signals_back_as_they_were(crosscheck: Any) -> None:
    before = [signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM)]
    for words in (["count", "lenet"], ["count", "lenett"], ["--version"]):
        crosscheck(*words)
        assert [signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM)] == before
