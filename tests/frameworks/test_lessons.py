"""Lessons in which a block asks a live tool: each from top to bottom, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.lessons import lesson

ASKING = [(path, need) for path in lesson.paths() for need in sorted({b.needs for b in lesson.read(path) if b.needs})]


@pytest.mark.framework
@pytest.mark.parametrize(("path", "need"), ASKING, ids=[f"{path.stem}-{need}" for path, need in ASKING])
def test_a_lesson_that_asks_a_live_tool_runs(path: Path, need: str) -> None:
    command = [sys.executable, "-m", "tests.lessons.lesson", str(path), need]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False, cwd=lesson.ROOT)
    assert done.returncode == 0, done.stderr
