"""What frameworks built, judged: the same, written otherwise, another architecture, or nothing that can be judged."""

from __future__ import annotations

import csv
import io
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crosscheck import models
from crosscheck.contract.network import Model
from crosscheck.errors import UnknownNameError, UsageError
from crosscheck.measuring.catalog import FrameworkInfo
from crosscheck.models.writer import Graph
from crosscheck.report import render
from crosscheck.report.pages import architecture as page
from crosscheck.report.render import Format
from crosscheck.studies import architecture
from crosscheck.studies.architecture import DESCRIBED, DIFFERS, FAILED, SAME, SKIPPED, WRITTEN
from tests.fakes import FAKES

SCRIPT = str(FAKES / "observer.py")
KNOWN = {name: FrameworkInfo(name, name.title(), "json", "extra", ("pytest",), ()) for name in ("one", "two")}


def small(name: str = "small", *, stride: int = 1, eps: float = 1e-5, written: bool = False) -> Model:
    g = Graph(name, (1, 3, 8, 8))
    if written:
        g.add("pad", "zero_pad", pads=((0, 0), (1, 1), (1, 1)))
    g.add("conv", "conv", out_channels=4, kernel=3, stride=stride, padding=0 if written else 1)
    g.add("bn", "batchnorm", eps=eps)
    g.add("flatten", "flatten")
    g.add("fc", "linear", out_features=2)
    return g.build()


def run(folder: Path, *wanted: Model, known: Any = None, **given: Any) -> architecture.Built:
    """What the fakes ``one`` and ``two`` built; ``one_small=…`` is what one of them gives for a network."""
    for key, value in given.items():
        framework, _, name = key.partition("_")
        data = value.to_json() if isinstance(value, Model) else value
        (folder / f"{framework}-{name}.json").write_text(json.dumps(data))

    def launch(framework: str) -> list[str]:
        return [sys.executable, "-I", "-S", SCRIPT, str(folder), framework]

    return architecture.run(wanted, logs=folder / "logs", known=known or KNOWN, launch=launch, timeout=20)


def verdicts(built: architecture.Built) -> dict[tuple[str, str, str], str]:
    return {(c.model, c.here, c.there): c.verdict for c in built.checks}


def test_what_is_built_as_described_is_the_same_everywhere(tmp_path: Path) -> None:
    built = run(tmp_path, small(), models.build("lenet"))
    assert set(verdicts(built).values()) == {SAME}
    assert len(built.checks) == 2 * 3, "two frameworks against the description, and against one another"
    assert built.exit_code == 0
    assert {(c.layers, c.total.params) for c in built.checks if c.model == "lenet"} == {(10, 61_610)}
    assert page.brief(built).notes == ()


def test_another_architecture_is_named_where_it_was_built_and_only_there(tmp_path: Path) -> None:
    built = run(tmp_path, small(), two_small=small(stride=2))
    assert verdicts(built) == {
        ("small", DESCRIBED, "one"): SAME,
        ("small", DESCRIBED, "two"): DIFFERS,
        ("small", "one", "two"): DIFFERS,
    }
    assert built.exit_code == 1
    first, second = page.brief(built).notes
    assert first.startswith("differs: small 1x3x8x8, description × two: convolution conv: stride 1 here, stride 2 there")
    assert second.startswith("differs: small 1x3x8x8, one × two: ")


def test_what_is_only_written_otherwise_is_the_same(tmp_path: Path) -> None:
    built = run(tmp_path, small(), one_small=small(written=True))
    assert verdicts(built)["small", DESCRIBED, "one"] == WRITTEN
    assert built.exit_code == 0
    assert "padding of its own here, padding written out before it there" in render.files([page.full(built)])["architecture.md"]


def test_an_epsilon_that_no_output_would_show_is_seen(tmp_path: Path) -> None:
    built = run(tmp_path, small(), one_small=small(eps=1.001e-5))
    assert verdicts(built)["small", DESCRIBED, "one"] == DIFFERS
    assert "epsilon 1e-05 here, epsilon 1.001e-05 there" in page.brief(built).notes[0]


def test_other_elements_than_the_sizes_tell_are_seen(tmp_path: Path) -> None:
    """Native tensors are counted, not computed from settings."""
    seen = small()
    layers = tuple(x.with_origin(stored={"weight": 107, "bias": 4}) if x.id == "conv" else x for x in seen.layers)
    built = run(tmp_path, small(), one_small=replace(seen, layers=layers))
    (check,) = [c for c in built.checks if c.there == "one"]
    assert check.verdict == DIFFERS
    assert [(d.says, d.amounts.params) for d in check.differences] == [("1 layer holds another number of parameters (conv)", -1)]


@pytest.mark.parametrize(
    ("habit", "verdict", "message"),
    [
        ("kill", FAILED, "SIGKILL"),
        ("unsupported", SKIPPED, "no such thing here"),
        ("other", FAILED, "not of this cell"),
        ("broken", FAILED, "no row"),
    ],
)
def test_what_goes_wrong_is_told_and_hides_nothing_else(tmp_path: Path, habit: str, verdict: str, message: str) -> None:
    built = run(tmp_path, small(), small("next"), two_small={"habit": habit})
    (check,) = [c for c in built.checks if (c.model, c.there) == ("small", "two")]
    assert check.verdict == verdict
    assert message in check.message
    rest = [c for c in built.checks if (c.model, c.there) != ("small", "two")]
    assert {c.verdict for c in rest} == {SAME}
    assert len(rest) == 4
    assert built.exit_code == (3 if verdict == SKIPPED else 1)


def test_a_framework_that_is_not_there_is_skipped_with_its_hint(tmp_path: Path) -> None:
    known = {**KNOWN, "two": FrameworkInfo("two", "Two", "no_such_module", "extra", ("pytest",), ())}
    built = run(tmp_path, small(), known=known)
    assert verdicts(built) == {("small", DESCRIBED, "one"): SAME, ("small", DESCRIBED, "two"): SKIPPED}
    assert "pip install" in next(c.message for c in built.checks if c.there == "two")
    assert built.exit_code == 3


def test_the_table_of_differences_and_the_page_agree(tmp_path: Path) -> None:
    built = run(tmp_path, small(), models.build("lenet5"), two_small=small(stride=2))
    files = render.files([page.full(built)])
    rows = list(csv.DictReader(io.StringIO(files["architecture.csv"])))
    assert {(r["model"], r["here"], r["there"]) for r in rows} == set(verdicts(built))
    for row in rows:
        assert (row["verdict"] in (SAME, WRITTEN)) == (row["cause"] in ("", "spelling"))
    assert "6 comparisons, 4 find the same architecture." in files["architecture.md"]
    out = render.text(page.brief(built), Format.table)
    assert "✓" in out
    assert "≠" in out
    assert max(map(len, out.splitlines())) <= 100


def test_requests_are_judged_before_any_work() -> None:
    assert [m.name for m in architecture.request()] == list(models.DEFAULT_SET)
    with pytest.raises(UnknownNameError, match="resnet50"):
        architecture.request(["resnet5O"])
    with pytest.raises(UsageError, match="builds no networks"):
        architecture.request([], frameworks=["onnx_graph"])
