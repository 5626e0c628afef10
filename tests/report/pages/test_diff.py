"""A comparison as a document: what is listed adds up to what the networks differ by."""

from __future__ import annotations

import pytest

from crosscheck import models
from crosscheck.diff import compare
from crosscheck.report.document import Number, Table
from crosscheck.report.pages import diff
from crosscheck.report.render import Format, text


@pytest.mark.parametrize("there", ["resnet50-v1", "resnet34", "vgg11", "resnet50"])
def test_differences_add_up_in_table_and_csv(there: str) -> None:
    c = compare(models.build("resnet50"), models.build(there))
    document = diff.brief(c, ["by the way"])
    (rows,) = document.data
    for k in (1, 2, 3):
        assert sum(int(row[k] or 0) for row in rows.rows) == diff.amounts(c.difference)[k - 1]
    for t in (p for p in document.parts if isinstance(p, Table) and p.footer):
        for k, column in enumerate(t.columns):
            if column.title in diff.COLUMNS:
                cells = [row[k] for row in (*t.rows, t.footer)]
                values = [int(cell.value or 0) for cell in cells if isinstance(cell, Number)]
                assert sum(values[:-1]) == values[-1]
    for how in Format:
        assert f"{c.totals[1].macs}" in text(document, how).replace(",", "") or how is Format.csv
    assert document.notes == ("by the way",)
