"""The command ``count``: tables, formats, layers and metrics."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from crosscheck import models
from crosscheck.conventions import read as convention
from tests.cli.tables import rows


def test_count_prints_a_table_with_thousands_and_units(crosscheck: Any) -> None:
    code, out, err = crosscheck("count", "resnet50")
    assert (code, err) == (0, "")
    assert "4,089,184,256" in out
    assert "25,557,032" in out
    assert "MAC" in out
    assert max(map(len, out.splitlines())) <= 100


def test_count_gives_the_same_numbers_as_json_and_csv(crosscheck: Any) -> None:
    words = ("count", "vgg16", "-c", "mac", "-c", "torchinfo", "--input", "3x256x256", "--batch", "2", "--classes", "7")
    _, as_json, _ = crosscheck(*words, "--format", "json")
    _, as_csv, _ = crosscheck(*words, "-f", "csv")
    found = json.loads(as_json)
    assert [{k: str(v) for k, v in r.items()} for r in found] == rows(as_csv)
    assert {(r["convention"], r["metric"]) for r in found} == {
        (c, m) for c in ("mac", "torchinfo") for m in convention.load(c).metrics
    }
    assert {r["input"] for r in found} == {"2x3x256x256"}
    params = {r["convention"]: r["value"] for r in found if r["metric"] == "params"}
    assert params == dict.fromkeys(params, 138_357_544 - 993 * 4_097)


@pytest.mark.parametrize("output", ["json", "csv"])
def test_layers_add_up_to_the_total(crosscheck: Any, output: str) -> None:
    code, out, _ = crosscheck("count", "resnet18", "--layers", "-c", "mac", "-c", "paddle_flops", "-f", output)
    assert code == 0
    *layers, total = json.loads(out) if output == "json" else rows(out)
    assert total["layer"] == "(total)"
    assert [r["layer"] for r in layers] == [x.id for x in models.build("resnet18").layers]
    columns = [c for c in total if c not in ("layer", "op", "output", "MACs =")]
    assert len(columns) == 4
    for column in columns:
        assert sum(int(r[column]) for r in layers) == int(total[column]) > 0, column


def test_a_convention_named_twice_is_shown_once(crosscheck: Any) -> None:
    _, once, _ = crosscheck("count", "lenet", "-c", "mac", "-f", "csv")
    _, twice, _ = crosscheck("count", "lenet", "-c", "mac", "-c", "mac", "-f", "csv")
    assert once == twice


def test_count_shows_only_the_metrics_that_are_asked_for_and_bytes_in_words(crosscheck: Any) -> None:
    words = ("count", "resnet18", "-b", "64", "-c", "torchsummary_151")
    code, out, _ = crosscheck(*words, "-m", "memory")
    assert code == 0
    flat = " ".join(out.split())
    assert "4,299,245,728 B" in flat
    assert "4,100.08 MB of 2^20 B, 4,299.25 MB of 1e6 B" in flat
    _, out, _ = crosscheck(*words, "-m", "memory_params", "-m", "memory", "-f", "json")
    assert [(r["metric"], r["value"], r["unit"]) for r in json.loads(out)] == [
        ("memory_params", 46_758_048, "B"),
        ("memory", 4_299_245_728, "B"),
    ]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("-c", "mac", "-m", "memory"), "convention 'mac' gives no memory. Hint: it gives compute, params"),
        (("-m", "memry"), "unknown metric 'memry'. Hint: did you mean memory"),
    ],
)
def test_a_metric_that_is_not_there_is_one_line(crosscheck: Any, words: Sequence[str], message: str) -> None:
    code, out, err = crosscheck("count", "lenet", *words)
    assert (code, out) == (2, "")
    assert message in err


@pytest.mark.parametrize("words", [("resnet152", "-c", "arithmetic"), ("lenet5", "-c", "mac", "-c", "torchinfo"), ("vgg16",)])
def test_a_table_of_layers_keeps_to_the_width_and_names_what_it_leaves_out(crosscheck: Any, words: Sequence[str]) -> None:
    code, out, _ = crosscheck("count", *words, "--layers")
    assert code == 0
    assert max(map(len, out.splitlines())) <= 100
    _, as_json, _ = crosscheck("count", *words, "--layers", "-f", "json")
    last = json.loads(as_json)[-1]
    flat = " ".join(out.split())
    for key, value in last.items():
        if isinstance(value, int):
            assert f"{value:,}" in flat or key.split(" ")[1] in flat.partition("(total)")[2], key
