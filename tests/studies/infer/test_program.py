"""The solver's answers are right in whole numbers, however small a term is beside the total."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosscheck.studies.infer import program
from crosscheck.studies.infer.program import Problem

SIZES = (10**10, 10**7, 10**4, 10)


@st.composite
def planted(draw: st.DrawFn) -> tuple[tuple[tuple[int, ...], ...], tuple[int, ...]]:
    """Rows of counts of very different sizes, and weights, some of them 0."""
    rows = tuple(tuple(draw(st.integers(size, 9 * size)) for size in SIZES) for _ in range(6))
    return rows, tuple(draw(st.lists(st.integers(-6, 6), min_size=4, max_size=4)))


@given(planted())
@settings(max_examples=25, deadline=None)
def test_planted_weights_are_found_to_the_last_unit(case: tuple[tuple[tuple[int, ...], ...], tuple[int, ...]]) -> None:
    rows, weights = case
    totals = [sum(w * c for w, c in zip(weights, row, strict=True)) for row in rows]
    problem = Problem(rows, tuple((t, t) for t in totals), (1,) * 4, (6,) * 4)
    found = program.solve(problem)
    assert all(program.holds(found.weights or (0,) * 4, row, (t, t)) for row, t in zip(rows, totals, strict=True))
    assert sum(map(bool, found.weights)) <= sum(map(bool, weights))
    off = (totals[0] + 1, totals[0] + 1)
    spoilt = program.solve(Problem(rows, (off, *problem.bounds[1:]), (1,) * 4, (6,) * 4))
    assert not spoilt.weights or not program.holds(weights, rows[0], off), "one unit more is another number"


def test_a_solution_is_what_rows_leave_to_a_goal() -> None:
    rows = [[3, 1], [5, 2]]
    assert program.reach(rows, [(11, 11), (19, 19)], [1, 0], [6, 6]) == (3, 3)
    assert program.reach(rows[:1], [(11, 11)], [0, 1], [6, 6]) == (-4, 5), "the weights (5, -4), (4, -1), (3, 2) and (2, 5)"
    assert program.reach(rows, [(11, 11), (20, 20)], [1, 0], [1, 1]) is None


def test_the_solver_keeps_off_the_output(capfd: pytest.CaptureFixture[str]) -> None:
    program.solve(Problem(((7,),), ((14, 14),), (1,), (6,)))
    assert capfd.readouterr().out == ""


def test_what_presolving_calls_impossible_is_tried_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """As it does of other weights for the default networks by calflops, which are there: a second answer would pass for none."""
    optimize = program.solver()
    real = optimize.milp

    def hasty(*args: Any, **told: Any) -> Any:
        nothing = SimpleNamespace(x=None, status=program.INFEASIBLE)
        return nothing if told["options"]["presolve"] else real(*args, **told)

    monkeypatch.setattr(optimize, "milp", hasty)
    assert program.solve(Problem(((7,),), ((14, 14),), (1,), (6,))).weights == (2,)
    assert program.solve(Problem(((7,),), ((15, 15),), (1,), (6,))) == program.Solution(proved=True)
