"""Progress of long work: a bar a framework on a terminal, nothing in a pipe."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rich.console import Console

if TYPE_CHECKING:
    from crosscheck.measuring.plan import Watch


@contextlib.contextmanager
def progress(models: int) -> Iterator[Watch]:
    """A bar per framework that names the model and tool under way; silent where standard error is no terminal."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    screen = Console(stderr=True)
    bars: dict[str, Any] = {}
    done: dict[str, set[str]] = {}
    columns = (TextColumn("{task.fields[name]:<17}"), BarColumn(24), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Progress(*columns, TimeElapsedColumn(), console=screen, disable=not screen.is_terminal) as shown:

        def watch(framework: str, model: str, tool: str, event: str) -> None:
            if framework not in bars:
                bars[framework] = shown.add_task("", total=models, name=framework)
                done[framework] = set()
            if event == "start":
                done[framework].add(model)
                shown.update(bars[framework], completed=len(done[framework]) - 1, description=f"{model} × {tool}")
            else:
                note = "" if event == "ok" else f" [{event}]"
                last = len(done[framework]) == models
                shown.update(bars[framework], completed=len(done[framework]) - (not last), description=f"{model} × {tool}{note}")

        yield watch
