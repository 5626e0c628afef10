"""Conventions as documents: nothing that one says is left out of the table or of the CSV."""

from __future__ import annotations

import pytest

from crosscheck.conventions import read as convention
from crosscheck.report.pages.convention import brief
from crosscheck.report.render import Format, text


@pytest.mark.parametrize("name", convention.ids())
def test_every_word_of_every_weight_is_told(name: str) -> None:
    c = convention.load(name)
    document = brief(c)
    page = text(document, Format.html)
    (rows,) = document.data
    plain = [t for t in c.metrics.values() if not t.parts]
    said = {(w.op, w.primitive, w.weight) for t in plain for ws in t.weighed.values() for w in ws}
    assert {(row[2], row[3], row[4]) for row in rows.rows if row[3]} == said
    assert {(row[0], row[2]) for row in rows.rows} == {(t.metric, op) for t in plain for op in (*t.weighed, *t.ignored)}
    for row in rows.rows:
        for word in (row[3] if row[4] else "", row[7]):
            assert str(word).replace("&", "&amp;").replace("'", "&#39;").replace(">", "&gt;").replace("<", "&lt;") in page
