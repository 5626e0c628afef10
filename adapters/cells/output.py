"""A cell of output: what comes out of a network on the seeded input, as .npy in the neutral layout."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from adapters.cells.bench import Bench, Built
from adapters.cells.files import attempt
from crosscheck.contract.job import Cell
from crosscheck.contract.rows import Output


def rows(bench: Bench, cell: Cell) -> Iterator[Output]:
    """The one row; the cell's name is the layout that a file wants and gives, for a room that reads files."""
    built, path = bench.built(cell.index), Path(cell.path)
    status, message = attempt(built, path, lambda: _make(bench, built, [cell.name] if cell.name else [], path))
    yield Output(built.model.name, bench.framework, built.model.input_text, cell.path, status, message)


def _make(bench: Bench, built: Built, layout: list[str], path: Path) -> str:
    array = bench.room.forward.output(built.native, built.model, *layout)
    if array.dtype != np.float32:
        raise TypeError(f"the output is {array.dtype}, not float32")
    with path.open("wb") as file:
        np.save(file, np.ascontiguousarray(array), allow_pickle=False)
    return ""
