"""Lessons as notebooks for a teacher: `python -m tests.lessons.notebooks FOLDER` writes one a lesson."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbformat import v4
from sybil import Document

from tests.lessons import console, lesson
from tests.lessons.lesson import Block

FOLDED = re.compile(r"<details>\s*<summary>(.*?)</summary>")
CLOSED = re.compile(r"</details>|<!-- needs: \w+ -->")
HIDDEN = {"jupyter": {"source_hidden": True}}
OTHER = re.compile(r"\]\((\d\d-[\w-]+)\.md")
HOME = "import os\n\nif not os.path.isdir('reports'):\n    os.chdir('..')  # commands read the project's reports"
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


def notebook(text: str) -> Any:
    """A lesson as a notebook: prose, code without prompts and outputs, and commands of a console as a notebook runs them."""
    found = v4.new_notebook(cells=list(_cells(text)), metadata=KERNEL)
    for k, cell in enumerate(found.cells):
        cell["id"] = f"cell-{k}"  # the same lesson makes the same bytes
    return found


def _cells(text: str) -> Iterator[Any]:
    yield v4.new_code_cell(HOME, metadata=HIDDEN)
    done, answer = 0, False
    for block in lesson.blocks(Document(text, "")):
        before = text[done : block.region.start]
        yield from _prose(before)
        answer = (answer or bool(FOLDED.search(before))) and "</details>" not in before.rpartition("<details>")[2]
        yield from _code(block, answer)
        done = block.region.end
    yield from _prose(text[done:])


def _prose(text: str) -> Iterator[Any]:
    """What stands between blocks; an answer is not folded away, as its code is by itself."""
    text = CLOSED.sub("", OTHER.sub(r"](\1.ipynb", FOLDED.sub(r"**\1**", text))).strip()
    if text:
        yield v4.new_markdown_cell(text)


def _code(block: Block, answer: bool) -> Iterator[Any]:
    if block.language == "console":
        source = "\n".join(f"!{command}" for command, _ in console.commands(block.text))
    elif block.prompted:
        source = "".join(r.parsed.source for r in lesson.PROMPTS(block.text, "")).rstrip("\n")
    elif block.language == "python":
        source = block.text.rstrip("\n")
    else:
        yield v4.new_markdown_cell(f"```{block.language}\n{block.text}```")
        return
    yield v4.new_code_cell(source, metadata=HIDDEN if answer else {})


def write(folder: Path) -> list[Path]:
    """Write every lesson as a notebook into the folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{path.stem}.ipynb" for path in lesson.paths()]
    for path, file in zip(lesson.paths(), files, strict=True):
        nbformat.write(notebook(path.read_text(encoding="utf-8")), file)
    return files


if __name__ == "__main__":
    for written in write(Path(sys.argv[1])):
        print(written)
