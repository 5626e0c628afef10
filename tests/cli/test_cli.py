"""The command line: what it prints, how it ends, and that a bad request is one line and no traceback."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from crosscheck import __version__, cli, models
from crosscheck.conventions import read as convention
from crosscheck.importers.caffe import load as prototxt
from crosscheck.measuring import catalog
from crosscheck.measuring.catalog import FrameworkInfo, ToolInfo
from crosscheck.ops.files import FILE_OPS, members
from crosscheck.studies.compare import run as compare
from crosscheck.studies.zoo import survey as zoo
from tests.fakes import FAKES

SCRIPT = str(FAKES / "worker.py")
Ended = tuple[int, str, str]


@pytest.fixture
def crosscheck(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run the entry point in this process: exit code, standard output, standard error."""

    def run(*words: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["crosscheck", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capsys.readouterr()
        code = ended.value.code
        return (code if isinstance(code, int) else 0, printed.out, printed.err)

    return run


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_count_prints_a_table_with_thousands_and_units(crosscheck: Any) -> None:
    code, out, err = crosscheck("count", "resnet50")
    assert (code, err) == (0, "")
    assert "4,089,184,256" in out
    assert "25,557,032" in out
    assert "MAC" in out
    assert max(map(len, out.splitlines())) <= 100


def test_count_gives_the_same_numbers_as_json_and_csv(crosscheck: Any) -> None:
    words = ("count", "vgg16", "-c", "mac", "-c", "torchinfo", "--input", "3x256x256", "--batch", "2", "--classes", "7")
    _, as_json, _ = crosscheck(*words, "--format", "json")
    _, as_csv, _ = crosscheck(*words, "-f", "csv")
    found = json.loads(as_json)
    assert [{k: str(v) for k, v in r.items()} for r in found] == rows(as_csv)
    assert {(r["convention"], r["metric"]) for r in found} == {
        (c, m) for c in ("mac", "torchinfo") for m in convention.load(c).metrics
    }
    assert {r["input"] for r in found} == {"2x3x256x256"}
    params = {r["convention"]: r["value"] for r in found if r["metric"] == "params"}
    assert params == dict.fromkeys(params, 138_357_544 - 993 * 4_097)


@pytest.mark.parametrize("output", ["json", "csv"])
def test_layers_add_up_to_the_total(crosscheck: Any, output: str) -> None:
    code, out, _ = crosscheck("count", "resnet18", "--layers", "-c", "mac", "-c", "paddle_flops", "-f", output)
    assert code == 0
    *layers, total = json.loads(out) if output == "json" else rows(out)
    assert total["layer"] == "(total)"
    assert [r["layer"] for r in layers] == [x.id for x in models.build("resnet18").layers]
    columns = [c for c in total if c not in ("layer", "op", "output", "MACs =")]
    assert len(columns) == 4
    for column in columns:
        assert sum(int(r[column]) for r in layers) == int(total[column]) > 0, column


def test_a_convention_named_twice_is_shown_once(crosscheck: Any) -> None:
    _, once, _ = crosscheck("count", "lenet", "-c", "mac", "-f", "csv")
    _, twice, _ = crosscheck("count", "lenet", "-c", "mac", "-c", "mac", "-f", "csv")
    assert once == twice


def test_lists_have_everything_there_is(crosscheck: Any) -> None:
    names = {
        "models": models.variants(),
        "networks": prototxt.bundled(),
        "tools": catalog.tools(),
        "conventions": convention.ids(),
        "frameworks": catalog.frameworks(),
        "zoo": zoo.networks(),
    }
    for what, known in names.items():
        code, out, err = crosscheck("list", what, "--format", "json")
        assert (code, err) == (0, "")
        assert [next(iter(r.values())) for r in json.loads(out)] == list(known), what
        code, out, err = crosscheck("list", what)
        assert (code, err) == (0, "")
        assert max(map(len, out.splitlines())) <= 100, what


def test_models_are_a_line_each_and_a_family_has_whole_descriptions(crosscheck: Any) -> None:
    _, out, _ = crosscheck("list", "models")
    lines = [line.split() for line in out.splitlines() if line.strip()]
    assert [w[0] for w in lines if len(w) > 3 and w[1][0].isdigit()] == list(models.variants())
    resnet50 = next(w for w in lines if w[0] == "resnet50")
    assert resnet50[1:4] == ["1x3x224x224", "25,557,032", "4,089,184,256"]
    names = [n for n, v in models.variants().items() if v.family == "vgg"]
    _, out, _ = crosscheck("list", "models", "--family", "vgg", "-f", "csv")
    assert [r["name"] for r in rows(out)] == names
    assert [r["variant"] for r in rows(out)] == [models.get(n).says for n in names]
    _, out, _ = crosscheck("list", "models", "--family", "vgg")
    assert max(map(len, out.splitlines())) <= 100
    assert "…" not in out
    code, out, err = crosscheck("list", "models", "--family", "vgh")
    assert (code, out) == (2, "")
    assert "unknown family 'vgh'. Hint: did you mean vgg" in err


def test_the_version_is_printed_by_the_command_and_by_the_module() -> None:
    done = subprocess.run([sys.executable, "-m", "crosscheck", "--version"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"crosscheck {__version__}\n", "")


def test_help_has_examples_and_exit_codes(crosscheck: Any) -> None:
    assert "Exit codes: " in crosscheck("--help")[1]
    for command in ("count", "compare", "explain", "identify", "diff", "architecture", "zoo"):
        code, out, _ = crosscheck(command, "--help")
        assert code == 0
        assert f"crosscheck {command} " in out.replace("\n", " "), f"{command} --help has no example"


BAD: list[tuple[Sequence[str], str]] = [
    (["count", "resnet5"], "unknown model 'resnet5'. Hint: did you mean resnet"),
    (["count", "xyzzy"], "unknown model 'xyzzy'. Hint: known: alexnet, "),
    (["count", "lenet", "-c", "torchinf"], "unknown convention 'torchinf'. Hint: did you mean torchinfo"),
    (["count", "lenet", "--batch", "0"], "batch 0 is below 1"),
    (["count", "lenet", "--classes", "0"], "classes 0 is below 1"),
    (["count", "vgg16", "--input", "3x16x16"], "vgg16: layer 'features.30' (maxpool) does not fit its input 1x512x1x1"),
    (["count", "vgg16", "--input", "224"], "input '224' is not channels x height x width. Hint: write it like 3x224x224"),
    (["count", "vgg16", "--input", "3x224xwide"], "input '3x224xwide' is not"),
    (["compare", "lenett"], "unknown model 'lenett'. Hint: did you mean lenet"),
    (["compare", "lenet", "--tool", "torchinf"], "unknown tool 'torchinf'. Hint: did you mean torchinfo"),
    (["compare", "lenet", "--framework", "pytorh"], "unknown framework 'pytorh'. Hint: did you mean pytorch"),
    (["compare", "lenet", "--batch", "-1"], "batch -1 is below 1"),
    (["compare", "lenet", "--input", "1x2x2"], "does not fit its input"),
    (["compare", "lenet", "--timeout", "0"], "--timeout must be above 0 seconds"),
    (
        ["compare", "lenet", "--framework", "paddlepaddle", "--tool", "torchinfo"],
        "tool 'torchinfo' runs in pytorch, which --framework leaves out",
    ),
    (["explain", "lenet", "torchinf", "--predicted"], "unknown tool 'torchinf'. Hint: did you mean torchinfo"),
    (["explain", "lenet", "mac", "--predicted", "-l", "nowhere"], "lenet has no layer 'nowhere'"),
    (["explain", "lenet", "paddle_summary", "-m", "compute", "--predicted"], "paddle_summary gives no compute"),
    (["identify", "resnet5O", "4.1G"], "unknown model 'resnet5O'"),
    (["identify", "resnet50", "many"], "'many'"),
    (["diff", "resnet50", "resnet5O"], "unknown network 'resnet5O'. Hint: did you mean resnet50"),
    (["diff", "lenet", "keras:ResNet5"], "unknown zoo network 'keras:ResNet5'. Hint: did you mean"),
    (["diff", "lenet", "no-such-file.onnx"], "no-such-file.onnx"),
    (["zoo", "resnet5000"], "unknown zoo network 'resnet5000'. Hint: did you mean"),
    (["zoo", "keras:VGG16", "--framework", "pytorch"], "leaves none of these networks"),
    (["zoo", "--timeout", "0"], "--timeout must be above 0 seconds"),
    (["architecture", "lenett"], "unknown model 'lenett'. Hint: did you mean lenet"),
    (["architecture", "--framework", "onnx_graph"], "'onnx_graph' builds no networks"),
    (["convention", "torchinf"], "unknown convention 'torchinf'. Hint: did you mean torchinfo"),
]


@pytest.mark.parametrize(("words", "message"), BAD, ids=[" ".join(w) for w, _ in BAD])
def test_a_bad_request_is_one_line_and_exit_code_2(crosscheck: Any, words: Sequence[str], message: str) -> None:
    code, out, err = crosscheck(*words)
    assert (code, out) == (2, "")
    assert err.startswith("crosscheck: ")
    assert message in err
    assert err.count("\n") == 1
    assert "Traceback" not in err


def test_what_is_no_command_option_or_number_ends_with_2_too(crosscheck: Any) -> None:
    for words in (
        ["cuont"],
        ["count"],
        ["count", "lenet", "--wide"],
        ["count", "lenet", "-b", "two"],
        ["count", "lenet", "-f", "xml"],
    ):
        code, out, err = crosscheck(*words)
        assert code == 2, words
        assert "Traceback" not in out + err


@pytest.fixture
def faked(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Put a fake framework in the place of the real ones; gives a function that sets the habit of its tool ``b``."""
    tools = tuple(ToolInfo(t, t, "fake", "pytest", "mac", ("compute",)) for t in "ab")
    known = {"fake": FrameworkInfo("fake", "Fake", "json", "extra", ("pytest",), tools)}
    monkeypatch.setattr(catalog, "frameworks", lambda: known)
    real = compare.run

    def set_habit(habit: str) -> None:
        command = [sys.executable, "-I", "-S", SCRIPT, f"b={habit}"]
        monkeypatch.setattr(compare, "run", partial(real, known=known, launch=lambda _: command))

    set_habit("good")
    return set_habit


def test_compare_says_where_the_reports_are_and_ends_as_the_run_did(crosscheck: Any, faked: Any, tmp_path: Path) -> None:
    code, out, err = crosscheck("compare", "lenet5", "--out", str(tmp_path / "r"))
    assert (code, err) == (0, "")
    assert f"Reports: {tmp_path / 'r' / 'summary.md'}" in out
    assert "416,520" in out
    faked("wrong")
    code, out, err = crosscheck("compare", "lenet5", "--out", str(tmp_path / "r"))
    assert code == 1
    assert err == "crosscheck: residual +1 MAC: lenet5 × b × (total) × compute (measured 416,521, predicted 416,520)\n"
    code, _, err = crosscheck("compare", "lenet5", "--tool", "a", "--out", str(tmp_path / "r"))
    assert (code, err) == (0, ""), "the tool that is wrong was left out"


@pytest.mark.usefixtures("faked")
def test_reports_of_a_selection_do_not_overwrite_those_of_the_whole(
    crosscheck: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    crosscheck("compare", "lenet5")
    assert (tmp_path / "reports" / "selection" / "summary.md").exists()
    assert not (tmp_path / "reports" / "summary.md").exists()


@pytest.mark.usefixtures("faked")
def test_an_output_that_cannot_be_written_ends_with_2_before_any_worker(
    crosscheck: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setattr(subprocess, "Popen", None)
    code, out, err = crosscheck("compare", "lenet5", "--out", str(tmp_path / "file"))
    assert (code, out) == (2, "")
    assert err.startswith(f"crosscheck: cannot write into '{tmp_path / 'file'}': ")
    assert err.endswith("Hint: choose another folder with --out\n")
    assert err.count("\n") == 1


@pytest.mark.usefixtures("faked")
def test_an_interrupt_ends_with_130_and_a_line(crosscheck: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(compare, "run", interrupted)
    code, out, err = crosscheck("compare", "lenet5", "--out", str(tmp_path))
    assert (code, out, err) == (130, "", "crosscheck: interrupted; the reports are as they were\n")


def test_count_shows_only_the_metrics_that_are_asked_for_and_bytes_in_words(crosscheck: Any) -> None:
    words = ("count", "resnet18", "-b", "64", "-c", "torchsummary_151")
    code, out, _ = crosscheck(*words, "-m", "memory")
    assert code == 0
    flat = " ".join(out.split())
    assert "4,299,245,728 B" in flat
    assert "4,100.08 MB of 2^20 B, 4,299.25 MB of 1e6 B" in flat
    _, out, _ = crosscheck(*words, "-m", "memory_params", "-m", "memory", "-f", "json")
    assert [(r["metric"], r["value"], r["unit"]) for r in json.loads(out)] == [
        ("memory_params", 46_758_048, "B"),
        ("memory", 4_299_245_728, "B"),
    ]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("-c", "mac", "-m", "memory"), "convention 'mac' gives no memory. Hint: it gives compute, params"),
        (("-m", "memry"), "unknown metric 'memry'. Hint: did you mean memory"),
    ],
)
def test_a_metric_that_is_not_there_is_one_line(crosscheck: Any, words: Sequence[str], message: str) -> None:
    code, out, err = crosscheck("count", "lenet", *words)
    assert (code, out) == (2, "")
    assert message in err


@pytest.mark.parametrize("words", [("resnet152", "-c", "arithmetic"), ("lenet5", "-c", "mac", "-c", "torchinfo"), ("vgg16",)])
def test_a_table_of_layers_keeps_to_the_width_and_names_what_it_leaves_out(crosscheck: Any, words: Sequence[str]) -> None:
    code, out, _ = crosscheck("count", *words, "--layers")
    assert code == 0
    assert max(map(len, out.splitlines())) <= 100
    _, as_json, _ = crosscheck("count", *words, "--layers", "-f", "json")
    last = json.loads(as_json)[-1]
    flat = " ".join(out.split())
    for key, value in last.items():
        if isinstance(value, int):
            assert f"{value:,}" in flat or key.split(" ")[1] in flat.partition("(total)")[2], key


def test_the_card_of_strict_arithmetic_names_every_kind_and_op(crosscheck: Any) -> None:
    for output in ("table", "markdown"):
        code, out, _ = crosscheck("convention", "arithmetic", "-f", output)
        assert code == 0
        flat = " ".join(out.split())
        assert "mul + add + compare + divide + exp + sqrt + power + erf" in flat
        assert all(op in flat for op in ("conv_transpose", "softmax", "lrn", "trainable_pool"))
    code, out, _ = crosscheck("convention", "torchinfo", "-f", "json")
    assert json.loads(out)["metrics"]["memory"]["sum"] == ["memory_input", "memory_activations", "memory_params"]


def test_a_card_names_a_whole_family_once_and_hides_no_quirk(crosscheck: Any) -> None:
    for name in convention.ids():
        c = convention.load(name)
        code, out, err = crosscheck("convention", name)
        assert (code, err) == (0, "")
        shown = " ".join(re.sub(r"[ │]+", " ", out).split())
        words = set(re.findall(r"[a-z_@0-9]+", shown))
        code, markdown, _ = crosscheck("convention", name, "--format", "markdown")
        for table in c.metrics.values():
            for weights in table.weighed.values():
                assert all(w.quirk in markdown for w in weights)
            for op in (*table.weighed, *table.ignored):
                family = FILE_OPS[op].family if op in FILE_OPS else ""
                assert op in words or (f"@{family}" in words and set(members(family)) <= {*table.weighed, *table.ignored}), op


def test_diff_tells_where_two_networks_differ_in_every_format(crosscheck: Any) -> None:
    code, out, err = crosscheck("diff", "resnet50", "resnet50-v1")
    assert (code, err) == (1, "")
    assert "stride 2 on the 3×3" in out
    assert "residual 0" in out
    assert max(map(len, out.splitlines())) <= 100
    code, out, _ = crosscheck("diff", "resnet50", "resnet50-v1", "-f", "json")
    data = json.loads(out)
    assert data["residual"] == {"macs": 0, "parameters": 0, "running_statistics": 0}
    assert sum(d["macs"] for d in data["differences"]) == data["difference"]["macs"] == -231_211_008
    code, out, _ = crosscheck("diff", "resnet50", "resnet50-v1", "-f", "markdown")
    assert "-231,211,008" in out


def test_diff_of_a_network_with_itself_says_so_and_ends_with_0(crosscheck: Any) -> None:
    code, out, _ = crosscheck("diff", "vgg16", "vgg16", "--input", "3x64x64")
    assert code == 0
    assert "Identical architectures" in out
    _, out, _ = crosscheck("diff", "vgg16", "vgg16", "-f", "json")
    assert json.loads(out)["identical"] is True
