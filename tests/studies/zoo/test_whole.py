"""Whole zoos: kept as they grow, taken up where they stopped, and every number under the cause that it counts as."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from crosscheck import models
from crosscheck.errors import CrosscheckError
from crosscheck.measuring import catalog
from crosscheck.report import render
from crosscheck.report.pages import zoos as page
from crosscheck.studies.zoo import figure, whole
from crosscheck.studies.zoo.figure import Figure
from crosscheck.studies.zoo.whole import Zoo
from crosscheck.subjects.zoo import Network
from tests.studies.zoo.test_survey import KNOWN, LENET, SCRIPT

MACS = 341_256
NAMES = tuple(f"LeNet{k}" for k in range(6))
ZOO = Zoo("zoo", tuple(replace(LENET, name=name, model="") for name in NAMES), (), {"zoo:quantized_*": "it counts otherwise"})


@pytest.fixture(autouse=True)
def _versions(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is installed is of the version that the fake worker names."""
    monkeypatch.setattr(catalog, "installed_version", lambda p, *_: "" if p == "no-such-package" else "1.0")


def run(folder: Path, zoo: Zoo, wanted: Sequence[Network] = ZOO.networks, fresh: bool = False, value: int = MACS) -> list[Zoo]:
    """What came, one after the other; every network is LeNet, whose tool prints ``value`` with every batch."""
    for n in zoo.networks:
        stem = n.id.replace(":", "_")
        (folder / f"fake-{stem}.json").write_text(json.dumps(replace(models.build("lenet"), name=n.id).to_json()))
        (folder / f"counter-{stem}.json").write_text(json.dumps(value))
        (folder / "started.txt").touch()

    def launch(framework: str) -> list[str]:
        with (folder / "started.txt").open("a") as file:
            file.write("worker\n")
        return [sys.executable, "-I", "-S", SCRIPT, str(folder), framework]

    how = {"logs": folder / "logs", "known": KNOWN, "launch": launch, "timeout": 20, "gigabytes": 4}
    return list(whole.run(zoo, wanted, fresh=fresh, **how))  # type: ignore[arg-type]


def kept(folder: Path, zoo: Zoo) -> Zoo:
    """The zoo as its report gives it back."""
    (folder / "zoo.csv").write_text(render.files([page.full(zoo)])["zoo.csv"])
    return replace(zoo, figures=figure.read(folder / "zoo.csv"))


def test_a_zoo_grows_a_few_networks_at_a_time_and_each_has_both_batches(tmp_path: Path) -> None:
    grown = run(tmp_path, ZOO)
    assert [len(z.ran) for z in grown] == [whole.AT_A_TIME, len(NAMES)]
    assert {f.batch for f in grown[-1].figures} == set(whole.BATCHES)
    assert grown[-1].causes["exact"] == 2 * len(NAMES)
    assert grown[-1].exit_code == 0
    assert (tmp_path / "started.txt").read_text().count("worker") == len(grown), "one start for all of them"


def test_what_the_report_has_is_not_run_again_unless_it_is_asked_for(tmp_path: Path) -> None:
    half = kept(tmp_path, run(tmp_path, ZOO)[0])
    rest = run(tmp_path, half)
    assert [len(z.ran) for z in rest] == [len(NAMES)]
    done = kept(tmp_path, rest[-1])
    assert run(tmp_path, done, value=MACS + 1) == [done]
    (again,) = run(tmp_path, done, ZOO.networks[:1], fresh=True, value=MACS + 1)
    assert {f.network for f in again.figures if f.cause == "residual"} == {ZOO.networks[0].id}
    assert (len(again.figures), again.exit_code) == (len(done.figures), 1)


def test_other_versions_are_run_again(tmp_path: Path) -> None:
    done = run(tmp_path, ZOO)[-1]
    old = replace(done, figures=tuple(replace(f, tool_version="0.1") for f in done.figures[:2]) + done.figures[2:])
    (now,) = run(tmp_path, old)
    assert now.figures == done.figures


