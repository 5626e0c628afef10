"""Networks that frameworks bring, counted by their own tools: figures that users see printed, each explained with residual 0."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crosscheck.cli.commands import app
from crosscheck.diff import SPELLING
from crosscheck.known import crashes
from crosscheck.measuring import catalog
from crosscheck.report.pages import zoo as page
from crosscheck.studies.zoo import survey as study
from crosscheck.studies.zoo.survey import Entry, Survey
from crosscheck.subjects import zoo
from crosscheck.subjects.zoo import Network

pytestmark = pytest.mark.framework
LIKE = str(Path(__file__).parent / "torchvision_like")
NAMES: tuple[str, ...] = ("paddle:LeNet", "paddle:alexnet", "paddle:resnet50", "paddle:squeezenet1_1", "paddle:densenet121")
NAMES += ("keras:ResNet50", "keras:ResNet50V2", "keras:MobileNet")


@cache
def survey(folder: Path) -> dict[str, Entry]:
    wanted = [zoo.get(name) for name in NAMES]
    return {e.network.id: e for e in study.run(wanted, logs=folder, timeout=300).entries}


@pytest.fixture(scope="module")
def entries(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Entry]:
    return survey(tmp_path_factory.mktemp("zoo"))


def printed(entry: Entry) -> dict[tuple[str, str], int | None]:
    return {(n.row.tool, n.row.metric): n.row.value for n in entry.numbers}


def ways(entry: Entry) -> list[str]:
    assert entry.comparison is not None
    return [d.says for d in entry.comparison.differences if d.cause != SPELLING]


@pytest.mark.xdist_group("zoo")
def test_every_number_of_every_network_that_can_be_expressed_is_explained(entries: dict[str, Entry]) -> None:
    told = {name: e for name, e in entries.items() if e.status == "ok"}
    assert set(told) == set(NAMES)
    for name, entry in told.items():
        tools = {t.id for t in catalog.framework(entry.network.framework).tools}
        assert {n.row.tool for n in entry.numbers} == tools
        assert [n.residual for n in entry.numbers] == [0] * len(entry.numbers), name
        for n in entry.numbers:
            assert n.less_ours is None or n.less_ours.residual == 0


@pytest.mark.xdist_group("zoo")
def test_keras_resnet50_is_the_v1_with_biases(entries: dict[str, Entry]) -> None:
    entry = entries["keras:ResNet50"]
    found = printed(entry)
    assert found["keras_count_params", "params"] == 25_636_712
    assert found["keras_count_params", "params_trainable"] == 25_583_592
    assert entry.macs == 3_857_973_248
    assert ways(entry) == ["after fc: nothing here, softmax there"]
    (profiled,) = [n for n in entry.numbers if n.row.tool == "tf_profiler"]
    assert profiled.less_ours is not None
    assert [(t.op, t.value) for t in profiled.less_ours.terms] == [("softmax", 5_000)]


@pytest.mark.xdist_group("zoo")
def test_keras_resnet50_v2_is_the_described_one(entries: dict[str, Entry]) -> None:
    assert printed(entries["keras:ResNet50V2"])["keras_count_params", "params"] == 25_613_800
    assert ways(entries["keras:ResNet50V2"]) == ["after fc: nothing here, softmax there"]


@pytest.mark.xdist_group("zoo")
def test_paddle_resnet50_counts_running_statistics(entries: dict[str, Entry]) -> None:
    entry = entries["paddle:resnet50"]
    assert printed(entry)["paddle_flops", "params"] == printed(entry)["paddle_summary", "params"] == 25_610_152
    (number,) = [n for n in entry.numbers if (n.row.tool, n.row.metric) == ("paddle_flops", "params")]
    assert number.number is not None
    assert sum(t.value for t in number.number.terms if t.primitive == "running_stats") == 25_610_152 - entry.params == 53_120
    assert printed(entry)["paddle_flops", "compute"] == 4_111_514_624
    assert ways(entry) == []


@pytest.mark.xdist_group("zoo")
def test_what_paddle_ships_as_lenet_and_alexnet_is_what_we_describe(entries: dict[str, Entry]) -> None:
    assert page.relation(entries["paddle:LeNet"]) == "lenet: identical"
    assert page.relation(entries["paddle:alexnet"]) == "alexnet-paddle: identical"


@pytest.mark.xdist_group("zoo")
def test_functions_between_layers_are_seen(entries: dict[str, Entry]) -> None:
    """Joined branches exist only as calls of paddle.concat."""
    seen = entries["paddle:squeezenet1_1"].seen
    assert seen is not None
    assert sum(x.op == "concat" for x in seen.layers) == 8
    assert page.relation(entries["paddle:squeezenet1_1"]) == "no description of ours to set against"


@pytest.mark.xdist_group("zoo")
def test_what_the_vocabulary_lacks_is_named_beside_its_numbers(entries: dict[str, Entry]) -> None:
    entry = entries["keras:MobileNet"]
    assert entry.unknown == {"keras ReLU with max_value 6.0": 27}
    numbers = [n for n in entry.numbers if "nontrainable" not in n.row.metric]
    assert all(n.number is not None and n.row.value for n in numbers)
    assert {n.row.tool for n in numbers} == {t.id for t in catalog.framework(entry.network.framework).tools}


@pytest.mark.xdist_group("zoo")
def test_what_the_vocabulary_lacks_of_a_captured_network_is_told_by_its_calls(entries: dict[str, Entry]) -> None:
    """Paddle's old batch normalisation is no op here, and costs what the tool makes of it."""
    entry = entries["paddle:densenet121"]
    assert entry.unknown == {"paddle.nn.BatchNorm": 121}
    assert {n.residual for n in entry.numbers} == {0}
    assert (entry.macs, entry.params) == (2_834_161_664, 7_978_856)
    assert printed(entry)["paddle_summary", "params"] == 8_062_504


