"""Figures that come along: every row has a reading, every verdict holds at the printed precision and at no other figure."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from crosscheck import models
from crosscheck.conventions import read as convention
from crosscheck.report.pages import figure as told
from crosscheck.studies.figures import claim, exact, fits, hypotheses, label, record, trial
from crosscheck.studies.figures.label import FILE, SHAPE
from crosscheck.studies.figures.verdict import EXACT, EXPLAINED, MISPRINT, OUT, ROUNDS, UNDECIDED, UNEXPLAINED
from tests.studies.figures.verdicts import of, verdicts


def test_every_row_of_the_claims_is_there_with_its_printed_string_and_where_it_stands() -> None:
    rows = Counter(f.source for f in record.builtin())
    assert sum(rows.values()) == 464 + 38 + 924 + 7 + 1  # and the GFLOPs that one line prints besides
    assert set(rows) == set(told.titles()), "a source without a title, or a title without a source"
    for f in record.builtin():
        assert f.source, f.at
        assert f.path, f.at
        assert f.value or f.unit == "shape", f.at
        if "/" in f.source and "arXiv" not in f.source:
            assert re.fullmatch(r"[0-9a-f]{40}", f.commit), f.at


def test_every_reading_names_a_network_and_a_convention_that_exist() -> None:
    for f in record.builtin():
        found = label.labels(f)
        assert not isinstance(found, str), f"{f.at}: {found}"
        (told,) = found
        assert told.metric == SHAPE or told.network in models.variants(), f.at
        assert told.metric in (SHAPE, FILE) or told.by in convention.ids(), f.at


def test_no_verdict_is_stored_in_the_data() -> None:
    words = re.compile(r"misprint|explained|refuted|wrong|correct|rounds", re.IGNORECASE)
    assert not [f.at for f in record.builtin() if words.search(f"{f.note} {f.part_of} {f.sum_of}")]


def test_figures_are_right_refuted_or_sizes_of_files() -> None:
    kinds = Counter(v.kind for v in verdicts())
    assert kinds[OUT] == 0
    odd = [v for v in verdicts() if v.kind == UNEXPLAINED and v.label and v.label.metric != FILE]
    assert not odd, [(v.figure.at, v.figure.value) for v in odd]
    assert kinds[EXACT] + kinds[ROUNDS] > 1300


def test_exact_is_to_the_unit_and_rounding_to_the_last_printed_digit() -> None:
    for v in verdicts():
        if v.kind in (EXACT, ROUNDS) and v.number and v.fit:
            n, printed = v.fit.candidate.number, v.number.base
            assert not v.fit.assumed, v.figure.at
            assert abs(n - printed) * 2 <= v.number.ulp * v.fit.scale, v.figure.at
            assert v.kind == ROUNDS or n == printed, v.figure.at


def test_one_unit_of_the_last_digit_more_or_less_and_the_verdict_falls() -> None:
    """The mutation test over the whole set: the label's own numbers print as the figure and as neither of its neighbours."""
    tried_ = 0
    for v in verdicts():
        if v.kind not in (EXACT, ROUNDS) or v.number is None or v.label is None or v.label.place.startswith(exact.ROW):
            continue
        for step in (-1, 1):
            other = replace(v.number, value=v.number.value + step * v.number.ulp)
            again = [c for c in hypotheses.plain(v.label) if other.prints(c.number)]
            tie = all(abs(c.number - v.number.base) * 2 == v.number.ulp * v.number.scale for c in again)
            assert not again or tie, f"{v.figure.at}: {v.figure.value} is {v.kind}, and so would be {float(other.value)}"
            tried_ += 1
    assert tried_ > 1000


@pytest.mark.parametrize("change", [{"value": "9,409"}, {"output_shape": "64x64x112x113"}, {"variant": "ReLU"}, {"value": "--"}])
def test_a_row_of_a_table_is_right_only_as_a_whole(change: dict[str, Any]) -> None:
    first = next(f for f in record.builtin() if f.network == "resnet18" and f.place == "row 1")
    (right,) = trial.judge([first])
    assert (right.kind, right.says) == (EXACT, "conv1, class and shape too")
    (wrong,) = trial.judge([replace(first, **change)])
    assert wrong.kind == UNEXPLAINED
    assert wrong.says.startswith("row 1, conv1: ")


