"""What every command does beside its question: a folder is tried first, work shows progress, answers are printed and kept."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from crosscheck import output
from crosscheck.cli.options import interrupted, say
from crosscheck.report import render
from crosscheck.report.document import Document
from crosscheck.report.render import Format

if TYPE_CHECKING:
    from crosscheck.measuring.plan import Watch

Found = TypeVar("Found")
MOST_NOTES = 40  # lines beside an answer


def conduct(work: Callable[[Watch], Found], *, steps: int, folder: Path | None = None, within: Sequence[str] = ()) -> Found:
    """Do work that takes a while, with progress over ``steps``.

    Raises OutputError before it where ``folder``, or one of the folders ``within`` it, takes no files, or another run has it.
    """
    from crosscheck.cli.progress import progress

    if folder is not None:
        for place in (folder, *(folder / name for name in within)):
            output.ensure_writable(place)
    release = output.keep(folder) if folder is not None else None
    try:
        with progress(steps) as watch:
            return work(watch)
    except KeyboardInterrupt:
        raise interrupted() from None
    finally:
        if release:
            release()


def deliver(brief: Document, how: Format, *, pages: Sequence[Document] = (), folder: Path | None = None) -> None:
    """Put the pages into the folder, print the answer, say its notes.

    A terminal and machines get the brief document; a page is printed where Markdown or HTML is asked for and there is one.
    """
    if folder is not None:
        output.write(folder, render.files(pages or (brief,)))
    if how is Format.table:
        from crosscheck.report.render import terminal

        terminal.show(brief)
    else:
        whole = pages[0] if pages and how in (Format.markdown, Format.html) else brief
        sys.stdout.write(render.text(whole, how))
    for note in brief.notes[:MOST_NOTES]:
        say(note)
    if len(brief.notes) > MOST_NOTES:
        say(f"and {len(brief.notes) - MOST_NOTES:,} more of this kind")
