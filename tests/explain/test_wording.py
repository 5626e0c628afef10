"""One wording of a sum: whatever is shown can be read back and adds up to the number."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosscheck import models
from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from crosscheck.explain import terms, wording
from crosscheck.explain.number import Known, Number, prediction, step
from crosscheck.report.pages import sums
from crosscheck.report.render.charts import plain

COUNTED = {name: engine.tally(models.build(name)) for name in ("lenet", "resnet18", "alexnet")}
TOOLS = [c for c in convention.ids() if "compute" in convention.load(c).metrics and convention.load(c).framework != "caffe"]
PRODUCT = r"([+−]?) ?(?:([\d,]+) × )?([\d,]+) (\w+)"


def told(n: Number) -> str:
    text = plain(sums.equation(n))
    if re.search(r"[-]\d", text):
        raise AssertionError(f"a hyphen for a minus: {text}")
    return text


def read(text: str) -> int:
    """The value of a sum, read back from its words."""
    sum_ = 0
    for sign, weight, count, _ in re.findall(PRODUCT, text):
        sum_ += (-1 if sign == "−" else 1) * int(weight.replace(",", "") or 1) * int(count.replace(",", ""))
    return sum_


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(TOOLS), st.sampled_from(TOOLS), st.sampled_from(sorted(COUNTED)), st.booleans(), st.integers(-9, 9))
def test_what_is_shown_adds_up(a: str, b: str, network: str, by_op: bool, off: int) -> None:
    counted, one, other = COUNTED[network], convention.load(a), convention.load(b)
    n = prediction(counted, one, "compute").measured(Known(engine.total(counted, one, "compute") + off, "measured"))
    assert read(wording.sum_text(n.terms, by_op)) == n.predicted == n.value - off
    assert sum(p.weight * p.count for p in wording.parts(n.terms, by_op)) == n.predicted
    assert told(n).startswith(f"{n.value:,} {n.unit} = ")
    assert told(n).endswith("; residual " + f"{off:,}".replace("-", "−"))
    way = step(prediction(counted, other, "compute"), n, terms.difference(counted, one, counted, other, "compute"))
    assert way.residual == off
    assert read(wording.sum_text(way.terms)) == way.value - off, "a difference is a sum as any other"


def test_a_sum_reads_as_people_write_it() -> None:
    mac, profiler = (prediction(COUNTED["resnet18"], convention.load(c), "compute") for c in ("mac", "torch_profiler"))
    assert told(mac) == "1,814,073,344 MAC = 1,813,561,344 mac (conv) + 512,000 mac (linear); residual 0"
    assert wording.sum_text(mac.terms, by_op=False) == "1,814,073,344 mac"
    assert " − 752,640 inplace_element_sums (add)" in told(profiler)
    assert wording.sum_text(()) == "0"


@pytest.mark.parametrize(
    ("value", "line"),
    [
        (416_521, "residual +1 MAC: here (measured 416,521, predicted 416,520)"),
        (416_508, "residual −12 MAC: here (measured 416,508, predicted 416,520)"),
        (None, "residual −416,520 MAC: here (measured no row, predicted 416,520)"),
    ],
)
def test_what_is_unexplained_says_by_how_much(value: int | None, line: str) -> None:
    assert wording.unexplained("here", value, 416_520, "MAC") == line
