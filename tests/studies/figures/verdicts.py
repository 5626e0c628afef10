"""Verdicts that several files look at: on the figures that come along, and on rows of a user's file."""

from __future__ import annotations

from functools import cache

from crosscheck.studies.figures import record, trial
from crosscheck.studies.figures.verdict import Verdict

HEAD = "model,variant,input,metric,value,unit,source\n"


@cache
def verdicts() -> tuple[Verdict, ...]:
    return tuple(trial.judge(record.builtin()))


def of(source: str, value: str, metric: str = "") -> Verdict:
    """The verdict on the one figure of a source that is printed so."""
    found = [v for v in verdicts() if source in v.figure.source and v.figure.value == value and metric in v.figure.metric]
    assert found, f"no figure {value} of {source}"
    return found[0]


def judged(text: str) -> list[Verdict]:
    """Verdicts on rows of a user's file with the usual columns."""
    return trial.judge(record.parse(HEAD + text, "mine.csv"))
