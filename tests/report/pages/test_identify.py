"""What a figure may be, as a document: the same hypotheses in every part, and what does not fit never looks like what does."""

from __future__ import annotations

import pytest

from crosscheck.report.document import Table
from crosscheck.report.pages import identify as page
from crosscheck.report.render.charts import plain
from crosscheck.studies.figures.identify import identify


@pytest.mark.parametrize(("figure", "most"), [("3.8G", 3), ("25.56M", 100), ("3.123456G", 10)])
def test_a_hypothesis_is_a_row_everywhere(figure: str, most: int) -> None:
    answer = identify("resnet50", figure)
    document = page.brief(answer, most)
    shown = (answer.fits or answer.nearest)[:most]
    (listed,) = (t for t in document.parts if isinstance(t, Table))
    assert [plain(row[0]) for row in listed.rows] == [f"{int(h.exact * h.factor):,}" for h in shown]
    assert document.record is not None
    told = document.record["hypotheses" if answer.fits else "nearest"]
    assert [h["exact"] for h in told] == [row[1] for row in document.data[0].rows] == [h.exact * h.factor for h in shown]
    assert {row[0] for row in document.data[0].rows} == {"yes" if answer.fits else "no"}
    assert ("nothing fits" in plain(document.title)) is not bool(answer.fits)
    for row, h in zip(listed.rows, shown, strict=True):
        assert all(a.says in plain(row[2]) for a in h.assumptions)
