"""A worker that answers questions about sizes by its framework's rule: ``answerer.py FRAMEWORK [QUESTION=HABIT …] JOB.json``.

A habit is what it does to one question: ``wider``, ``off``, ``refuse``, ``segfault``, ``half`` a line, ``other``'s answer.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

sys.path.insert(0, str(Path(__file__).parents[2]))  # an isolated interpreter finds nothing else; the rules need nothing else

from crosscheck.contract.job import Job
from crosscheck.contract.rows import Question
from crosscheck.studies.windows import rules as window_rules
from crosscheck.studies.windows.rules import NO_WINDOW


def say(out: TextIO, event: str, **data: Any) -> None:
    out.write(json.dumps({"event": event, **data}) + "\n")
    out.flush()


def answer(framework: str, question: Question, habit: str) -> dict[str, Any]:
    rules = {r.behaviour: r for r in window_rules.rules_of(framework)}
    result = window_rules.expected(question, list(rules))
    status, message, shape, values = "ok", "", result.shape, list(result.values)
    if shape is None:
        says = rules[result.refused].says if result.refused in rules else ""
        status = "refused" if says else "unsupported"
        message = f"ValueError: {says.split('|')[0]}" if says else f"{result.refused or NO_WINDOW}: no such argument"
    if habit == "wider" and shape:
        shape = (shape[0], shape[1] + 1)
    if habit == "off":
        values[-1] += 0.5
    if habit == "refuse":
        status, message, shape, values = "refused", "RuntimeError: not today", None, []
    name = "another" if habit == "other" else question.name
    return {"question": name, "framework": framework, "shape": shape, "values": values, "status": status, "message": message}


def main(framework: str, *words: str) -> None:
    habits = dict(word.rsplit("=", 1) for word in words[:-1])
    job = Job.read(Path(words[-1]))
    with Path(job.rows).open("a", encoding="utf-8") as out:
        say(out, "hello", framework=framework, versions={framework: "1.0"}, platform="none")
        for cell in job.cells:
            question = job.questions[cell.index]
            habit = habits.get(question.name, "")
            say(out, "start", cell=asdict(cell))
            if habit == "segfault":
                os.kill(os.getpid(), signal.SIGSEGV)
            if habit == "half":
                out.write('{"event":"answer","question":')
                out.flush()
                os.kill(os.getpid(), signal.SIGKILL)
            say(out, "answer", **answer(framework, question, habit))
            say(out, "end", cell=asdict(cell))
        say(out, "bye")


if __name__ == "__main__":
    main(*sys.argv[1:])
