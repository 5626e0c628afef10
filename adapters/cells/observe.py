"""A cell that watches: the native network as it is seen to run, as a description."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.cells.bench import Bench
from crosscheck.contract.job import Cell
from crosscheck.contract.rows import Observed


def rows(bench: Bench, cell: Cell) -> Iterator[Observed]:
    """What was seen, or why there is nothing to see."""
    built = bench.built(cell.index)
    common = (built.model.name, bench.framework, built.model.input_text)
    if built.native is None:
        yield Observed(*common, None, built.status, built.message)
        return
    seen = getattr(built.native, "seen", None)  # a zoo has watched it already
    if seen is None:
        seen = bench.room.observer.observe(built.native, built.model)
    yield Observed(*common, seen.to_json(), built.status, built.message)
