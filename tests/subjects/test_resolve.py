"""A name becomes a network of its kind, counted once, with what has to be said of it."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from crosscheck import models
from crosscheck.contract.network import Layer, Model
from crosscheck.contract.origin import Origin
from crosscheck.counting import engine
from crosscheck.diff import Amounts, compare
from crosscheck.errors import FileError, ShapeError, UnknownNameError, UsageError
from crosscheck.exports.recipe import lower, recipe, seen
from crosscheck.measuring.catalog import FrameworkInfo
from crosscheck.subjects import observed, zoo
from crosscheck.subjects.resolve import described, file, resolve, resolve_all
from crosscheck.subjects.subject import Kind, Options
from crosscheck.subjects.zoo import Network
from tests.fakes import FAKES
from tests.importers.onnx.files import conv_net

LENET = Network("paddle", "LeNet", "fake", "pytest", "fake.LeNet", "lenet", (1, 28, 28))


def onnx_file(folder: Path) -> str:
    path = folder / "net.onnx"
    path.write_bytes(conv_net(x=(None, 3, 8, 8)).SerializeToString())
    return str(path)


def test_a_described_network_is_built_as_the_options_say() -> None:
    subject = resolve("vgg16", Options(batch=2, inputs=("3x64x64",), classes=7))
    assert subject.model == models.build("vgg16", batch=2, input_shape=(3, 64, 64), classes=7)
    assert (subject.kind, subject.notes, subject.partial) == (Kind.DESCRIBED, (), False)
    with pytest.raises(ShapeError):
        resolve("vgg16", Options(inputs=("3x8x8",)))


def test_files_are_read_for_the_shapes_that_are_given(tmp_path: Path) -> None:
    subject = resolve(onnx_file(tmp_path), Options(inputs=("x=5x3x8x8",)))
    assert subject.model.batch == 5
    assert subject.counted.sum("mac") == 5 * (3 * 4 * 9 * 64 + 4 * 10), "counted by hand"
    caffe = resolve("alexnet-deploy", Options(batch=3))
    assert (caffe.kind, caffe.model.input_text) == (Kind.CAFFE, "3x3x227x227")
    with pytest.raises(FileError, match=r"no\.onnx: there is no such file"):
        resolve(str(tmp_path / "no.onnx"))
    with pytest.raises(FileError, match="it is damaged or no ONNX file"):
        file(str(Path(__file__)), Kind.ONNX)


def test_an_export_is_what_its_recipe_makes_and_says_that_nothing_was_exported() -> None:
    export, base = resolve_all(["resnet18@onnx:torch", "resnet18"], Options(batch=2))
    wanted = lower(models.build("resnet18", batch=2), recipe("torch"))
    assert seen(export.counted) == seen(wanted.counted) != seen(base.counted)
    assert export.lowered is not None
    assert export.lowered.described is base.counted, "what it is made of is counted once"
    assert "nothing was exported" in export.notes[0]
    found = compare(base.built, export.built)
    assert (found.difference.macs, found.difference.stats) == (0, -9_600), "its norms are folded into convolutions"
    assert found.residual == Amounts()
    with pytest.raises(UnknownNameError, match="did you mean torch"):
        resolve("resnet18@onnx:trch")


@pytest.mark.parametrize(
    ("options", "odd"),
    [(Options(batch=2), "--batch"), (Options(classes=3), "--classes"), (Options(inputs=("3x8x8",)), "--input")],
)
def test_options_that_a_kind_has_no_use_for_are_refused(options: Options, odd: str, tmp_path: Path) -> None:
    fixed = ["paddle:LeNet"] + [onnx_file(tmp_path)] * (odd != "--input") + ["alexnet-deploy"] * (odd == "--classes")
    for name in fixed:
        with pytest.raises(UsageError, match=f"{odd} is for described networks, and '.*', an? .*, has its own"):
            resolve(name, options)


def test_commands_that_need_a_description_say_what_the_others_are(tmp_path: Path) -> None:
    assert described(["lenet", "vgg16", "lenet"], "why") == ["lenet", "vgg16"]
    with pytest.raises(UsageError, match="is an ONNX file, and that will not do"):
        described(["lenet", onnx_file(tmp_path)], "that will not do")


def watched(folder: Path, monkeypatch: pytest.MonkeyPatch, network: Model) -> None:
    """Put one fake network into the zoo, of which this is seen."""
    (folder / "fake-paddle_LeNet.json").write_text(json.dumps(replace(network, name=LENET.id).to_json()))
    known = {"fake": FrameworkInfo("fake", "Fake", "json", "extra", ("pytest",), ())}
    real = observed.observe

    def launch(framework: str) -> list[str]:
        return [sys.executable, "-I", "-S", str(FAKES / "observer.py"), str(folder), framework]

    monkeypatch.setattr(zoo, "networks", lambda: {LENET.id: LENET})
    monkeypatch.setattr(observed, "observe", lambda wanted: real(wanted, known=known, launch=launch, timeout=20))


def test_a_network_of_a_zoo_is_what_was_seen_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = models.build("lenet")
    flat = next(x for x in plain.layers if x.op == "flatten")
    move = Layer("reshape", "reshape", {"shape": flat.y}, (flat.id,), flat.out_shapes, flat.out_shapes)
    at = plain.layers.index(flat) + 1
    after = replace(plain.layers[at], inputs=("reshape",))
    watched(tmp_path, monkeypatch, replace(plain, layers=(*plain.layers[:at], move, after, *plain.layers[at + 1 :])))
    subject = resolve("paddle:LeNet")
    assert "reshape" in subject.built.by_id
    assert "reshape" not in subject.model.by_id, "no tool has a word on what only moves elements"
    assert subject.counted.sum("mac") == engine.tally(plain).sum("mac")
    assert not subject.partial


def test_what_nobody_described_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = models.build("lenet")
    x = plain.layers[1]
    odd = Layer(x.id, "unknown", {}, x.inputs, x.in_shapes, x.out_shapes, origin=Origin(native="fake.Swirl"))
    watched(tmp_path, monkeypatch, replace(plain, layers=(plain.layers[0], odd, *plain.layers[2:])))
    subject = resolve("paddle:LeNet")
    assert subject.partial
    assert subject.notes == ("paddle:LeNet: the vocabulary has no op for fake.Swirl (1)",)


def test_a_network_that_cannot_be_built_here_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    watched(tmp_path, monkeypatch, models.build("lenet"))
    (tmp_path / "fake-paddle_LeNet.json").write_text(json.dumps({"name": LENET.id, "habit": "kill"}))
    with pytest.raises(UsageError, match=r"paddle:LeNet: error: .*SIGKILL"):
        resolve("paddle:LeNet")
    monkeypatch.setattr(zoo, "networks", lambda: {LENET.id: replace(LENET, package="no-such-package")})
    with pytest.raises(UsageError, match=r"paddle:LeNet: no-such-package is not installed\. Install it with: pip install"):
        resolve("paddle:LeNet")


def test_a_described_network_takes_nothing_of_the_other_kinds() -> None:
    """``count resnet50`` is for people who wait for it."""
    code = (
        "import sys; from crosscheck.subjects import conventions, resolve; s = resolve.resolve('resnet50'); "
        "conventions.choose(s, ['torchinfo']); print(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    heavy = ("crosscheck.importers", "crosscheck.subjects.zoo", "crosscheck.measuring", "crosscheck.exports", "pandas", "rich")
    assert "crosscheck.models.families.resnet" in loaded
    assert [m for m in loaded if m.startswith(heavy)] == []
