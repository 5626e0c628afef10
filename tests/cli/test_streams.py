"""Standard output as it may be: of an old encoding, full, closed: what can be written is, or one line says why not."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

FULL = Path("/dev/full")
COUNT = ("count", "lenet", "--layers")
EXPLAIN = ("explain", "lenet", "torchinfo", "calflops", "--predicted")


def ended(*words: str, shell: str = "", **env: str) -> subprocess.CompletedProcess[bytes]:
    """The command as a process, with a shell's redirection after it."""
    line = f'exec "{sys.executable}" -m crosscheck "$@" {shell}'
    return subprocess.run(["/bin/sh", "-c", line, "sh", *words], capture_output=True, check=False, env={**os.environ, **env})


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
@pytest.mark.parametrize("words", [COUNT, (*COUNT, "-f", "markdown"), EXPLAIN])
def test_what_an_encoding_lacks_is_written_with_what_it_has(encoding: str, words: tuple[str, ...]) -> None:
    done = ended(*words, PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, b"")
    said = done.stdout.decode(encoding)
    assert "?" not in said
    assert "\\u" not in said
    assert re.search(r"\d,\d{3}", said)


@pytest.mark.skipif(not FULL.exists(), reason="the system has no full device")
@pytest.mark.parametrize("words", [COUNT, (*COUNT, "-f", "csv"), ("--version",), ("--help",)])
def test_an_answer_that_cannot_be_written_is_one_line_and_2(words: tuple[str, ...]) -> None:
    done = ended(*words, shell=f">{FULL}")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr == b"crosscheck: the answer cannot be written: No space left on device\n"


@pytest.mark.parametrize("words", [(*COUNT, "-f", "csv"), ("--version",)])
def test_a_closed_output_is_one_line_and_2(words: tuple[str, ...]) -> None:
    done = ended(*words, shell=">&-")
    assert done.returncode == 2
    assert done.stderr == b"crosscheck: standard output is closed. Hint: send it to /dev/null\n"
    assert ended(*words, shell=">&- 2>&-").returncode == 2


def test_a_closed_or_full_error_stream_changes_no_exit_code() -> None:
    assert ended("count", "lenet", shell="2>&-").returncode == 0
    if FULL.exists():
        assert ended("count", "lenett", shell=f"2>{FULL}").returncode == 2
