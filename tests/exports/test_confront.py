"""Files against recipes: who is explained, who is not, and how it is told; what exporters would write stands in for them."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from crosscheck import models
from crosscheck.cli.commands import app
from crosscheck.contract.network import Model
from crosscheck.contract.rows import Export
from crosscheck.counting import engine
from crosscheck.errors import CrosscheckError, UsageError
from crosscheck.explain import account
from crosscheck.explain import rewrites as rewritten
from crosscheck.exports import confront as graphs
from crosscheck.exports import recipe as lowerings
from crosscheck.exports.confront import DIFFERS, EXPLAINED, FAILED, KNOWN, SKIPPED, UNCOVERED
from crosscheck.exports.nodes import with_stored
from crosscheck.exports.recipe import NODES, lower, recipe
from crosscheck.importers.imported import Imported
from crosscheck.importers.onnx import load as onnx
from crosscheck.known.faults import Fault
from crosscheck.measuring import catalog
from crosscheck.measuring import exports as exported
from crosscheck.measuring.exports import Found
from crosscheck.report import render
from crosscheck.report.pages import exports as page
from crosscheck.studies.explain.counts import ask
from crosscheck.studies.explain.source import best_source
from crosscheck.studies.verify.run import Proof
from tests.helpers import same

LENET, RESNET = models.build("lenet"), models.build("resnet18")


def row(model: Model, export: str, **changed: Any) -> Export:
    common: dict[str, Any] = {"model": model.name, "framework": "x", "input": model.input_text, "export": export}
    return Export(**(common | {"path": f"{export}.onnx", "bytes": 1, "status": "ok"} | changed))


def forgotten(model: Model) -> Model:
    """The same file with one bias of a convolution forgotten."""
    at, x = next((k, x) for k, x in enumerate(model.layers) if x.op == "conv" and "bias" in x.origin.held)
    less = with_stored(x, stored={k: n for k, n in x.origin.held.items() if k != "bias"})
    return replace(model, layers=(*model.layers[:at], less, *model.layers[at + 1 :]))


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> dict[str, Model]:
    """What is read under each path; ``RuntimeError`` where nobody put anything."""
    there: dict[str, Model] = {}

    def load(path: Path) -> Imported:
        if path.name not in there:
            raise UsageError(f"{path.name}: there is no such file")
        return Imported(there[path.name])

    monkeypatch.setattr(onnx, "load", load)
    return there


def test_every_verdict(files: dict[str, Model]) -> None:
    for export in lowerings.recipes():
        files[f"{export}.onnx"] = lower(RESNET, recipe(export)).model
    files["torch.onnx"] = forgotten(files["torch.onnx"])
    files["mine.onnx"] = files["tf.onnx"]
    rows = [
        *(row(RESNET, e) for e in lowerings.recipes() if e not in ("paddle", "tf", "tf-plain", "torch-plain")),
        row(RESNET, "paddle", status="error", message="it broke"),
        row(RESNET, "tf", status="skipped", message="pip install it"),
        row(RESNET, "tf-plain", path="lost.onnx"),
        row(RESNET, "torch-plain", message="a flaw"),
        row(RESNET, "mine"),
    ]
    found = {g.export: g for g in graphs.confronted(RESNET, rows)}
    wanted = {"": EXPLAINED, "torch": DIFFERS, "torch-script": EXPLAINED, "torch-script-plain": EXPLAINED, "paddle": FAILED}
    wanted |= {"tf": SKIPPED, "tf-plain": FAILED, "torch-plain": DIFFERS, "mine": UNCOVERED}
    same({e: g.verdict for e, g in found.items()}, wanted, "verdicts")
    assert dict(found["torch"].residual) == {("conv", "bias"): -64}
    assert found["torch"].message == "-64 bias of conv"
    assert found["torch-script"].size == graphs.Size(49, 1_814_073_344, 11_684_712, 11_684_712)
    assert found[""].size == graphs.Size(69, 1_814_073_344, 11_689_512, 11_699_112)
    assert (found["paddle"].message, found["torch-plain"].message) == ("it broke", "a flaw")
    assert all(g.message for g in found.values() if g.verdict != EXPLAINED)
    assert graphs.confronted(RESNET, []) == []


def test_what_an_exporter_refuses_is_a_fault_or_a_failure(files: dict[str, Model]) -> None:
    model = models.build("alexnet-paper")
    files["tf.onnx"] = lower(LENET, recipe("tf")).model
    (_, found) = graphs.confronted(model, [row(model, "tf")])
    assert found.verdict == SKIPPED
    assert "grouped convolution" in found.message
    differs = replace(found, verdict=DIFFERS)
    fault = Fault("alexnet-*", "tf*", "it is known")
    assert [(g.verdict, g.message) for g in graphs.excuse([differs, found], [fault])] == [
        (KNOWN, "it is known"),
        (SKIPPED, found.message),
    ]
    assert graphs.excuse([differs], []) == [differs]


def proof(files: dict[str, Model], *models_: Model, **changed: Any) -> Proof:
    found = []
    for m in models_:
        for export in ("torch", "paddle", "tf"):
            files[f"{m.name}-{export}.onnx"] = lower(m, recipe(export)).model
        found += graphs.confronted(m, [row(m, e, path=f"{m.name}-{e}.onnx") for e in ("torch", "paddle", "tf")])
    return Proof((), (), {}, (), tuple(found), **changed)


def test_the_report_has_every_term(files: dict[str, Model]) -> None:
    whole = proof(files, LENET, RESNET, left_out={("lenet", "tf-plain"): "it takes too long"})
    assert whole.exit_code == 0
    assert page.notes(whole) == ()
    assert page.summary(whole) == "6 of 6 exported graphs explained node by node"
    text = render.files(page.full(whole))["graphs.md"]
    assert "+4,800 bias, −4,800 norm_scale, −4,800 norm_shift, −9,600 running_stats" in text
    assert "−20, −4,800 p, −14,400 e" in text
    assert "it takes too long" in text
    rows = list(csv.DictReader(io.StringIO(render.files(page.full(whole))["graphs.csv"])))
    for g in (g for g in whole.graphs if g.export):
        told: dict[Any, int] = {}
        for r in (r for r in rows if (r["model"], r["export"]) == (g.model, g.export) and r["part"] in ("count", "node")):
            key = (NODES if r["part"] == "node" else r["op"], r["primitive"])
            told[key] = told.get(key, 0) + int(r["count"])
        lowered = lower({"lenet": LENET, "resnet18": RESNET}[g.model], recipe(g.export))
        wanted = dict(lowerings.seen(lowered.counted))
        for key, n in lowerings.seen(lowered.described).items():
            wanted[key] = wanted.get(key, 0) - n
        same({k: n for k, n in told.items() if n}, {k: n for k, n in wanted.items() if n}, f"{g.model} {g.export}")


def test_a_graph_that_differs_fails_the_run_and_is_told(files: dict[str, Model]) -> None:
    whole = proof(files, LENET)
    bad = replace(whole.graphs[1], verdict=DIFFERS, residual={("conv", "bias"): -6}, message="-6 bias of conv")
    for verdict, code in ((DIFFERS, 1), (FAILED, 1), (KNOWN, 0), (SKIPPED, 3), (UNCOVERED, 0), (EXPLAINED, 0)):
        odd = replace(whole, graphs=(whole.graphs[0], replace(bad, verdict=verdict), *whole.graphs[2:]))
        assert odd.exit_code == code
        assert (f"1 {verdict}" in page.summary(odd)) == (verdict != EXPLAINED)
        if verdict in (DIFFERS, SKIPPED):
            assert page.notes(odd) == (f"graph {verdict}: torch of lenet 1x1x28x28: -6 bias of conv",)
    text = render.files(page.full(replace(whole, graphs=(whole.graphs[0], bad))))
    assert "-6 bias of conv" in text["graphs.md"]
    assert "residual,,conv,bias,-6" in text["graphs.csv"]
    assert render.files(page.full(replace(whole, graphs=()))) == {}


# --- explain --------------------------------------------------------------------------------------------------------------


def explain(*words: str) -> Any:
    return json.loads(CliRunner().invoke(app, ["explain", *words, "--predicted", "--format", "json"]).stdout)


def test_exports_are_subjects_beside_tools() -> None:
    told = explain("resnet50", "torchinfo", "onnx:torch", "onnx:paddle", "onnx:tf", "-m", "params")
    assert [n["value"] for n in told["numbers"]] == [25_557_032, 25_530_472, 25_557_032, 25_530_472]
    assert [n["residual"] for n in told["numbers"]] == [0] * 4
    for step in told["steps"]:
        assert step["residual"] == 0
        assert sum(t["value"] for t in step["terms"]) == step["difference"]
    first = {(t["op"], t["primitive"]): (t["value"], t["count"]) for t in told["steps"][0]["terms"]}
    wanted = {("conv", "bias"): (26_560, 26_560), ("batchnorm", "norm_scale"): (-26_560, -26_560)}
    wanted |= {("batchnorm", "norm_shift"): (-26_560, -26_560), ("batchnorm", "running_stats"): (0, -53_120)}
    same(first, wanted)
    assert {t["rewrite"] for t in told["steps"][0]["terms"]} == {"batch norm folded into the convolution before it"}
    assert any(t["rewrite"].startswith("undone: batch norm") for t in told["steps"][1]["terms"])
    for entry in told["ledger"]:
        assert len(entry["counted"]) == 4
    assert [sum(e["counted"][k] for e in told["ledger"]) for k in range(4)] == [25_557_032, 25_530_472, 25_557_032, 25_530_472]


@pytest.mark.parametrize(
    ("by", "metric"),
    [*((c, m) for m in ("compute", "params") for c in ("onnx_tool", "onnx_opcounter", "mac")), ("opencv", "compute")],
)
def test_steps_between_exports_add_up_under_every_convention(by: str, metric: str) -> None:
    names = [f"onnx:{e}:{by}" for e in lowerings.recipes()] + ["resnet50-v1:onnx:torch", by]
    counts = ask("resnet18", names).counts
    answer = account.account(counts, metric)
    for count, number in ((a.count, a.number) for a in answer.answers):
        seen = count.lowered.counted if count.lowered else count.counted
        assert number.value == engine.total(seen, count.convention, metric), "the engine's own sum of the rewritten network"
    assert len(answer.steps) == len(names)
    for step in answer.steps:
        assert sum(t.value for t in step.number.terms) == step.number.value
        assert step.number.residual == 0


def test_going_there_and_back_undoes_everything() -> None:
    one, other = (
        rewritten.terms(lower(RESNET, recipe(e)), ask("lenet", ["onnx_tool"]).counts[0].convention, "params")
        for e in ("torch", "tf-plain")
    )
    there, back = rewritten.between(one, other), rewritten.between(other, one)
    assert sum(t.value for t in there) == -sum(t.value for t in back) == sum(t.value for t in one) - sum(t.value for t in other)
    assert rewritten.between(one, one) == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["lenet", "onnx:trch"], "unknown export 'trch'. Hint: did you mean torch"),
        (["lenet", "onnx"], "'onnx' names no export. Hint: write it like onnx:torch"),
        (["lenet", "onnx:torch:mac:mac"], "names no export"),
        (["lenet", "onnx:torch:torchinfo"], "torchinfo counts networks of pytorch, no ONNX files. Hint: mac, onnx_opcounter"),
        (["lenet", "onnx:torch:onnxtool"], "unknown tool 'onnxtool'. Hint: did you mean onnx_tool"),
        (["lenet9:onnx:torch".partition(":")[0], "onnx:torch"], "unknown network 'lenet9'"),
        (["lenet", "lenet9:onnx:torch"], "unknown network 'lenet9'"),
        (["lenet", "onnx:torch", "--layer", "fc.0"], "onnx:torch is a file, whose nodes are no layers of lenet"),
        (["alexnet-paper", "onnx:tf"], "layer 'features.conv2': tf2onnx leaves a grouped convolution"),
        (["resnet18-a", "onnx:torch"], "its recipe has no word on 'subsample'"),
    ],
)
def test_a_bad_request_is_one_clear_error(words: list[str], told: str) -> None:
    done = CliRunner().invoke(app, ["explain", *words, "--predicted"])
    assert isinstance(done.exception, UsageError)
    assert told in str(done.exception)


def test_a_file_is_set_against_its_recipe(monkeypatch: pytest.MonkeyPatch) -> None:
    made = {e: lower(RESNET, recipe(e)).model for e in ("torch", "paddle")}
    made["torch"] = forgotten(made["torch"])
    asked = []

    def find(model: Model, export: str, **_: Any) -> Found:
        asked.append(export)
        return Found(Imported(made[export]), f"counted in {export}.onnx", "it pads" if export == "paddle" else "")

    monkeypatch.setattr(exported, "find", find)
    wanted = ask("resnet18", ["onnx:torch", "onnx:torch:onnx_tool", "onnx:paddle"])
    answer = account.account(wanted.counts, "params", best_source(wanted, "params", "(total)", True, ()))
    assert asked == ["torch", "paddle"], "each file is made once"
    assert [a.number.residual for a in answer.answers] == [0, -64, -64, 0]
    assert answer.answers[0].count.title == "as described", "the way to an export starts at what it was made of"
    details = [a.number.detail for a in answer.answers[1:]]
    assert details[0] == "counted in torch.onnx: 49 nodes, not as the recipe says: −64 bias (conv)"
    assert details[2] == "counted in paddle.onnx: 82 nodes, node by node as the recipe says; known fault: it pads"


def test_a_file_of_the_cache_counts_if_it_names_the_installed_exporter(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, files: dict[str, Model]
) -> None:
    folder = tmp_path / exported.folder(LENET)
    folder.mkdir()
    (folder / "torch.onnx").touch()
    monkeypatch.setattr(catalog, "installed_version", lambda name, *_: "9.9.1+cpu" if name == "torch" else "")
    files["torch.onnx"] = replace(lower(LENET, recipe("torch")).model, variant="ONNX opset 20 by pytorch 9.9.1+cpu")
    found = exported.find(LENET, "torch", cache=tmp_path)
    assert found.detail == f"counted in {folder / 'torch.onnx'}"
    files["torch.onnx"] = replace(files["torch.onnx"], variant="ONNX opset 20 by pytorch 9.9.2")
    known = {k: replace(i, module="no_such_module") for k, i in catalog.frameworks().items()}
    with pytest.raises(UsageError, match=r"PyTorch is not installed\. Hint: pip install .* or ask with --predicted"):
        exported.find(LENET, "torch", cache=tmp_path, known=known)
    known = {k: replace(i, module="json", needs=("no-such-package",)) for k, i in catalog.frameworks().items()}
    with pytest.raises(UsageError, match="no-such-package is not installed, which export torch needs"):
        exported.find(LENET, "torch", cache=None, known=known)


def test_an_export_that_fails_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {"pytorch": replace(catalog.framework("pytorch"), module="json", needs=())}
    with pytest.raises(CrosscheckError, match="export torch of lenet: error: the worker ended with exit code 7"):
        exported.find(LENET, "torch", cache=None, known=known, launch=lambda _: ["/bin/sh", "-c", "exit 7"])


def test_nothing_that_changes_a_number_is_said_in_words() -> None:
    told = CliRunner().invoke(app, ["explain", "resnet18", "onnx:torch", "onnx:tf", "--predicted"]).stdout
    assert told.count(": 0; residual 0\nnothing between them changes this number\n") == 2
    assert "resnet18, input 1x3x224x224: as described" in told
