"""Requirements, read exactly."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosscheck.errors import UsageError
from crosscheck.session.limit import COMPARISONS, SCALES, read


@given(st.sampled_from(sorted(COMPARISONS)), st.integers(0, 10**12), st.integers(0, 999), st.sampled_from(sorted(SCALES)))
def test_a_limit_is_exact(sign: str, whole: int, part: int, scale: str) -> None:
    value = Fraction(whole * 1000 + part, 1000) * SCALES[scale]
    for text in (f"{sign}{whole:,}.{part:03}{scale}", f" {sign} {whole}.{part:03} {scale.upper()}MACs "):
        assert read(text) == (sign, value)


@given(st.integers(0, 10**20))
def test_a_number_alone_has_to_be_met_exactly(value: int) -> None:
    assert read(value) == read(str(value)) == ("==", Fraction(value))


@pytest.mark.parametrize("text", ["", "few", "<= ", "4.1 X", "4.1.2", "=< 4", "-3", "<= 4 G G"])
def test_what_is_no_limit_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r'Hint: write it like "<= 4\.1 G"'):
        read(text)
