"""Lowerings are laws: rewriting keeps shapes and MACs, and every change is named."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosscheck import models
from crosscheck.contract.network import Model
from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from crosscheck.errors import CrosscheckError, UnknownNameError, UsageError
from crosscheck.explain import rewrites as rewritten
from crosscheck.exports import recipe as lowerings
from crosscheck.exports.layout import last
from crosscheck.exports.nodes import node, shape_of
from crosscheck.exports.recipe import lower, recipe, recipes, seen
from crosscheck.exports.rewrites import REWRITES, TYPES
from crosscheck.measuring import catalog
from crosscheck.models.writer import Graph
from tests.exports.lowering import CHANNELS_LAST, EXPORTS, attempt, total, wired
from tests.exports.networks import plain_networks
from tests.helpers import floor, same
from tests.random_networks import networks

FILE_CONVENTIONS = [c for c in convention.ids() if convention.load(c).reads_onnx]


@pytest.mark.parametrize("export", EXPORTS)
def test_a_lowered_network_computes_as_much_on_the_same_shapes(export: str) -> None:
    reached: Counter[str] = Counter()

    @given(model=plain_networks())
    @settings(max_examples=40, deadline=None)
    def law(model: Model) -> None:
        lowered, refused = attempt(model, export)
        if lowered is None:
            assert "no recipe knows" in refused
            return
        reached["lowered"] += 1
        reached["changed"] += bool(lowered.changes)
        wired(lowered.model)
        before, after = total(lowered, "compute")
        assert before == after
        end, wanted = (shape_of(m, m.outputs[0]) for m in (lowered.model, model))
        assert end == (last(wanted) if export in CHANNELS_LAST else wanted)
        ins = [last(i.shape) if export in CHANNELS_LAST else i.shape for i in model.inputs]
        assert [i.shape for i in lowered.model.inputs] == ins
        assert not lowered.residual(lowered.counted)

    law()
    floor(reached, lowered=30, changed=10)


@pytest.mark.parametrize("export", EXPORTS)
def test_every_change_is_named(export: str) -> None:
    """What is described and all changes together are what the file has, for each op and primitive and each type of node."""
    reached: Counter[str] = Counter()

    @given(model=plain_networks())
    @settings(max_examples=25, deadline=None)
    def law(model: Model) -> None:
        lowered, _ = attempt(model, export)
        if lowered is None:
            return
        sums = dict(seen(lowered.described))
        for change in lowered.changes:
            assert change.step.says
            assert all(change.counts.values())
            for key, n in change.counts.items():
                sums[key] = sums.get(key, 0) + n
            reached["changes"] += 1
        same({k: n for k, n in sums.items() if n}, seen(lowered.counted), "description and changes")
        assert sum(c.nodes for c in lowered.changes) == lowerings.nodes(lowered.counted) - len(model.layers)

    law()
    floor(reached, changes=15)


def test_a_layer_without_a_word_is_refused_by_name() -> None:
    reached: Counter[str] = Counter()

    @given(model=st.one_of(networks(), plain_networks()))
    @settings(max_examples=200, deadline=None)
    def law(model: Model) -> None:
        for export in EXPORTS:
            lacking = [x for x in model.layers if x.op not in recipe(export).ops]
            lowered, refused = attempt(model, export)
            if lowered is not None:
                assert not lacking
                wired(lowered.model)
            elif "no word" in refused:
                assert repr(lacking[0].op) in refused
            else:
                assert "no recipe knows" in refused or "grouped" in refused
            reached["lowered" if lowered else "no word" if lacking else "refused otherwise"] += 1

    law()
    floor(reached, **{"lowered": 90, "no word": 20})


@pytest.mark.parametrize("export", EXPORTS)
def test_an_input_that_comes_out_as_it_went_in_is_never_turned(export: str) -> None:
    g = Graph("idle", (1, 2, 4, 5))
    g.add("drop", "dropout")
    lowered = lower(g.build(), recipe(export))
    wired(lowered.model)
    end = shape_of(lowered.model, lowered.model.outputs[0])
    assert end == ((1, 4, 5, 2) if export in CHANNELS_LAST else (1, 2, 4, 5))


@pytest.mark.parametrize("name", models.DEFAULT_SET)
def test_folding_a_batch_norm_takes_four_numbers_a_channel_and_gives_one(name: str) -> None:
    model = models.build(name)
    channels = engine.tally(model).totals.get("batchnorm", {}).get("channels", 0)
    lowered = lower(model, recipe("torch-script"))
    changed: dict[str, int] = {}
    for change in lowered.changes:
        if change.step.rewrite == "fold_batchnorm":
            changed |= {p: n for (_, p), n in change.counts.items() if p in ("bias", "norm_scale", "norm_shift", "running_stats")}
    parts = {"bias": channels, "norm_scale": -channels, "norm_shift": -channels, "running_stats": -2 * channels}
    same(changed, {p: n for p, n in parts.items() if n})
    before, after = total(lowered, "params")
    assert before - after == channels
    assert not lowered.counted.sum("running_stats")


def test_a_convolution_that_two_read_keeps_its_batch_norm() -> None:
    g = Graph("shared", (1, 2, 5, 5))
    conv = g.add("conv", "conv", out_channels=3, kernel=1, bias=False)
    g.add("bn", "batchnorm")
    g.add("sum", "add", g.last, conv)
    model = lower(g.build(), recipe("torch")).model
    assert [x.op for x in model.layers] == ["conv", "batchnorm", "add"]
    assert not model.layers[0].attrs["bias"]


@pytest.mark.parametrize("id", FILE_CONVENTIONS)
@pytest.mark.parametrize("name", ["lenet", "alexnet-paper", "resnet50"])
def test_terms_of_rewrites_add_up_under_every_convention_that_counts_files(id: str, name: str) -> None:
    by, model = convention.load(id), models.build(name)
    described, summed = engine.tally(model), 0
    for export in EXPORTS:
        if name == "alexnet-paper" and export in CHANNELS_LAST:
            continue
        lowered = lower(model, recipe(export))
        for metric in by.metrics:
            terms = rewritten.terms(lowered, by, metric)
            before, after = (engine.total(t, by, metric) for t in (described, lowered.counted))
            assert before + sum(t.value for t in terms) == after
            assert all(t.value == t.weight_a * t.count and t.rewrite and t.source for t in terms)
            summed += len(terms)
    assert summed >= 3


def test_every_export_has_a_recipe_and_every_recipe_an_export() -> None:
    assert set(recipes()) == {e for info in catalog.frameworks().values() for e in info.exports}
    for r in recipes().values():
        info = next(i for i in catalog.frameworks().values() if r.export in i.exports)
        assert r.package in {info.module, *info.packages, *info.needs}
        assert set(r.ops) <= set(TYPES)
    assert {s.rewrite for r in recipes().values() for s in r.steps} == set(REWRITES)


@pytest.mark.parametrize("name", models.DEFAULT_SET)
@pytest.mark.parametrize("export", EXPORTS)
def test_the_default_set_is_covered(name: str, export: str) -> None:
    model = models.build(name)
    if name == "alexnet-paper" and export in CHANNELS_LAST:
        with pytest.raises(UsageError, match=r"'features\.conv2'.*grouped convolution"):
            lower(model, recipe(export))
        return
    lowered = lower(model, recipe(export))
    wired(lowered.model)
    assert lowerings.nodes(lowered.counted) >= len(model.layers) // 2


def test_what_is_not_known_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="did you mean torch"):
        recipe("trch")
    g = Graph("odd", (1, 2, 7, 7))
    g.add("pool", "adaptive_avgpool", output_size=3)
    with pytest.raises(UsageError, match="differ in size"):
        lower(g.build(), recipe("torch"))
    g = Graph("odd", (1, 2, 7, 7))
    g.add("norm", "batchnorm", affine=False)
    with pytest.raises(UsageError, match="layer 'norm'"):
        lower(g.build(), recipe("paddle"))
    g = Graph("odd", (1, 2, 8, 8))
    g.add("tanh", "tanh")
    g.add("pool", "maxpool", kernel=3, stride=2, padding=1)
    with pytest.raises(UsageError, match="layer 'pool'"):
        lower(g.build(), recipe("tf"))


STEP = '[[x.steps]]\nrewrite = "drop"\nsays = "gone"\nsource = "x.py"\nops = ["relu"]\n'
HEAD = '[x]\npackage = "x"\nversions = ">=1"\nops = ["relu"]\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEAD + STEP.replace('"drop"', '"dorp"'), "names no rewrite: 'dorp'"),
        (HEAD + STEP.replace('source = "x.py"\n', ""), "lacks source"),
        (HEAD + STEP.replace('"gone"', '""'), "lacks says"),
        (HEAD.replace('package = "x"\n', "") + STEP, "lacks package"),
    ],
)
def test_a_recipe_that_is_wrong_is_named(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "recipes.toml"
    path.write_text(text)
    with pytest.raises(CrosscheckError, match=told):
        recipes(path)


def test_a_node_that_gives_another_shape_is_refused() -> None:
    with pytest.raises(CrosscheckError, match="gives"):
        node("n", "relu", "Relu", [("x", (1, 2))], (1, 3))
