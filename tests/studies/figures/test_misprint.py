"""Slips of the pen: one is found, and nearness is none."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from crosscheck.studies.figures import hypotheses, misprint
from crosscheck.studies.figures.label import Label
from crosscheck.studies.figures.printed import Number


@given(st.integers(1000, 10**9), st.data())
def test_one_slip_is_found_and_nearness_is_none(right: int, data: st.DataObject) -> None:
    own = (hypotheses.candidate(Label("resnet50", (1, 3, 224, 224), None, "", "params", "mac"), "mac", right),)
    digits = str(right)
    k = data.draw(st.integers(1, len(digits) - 1))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != digits[k]]))
    wrong = int(digits[:k] + other + digits[k + 1 :])
    found = misprint.slip(_number(wrong), own)
    if abs(wrong - right) > misprint.NEAR:
        assert found is not None
        assert found.correct == f"{right:,}"
    else:
        assert found is None
    assert misprint.slip(_number(right + 1), own) is None
    assert misprint.slip(_number(right * 100), own) is not None


def _number(n: int) -> Number:
    return Number(Fraction(n), Fraction(1), 1, str(n))
