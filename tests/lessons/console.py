"""Console blocks: `$ crosscheck …` runs in this process, in the project's folder, and prints what the block says."""

from __future__ import annotations

import contextlib
import difflib
import io
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

from sybil import Example

from crosscheck import cli

PROMPT, PIPE = "$ ", " | "
COLOURS = ("FORCE_COLOR", "CLICOLOR_FORCE", "PY_COLORS")


def commands(text: str) -> Iterator[tuple[str, str]]:
    """The commands of a block, without their prompt, each with the output below it."""
    for part in text.removeprefix(PROMPT).split(f"\n{PROMPT}"):
        command, _, wanted = part.partition("\n")
        yield command, wanted if wanted.endswith("\n") or not wanted else f"{wanted}\n"


@contextlib.contextmanager
def at(folder: Path) -> Iterator[None]:
    """In this folder, on a screen of 100 columns without colours."""
    plain = {name: value for name, value in os.environ.items() if name not in COLOURS}
    plain |= {"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb", "LC_ALL": "C.UTF-8"}
    with mock.patch.dict(os.environ, plain, clear=True), contextlib.chdir(folder):
        yield


def printed(command: str) -> str:
    """What a command prints, errors too; what stands after a `|` is the shell's."""
    asked, _, rest = command.partition(PIPE)
    program, *words = shlex.split(asked, comments=True)
    if program != "crosscheck":
        raise AssertionError(f"a console block runs crosscheck, not {program}")
    text = _crosscheck(words)
    if rest:
        done = subprocess.run(["sh", "-c", rest], input=text, capture_output=True, text=True, encoding="utf-8", check=False)
        text = done.stdout + done.stderr
    return text


def _crosscheck(words: list[str]) -> str:
    out = io.StringIO()
    argv = mock.patch.object(sys, "argv", ["crosscheck", *words])
    with argv, contextlib.redirect_stdout(out), contextlib.redirect_stderr(out), contextlib.suppress(SystemExit):
        cli.main()
    return out.getvalue()


def evaluate(example: Example) -> str | None:
    """The difference between what a block says and what its commands print."""
    for command, wanted in commands(example.parsed):
        got, said = (_lines(text) for text in (printed(command), wanted))
        if got != said:
            differing = "\n".join(difflib.unified_diff(said, got, "the lesson", "the command", lineterm="", n=1))
            return f"$ {command}\n{differing}"
    return None


def _lines(text: str) -> list[str]:
    """Lines without the spaces at their ends and the empty ones around them, which nobody sees."""
    return [line.rstrip() for line in text.strip("\n").split("\n")]
