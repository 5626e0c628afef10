"""Sources with their words alone: what is known of them is gone, no figure of theirs is accused, and most are found again."""

from __future__ import annotations

from functools import cache

from crosscheck.studies.figures import blind
from crosscheck.studies.figures.findings import Finding
from crosscheck.studies.figures.verdict import OUT, UNDECIDED, UNEXPLAINED
from tests.studies.figures.verdicts import verdicts


@cache
def found() -> Finding:
    return blind.finding(verdicts())


def test_nothing_that_is_known_of_a_source_is_left() -> None:
    figure = blind.stripped(verdicts()[-1].figure)
    assert not any(getattr(figure, name) for name in blind.KNOWN)
    assert figure.model
    assert figure.value


def test_no_correct_figure_is_accused_and_few_are_left_open() -> None:
    n = {head: cell for head, cell in zip(found().head, found().rows[-1], strict=True) if isinstance(cell, int)}
    assert n[blind.ACCUSED] == 0
    assert n[UNDECIDED] + n[UNEXPLAINED] < (n["figures"] - n[OUT]) / 5
    assert n[blind.RIGHT] > 3 * n[blind.OTHER]


def test_every_source_has_a_row_whose_parts_add_up() -> None:
    for _, figures, *parts in found().rows:
        assert figures == sum(p for p in parts if isinstance(p, int))
