"""The study of windows, run with fakes in the place of all frameworks."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from crosscheck.contract.rows import Question
from crosscheck.measuring import catalog
from crosscheck.studies.windows import questions as window_questions
from crosscheck.studies.windows import study as sizes
from crosscheck.studies.windows.questions import question
from tests.fakes import FAKES

SCRIPT = str(FAKES / "answerer.py")
FRAMEWORKS = [name for name, info in catalog.frameworks().items() if not info.reads]
SOME = window_questions.questions()[::23]


def info(id: str, module: str = "json") -> Any:
    known = catalog.framework(id)
    return type(known)(known.id, known.title, module, known.extra, (), ())


def study(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *habits: str, questions: Sequence[Question] = SOME, module: str = "json"
) -> sizes.Study:
    """Fakes for all frameworks; ``habits`` are PyTorch's."""
    known = {name: info(name, module if name == "pytorch" else "json") for name in FRAMEWORKS}
    monkeypatch.setattr(catalog, "frameworks", lambda: known)

    def launch(framework: str) -> list[str]:
        return [sys.executable, "-I", "-S", SCRIPT, framework, *(habits if framework == "pytorch" else ())]

    return sizes.study(questions, logs=folder, launch=launch, timeout=20)


POOL = question("maxpool", (7, 6), 3, stride=2)
