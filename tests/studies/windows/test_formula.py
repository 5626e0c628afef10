"""Windows by formula against windows laid down one by one."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crosscheck.contract.rows import Question
from crosscheck.report.pages.windows_answer import working
from crosscheck.studies.windows import questions as window_questions
from crosscheck.studies.windows import rules as window_rules
from crosscheck.studies.windows.questions import question
from crosscheck.studies.windows.rules import NO_WINDOW, Result, expected
from tests.counting import naive
from tests.helpers import floor
from tests.studies.windows.windows import asked


def pads_by_hand(q: Question, stride: Sequence[int]) -> list[tuple[int, int]]:
    """(before, after) per axis; SAME adds one element after another, in turns, the first of them after, until all windows fit."""
    if q.padding == "VALID":
        return [(0, 0), (0, 0)]
    if isinstance(q.padding, str):
        found = []
        for n, k, s in zip(q.size, window_rules.per_axis(q.kernel), stride, strict=True):
            starts, pad = range(0, n, s), [0, 0]
            while len([x for x in range(0, n + sum(pad), s) if x + (k - 1) * int(str(q.dilation)) < n + sum(pad)]) < len(starts):
                pad[(sum(pad) + 1) % 2] += 1
            found.append((pad[0], pad[1]))
        return found
    p = q.padding
    if isinstance(p, int):
        return [(p, p), (p, p)]
    return [(p[0], p[0]), (p[1], p[1])] if len(p) == 2 else [(p[0], p[1]), (p[2], p[3])]


def by_hand(q: Question) -> Result:
    """The output of a question, on an array that is really padded: its elements are values, padding is None."""
    kernel, dilation = window_rules.per_axis(q.kernel), window_rules.per_axis(q.dilation)
    stride = (kernel if q.op != "conv" else (1, 1)) if q.stride is None else window_rules.per_axis(q.stride)
    pads = pads_by_hand(q, stride)
    try:
        starts = [naive.starts(*axis, ceil=False) for axis in zip(q.size, kernel, stride, pads, dilation, strict=True)]
    except IndexError:
        return Result(None, refused=NO_WINDOW)
    for axis, n, k, s, pad, d in zip(starts, q.size, kernel, stride, pads, dilation, strict=True) if q.ceil else ():
        if axis[-1] + (k - 1) * d < n + pad[1] - 1:  # elements are left over: one more window hangs over the end
            axis.append(axis[-1] + s)
        if axis[-1] >= n:  # a last window that starts past the input is none, hanging over or not
            axis.pop()
    padded = np.full([n + sum(pad) for n, pad in zip(q.size, pads, strict=True)], None)
    padded[pads[0][0] : pads[0][0] + q.size[0], pads[1][0] : pads[1][0] + q.size[1]] = np.reshape(q.cells, q.size)
    taps = np.reshape(q.taps, kernel) if q.op == "conv" else np.zeros(kernel)
    values = []
    for y in starts[0]:
        for x in starts[1]:
            rows = [y + pads[0][0] + k * dilation[0] for k in range(kernel[0])]
            columns = [x + pads[1][0] + k * dilation[1] for k in range(kernel[1])]
            read = [(i, j) for i in rows for j in columns if i < len(padded) and j < len(padded[0])]
            real = {(i, j): padded[i, j] for i, j in read if padded[i, j] is not None}
            if q.op == "conv":
                values.append(float(sum(taps[rows.index(i), columns.index(j)] * v for (i, j), v in real.items())))
            elif q.op == "maxpool":
                values.append(float(max(real.values(), default=-math.inf)))
            else:
                # the hanging part of a window never counts, and the extent of a dilated one is that of its taps side by side
                counted = len(read) if q.include_pad else len(real)
                values.append(sum(real.values()) / counted if counted else math.nan)
    return Result((len(starts[0]), len(starts[1])), tuple(values))


@given(asked())
def test_the_formula_gives_what_windows_laid_down_one_by_one_give(q: Question) -> None:
    if q.op == "avgpool" and q.dilation != 1:
        q = question(q.op, q.size, q.kernel, stride=q.stride, padding=q.padding, ceil=q.ceil, include_pad=q.include_pad)
    ours, theirs = expected(q), by_hand(q)
    assert ours.shape == theirs.shape
    assert ours.refused == theirs.refused
    np.testing.assert_allclose(ours.values, theirs.values, rtol=1e-12)


@given(asked(padding=st.just("SAME"), ceil=False))
def test_same_gives_the_size_over_the_stride_rounded_up(q: Question) -> None:
    stride = window_rules.stride_of(q)
    assert expected(q).shape == tuple(math.ceil(n / s) for n, s in zip(q.size, stride, strict=True))


@given(asked(padding=st.just("VALID")))
def test_valid_is_no_padding(q: Question) -> None:
    plain = question(q.op, q.size, q.kernel, stride=q.stride, dilation=q.dilation, ceil=q.ceil, include_pad=q.include_pad)
    assert window_rules.same(expected(q), expected(plain))


@given(asked(ops=("maxpool",)))
def test_padding_never_wins_a_maximum(q: Question) -> None:
    found = expected(q)
    assert bool(found.refused) != bool(found.values)
    assert all(value in q.cells or value == -math.inf for value in found.values)


def test_the_tutorials_examples_are_what_was_published() -> None:
    examples = window_questions.tutorial()
    assert [(e.published, expected(e.question).shape) for e in examples] == [(e.published, e.published) for e in examples]
    assert len(examples) == 7


def test_the_numbers_of_the_formula_give_what_the_formula_gives() -> None:
    reached: Counter[str] = Counter()

    @given(asked())
    def law(q: Question) -> None:
        told = [line.rpartition("= ")[2] for line in working(q)]
        out = tuple(int(t.split(",")[0]) - ("less" in t) if t != "none" else None for t in told)
        shape = expected(q).shape
        assert out == shape if shape else None in out
        reached["sizes" if shape else "none"] += 1

    law()
    floor(reached, sizes=60, none=1)


def test_a_window_of_many_elements_is_answered_by_its_sizes_alone() -> None:
    (one,) = window_questions.ask("7x7", "20000", stride="1", padding="10000", op="maxpool")
    assert (one.cells, one.taps) == ((), ())
    assert expected(one).shape == (8, 8)
    (conv,) = window_questions.ask("112x112", "100", op="conv")
    assert len(conv.taps) == 10_000, "which frameworks are given"
    assert conv.cells == ()
