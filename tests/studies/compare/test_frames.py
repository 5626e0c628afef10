"""Frames: measured beside predicted, an absent row counting as 0, keys unique, layers adding up to totals."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings

from crosscheck import models
from crosscheck.contract.network import Model
from crosscheck.contract.rows import TOTAL, UNATTRIBUTED, Measurement
from crosscheck.conventions import read as convention
from crosscheck.counting.engine import tally
from crosscheck.errors import RowError
from crosscheck.studies.compare import frames
from tests.helpers import made_up, row, same, tallies, truthful
from tests.random_networks import networks

LENET = models.build("lenet5")
MAC = convention.load("mac")


def measured(*rows: Measurement) -> pd.DataFrame:
    return frames.measurements(rows, tallies([LENET]), {"mac": MAC})


def residuals(frame: pd.DataFrame) -> dict[str, object]:
    """Residual by layer, None where there is none."""
    return {str(r["layer"]): None if pd.isna(r["residual"]) else int(r["residual"]) for r in frame.to_dict("records")}


def test_columns_and_types_are_fixed() -> None:
    frame = measured(row(LENET, "tool", value=1), row(LENET, "tool", "features.c1", None, status="absent"))
    assert list(frame.columns) == frames.MEASUREMENT_COLUMNS
    wanted = {c: "Int64" if c in frames.INTEGERS else "string" for c in frame.columns}
    same({c: str(t) for c, t in frame.dtypes.items()}, wanted, "column types")


def test_a_residual_is_measured_minus_predicted() -> None:
    frame = measured(
        row(LENET, "tool", "features.c1", 117_600),
        row(LENET, "tool", "features.c3", 240_007),
        row(LENET, "tool", "features.tanh1", 5),
        row(LENET, "tool", value=416_520 - 2),
    )
    same(residuals(frame), {"features.c1": 0, "features.c3": 7, "features.tanh1": 5, TOTAL: -2})


def test_counts_beyond_the_precision_of_a_float_stay_exact() -> None:
    huge = 2**60 + 1
    frame = measured(row(LENET, "tool", value=huge), row(LENET, "tool", "features.c1", None, status="absent"))
    assert residuals(frame)[TOTAL] == huge - 416_520


def test_an_absent_row_counts_as_0() -> None:
    frame = measured(
        row(LENET, "tool", "features.tanh1", None, status="absent"),
        row(LENET, "tool", "features.c1", None, status="absent"),
    )
    same(residuals(frame), {"features.tanh1": 0, "features.c1": -117_600})


@pytest.mark.parametrize("status", ["error", "skipped", "unsupported"])
def test_a_cell_without_an_answer_has_no_residual(status: str) -> None:
    frame = measured(row(LENET, "tool", value=None, status=status, message="why"))
    assert residuals(frame) == {TOTAL: None}
    assert frame["predicted"].isna().all()
    assert frames.totals(frame).empty
    assert len(frames.unexplained(frame, [])[0]) == 0


def test_what_a_tool_counts_outside_every_layer_is_predicted_as_0() -> None:
    frame = measured(row(LENET, "tool", UNATTRIBUTED, 9))
    assert residuals(frame) == {UNATTRIBUTED: 9}


def test_a_repeated_key_is_refused_and_named() -> None:
    one = row(LENET, "tool", "features.c1", 1)
    with pytest.raises(RowError, match=r"two rows for lenet5 × 1x1x32x32 × tool × features.c1 × compute"):
        measured(one, replace(one, value=2))
    assert len(measured(one, replace(one, metric="params"), replace(one, tool="other"), replace(one, layer=TOTAL))) == 4


def test_models_and_inputs_are_kept_apart() -> None:
    batch = models.build("lenet5", batch=2)
    rows = [*truthful(tally(LENET), "tool", MAC), *truthful(tally(batch), "tool", MAC)]
    frame = frames.measurements(rows, tallies([LENET, batch]), {"mac": MAC})
    assert (frame["residual"] == 0).all()
    assert len(frame) == len(rows)


@settings(max_examples=25, deadline=None)
@given(networks())
def test_layers_add_up_to_the_total_with_what_is_unattributed(model: Model) -> None:
    loose = made_up("loose", {"compute": {"conv": {"mac": 1}, "linear": {"mac": 1}, "relu": {"out_elements": 1}}})
    c = replace(loose, metrics={"compute": replace(loose.table("compute"), functional="container")})
    frame = frames.measurements(truthful(tally(model), "tool", c), tallies([model]), {"loose": c})
    whole = frame["layer"] == TOTAL
    for column in ("value", "predicted"):
        assert frame[~whole][column].sum() == frame[whole][column].sum()
    assert (frame["residual"] == 0).all()


def test_terms_of_every_pair_add_up_to_the_difference_of_totals() -> None:
    beta = made_up("beta", {"compute": {"conv": {"mac": 2, "bias_add": 1}, "linear": {"mac": 2}, "tanh": {"out_elements": 5}}})
    gamma = made_up("gamma", {"compute": {"linear": {"mac": 1}}})
    conventions = {"mac": MAC, "beta": beta, "gamma": gamma}
    rows = [r for c in conventions.values() for r in truthful(tally(LENET), f"tool of {c.id}", c)]
    frame = frames.measurements(rows, tallies([LENET]), conventions)
    table = frames.discrepancies(frame, tallies([LENET]), conventions)
    assert list(table.columns) == frames.DISCREPANCY_COLUMNS
    pairs = table.groupby(["metric", "tool_a", "tool_b"])
    assert set(pairs.groups) == {
        ("compute", "tool of mac", "tool of beta"),
        ("compute", "tool of mac", "tool of gamma"),
        ("compute", "tool of beta", "tool of gamma"),
    }, "parameters are given by one tool alone, so there is no pair"
    for key, terms in pairs:
        assert terms["term"].sum() == terms["difference"].iloc[0] == terms["value_a"].iloc[0] - terms["value_b"].iloc[0], key
        assert (terms["residual"] == 0).all()
    assert set(table["tool_a"] + table["unit_a"]) == {"tool of macMAC", "tool of betabeta units"}


def test_a_difference_that_terms_do_not_reach_is_the_residual_of_the_pair() -> None:
    rows = [row(LENET, "a", value=416_520), row(LENET, "b", value=416_500)]
    table = frames.discrepancies(measured(*rows), tallies([LENET]), {"mac": MAC})
    (only,) = table.to_dict("records")
    assert (only["difference"], only["cause"], only["term"], only["residual"]) == (20, "none", 0, 20)
