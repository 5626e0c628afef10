"""Window arithmetic against windows that are laid down one by one."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crosscheck.ops import geometry

SIZES = st.integers(1, 14)
KERNELS = st.integers(1, 5)
STRIDES = st.integers(1, 4)
DILATIONS = st.integers(1, 3)
PADS = st.tuples(st.integers(0, 4), st.integers(0, 4))


def windows(size: int, kernel: int, stride: int, pad: geometry.Pair, dilation: int, ceil: bool = False) -> list[list[int]]:
    """Cells that each window reads; the input has cells 0 … size - 1, padding has negative ones and those from ``size`` on."""
    taps = [k * dilation for k in range(kernel)]
    first, end = -pad[0], size + pad[1]
    placed: list[list[int]] = []
    start = first
    while start + taps[-1] < end:
        placed.append([start + t for t in taps])
        start += stride
    covered = placed[-1][-1] if placed else first - 1
    # with ceil, cells are left over after the last window: one more hangs over the end, unless it starts in the padding there
    if ceil and placed and covered < end - 1:
        placed.append([start + t for t in taps])
    if ceil:
        placed = [w for w in placed if w[0] < size]
    return placed


@given(SIZES, KERNELS, STRIDES, PADS, DILATIONS)
def test_floor_output_is_the_number_of_windows_that_fit(
    size: int, kernel: int, stride: int, pad: geometry.Pair, dilation: int
) -> None:
    placed = windows(size, kernel, stride, pad, dilation)
    if placed:
        assert geometry.window_out(size, kernel, stride, pad, dilation) == len(placed)
    else:
        with pytest.raises(ValueError, match=r"does not fit"):
            geometry.window_out(size, kernel, stride, pad, dilation)


@given(SIZES, KERNELS, STRIDES, PADS, DILATIONS)
def test_taps_meet_what_windows_read_of_the_input(size: int, kernel: int, stride: int, pad: geometry.Pair, dilation: int) -> None:
    placed = windows(size, kernel, stride, pad, dilation)
    inside = [cell for window in placed for cell in window if 0 <= cell < size]
    assert geometry.meetings(size, kernel, stride, pad[0], dilation, len(placed)) == len(inside)


@given(SIZES, KERNELS, STRIDES, PADS, DILATIONS)
def test_ceil_output_lets_one_window_hang_over_but_none_start_past_the_input(
    size: int, kernel: int, stride: int, pad: geometry.Pair, dilation: int
) -> None:
    assume(max(pad) <= kernel // 2)  # what a pooling may have
    placed = windows(size, kernel, stride, pad, dilation, ceil=True)
    assume(placed)
    assert geometry.window_out(size, kernel, stride, pad, dilation, ceil=True) == len(placed)


@given(SIZES, KERNELS, STRIDES, PADS, DILATIONS, st.booleans())
def test_a_pooling_that_rounds_up_has_a_window_wherever_less_than_a_stride_is_lacking(
    size: int, kernel: int, stride: int, pad: geometry.Pair, dilation: int, ceil: bool
) -> None:
    assume(max(pad) <= kernel // 2)
    placed = windows(size, kernel, stride, pad, dilation, ceil)
    wider = windows(size, kernel, stride, (pad[0], pad[1] + stride - 1), dilation)  # the same as padding with what is lacking
    if placed or (ceil and wider):
        wanted = len(placed) or 1
        assert geometry.pool_out(size, kernel, stride, pad, dilation, ceil) == wanted
    else:
        with pytest.raises(ValueError, match=r"does not fit"):
            geometry.pool_out(size, kernel, stride, pad, dilation, ceil)


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "pad", "floor", "ceil"),
    [
        (112, 3, 2, (1, 1), 56, 57),  # ResNet's first pooling, 57 with ceil_mode
        (55, 3, 2, (0, 0), 27, 27),  # AlexNet's, nothing left over
        (5, 2, 2, (0, 0), 2, 3),
        (4, 2, 3, (1, 1), 2, 2),  # a third window would start in the padding after the input
        (2, 1, 3, (0, 0), 1, 1),
    ],
)
def test_known_output_sizes(size: int, kernel: int, stride: int, pad: geometry.Pair, floor: int, ceil: int) -> None:
    assert geometry.window_out(size, kernel, stride, pad) == floor
    assert geometry.window_out(size, kernel, stride, pad, ceil=True) == ceil


@given(SIZES, KERNELS, STRIDES, DILATIONS)
def test_same_padding_gives_a_window_for_every_stride_and_pads_no_more_than_that(
    size: int, kernel: int, stride: int, dilation: int
) -> None:
    pad = geometry.same_padding(size, kernel, stride, dilation)
    wanted = len(range(0, size, stride))
    assert len(windows(size, kernel, stride, pad, dilation)) == wanted
    assert 0 <= pad[1] - pad[0] <= 1, "the odd element comes after"
    if sum(pad):
        less = (pad[0], pad[1] - 1)
        assert len(windows(size, kernel, stride, less, dilation)) < wanted, "one padding element less is too little"


@given(SIZES, SIZES)
def test_adaptive_windows_are_the_cells_that_overlap_each_share_of_the_input(size: int, out: int) -> None:
    # share i of the input is [i·size/out, (i+1)·size/out); cell j is [j, j+1); both times `out` to stay with integers
    shares = [[j for j in range(size) if j * out < (i + 1) * size and (j + 1) * out > i * size] for i in range(out)]
    assert geometry.adaptive_spans(size, out) == tuple(map(len, shares))
    assert {j for share in shares for j in share} == set(range(size))
    if size % out == 0:
        assert sum(geometry.adaptive_spans(size, out)) == size, "equal shares tile the input"


@pytest.mark.parametrize(
    ("padding", "wanted"),
    [
        (2, ((2, 2), (2, 2))),
        ((1, 2), ((1, 1), (2, 2))),
        ([1, 2], ((1, 1), (2, 2))),
        (((0, 1), (2, 3)), ((0, 1), (2, 3))),
        ("valid", ((0, 0), (0, 0))),
        ("SAME", ((1, 1), (0, 1))),
    ],
)
def test_padding_may_be_written_in_six_ways(padding: object, wanted: tuple[geometry.Pair, ...]) -> None:
    assert geometry.resolve_padding(padding, (7, 8), (3, 3), (1, 2), (1, 1)) == wanted


@pytest.mark.parametrize("padding", ["full", (1, 2, 3), ((1, 1),), ((1, 2, 3), (1, 2, 3)), 1.5, True, None])
def test_padding_that_means_nothing_is_refused(padding: object) -> None:
    with pytest.raises(ValueError, match=r"padding|unpack"):
        geometry.resolve_padding(padding, (7, 8), (3, 3), (1, 2), (1, 1))


@pytest.mark.parametrize("value", ["ab", (1,), (1, 2, 3), (1.0, 2.0), True, 1.5, None])
def test_a_value_per_axis_is_an_integer_or_one_for_each(value: object) -> None:
    with pytest.raises(ValueError, match=r"kernel .* does not fit 2 spatial axes"):
        geometry.per_axis(value, 2, "kernel")


@given(SIZES, KERNELS, STRIDES, DILATIONS)
def test_positions_that_a_transposed_convolution_reaches_are_those_that_it_writes(
    size: int, kernel: int, stride: int, dilation: int
) -> None:
    written = {i * stride + j * dilation for i in range(size) for j in range(kernel)}
    assert geometry.reached(size, kernel, stride, dilation) == len(written)


def test_positions_are_not_walked() -> None:
    assert geometry.reached(2**31 - 1, 2**14, 1, 3) == 2**31 - 1 + 3 * (2**14 - 1)
