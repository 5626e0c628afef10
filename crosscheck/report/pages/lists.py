"""Lists of all that there is: networks, tools, conventions, frameworks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crosscheck.report.document import Column, Document, Paragraph, Part, Tone, data, prose, table

Rows = Sequence[Mapping[str, str | int | None]]
SPARE = {"source": 3, "package": 2, "unit": 1, "says": 4}  # of a convention or network, what a terminal may leave out
TITLES = {
    "networks": "Caffe networks that come along",
    "tools": "Tools",
    "zoo": "Networks of the frameworks' own zoos",
    "conventions": "Conventions",
    "frameworks": "Frameworks",
}
MORE = "whole descriptions and sources: `crosscheck list models --family NAME`"


def models(rows: Rows, *, whole: bool = False) -> Document:
    """Networks, a line each by family; ``whole`` has their descriptions and sources below."""
    below, order = ("variant", "source"), ("family", "name", "input", "params", "MACs", "variant", "source")
    names = order[1:] if whole else order
    columns = [Column(n, below=whole and n in below, cut=n == "variant", spare=SPARE.get(n, 0)) for n in names]
    found = table(columns, ([r[n] for n in names] for r in rows), group=None if whole else 0)
    more: tuple[Part, ...] = () if whole else (Paragraph(prose(MORE), Tone.dim),)
    return Document("models", "Networks described here", (found, *more), (data("models", rows),))


def listed(name: str, rows: Rows) -> Document:
    """Any list: a column a field."""
    names = tuple(rows[0]) if rows else ()
    columns = [Column(n.partition(" (")[0], unit=n.partition(" (")[2].removesuffix(")"), spare=SPARE.get(n, 0)) for n in names]
    return Document(name, TITLES[name], (table(columns, (tuple(r.values()) for r in rows)),), (data(name, rows, names),))