def like(name: str, model: str = "", shape: tuple[int, ...] = (3, 224, 224)) -> Network:
    return Network("like", name, "pytorch", "torch", f"torchvision.models.{name}", model, shape)


ALIKE = {
    "resnet18": like("resnet18", "resnet18"),
    "odd": like("odd", shape=(3, 8, 8)),
    "nothing": like("no_such_network"),
    "seven": replace(like("resnet18", "resnet18", (3, 64, 64)), name="seven", options={"num_classes": 7}),
    "densenet": like("densenet", shape=(3, 8, 8)),
}
LISTED = next(c for c in crashes.load() if c.network == "torchvision:densenet*")


@pytest.fixture(scope="module")
def alike(tmp_path_factory: pytest.TempPathFactory) -> Survey:
    """Networks of a package that has torchvision's public face, surveyed at one time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", f"{LIKE}:{Path(__file__).parents[2]}")
        excused = [replace(LISTED, network=ALIKE["densenet"].id)]
        return study.run(list(ALIKE.values()), logs=tmp_path_factory.mktemp("alike"), timeout=300, excused=excused)


def only(found: Survey, *names: str) -> Survey:
    """A survey as if these networks alone had been asked for."""
    return replace(found, entries=tuple(e for e in found.entries if e.network in [ALIKE[n] for n in names]))


@pytest.mark.xdist_group("alike")
def test_torchvision_by_its_public_face(alike: Survey) -> None:
    resnet, odd = only(alike, "resnet18", "odd").entries
    assert (resnet.status, resnet.params, resnet.macs) == ("ok", 11_689_512, 1_814_073_344)
    assert [n.residual for n in resnet.numbers] == [0] * len(resnet.numbers)
    assert ways(resnet) == []
    assert printed(resnet)["torchinfo", "params"] == 11_689_512
    assert all(n.number and n.number.predicted == n.ours for n in resnet.numbers)
    named = ("Hardswish", "torch function roll", "torch function chunk", "torch function add with a tensor that no call made")
    assert odd.unknown == dict.fromkeys(named, 1)
    assert odd.seen is not None
    assert [x.op for x in odd.seen.layers] == [
        "conv",
        *["other"] * 3,
        "concat",
        "other",
        "adaptive_avgpool",
        "flatten",
        "linear",
    ]
    assert odd.seen.by_id["cat"].inputs == ("chunk:1", "chunk"), "the second half comes first"


@pytest.mark.xdist_group("alike")
def test_a_maker_that_fails_is_an_error_row_and_hides_nothing(alike: Survey) -> None:
    bad, good = only(alike, "nothing", "seven").entries
    assert bad.status == "error"
    assert "no_such_network" in bad.message
    assert good.comparison is not None
    assert ways(good) == ["linear layer fc: 1,000 output features here, 7 output features there"]


@pytest.mark.xdist_group("alike")
def test_a_list_for_an_input_is_what_an_old_tool_is_known_to_die_of(alike: Survey) -> None:
    found = only(alike, "densenet")
    (entry,) = found.entries
    tools = {t.id: t for t in catalog.framework("pytorch").tools}
    assert {n.row.tool for n in entry.given if n.residual == 0} == set(tools) - {"torchsummary_151"}
    assert {n.row.metric for n in entry.silent} == set(tools["torchsummary_151"].metrics)
    assert {n.row.status for n in entry.silent} == {"crashed"}
    assert (found.exit_code, found.closed) == (0, ())
    (note,) = page.brief(found).notes
    assert note.startswith(f"crashed: like:densenet × torchsummary_151: {LISTED.message}: ")


@pytest.mark.skipif(not zoo.get("torchvision:resnet18").version, reason="torchvision is not installed")
def test_torchvision_itself(tmp_path: Path) -> None:
    """By every tool of PyTorch's users; also where its binary was built for another build of torch and does not load."""
    found = study.run([zoo.get("torchvision:resnet18"), zoo.get("torchvision:alexnet")], logs=tmp_path, timeout=300)
    resnet, alexnet = found.entries
    for entry in (resnet, alexnet):
        assert entry.status == "ok", entry.message
        assert {n.row.tool for n in entry.numbers} == {t.id for t in catalog.framework("pytorch").tools}
        assert [n.residual for n in entry.numbers] == [0] * len(entry.numbers)
        assert all(n.number and n.number.predicted == n.ours for n in entry.numbers)
        assert ways(entry) == []
    assert page.relation(alexnet) == "alexnet: identical"


@pytest.mark.skipif(not zoo.get("torchvision:resnet18").version, reason="torchvision is not installed")
def test_a_network_of_a_zoo_is_counted_and_explained_as_any_other() -> None:
    counted = CliRunner().invoke(app, ["count", "torchvision:resnet18", "-c", "thop", "-m", "compute", "-f", "json"])
    (row,) = json.loads(counted.stdout)
    assert (row["model"], row["value"]) == ("torchvision:resnet18", 1_824_033_792)
    told = CliRunner().invoke(app, ["explain", "torchvision:resnet18", "thop", "resnet18:thop", "-m", "compute", "-f", "json"])
    there, here = json.loads(told.stdout)["numbers"]
    assert (there["value"], there["residual"], there["origin"]) == (row["value"], 0, "measured")
    assert here["value"] == row["value"]
