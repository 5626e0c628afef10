"""The trial of figures as a document: sums add up, every figure is in it, and what is wrong comes first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from crosscheck.report.document import Cell, Chart, Document, Number, Part, Section, Table, phrase
from crosscheck.report.pages import figures
from crosscheck.report.render import Format, text
from crosscheck.report.render.charts import plain
from crosscheck.studies.figures.verdict import OUT, UNREADABLE
from tests.studies.figures.verdicts import judged, verdicts

MIXED = "resnet50,,,params,25557032,,x\nyolov5s,,,params,7.2M,,x\nresnet50,,,params,25.5x,,x\nresnet50,,,params,1,,x\n"


def parts(document: Document) -> Iterator[Part]:
    todo: list[Part] = list(document.parts)
    while todo:
        part = todo.pop(0)
        yield part
        todo += part.parts if isinstance(part, Section) else ()


def value(cell: Cell) -> int:
    """A whole number, a sign for none being 0."""
    (piece,) = phrase(cell)
    return int(piece.value or 0) if isinstance(piece, Number) else 0


def test_the_summary_adds_up_both_ways_and_is_what_is_drawn() -> None:
    counts = Counter(v.kind for v in verdicts())
    for document in (figures.brief(verdicts(), ()), figures.full(verdicts(), ())):
        (summary,) = (t for t in parts(document) if isinstance(t, Table) and plain(t.columns[-1].title) == "all")
        for row in (*summary.rows, summary.footer):
            assert sum(map(value, row[1:-1])) == value(row[-1])
        for k, column in enumerate(summary.columns[1:-1], 1):
            assert sum(value(row[k]) for row in summary.rows) == value(summary.footer[k]) == counts[plain(column.title)]
        (chart,) = (c for c in parts(document) if isinstance(c, Chart))
        assert {plain(b.label): b.value for b in chart.bars} == counts


def test_every_figure_is_in_the_data_and_every_wrong_one_on_the_page() -> None:
    full = figures.full(verdicts(), ())
    assert full.data == figures.brief(verdicts(), ()).data
    assert len(full.data[0].rows) == len(verdicts())
    refuted = next(s for s in full.parts if isinstance(s, Section))
    (wrong,) = (t for t in refuted.parts if isinstance(t, Table))
    assert (refuted.title, len(wrong.rows)) == ("Refuted", sum(v.refuted for v in verdicts()))


def test_figures_one_by_one_have_their_verdicts_and_unreadable_ones_are_told_apart() -> None:
    found = judged(MIXED)
    document = figures.brief(found, (), each=True)
    (listed,) = (t for t in document.parts if isinstance(t, Table))
    assert [plain(row[0]) for row in listed.rows] == [v.kind for v in found]
    kinds = {s.title for s in figures.full(found, ()).parts if isinstance(s, Section)}
    assert {"Out of scope", "Unreadable"} < kinds
    assert {OUT, UNREADABLE} < {v.kind for v in found}


def test_a_trial_of_nothing_is_a_page_too() -> None:
    empty = figures.full((), ())
    assert empty.data[0].fields == ("verdict",)
    for how in Format:
        assert text(empty, how).strip()
