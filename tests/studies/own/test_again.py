"""A residual is looked at twice: what differs the second time is named, what comes back stays."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from crosscheck.contract.rows import Measurement
from crosscheck.errors import UsageError
from crosscheck.studies.own.again import settled
from crosscheck.studies.own.found import Found
from tests.studies.own.test_run import found, row


def looked(first: Sequence[Measurement], second: Sequence[Measurement]) -> tuple[Found, list[Sequence[str]]]:
    """What is settled of both, and which tools were asked again."""
    asked: list[Sequence[str]] = []

    def look(odd: Sequence[str]) -> Found:
        asked.append(odd)
        return found(*second)

    return settled(found(*first), look), asked


def test_without_a_residual_nobody_is_asked_again() -> None:
    f, asked = looked([row("flop_counter")], [])
    assert (f, asked) == (found(row("flop_counter")), [])


def test_a_residual_that_comes_back_stays() -> None:
    f, asked = looked([row("flop_counter", value=61)], [row("flop_counter", value=61)])
    assert (asked, f.lines[0].residual, f.exit_code) == ([["flop_counter"]], 1, 1)


@pytest.mark.parametrize("value", [60, 90])
def test_a_tool_that_says_something_else_a_second_time_has_a_reason_and_no_prediction(value: int) -> None:
    f, _ = looked([row("flop_counter", value=61)], [row("flop_counter", value=value)])
    (line,) = f.lines
    assert (line.row.value, line.predicted, line.residual, f.exit_code) == (61, None, None, 3)
    assert line.why == f"the network does not run alike each time: a second time the tool says {value}"


def test_a_network_that_is_not_seen_a_second_time_has_a_reason_too() -> None:
    def look(_: Sequence[str]) -> Found:
        raise UsageError("nothing came back")

    f = settled(found(row("flop_counter", value=61)), look)
    assert f.lines[0].why == "the network does not run alike each time: a second time nothing came back"


def test_lines_without_a_residual_are_as_they_were() -> None:
    exact = row("flop_counter")
    f, _ = looked([exact, row("torch_profiler", value=7)], [row("torch_profiler", value=8)])
    assert f.lines[0] == found(exact).lines[0]