def test_a_mutated_table_is_found_out_row_by_row() -> None:
    rows = [f for f in record.builtin() if f.network == "alexnet" and f.place.startswith("row")]
    for f in rows:
        n = claim.number(f)
        (v,) = trial.judge([replace(f, value="7" if n is None else f"{int(n.base) + 1:,}")])
        assert v.kind == UNEXPLAINED, f.at


@pytest.mark.parametrize(
    ("source", "printed", "correct", "says"),
    [
        ("seed-000", "4087000", "4,097,000", "one digit: 8 in place of 9"),
        ("seed-000", "60955224", "60,965,224", "carries 4087000 (fc3) in place of 4,097,000"),
        ("seed-004", "24M", "15M", "22 printed rows add up to 15,237,608"),
        ("seed-004", "93", "61", "22 printed rows add up to 60.950432"),
        ("cs231n", "93MB", "61MB", "22 printed rows add up to 60,950,432"),
        ("mmpretrain", "2.18", "21.80", "10 times too small"),
        ("mmpretrain", "2180000", "21,800,000", "10 times too small"),
        ("PaddleClas", "15.520", "15.62", "one digit: 5 in place of 6"),
        ("PaddleClas", "7.390", "7.84", "a digit left out: the 8 of 7.839"),
    ],
)
def test_refuted_figures_are_named_with_the_right_one_and_the_slip(source: str, printed: str, correct: str, says: str) -> None:
    metric = "FLOPs" if source == "PaddleClas" else ""
    v = of(source, printed, metric)
    assert (v.kind, v.correct) == (MISPRINT, correct)
    assert says in v.says
    assert v.refuted


def test_an_overflow_of_32_bits_is_a_bug_and_not_a_convention() -> None:
    for printed in ("15200.01", "15334.25"):
        v = of("seed-003", printed)
        assert v.kind == EXPLAINED
        assert v.refuted
        assert v.fit
        assert v.fit.candidate.label.by == "torchsummary_151_int32"


@pytest.mark.parametrize(
    ("source", "printed", "network", "by", "kinds"),
    [
        ("torchinfo", "602.17", "resnet152", "torchinfo", ["edition"]),
        ("cs231n", "140M", "vgg16", "cs231n", ["rough"]),
    ],
)
def test_explained_figures_say_what_they_assume(source: str, printed: str, network: str, by: str, kinds: list[str]) -> None:
    v = of(source, printed)
    assert (v.kind, v.refuted) == (EXPLAINED, False)
    assert v.fit
    assert (v.fit.candidate.label.network, v.fit.candidate.label.by) == (network, by)
    assert [a.kind for a in v.fit.assumed] == kinds
    assert v.decoys <= fits.BY_CHANCE
    assert v.tried


@pytest.mark.parametrize(
    ("source", "printed", "likeliest"),
    [
        ("Table 1", "3.8×10^9", "3,857,973,248; cut off, not rounded"),
        ("sec. 4.1", "15.3", "15,346,630,656; convolutions only"),
        ("PaddleClas", "133.05", "133,047,848; the variant vgg13"),
    ],
)
def test_what_nothing_beside_it_confirms_is_undecided_with_the_likeliest(source: str, printed: str, likeliest: str) -> None:
    v = of(source, printed)
    assert (v.kind, v.fit, v.refuted) == (UNDECIDED, None, False)
    assert f"likeliest: {likeliest}" in v.says


def test_wrong_figures_beside_right_ones_seldom_pass() -> None:
    """Of figures moved by 5 to 20 units of the last digit few may be explained or called misprints."""
    passed = met = 0
    for k, v in enumerate(
        v for v in verdicts() if v.kind == ROUNDS and v.number and v.label and v.number.ulp * v.number.scale > 1
    ):
        if k % 8 == 0 and v.number and v.label:
            step = (-17, -11, -7, -5, 6, 8, 13, 19)[k // 8 % 8]
            moved = replace(v.number, value=v.number.value + step * v.number.ulp)
            if moved.value > 0:
                met += 1
                passed += trial.verdict(v.figure, (claim.Claim(v.label, moved),)).kind in (EXACT, ROUNDS, EXPLAINED, MISPRINT)
    assert met > 35
    assert passed == 0, f"{passed} of {met} wrong figures pass"
