"""Questions about windows, drawn at random."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from crosscheck.contract.rows import Question
from crosscheck.studies.windows import questions as window_questions
from crosscheck.studies.windows.questions import question

pairs = st.tuples(st.integers(1, 4), st.integers(1, 4))
paddings = st.one_of(
    st.sampled_from(["SAME", "VALID"]),
    st.integers(0, 3),
    st.tuples(*[st.integers(0, 3)] * 2),
    st.tuples(*[st.integers(0, 3)] * 4),
)


@st.composite
def asked(
    draw: st.DrawFn, ops: Sequence[str] = window_questions.OPS, padding: st.SearchStrategy[Any] = paddings, ceil: bool = True
) -> Question:
    """A question of these ops with padding of that kind; ``ceil``: output sizes may be rounded up."""
    op = draw(st.sampled_from(ops))
    return question(
        op,
        draw(st.tuples(st.integers(1, 9), st.integers(1, 9))),
        draw(pairs),
        stride=draw(st.none() | pairs),
        padding=draw(padding),
        dilation=draw(st.integers(1, 3)),
        ceil=ceil and op != "conv" and draw(st.booleans()),
        include_pad=draw(st.sampled_from([None, True, False])) if op == "avgpool" else None,
    )
