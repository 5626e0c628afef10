"""When two outputs agree: errors, tolerances and what may not pass."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosscheck import models
from crosscheck.models.writer import Graph
from crosscheck.studies.verify import agreement

WAVE = np.sin(np.arange(60, dtype=np.float32)).reshape(2, 30)


def test_the_error_is_relative_to_the_largest_magnitude_of_the_reference() -> None:
    off = WAVE * 100
    off[1, 3] += 0.5
    assert agreement.relative_error(off, WAVE * 100) == pytest.approx(0.005, rel=1e-3)
    assert agreement.relative_error(WAVE, WAVE) == 0


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_agrees_with_nothing_not_even_itself(bad: float) -> None:
    broken = WAVE.copy()
    broken[0, 0] = bad
    assert agreement.relative_error(broken, WAVE) == math.inf
    assert agreement.relative_error(broken, broken) == math.inf


def test_zeros_agree_with_zeros_alone() -> None:
    nothing = np.zeros_like(WAVE)
    assert agreement.relative_error(nothing, nothing) == 0
    assert agreement.relative_error(WAVE, nothing) == math.inf


def test_another_shape_is_not_broadcast() -> None:
    with pytest.raises(ValueError, match="1x30, not 2x30"):
        agreement.relative_error(WAVE[:1], WAVE)


@pytest.mark.parametrize("wrong", [WAVE * 1.5, WAVE + 1, np.zeros_like(WAVE), WAVE[:, ::-1], WAVE[:1], WAVE.T])
def test_the_reference_of_three_is_not_moved_by_one_that_is_wrong(wrong: agreement.Array) -> None:
    for order in ([WAVE, WAVE, wrong], [wrong, WAVE, WAVE], [WAVE, wrong, WAVE]):
        assert (agreement.reference(order) == WAVE).all()


def chain(*widths: int) -> Graph:
    g = Graph("chain", (1, widths[0]))
    for k, width in enumerate(widths[1:]):
        g.add(f"fc{k}", "linear", out_features=width)
    return g


def test_the_tolerance_follows_the_accumulations() -> None:
    unit = agreement.SAFETY * 2.0**-24
    assert agreement.tolerance(chain(100, 10).build()) == pytest.approx(unit * 10)
    assert agreement.tolerance(chain(100, 44, 7).build()) == pytest.approx(unit * 12)
    g = Graph("pooled", (2, 3, 8, 8))
    g.add("conv", "conv", out_channels=4, kernel=3, padding=1, groups=1)
    g.add("pool", "adaptive_avgpool", output_size=1)
    assert agreement.tolerance(g.build()) == pytest.approx(unit * math.sqrt(27 + 64))


@pytest.mark.parametrize("name", models.DEFAULT_SET)
def test_every_tolerance_is_tight_enough_to_see_one_digit_in_ten_thousand(name: str) -> None:
    assert 1e-6 < agreement.tolerance(models.build(name)) < 2e-4


@given(st.integers(1, 4096), st.integers(0, 2**32 - 1))
def test_sums_in_another_order_stay_within_the_tolerance(length: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    weights = rng.uniform(-1, 1, (16, length)).astype(np.float32)
    values = rng.uniform(-1, 1, length).astype(np.float32)
    forward, backward = np.zeros(16, np.float32), np.zeros(16, np.float32)
    for k in range(length):
        forward += weights[:, k] * values[k]
        backward += weights[:, -1 - k] * values[-1 - k]
    allowed = agreement.tolerance(chain(length, 16).build())
    assert agreement.relative_error(forward, backward) <= allowed


def test_an_output_that_hardly_varies_tells_nothing() -> None:
    assert agreement.telling(WAVE, 1e-5)
    assert not agreement.telling(np.full_like(WAVE, 3), 1e-5)
    assert not agreement.telling(1 + WAVE * np.float32(1e-4), 1e-5)
    assert not agreement.telling(np.zeros((1, 1), np.float32), 1e-5)
    assert agreement.telling(np.ones((1, 1), np.float32), 1e-5)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (0.0, "< 1e-5"),
        (9.9e-7, "< 1e-5"),
        (1e-5, "< 1e-5"),
        (1.1e-5, "< 1e-4"),
        (5e-4, "< 1e-3"),
        (0.5, "< 1"),
        (5.0, "< 1e1"),
        (math.inf, "not a number"),
    ],
)
def test_errors_are_told_as_orders_of_magnitude(error: float, told: str) -> None:
    assert agreement.magnitude(error) == told
