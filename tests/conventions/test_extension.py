"""A convention that extends another: it is the other but for what it says, and what it says in vain is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from crosscheck.conventions import read as convention
from crosscheck.conventions.table import Convention, Ignored, MetricTable, Weight
from crosscheck.counting.engine import tally, total
from crosscheck.errors import ConventionError
from tests.helpers import convention_text
from tests.random_networks import every_op

CHARGES = {"compute": {"conv": {"mac": 2, "bias_add": 1}, "linear": {"mac": 2}}, "params": {"conv": {"weight": 1}}}
SUM = '[memory]\nunit = "B"\nlabel = "all"\nsum = ["memory_input", "memory_params"]\n'
GOOD = convention_text("good", {**CHARGES, "memory_input": {"container": {"input_elements": 4}}, "memory_params": {}}) + SUM
HEAD = 'extends = "good"\nid = "new"\ntitle = "New"\n'
SAID = 'source = "new.py:7"\nsays = "new"\n'

Read = Callable[[str], Convention]


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Read]:
    """Reads a convention from text, where the files ``good`` and ``heir``, which extends it, are all that there is."""
    monkeypatch.setattr(convention, "FOLDER", tmp_path)
    (tmp_path / "good.toml").write_text(GOOD)
    (tmp_path / "heir.toml").write_text('extends = "good"\nid = "heir"\ntitle = "Heir"\nversions = "1"\n')
    convention.ids.cache_clear()
    convention.load.cache_clear()
    yield lambda text: convention.parse(text, "new.toml")
    convention.ids.cache_clear()
    convention.load.cache_clear()


def entry(metric: str, ops: str, weights: str = "", instead: str = "") -> str:
    """An entry that weighs, or ignores where there are no weights."""
    lines = [f"[[{metric}.{'weigh' if weights else 'ignore'}]]", f"ops = [{ops}]"]
    lines += [f"weights = {{ {weights} }}"] * bool(weights) + [f"instead_of = [{instead}]"] * bool(instead)
    return "\n".join([*lines, SAID])


def without(tables: dict[str, MetricTable], *metrics: str) -> dict[str, MetricTable]:
    return {name: table for name, table in tables.items() if name not in metrics}


def test_all_that_is_not_said_is_the_parents(read: Read) -> None:
    good, new = convention.load("good"), read(HEAD + 'versions = ">=2"')
    assert new == replace(good, id="new", title="New", versions=">=2", extends="good")


def test_a_weight_takes_the_place_of_the_same_op_and_primitive_and_no_other(read: Read) -> None:
    good, new = convention.load("good"), read(HEAD + entry("compute", '"conv"', "mac = 1"))
    _, bias = good.table("compute").weights("conv", "good")
    assert new.table("compute").weights("conv", "new") == (Weight("conv", "mac", 1, "new.py:7", "new"), bias)
    was, now = good.table("compute"), new.table("compute")
    assert {**now.weighed, "conv": None} == {**was.weighed, "conv": None}
    assert now.ignored == was.ignored
    assert without(dict(new.metrics), "compute") == without(dict(good.metrics), "compute")


def test_the_difference_of_two_totals_is_what_was_said_times_the_counts(read: Read) -> None:
    counted = tally(every_op((2, 4, 7, 6)))
    good, new = convention.load("good"), read(HEAD + entry("compute", '"conv"', "mac = 5, in_elements = 3"))
    conv = counted.totals["conv"]
    more = total(counted, new, "compute") - total(counted, good, "compute")
    assert more == 3 * conv["mac"] + 3 * conv["in_elements"] > 0


def test_a_weight_may_stand_instead_of_others(read: Read) -> None:
    new = read(HEAD + entry("compute", '"conv"', "grouped_mac = 7", '"mac", "bias_add"'))
    assert [(w.primitive, w.weight) for w in new.table("compute").weights("conv", "new")] == [("grouped_mac", 7)]


def test_an_op_goes_from_weighed_to_ignored_and_back(read: Read) -> None:
    new = read(HEAD + entry("compute", '"conv"') + entry("compute", '"relu"', "in_elements = 1"))
    table = new.table("compute")
    assert (table.weights("conv", "new"), table.ignored["conv"]) == ((), Ignored("conv", "new.py:7", "new"))
    assert [w.weight for w in table.weights("relu", "new")] == [1]
    assert "relu" not in table.ignored
    assert "conv" not in table.weighed


def test_a_sum_adds_up_the_metrics_as_they_are_now(read: Read) -> None:
    new = read(HEAD + entry("memory_input", '"container"', "input_elements = 8"))
    assert new.table("memory").parts == (new.table("memory_input"), new.table("memory_params"))
    assert new.table("memory").parts[0].weighed["container"][0].weight == 8


def test_sources_are_those_of_this_edition_and_the_words_stay(read: Read) -> None:
    good, new = convention.load("good"), read(HEAD + '[sources]\n"good.py:2" = "new.py:9"')
    for metric, table in good.metrics.items():
        assert {i.source for i in new.table(metric).ignored.values()} <= {"new.py:9"}, metric
        assert new.table(metric).weighed == table.weighed
        assert [i.says for i in new.table(metric).ignored.values()] == [i.says for i in table.ignored.values()]


def test_a_metric_may_be_told_anew_in_part_and_come_on_top(read: Read) -> None:
    text = '[compute]\nunit = "FLOPs"\ndepth = 2\ndeeper = "ignored"\n[layers]\nunit = "layers"\nlabel = "n"\n'
    new = read(HEAD + text + entry("layers", '"conv"', "calls = 1"))
    table = new.table("compute")
    assert (table.unit, table.label, table.depth, table.deeper) == ("FLOPs", "compute of good", 2, "ignored")
    assert table.weighed == convention.load("good").table("compute").weighed
    assert [*new.metrics] == ["compute", "params", "memory_input", "memory_params", "memory", "layers"]


def test_an_heir_may_be_extended(read: Read) -> None:
    new = read(HEAD.replace("good", "heir") + 'versions = "2"')
    assert new.extends == "heir"
    assert new.metrics == convention.load("good").metrics
    with pytest.raises(ConventionError, match=r"new.toml: versions differs from what it extends. Hint: leave it out") as refused:
        read(HEAD.replace("good", "heir") + 'versions = "1"')
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('extends = "goood"\nid = "new"\ntitle = "New"', "extends leads to unknown convention 'goood'. Hint: did you mean good?"),
        ("extends = 3", "'extends' is missing or not a str"),
        ('extends = "new"\nid = "new"\ntitle = "New"', "extends runs in a circle: new → new"),
        ('extends = "good"\nid = "new"\nversions = "2"', "'title' is missing"),
        ('extends = "good"\ntitle = "New"\nversions = "2"', "'id' is missing"),
        (HEAD + '[sources]\n"good.py:3" = "new.py:9"', "sources: 'good.py:3' is not cited by good"),
        (HEAD + '[sources]\n"good.py:2" = "good.py:2"', "sources: 'good.py:2' leads to 'good.py:2', which is no other source"),
        (HEAD + 'says = "what good charges"', "says differs from what it extends"),
        (HEAD + '[compute]\nunit = "good units"', "compute: unit differs from what it extends"),
        (HEAD + "[compute]", "compute: nothing differs from what it extends"),
        (HEAD + '[memory]\nlabel = "all"', "memory: label differs from what it extends"),
        (HEAD + entry("compute", '"conv"', "mac = 1", '"grouped_mac"'), "instead_of 'grouped_mac' of 'conv' overrides nothing"),
        (HEAD + entry("compute", '"conv"', "mac = 1", '"mac"'), "instead_of 'mac' of 'conv' overrides nothing"),
        (HEAD + entry("compute", '"convolution"', "mac = 1"), "'convolution' is no op"),
        (HEAD + entry("compute", '"conv"', "macs = 1"), "'macs' is no primitive"),
        (HEAD + entry("flops", '"conv"', "mac = 1"), "unknown metric 'flops'"),
        (HEAD + entry("layers", '"conv"', "calls = 1"), "layers: 'unit' is missing"),
        (HEAD + '[compute]\nunits = "FLOPs"', "compute has an unknown entry 'units'"),
        (HEAD + "[[by_op]]\nops = []", "by_op beside extends"),
        (GOOD.replace('"good"', '"new"', 1) + '[sources]\n"good.py:2" = "new.py:9"', "sources without extends"),
        (GOOD.replace("weights =", 'instead_of = ["mac"]\nweights =', 1), "has an unknown entry 'instead_of'"),
    ],
)
def test_what_changes_nothing_or_cannot_be_is_refused_by_name(read: Read, text: str, message: str) -> None:
    with pytest.raises(ConventionError, match=f"^new.toml: .*{re.escape(message)}"):
        read(text)


def test_repeating_a_weight_or_an_ignored_op_is_refused(read: Read) -> None:
    said = 'source = "good.py:1"\nsays = "good on conv"\n'
    with pytest.raises(ConventionError, match="compute: 'mac' of 'conv' is weighed so by what it extends"):
        read(HEAD + entry("compute", '"conv"', "mac = 2").replace(SAID, said))
    with pytest.raises(ConventionError, match="compute: 'relu' is so ignored by what it extends"):
        read(HEAD + entry("compute", '"relu"').replace(SAID, 'source = "good.py:2"\nsays = "left out"\n'))


def test_a_circle_of_files_is_refused(read: Read, tmp_path: Path) -> None:
    (tmp_path / "good.toml").write_text('extends = "heir"\nid = "good"\ntitle = "Good"\nversions = "2"\n')
    with pytest.raises(ConventionError, match=r"heir.toml: extends runs in a circle: heir → good → heir"):
        convention.load("heir")
    with pytest.raises(ConventionError, match=r"new.toml: extends runs in a circle: new → heir → good → heir"):
        read(HEAD.replace("good", "heir"))
