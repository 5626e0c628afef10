"""Conventions: every file has a word on every op, every weight has a source, and a file that is wrong is refused by name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from crosscheck.contract.network import CONTAINER
from crosscheck.conventions import read as convention
from crosscheck.conventions.editions import holds, pick
from crosscheck.conventions.table import Convention, Ignored, Weight
from crosscheck.counting import engine
from crosscheck.errors import ConventionError, UnknownNameError
from crosscheck.ops import described as ops
from tests.helpers import convention_text, same
from tests.random_networks import every_op

LINE = re.compile(r"[\w/]+\.(py|cc|h|hpp|cpp|pyx):\d+")
GOOD = convention_text("good", {"compute": {"conv": {"mac": 2, "bias_add": 1}}, "params": {"conv": {"weight": 1}}})


def entries(c: Convention) -> Iterator[tuple[str, Weight | Ignored]]:
    """(metric, entry) for all that a convention says."""
    for metric, table in c.metrics.items():
        for weights in table.weighed.values():
            yield from ((metric, w) for w in weights)
        yield from ((metric, i) for i in table.ignored.values())


@pytest.mark.parametrize("id", convention.ids())
def test_every_op_that_it_can_meet_is_weighed_or_ignored_on_purpose_for_every_metric(id: str) -> None:
    c = convention.load(id)
    for metric, table in c.metrics.items():
        silent = [op for op in (*ops.vocabulary(c.framework, c.scope), CONTAINER) if not table.knows(op)]
        assert not silent, f"crosscheck/conventions/{id}.toml, {metric}: add {', '.join(silent)} under weigh or ignore"


@pytest.mark.parametrize("id", convention.ids())
def test_every_word_has_a_source_and_a_sentence(id: str) -> None:
    c = convention.load(id)
    assert c.metrics.keys() == {metric for metric, _ in entries(c)} | {m for m, t in c.metrics.items() if t.parts}
    for metric, entry in entries(c):
        what = f"{id} {metric} {entry}"
        assert entry.source.strip(), what
        assert entry.says.strip(), what
        if c.tool:
            assert LINE.search(entry.source), f"a tool's weight cites a line of its source, like nn/conv.py:12: {what}"
        if isinstance(entry, Weight):
            assert entry.weight != 0 or entry.quirk, f"a weight of 0 is there to name a quirk, else the op is ignored: {what}"


@pytest.mark.parametrize("id", convention.ids())
def test_versions_are_a_range_that_holds_the_version_whose_source_is_cited(id: str) -> None:
    c = convention.load(id)
    allowed = SpecifierSet(c.versions)
    if not c.tool:
        assert (c.package, c.versions) == ("", "")
        assert c.framework in ("", convention.CAFFE), (
            "what no tool counts is the engine's own, or Caffe's, which nobody can install"
        )
        return
    assert c.versions, "a tool counts by the versions of its package"
    assert not allowed.contains("0.0.0.1"), f"{c.versions!r} has no lower end, so it claims versions that nobody read"
    assert not allowed.contains("9999"), f"{c.versions!r} has no upper end, so it claims versions that do not exist yet"
    read = {(name, v) for _, e in entries(c) for name, v in re.findall(r"([a-z][\w-]+) (\d+\.\d+(?:\.\d+)?)", e.source)}
    own = {v for name, v in read if name in re.split(r"\|", c.package)}
    assert own, f"no source of {id} names a version of {c.package}"
    assert all(Version(v) in allowed for v in own), f"{own} is cited, {c.versions} is claimed"


def test_ids_are_the_names_of_the_files() -> None:
    files = sorted(p.stem for p in Path(convention.__file__).parent.glob("*.toml"))
    assert files == list(convention.ids())
    same({i: convention.load(i).id for i in files}, {i: i for i in files})


def test_a_sound_file_is_read_as_it_is_written() -> None:
    c = convention.parse(GOOD, "good.toml")
    table = c.table("compute")
    assert (table.unit, table.label) == ("good units", "compute of good")
    assert table.weights("conv", "good") == (
        Weight("conv", "mac", 2, "good.py:1", "good on conv"),
        Weight("conv", "bias_add", 1, "good.py:1", "good on conv"),
    )
    assert table.weights("relu", "good") == ()
    assert table.ignored["relu"] == Ignored("relu", "good.py:2", "left out")
    with pytest.raises(ConventionError, match=r"convention 'good' has no params_trainable. Hint: it has compute, params"):
        c.table("params_trainable")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("mac = 2", "macs = 2", "'macs' is no primitive"),
        ("mac = 2", "mac = 2.0", "its weight 2.0 is no integer"),
        ("mac = 2", "mac = true", "its weight True is no integer"),
        ("mac = 2", 'mac = "2"', "its weight '2' is no integer"),
        ('ops = ["conv"]\nweights = { mac', 'ops = ["conv", "conv"]\nweights = { mac', "'mac' of 'conv' is weighed twice"),
        ('"relu"', '"relu", "relu"', "'relu' is ignored twice"),
        ('"relu"', '"relu", "conv"', "'conv' is weighed and ignored"),
        ('"relu"', '"relu", "conv3d"', "'conv3d' is no op"),
        ('ops = ["conv"]\nweights = { mac', 'ops = ["convolution"]\nweights = { mac', "'convolution' is no op"),
        ('ops = ["conv"]', 'ops = "conv"', "'ops' is missing or not a list"),
        ("weights = { mac = 2, bias_add = 1 }", "weights = 2", "'weights' is missing or not a dict"),
        ('source = "good.py:1"', "", "'source' is missing"),
        ('source = "good.py:2"', "", "'source' is missing"),
        ('says = "good on conv"', "", "'says' is missing"),
        ('says = "good on conv"', 'says = "good on conv"\nquirks = "typo"', "unknown entry 'quirks'"),
        ('says = "left out"', 'says = "left out"\nweights = { mac = 1 }', "unknown entry 'weights'"),
        ("[compute]", "[flops]", "unknown metric 'flops'"),
        ("[[compute.weigh]]", "[[compute.weights]]", "unknown entry 'weights'"),
        ("[[compute.weigh]]", "[compute.weigh]", "weigh must be a list of tables"),
        ('unit = "good units"\nlabel = "compute', 'label = "compute', "'unit' is missing"),
        ('label = "compute of good"', "", "'label' is missing"),
        ('id = "good"', "", "'id' is missing"),
        ('versions = ""', 'versions = ""\ncolor = "red"', "unknown metric 'color'"),
        ('versions = ""', "versions = 1", "'versions' is missing or not a str"),
        ('title = "Good"', "title = Good", "not valid TOML"),
    ],
)
def test_a_file_that_is_wrong_is_refused_by_name(old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(ConventionError, match=f"^some/good.toml: .*{re.escape(message)}"):
        convention.parse(GOOD.replace(old, new, 1), "some/good.toml")


def test_a_file_without_any_metric_is_refused() -> None:
    with pytest.raises(ConventionError, match=r"empty.toml: no metric"):
        convention.parse(convention_text("empty", {}), "empty.toml")


def test_an_op_without_a_word_is_an_error_that_names_op_layer_and_file() -> None:
    text = GOOD.replace('"tanh", ', "")
    assert text != GOOD
    silent = convention.parse(text, "good.toml")
    counted = engine.tally(every_op())
    message = (
        r"convention 'good' says nothing about op 'tanh' \(layer 'block.tanh'\) for compute. "
        r"Hint: add it under compute.weigh or compute.ignore in crosscheck/conventions/good.toml"
    )
    with pytest.raises(ConventionError, match=message):
        engine.predict(counted, silent)
    with pytest.raises(ConventionError, match=message):
        engine.total(counted, silent, "compute")


def test_a_file_is_found_by_its_name_and_must_carry_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(convention, "FOLDER", tmp_path)
    (tmp_path / "good.toml").write_text(GOOD)
    (tmp_path / "bad.toml").write_text(GOOD)
    convention.ids.cache_clear()
    convention.load.cache_clear()
    try:
        assert convention.ids() == ("bad", "good")
        assert convention.load("good") == convention.parse(GOOD, "good.toml")
        with pytest.raises(ConventionError, match=r"conventions/bad.toml: its id is 'good', which is not the file's name"):
            convention.load("bad")
        with pytest.raises(UnknownNameError, match=r"unknown convention 'goood'. Hint: did you mean good"):
            convention.load("goood")
    finally:
        convention.ids.cache_clear()
        convention.load.cache_clear()


def test_editions_of_one_convention_do_not_overlap_and_are_picked_by_version() -> None:
    loaded = [convention.load(i) for i in convention.ids()]
    for c in loaded:
        assert not c.edition_of or convention.load(c.edition_of).package == c.package
        family = [o for o in loaded if c.id in (o.id, o.edition_of)]
        cited = {v for o in family for v in re.findall(r"\d+(?:\.\d+)+", o.versions)}
        for version in cited:
            assert sum(holds(o, version) for o in family) <= 1, f"{version} is claimed by several of {[o.id for o in family]}"
    assert pick("torchinfo", "1.8.0").id == "torchinfo"
    assert pick("torchinfo", "0.0.9").id == "torchinfo_009"
    assert pick("torchinfo", "99").id == "torchinfo"
