"""What the page shows: tables as files have them, counts that grow evenly with the batch, toggles that say all there is."""

from __future__ import annotations

import csv
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from crosscheck import models
from crosscheck.contract.rows import TOTAL
from crosscheck.conventions import read as conventions
from crosscheck.counting.engine import tally, total
from crosscheck.errors import ConventionError, UsageError
from crosscheck.studies.site import layers, site, table, weights
from tests.helpers import floor

REPORTS = Path(__file__).parents[3] / "reports"


def test_a_table_that_is_none_is_named_with_its_row(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no tables in"):
        table.load(tmp_path)
    (tmp_path / "a.csv").write_text("x,y\n1,2\n3\n", encoding="utf-8")
    with pytest.raises(UsageError, match="row 3 has 1 cells under 2 headings"):
        table.load(tmp_path)
    (tmp_path / "a.csv").write_bytes(b"x\n\xff\n")
    with pytest.raises(UsageError, match="is no table"):
        table.load(tmp_path)


def test_no_option_of_a_toggle_is_there_twice_and_each_has_a_convention() -> None:
    found = site.explorer(("lenet5-1998", "alexnet-paper", "se-resnext50-32x4d"), own_size=True).toggles
    for t in found:
        codes = [o.code for o in t.options]
        assert len(set(codes)) == len(codes), (t.metric, t.id)
        assert all(o.by and o.label for o in t.options)
        assert t.id.endswith("sees") or any(o.source for o in t.options if o.charges), (t.metric, t.id)


def test_what_one_convention_does_is_one_option_of_each_toggle() -> None:
    found = site.explorer(("resnet50",), own_size=True).toggles
    told = 0
    for r in weights.conventions():
        for t in (t for t in found if t.metric in r.metrics):
            assert sum(r.id in o.by for o in t.options) == 1, (r.id, t.metric, t.id)
            told += 1
    floor({"told": told}, told=500)


def test_a_metric_without_toggles_is_one_that_nobody_gives_otherwise() -> None:
    """Whatever network, batch or input size: those that give it give the same."""
    names = ("lenet5-1998", "alexnet", "resnet18", "se-resnet50")
    toggled = {t.metric for t in site.explorer(names, own_size=True).toggles}
    assert {"compute", "params", "memory", "activations", "params_trainable"} <= toggled
    counted = [tally(models.build(name, batch=2)) for name in names]
    for metric in {m for r in weights.conventions() for m in r.metrics} - toggled:
        for c in counted:
            said = set()
            for r in (r for r in weights.conventions() if metric in r.metrics):
                with suppress(ConventionError):
                    said.add(total(c, conventions.load(r.id), metric))
            assert len(said) <= 1, (metric, c.model.name)


def test_every_weight_that_a_network_meets_belongs_to_one_toggle() -> None:
    """Options of a convention charge what its table charges, of each metric or, where its parts see apart, of each part."""
    e = site.explorer(("alexnet", "resnet50"), own_size=True)
    present = {(op, p) for c in e.counts for _, _, op, p in c.form.keys}
    for r in e.rules:
        for metric in {t.metric for t in e.toggles} & r.metrics.keys():
            own = [c for t in e.toggles if t.metric == metric for o in t.options if r.id in o.by for c in o.charges]
            tables = [r.metrics[p] for p in r.metrics[metric].parts] or [r.metrics[metric]]
            wanted: Counter[tuple[str, str]] = Counter()
            for w in (w for t in tables for w in t.weighings if (w.op, w.primitive) in present):
                wanted[w.op, w.primitive] += w.weight
            got = {(op, p): n for op, p, n in own if (op, p) in present}
            assert got == {key: n for key, n in wanted.items() if n}, (r.id, metric)


def test_layers_add_up_to_their_network() -> None:
    outlines, rows = layers.outlines([("resnet18", "1x3x224x224"), ("nobody", "1x2"), ("lenet", "3x1x28x28")])
    assert [o.name for o in outlines] == ["resnet18", "lenet"]
    for o in outlines:
        assert o.macs == tally(models.build(o.name, batch=int(o.input.split("x")[0]))).sum("mac")
        assert sum(r.params for r in rows if r.network == o.name) == o.params
    assert next(r for r in rows if r.id == "layer1.0.conv1").input == "1×64×56×56"


def test_ratios_are_those_of_the_measured_cells() -> None:
    found = site.report(REPORTS, own_size=True)
    with (REPORTS / "measurements.csv").open(encoding="utf-8", newline="") as file:
        whole = [r for r in csv.DictReader(file) if (r["layer"], r["metric"], r["status"]) == (TOTAL, "compute", "ok")]
    assert len(found.ratios) == len(whole) > 100
    assert ("flop_counter 2.13.0", "resnet50", 2.0) in found.ratios
