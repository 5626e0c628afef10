"""A trial in two processes finds what it finds in one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from crosscheck.measuring import twin
from crosscheck.studies.figures import record, trial
from tests.measuring.test_twin import SEVERAL


@SEVERAL
def test_verdicts_are_the_same_from_one_process_and_from_two(monkeypatch: pytest.MonkeyPatch) -> None:
    shared: list[int] = []
    both = twin.both

    def noted(here: Callable[[], Any], there: Callable[[], Any]) -> tuple[Any, Any]:
        mine, theirs = both(here, there)
        shared.extend((len(mine), len(theirs)))
        return mine, theirs

    monkeypatch.setattr(twin, "both", noted)
    monkeypatch.setattr(twin, "possible", lambda: True)
    found = trial.judge(record.builtin())
    assert len(shared) == 2
    assert min(shared) > 0
    assert sum(shared) > 16
    monkeypatch.setattr(twin, "possible", lambda: False)
    assert trial.judge(record.builtin()) == found
