"""A cell of the contract: the shapes and parameters that the native network itself has."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.cells.bench import Bench
from crosscheck.contract.job import Cell
from crosscheck.contract.rows import Fact


def rows(bench: Bench, cell: Cell) -> Iterator[Fact]:
    """A fact for every layer; none where the network could not be built."""
    built = bench.built(cell.index)
    facts = bench.builder.facts(built.native, built.model) if built.native is not None else ()
    for fact in facts:
        yield Fact(model=built.model.name, framework=bench.framework, input=built.model.input_text, **fact)
