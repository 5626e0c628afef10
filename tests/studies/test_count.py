"""Counts by conventions: layers add up to totals, and a total that misses something says what."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosscheck import models
from crosscheck.contract.network import Layer, Model
from crosscheck.contract.origin import Origin
from crosscheck.conventions import read as convention
from crosscheck.report.document import Number, Table, phrase
from crosscheck.report.pages import count as page
from crosscheck.studies.count import count
from tests.helpers import subject

FOR_FILES = ("caffe", "caffe_rc3", "onnx_opcounter", "onnx_tool", "opencv")
ABLE = [c for c in convention.ids() if c not in FOR_FILES]


@settings(max_examples=20, deadline=None)
@given(
    st.sampled_from(["lenet5", "resnet18", "vgg16-cifar"]), st.lists(st.sampled_from(ABLE), min_size=1, max_size=3, unique=True)
)
def test_layers_add_up_to_the_total_where_a_convention_adds_up_layers(name: str, ids: list[str]) -> None:
    found = count(subject(models.build(name)), ids, layers=True)
    assert all(t.metric != "layers" for t in found.totals)
    for k, t in enumerate(found.totals):
        assert sum(r.values[k] for r in found.rows) == t.value, (t.convention, t.metric)
        assert not t.caveat


def with_unknown(bound: tuple[int, ...] | None) -> Model:
    """LeNet-5 with a layer behind it that nobody knows, as files have them."""
    net = models.build("lenet5")
    last = net.layers[-1]
    unknown = Layer(
        "mystery",
        "unknown",
        {"shape": last.y},
        (last.id,),
        (last.y,),
        (last.y,),
        origin=Origin("onnx", "Mystery", bound=bound),
    )
    return replace(net, layers=(*net.layers, unknown), outputs=("mystery",))


@pytest.mark.parametrize(("bound", "most"), [((7, 1_000), "at most 7,000 MACs"), (None, "no bound is known")])
def test_a_total_without_what_nobody_knows_is_a_lower_bound_in_every_row(bound: tuple[int, ...] | None, most: str) -> None:
    document = page.brief(count(subject(with_unknown(bound)), ["mac"]))
    (rows,) = document.data
    assert rows.fields[-1] == "caveat"
    by_metric = {row[3]: row for row in rows.rows}
    assert by_metric["compute"][4:] == (416_520, "MAC", f"not counted: 1 Mystery, {most}")
    (shown,) = (p for p in document.parts if isinstance(p, Table))
    value = next(row[1] for row in shown.rows if row[0] == "compute")
    assert phrase(value) == (page.AT_LEAST, *phrase(" "), Number(416_520))
    (layers,) = page.brief(count(subject(with_unknown(bound)), ["mac"], layers=True)).data
    assert [bool(row[-1]) for row in layers.rows] == [False] * (len(layers.rows) - 2) + [True, True]


def test_networks_that_are_described_have_no_column_for_what_is_missing() -> None:
    (rows,) = page.brief(count(subject(models.build("lenet5")), ["mac"])).data
    assert rows.fields == ("model", "input", "convention", "metric", "value", "unit")
