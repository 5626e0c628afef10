"""A cell of sizes: what the framework's own layer makes of one question, its refusal included."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.cells.bench import Bench
from adapters.room import Sizes, Unsupported, reason
from crosscheck.contract.job import Cell
from crosscheck.contract.rows import Answer, Question


def rows(bench: Bench, cell: Cell) -> Iterator[Answer]:
    """The one answer to the job's question."""
    question = bench.job.questions[cell.index]
    yield _answer(bench.room.sizes, question, bench.framework)


def _answer(sizes: Sizes, question: Question, framework: str) -> Answer:
    try:
        output = sizes.answer(question)
        return Answer(question.name, framework, tuple(output.shape), tuple(output.ravel().tolist()), "ok")
    except Unsupported as why:
        return Answer(question.name, framework, None, (), "unsupported", str(why))
    except Exception as error:  # what a layer refuses is an answer
        return Answer(question.name, framework, None, (), "refused", reason(error))
