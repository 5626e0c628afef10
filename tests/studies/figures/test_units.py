"""What people print behind a number, and how numbers themselves are written."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosscheck.studies.figures import claim, units, written
from crosscheck.studies.figures.label import labels
from crosscheck.studies.figures.record import Figure, UnreadableError


def read(value: str, unit: str = "", metric: str = "") -> tuple[list[tuple[Fraction, int]], list[str], bool]:
    """Values with scales, metrics, and whether a multiply-add may be two operations, of a figure on a network."""
    figure = claim.spelled(Figure("x.csv", 2, model="vgg16", metric=metric, value=value, unit=unit))
    found = labels(figure)
    assert not isinstance(found, str), found
    return [(n.value, n.scale) for n in claim.numbers(figure)], [told.metric for told in found], found[0].open_unit


@pytest.mark.parametrize(
    ("text", "value", "scale", "metrics"),
    [
        ("4.11G", "4.11", 10**9, ["compute", "params"]),
        ("8.19 GFLOPs", "8.19", 10**9, ["compute"]),
        ("25.56 M params", "25.56", 10**6, ["params"]),
        ("61,100,840", "61100840", 1, ["compute", "params"]),
        ("4.09 GMac", "4.09", 10**9, ["compute"]),
        ("4,089,184,256 MACs", "4089184256", 1, ["compute"]),
        ("4.09 G mult-adds", "4.09", 10**9, ["compute"]),
        ("1.5e9", "1500000000", 1, ["compute", "params"]),
        ("3.8 billion FLOPs", "3.8", 10**9, ["compute"]),
        ("15470M MAdd", "15470", 10**6, ["compute"]),
        ("15.5 GMAdds", "15.5", 10**9, ["compute"]),
        ("30.94B", "30.94", 10**9, ["compute", "params"]),
        ("30.94 BFLOPs", "30.94", 10**9, ["compute"]),
        ("7.6×10^9 FLOPs", "7600000000", 1, ["compute"]),
        ("27.1 M acts", "27.1", 10**6, ["activations"]),
        ("62.79 MB", "62.79", 10**6, ["memory", "memory_input", "memory_activations", "memory_params"]),
        ("62.79 MiB", "62.79", 2**20, ["memory", "memory_input", "memory_activations", "memory_params"]),
    ],
)
def test_a_figure_with_its_unit(text: str, value: str, scale: int, metrics: list[str]) -> None:
    numbers, found, _ = read(text)
    assert (numbers, found) == ([(Fraction(value), scale)], metrics)


@pytest.mark.parametrize("unit", ["MACs", "GMac", "MAdd", "GMAdds", "G mult-adds", "MMultAdds"])
def test_a_multiply_add_is_one_of_them(unit: str) -> None:
    assert not read("4.1", unit)[2]
    assert read("4.1", "GFLOPs")[2]


@pytest.mark.parametrize(
    ("metric", "unit", "scale"),
    [("FLOPs", "B", 10**9), ("params", "B", 10**9), ("memory", "B", 1), ("file size", "B", 1), ("FLOPs (B)", "", 10**9)],
)
def test_b_is_a_billion_of_what_is_counted_and_a_byte_of_memory(metric: str, unit: str, scale: int) -> None:
    assert read("30", unit, metric)[0] == [(Fraction(30), scale)]


@pytest.mark.parametrize("metric", ["GFLOPs", "FLOPs (G)", "infer_gmacs", "MACs(G)", "GMAdds"])
def test_a_unit_in_the_name_of_the_metric(metric: str) -> None:
    assert read("4.1", "", metric)[0] == [(Fraction("4.1"), 10**9)]


@pytest.mark.parametrize("text", ["6.996~8.216", "6.996 – 8.216", "6.996-8.216", "6.996 to 8.216", "6.996..8.216"])
@pytest.mark.parametrize("unit", ["G", " GFLOPs", ""])
def test_a_range_is_two_numbers_of_one_unit(text: str, unit: str) -> None:
    assert read(f"{text}{unit}", "" if unit else "G")[0] == [(Fraction("6.996"), 10**9), (Fraction("8.216"), 10**9)]


@pytest.mark.parametrize("text", ["many", "4.1.1G", "-3G", "G", "4,1x", "4.1 apples", "4.1~", "~", "4.1G~5x", "9" * 70])
def test_what_is_no_figure_says_so(text: str) -> None:
    with pytest.raises(UnreadableError, match=r"no figure|longer than"):
        read(text)


@given(st.integers(0, 10**12), st.integers(0, 4), st.sampled_from(["", "K", "M", "G", "B", "T", " GFLOPs", "M params", "MB"]))
def test_a_number_is_read_as_it_was_written(digits: int, decimals: int, unit: str) -> None:
    value = Fraction(digits, 10**decimals)
    text = f"{digits // 10**decimals:,}" + (f".{digits % 10**decimals:0{decimals}d}" if decimals else "")
    (found,) = written.parts(text + unit)
    assert (found.value, found.ulp, found.unit) == (value, Fraction(1, 10**decimals), unit.strip())
    assert units.unit(found.unit)
