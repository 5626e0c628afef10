"""Lessons as Sybil reads them: blocks of Python, of Python's prompt and of a console, in their order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sybil import Document, Region
from sybil.evaluators.doctest import DocTestEvaluator
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.abstract.doctest import DocTestStringParser
from sybil.parsers.markdown.lexers import FencedCodeBlockLexer

from tests.lessons import console

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "lessons"
PROMPT = ("pycon", "python")  # the languages in which `>>>` may stand
RUN = (*PROMPT, "console")  # those that are run; others are only shown
FENCES = FencedCodeBlockLexer(r"\w+", {"language": "language", "source": "source"})
NEEDS = re.compile(r"<!-- needs: (\w+) -->\s*\Z")
PROMPTS = DocTestStringParser(DocTestEvaluator())
PLAIN = PythonEvaluator()


@dataclass(frozen=True)
class Block:
    """One fenced block: its language, the framework that it needs, its text, and the line of its fence in the lesson."""

    language: str
    needs: str
    text: str
    line: int
    region: Region

    @property
    def prompted(self) -> bool:
        """True where code and output stand together, as at Python's prompt."""
        return self.language in PROMPT and self.text.startswith(">>>")

    @property
    def printed(self) -> str:
        """What the block says that running it prints."""
        if self.prompted:
            return "".join(region.parsed.want for region in PROMPTS(self.text, ""))
        if self.language == "console":
            return "".join(wanted for _, wanted in console.commands(self.text))
        return ""


def paths() -> list[Path]:
    """All lessons, in their order."""
    return sorted(FOLDER.glob("*.md"))


def blocks(document: Document) -> Iterator[Block]:
    """The blocks of a lesson, in their order."""
    for region in sorted(FENCES(document), key=lambda r: r.start):
        need = NEEDS.search(document.text[: region.start])
        line = document.text.count("\n", 0, region.start) + 1
        yield Block(region.lexemes["language"], need[1] if need else "", region.lexemes["source"], line, region)


def read(path: Path) -> tuple[Block, ...]:
    """The blocks of the lesson in a file."""
    return tuple(blocks(Document(path.read_text(encoding="utf-8"), str(path))))


def examples(block: Block, path: str) -> Iterable[Region]:
    """What of a block is run, one after the other; nothing of a language that is only shown."""
    source = block.region.lexemes["source"]
    block.region.parsed = source
    if block.prompted:
        for region in PROMPTS(source, path):
            region.adjust(block.region, source)
            yield region
    elif block.language in RUN:
        block.region.evaluator = PLAIN if block.language == "python" else console.evaluate
        yield block.region


def run(path: Path, *frameworks: str) -> int:
    """Run a lesson from top to bottom in one namespace; those blocks that need a framework where it is one of these.

    Gives the number of examples that ran. Raises SybilFailure, which names file, line and difference.
    """

    def parser(document: Document) -> Iterator[Region]:
        for block in blocks(document):
            if not block.needs or block.needs in frameworks:
                yield from examples(block, document.path)

    document = Document.parse(str(path), parser)
    with console.at(ROOT):
        for example in document.examples():
            example.evaluate()
    return len(document.regions)


if __name__ == "__main__":  # in a process of its own, as a framework needs: `python -m tests.lessons.lesson FILE torch`
    import sys

    run(Path(sys.argv[1]), *sys.argv[2:])
