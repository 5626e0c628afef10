"""What crosses a boundary: rows refuse what is no exact integer, and come back from a line as they went."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from crosscheck import models
from crosscheck.contract.rows import Fact, Measurement, RunInfo, dump_line, from_dict, to_dict
from crosscheck.errors import RowError
from tests.helpers import row

LENET = models.build("lenet5")


@pytest.mark.parametrize("value", [1.0, 0.5, True, False, "3", float("nan"), 1 + 0j, [1]])
def test_a_value_that_is_no_exact_integer_is_refused(value: Any) -> None:
    with pytest.raises(RowError, match=r"lenet5 × tool × features\.c1: .* is not an exact integer"):
        row(LENET, "tool", "features.c1", value)


def test_an_integer_of_any_size_and_none_are_values() -> None:
    for value in (0, -3, 10**30, None):
        assert row(LENET, "tool", value=value).value == value


def test_status_and_metric_come_from_a_closed_list() -> None:
    with pytest.raises(RowError, match="lenet5 × tool: unknown status 'fine'"):
        row(LENET, "tool", status="fine")
    with pytest.raises(RowError, match="lenet5 × tool: unknown metric 'flops'"):
        row(LENET, "tool", metric="flops")


def test_a_key_tells_rows_apart_by_everything_but_what_was_measured() -> None:
    base = row(LENET, "tool")
    telling: dict[str, Any] = {"run": "2", "model": "m", "input": "1x1", "tool": "t", "layer": "x", "metric": "params"}
    measured: dict[str, Any] = {"value": 7, "unit": "u", "message": "m", "status": "error", "tool_version": "2"}
    for name, other in (telling | measured).items():
        assert (replace(base, **{name: other}).key == base.key) == (name in measured), name


@pytest.mark.parametrize(
    "sent",
    [
        row(LENET, "tool", value=10**18, message="ü × \n"),
        Fact("net", "fake", "1x1x32x32", "conv", (1, 6, 28, 28), 156, 0),
        Fact("net", "fake", "1x1x32x32", "conv", None, None, None),
        RunInfo("fake", {"torch": "2.9"}, "Linux"),
    ],
)
def test_a_row_comes_back_from_its_line_as_it_went(sent: Any) -> None:
    line = dump_line("row", to_dict(sent))
    assert line.endswith("\n")
    assert line.count("\n") == 1, "one row, one line, whatever stands in a message"
    data = json.loads(line)
    assert data.pop("event") == "row"
    assert from_dict(type(sent), data) == sent


def test_missing_and_unknown_fields_are_named() -> None:
    data = to_dict(row(LENET, "tool"))
    with pytest.raises(RowError, match=r"a Measurement row has missing or unknown fields: value$"):
        from_dict(Measurement, {k: v for k, v in data.items() if k != "value"})
    with pytest.raises(RowError, match=r"missing or unknown fields: colour, unit$"):
        from_dict(Measurement, {k: v for k, v in data.items() if k != "unit"} | {"colour": 1})