def test_a_report_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "zoo.csv").write_text("network,value\nx,1\n")
    with pytest.raises(CrosscheckError, match=r"zoo\.csv is no report of a zoo"):
        figure.read(tmp_path / "zoo.csv")


def test_numbers_that_changed_are_told_and_new_ones_are_none(tmp_path: Path) -> None:
    (one,) = run(tmp_path, ZOO, ZOO.networks[:1])
    first, second = one.figures
    assert figure.changed(one.figures, one.figures) == figure.changed(one.figures, [first]) == []
    other = replace(second, value=MACS + 1, residual=1)
    (told,) = figure.changed([first, other], one.figures)
    assert told == f"zoo:LeNet0 × counter × compute, batch 2: {MACS + 1} (residual 1), and {MACS} (residual 0) is on record"
    assert figure.changed([replace(other, tool_version="0.1")], one.figures) == []


def figures(*rows: tuple[int | None, int | None, str]) -> tuple[Figure, ...]:
    """Rows of value, residual and status, each of a network of its own."""
    found = []
    for name, (value, residual, status) in zip(NAMES, rows, strict=False):
        predicted = None if value is None or residual is None else value - residual
        shared = ("1x1x28x28", 1, "counter", "1.0", "compute")
        found.append(Figure(f"zoo:{name}", *shared, value, predicted, residual, status, f"why {name}", "json 1.0"))
    return tuple(found)


MIXED = figures((7, 0, "ok"), (7, 2, "ok"), (7, 2, "gap"), (7, None, "ok"), (None, None, "crashed"), (None, None, "error"))


def test_every_number_has_one_cause_and_the_page_names_what_is_not_exact() -> None:
    zoo = replace(ZOO, figures=MIXED)
    assert [f.cause for f in MIXED] == ["exact", "residual", "gap", "unpredicted", "crashed", "error"]
    text = render.files([page.full(zoo)])["zoo.md"]
    for title in ("Residuals", "Known gaps", "Not predicted", "Crashes of tools", "Failures", "Left out"):
        assert f"## {title}" in text
    assert all(f"why {name}" in text for name in NAMES[1:])
    assert "why LeNet0" not in text
    assert "6 of 6 networks, 4 numbers from their tools, 1 of them exact" in text
    assert "25.0 %" in text
    assert "1x1x28x28" in text
    assert zoo.exit_code == 1


@pytest.mark.parametrize(("kept_rows", "code"), [(MIXED[:1], 3), (MIXED[:1] + MIXED[3:4], 3), (MIXED[1:2], 1), (MIXED[5:], 1)])
def test_the_exit_code_tells_of_what_is_not_explained(kept_rows: tuple[Figure, ...], code: int) -> None:
    assert replace(ZOO, figures=kept_rows).exit_code == code


def test_a_zoo_that_is_not_installed_is_skipped() -> None:
    absent = [replace(n, package="no-such-package") for n in ZOO.networks]
    how = {"logs": Path("logs"), "known": KNOWN, "timeout": 20, "gigabytes": 4}
    (zoo,) = whole.run(ZOO, absent, **how)  # type: ignore[arg-type]
    assert "pip install no-such-package" in zoo.skipped
    assert zoo.exit_code == 3


def test_more_images_are_smaller() -> None:
    one, two = whole.sizes(replace(LENET, small=(1, 8, 8)))
    assert (one.blank().input_text, two.blank().input_text) == ("1x1x28x28", "2x1x8x8")


def test_of_a_mixture_the_page_tells_what_is_held_and_what_takes_part_in_one_word() -> None:
    mixed = replace(ZOO.networks[0], experts=(8, 2, 64))
    said = replace(MIXED[0], metric="params", value=100, predicted=100)
    zoo = replace(ZOO, networks=(mixed, *ZOO.networks[1:]), figures=(said,))
    (line,) = [x for x in render.files([page.full(zoo)])["zoo.md"].splitlines() if x.endswith(" 52 |")]
    assert [cell.strip() for cell in line.strip("|").split("|")] == ["`zoo:LeNet0`", "8", "2", "100", "52"]
