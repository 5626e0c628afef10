"""One engine: what a figure is found to be does not depend on whether it stands in a table or is asked about."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosscheck.errors import UsageError
from crosscheck.studies.figures import identify, trial
from crosscheck.studies.figures.record import Figure
from crosscheck.studies.figures.verdict import EXACT, EXPLAINED, ROUNDS, UNREADABLE, Verdict

WORDS = {"compute": "FLOPs", "params": "params", "memory_activations": "activation memory", "": ""}
UNITS = ["", "G", "M", "GFLOPs", "GMACs", "M params", "B", "MB", "MiB", "GMAdds", "apples", "K"]


def in_a_table(model: str, value: str, unit: str, metric: str) -> Verdict:
    (found,) = trial.judge([Figure("mine.csv", 2, model=model, metric=WORDS[metric], value=value, unit=unit)])
    return found


@pytest.mark.parametrize(
    ("model", "value", "unit", "metric", "number", "kinds"),
    [
        ("resnet50", "23.53", "M", "params", 23_528_522, ["classes"]),
        ("resnet50", "23508032", "", "", 23_508_032, ["part"]),
        ("resnet18", "62.79", "MB", "memory_activations", 65_843_008, ["tool"]),
        ("vgg16", "15470", "M MAdd", "", 15_470_264_320, []),
        ("vgg16", "15.5", "GMAdds", "", 15_470_264_320, []),
        ("vgg16", "30.94", "B", "compute", 2 * 15_470_264_320, []),
        ("vgg16", "30.94", "BFLOPs", "", 2 * 15_470_264_320, []),
        ("ResNet-50", "25.56", "M", "params", 25_557_032, []),
        ("resnet50", "25.61", "M params", "", 25_610_152, ["tool"]),
        ("resnet50", "4.1", "", "compute", 4_089_184_256, ["unit"]),
        ("resnet50", "44.55", "M", "params", 44_549_160, ["other"]),  # ResNet-101's
    ],
)
def test_figures_that_people_brought(model: str, value: str, unit: str, metric: str, number: int, kinds: list[str]) -> None:
    best = identify.identify(model, f"{value} {unit}", metric or None).fits[0]
    assert best.exact * best.factor == number
    assert [a.kind for a in best.assumptions] == kinds
    found = in_a_table(model, value, unit, metric)
    if found.fit:
        assert found.fit.candidate.number == number
        assert [a.kind for a in found.fit.assumed] == kinds
        assert found.kind in (EXACT, ROUNDS, EXPLAINED)
    else:  # wrong figures beside it would pass as well: what is likeliest is told
        assert f"likeliest: {number:,}" in found.says


@given(
    model=st.sampled_from(["resnet18", "vgg16", "alexnet", "ResNet-18"]),
    value=st.from_regex(r"[1-9][0-9]?(\.[0-9]{1,3})?(~[1-9][0-9](\.[0-9])?)?|[1-9][0-9]{4,9}|[a-z]{1,2}|4,1", fullmatch=True),
    unit=st.sampled_from(UNITS),
    metric=st.sampled_from(list(WORDS)),
)
@settings(max_examples=60, deadline=None)
def test_whatever_one_reads_finds_or_refuses_so_does_the_other(model: str, value: str, unit: str, metric: str) -> None:
    found = in_a_table(model, value, unit, metric)
    try:
        answer = identify.identify(model, f"{value} {unit}", metric or None)
    except UsageError:
        assert found.kind == UNREADABLE
        return
    assert (answer.verdict.kind, answer.verdict.tried, answer.verdict.decoys) == (found.kind, found.tried, found.decoys)
    if found.fit:
        best = answer.verdict.fit
        assert best
        assert (best.candidate, best.scale, best.assumed) == (found.fit.candidate, found.fit.scale, found.fit.assumed)
        assert best.candidate.by in answer.fits[0].conventions
        assert best.worth == answer.fits[0].cost


@pytest.mark.parametrize("output", ["table", "csv", "json"])
def test_where_nothing_fits_every_format_says_so_and_the_command_ends_with_1(run: Callable[..., Any], output: str) -> None:
    done = run("identify", "resnet50", "9.17", "GFLOPs", "-f", output)
    assert done.returncode == 1
    if output == "csv":
        assert {r["fits"] for r in csv.DictReader(io.StringIO(done.stdout))} == {"no"}
    elif output == "json":
        data = json.loads(done.stdout)
        assert (data["fits"], {r["fits"] for r in data["nearest"]}) == (0, {"no"})
    else:
        assert "nothing fits" in done.stdout
    assert run("identify", "resnet50", "4.09", "GFLOPs", "-f", output).returncode == 0
