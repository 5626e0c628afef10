"""Zoo networks: rows that are what they should be, numbers predicted from what was seen, and our description beside them."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from crosscheck import models
from crosscheck.contract.network import Layer, Model
from crosscheck.contract.origin import Origin
from crosscheck.known.crashes import Crash
from crosscheck.measuring.catalog import FrameworkInfo, ToolInfo
from crosscheck.report import render
from crosscheck.report.pages import zoo as page
from crosscheck.report.render import Format
from crosscheck.studies.zoo import survey as study
from crosscheck.subjects.zoo import Network
from tests.counting.test_calls import captured
from tests.fakes import FAKES

SCRIPT = str(FAKES / "observer.py")
TOOL = ToolInfo("counter", "counter", "fake", "pytest", "mac", ("compute",))
KNOWN = {"fake": FrameworkInfo("fake", "Fake", "json", "extra", ("pytest",), (TOOL,))}
LENET = Network("zoo", "LeNet", "fake", "pytest", "fake.LeNet", "lenet", (1, 28, 28))


def run(folder: Path, *wanted: Network, value: int | str = 341_256, seen: Model | None = None, **options: Any) -> study.Survey:
    """What comes of networks of a fake zoo, of which ``seen`` was seen; its tool prints ``value``."""
    for n in wanted:
        network = replace(seen or models.build("lenet"), name=n.id)
        (folder / f"fake-{n.id.replace(':', '_')}.json").write_text(json.dumps(network.to_json()))
        (folder / f"counter-{n.id.replace(':', '_')}.json").write_text(json.dumps(value))

    def launch(framework: str) -> list[str]:
        return [sys.executable, "-I", "-S", SCRIPT, str(folder), framework]

    return study.run(wanted, logs=folder / "logs", known=KNOWN, launch=launch, timeout=20, **options)


def test_a_number_is_predicted_from_what_was_seen_and_set_against_ours(tmp_path: Path) -> None:
    survey = run(tmp_path, LENET)
    (entry,) = survey.entries
    (number,) = entry.numbers
    assert number.number is not None
    assert (number.row.value, number.number.predicted, number.residual, number.ours) == (341_256, 341_256, 0, 341_256)
    assert number.less_ours is not None
    assert number.less_ours.terms == ()
    assert (entry.macs, entry.params) == (341_256, 61_610)
    assert page.relation(entry) == "lenet: identical"
    assert survey.exit_code == 0
    assert page.brief(survey).notes == ()


def test_a_residual_fails_the_survey(tmp_path: Path) -> None:
    survey = run(tmp_path, LENET, value=341_257)
    assert survey.exit_code == 1
    assert page.brief(survey).notes == ("residual +1 MAC: zoo:LeNet × counter × compute (measured 341,257, predicted 341,256)",)


def test_another_network_than_ours_is_explained_to_the_last_operation(tmp_path: Path) -> None:
    seen = models.build("lenet5")
    survey = run(tmp_path, replace(LENET, input=(1, 32, 32), model="lenet"), seen=seen, value=416_520)
    (entry,) = survey.entries
    (number,) = entry.numbers
    assert number.residual == 0
    assert number.less_ours is not None
    assert number.ours == 480_936, "lenet on 32 × 32"
    assert number.less_ours.predicted == number.less_ours.value == 416_520 - 480_936
    assert entry.comparison is not None
    assert not entry.comparison.same
    assert survey.exit_code == 0, "it differs from ours, and every number of it is explained"


def test_what_the_vocabulary_lacks_is_named_and_nothing_is_predicted(tmp_path: Path) -> None:
    plain = models.build("lenet")
    x = plain.layers[1]
    odd = Layer(x.id, "unknown", {}, x.inputs, x.in_shapes, x.out_shapes, origin=Origin(native="fake.Swirl"))
    survey = run(tmp_path, LENET, seen=replace(plain, layers=(plain.layers[0], odd, *plain.layers[2:])))
    (entry,) = survey.entries
    assert entry.numbers[0].number is None
    assert survey.exit_code == 3
    assert page.brief(survey).notes == ("unsupported: zoo:LeNet: the vocabulary has no op for fake.Swirl (1)",)
    assert "fake.Swirl" in render.files([page.full(survey)])["zoo.md"]


def test_an_op_without_a_name_is_no_lack_where_calls_predict_every_number(tmp_path: Path) -> None:
    plain = captured("lenet")
    x = plain.layers[1]
    odd = Layer(x.id, "other", {}, x.inputs, x.in_shapes, x.out_shapes, origin=Origin(native="fake.Swirl"))
    seen = replace(plain, layers=(plain.layers[0], odd, *plain.layers[2:]))
    (tmp_path / "counter-convention.json").write_text('"flop_counter"')
    survey = run(tmp_path, replace(LENET, model=""), value=2 * 341_256, seen=seen)
    (entry,) = survey.entries
    assert (entry.status, entry.numbers[0].residual, survey.exit_code) == ("ok", 0, 0)
    assert page.brief(survey).notes == ()
    assert "fake.Swirl (1)" in render.files([page.full(survey)])["zoo.md"], "it stays listed by name"


def test_one_network_with_two_batches_is_two_entries(tmp_path: Path) -> None:
    survey = run(tmp_path, LENET, replace(LENET, batch=2))
    assert [[n.row.input for n in e.numbers] for e in survey.entries] == [["1x1x28x28"], ["2x1x28x28"]]


def test_what_moves_elements_is_left_out_by_name(tmp_path: Path) -> None:
    plain = models.build("lenet")
    flatten = next(x for x in plain.layers if x.op == "flatten")
    moved = Layer("reshape", "reshape", {"shape": flatten.y}, (flatten.id,), flatten.out_shapes, flatten.out_shapes)
    at = plain.layers.index(flatten) + 1
    after = replace(plain.layers[at], inputs=("reshape",))
    survey = run(tmp_path, LENET, seen=replace(plain, layers=(*plain.layers[:at], moved, after, *plain.layers[at + 1 :])))
    (entry,) = survey.entries
    assert dict(entry.moves) == {"reshape": 1}
    assert entry.numbers[0].residual == 0
    assert "| `zoo:LeNet` | reshape |" in re.sub(" +", " ", render.files([page.full(survey)])["zoo.md"])


def test_a_network_that_we_do_not_describe_is_explained_alone(tmp_path: Path) -> None:
    survey = run(tmp_path, replace(LENET, model=""))
    (entry,) = survey.entries
    assert entry.comparison is None
    assert entry.numbers[0].residual == 0
    assert page.relation(entry) == "no description of ours to set against"
    assert survey.exit_code == 0


def test_a_zoo_whose_package_is_not_there_is_skipped_with_a_hint(tmp_path: Path) -> None:
    survey = run(tmp_path, LENET, replace(LENET, zoo="other", package="no-such-package"))
    assert [e.status for e in survey.entries] == ["ok", "skipped"]
    assert "pip install no-such-package" in survey.entries[1].message
    assert survey.exit_code == 3
    assert survey.entries[0].numbers[0].residual == 0


def test_the_table_the_page_and_the_terminal_say_the_same(tmp_path: Path) -> None:
    survey = run(tmp_path, LENET, replace(LENET, zoo="other", package="no-such-package"))
    files = render.files([page.full(survey)])
    first, second = csv.DictReader(io.StringIO(files["zoo.csv"]))
    assert (first["network"], first["value"], first["predicted"], first["residual"], first["ours"]) == (
        "zoo:LeNet",
        *("341256",) * 2,
        "0",
        "341256",
    )
    assert (second["network"], second["status"], second["value"]) == ("other:LeNet", "skipped", "")
    assert "1 network, 1 number from their tools, 0 of them not the predicted ones." in files["zoo.md"]
    assert "Identical, layer by layer: `zoo:LeNet` (lenet)." in files["zoo.md"]
    out = render.text(page.brief(survey), Format.table)
    assert "341,256" in out
    assert max(map(len, out.splitlines())) <= 100


DIES = "AttributeError: 'list' object has no attribute 'size'"
CRASH = Crash("counter", "zoo:*", DIES, "counter.py:19", "it asks a list for its size")


def test_a_tool_that_dies_is_a_failure_and_said_once_for_all_its_metrics(tmp_path: Path) -> None:
    survey = run(tmp_path, LENET, value=DIES)
    assert survey.exit_code == 1
    assert page.brief(survey).notes == (f"error: zoo:LeNet × counter: {DIES}",)
    assert render.files([page.full(survey)])["zoo.md"].count(DIES) == 1


def test_a_crash_that_a_tool_is_known_for_is_its_finding_and_no_failure(tmp_path: Path) -> None:
    survey = run(tmp_path, LENET, value=DIES, excused=[CRASH])
    assert survey.exit_code == 0
    assert {n.row.status for n in survey.entries[0].numbers} == {"crashed"}
    assert page.brief(survey).notes == (f"crashed: zoo:LeNet × counter: {DIES}: it asks a list for its size",)
    assert "0 numbers from their tools, 0 of them not the predicted ones." in render.files([page.full(survey)])["zoo.md"]


def test_a_tool_that_dies_of_something_else_has_failed(tmp_path: Path) -> None:
    survey = run(tmp_path, LENET, value="RuntimeError: shapes differ", excused=[CRASH])
    assert survey.exit_code == 1
    assert page.brief(survey).notes == ("error: zoo:LeNet × counter: RuntimeError: shapes differ",)


def test_a_known_crash_that_does_not_happen_any_more_fails_until_its_row_goes(tmp_path: Path) -> None:
    survey = run(tmp_path, LENET, excused=[CRASH, replace(CRASH, network="other:*"), replace(CRASH, tool="another")])
    assert survey.exit_code == 1
    assert page.brief(survey).notes == (
        "known crash has closed, remove its row from crosscheck/known/crashes.toml: counter on zoo:*",
    )
