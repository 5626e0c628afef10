"""What a name means: every kind by its form, and one clear line for what is no subject."""

from __future__ import annotations

from pathlib import Path

import pytest

from crosscheck import models
from crosscheck.errors import UnknownNameError, UsageError
from crosscheck.importers.caffe.load import bundled
from crosscheck.subjects import zoo
from crosscheck.subjects.reference import one_kind, read
from crosscheck.subjects.subject import Kind
from tests.importers.onnx.files import conv_net


def test_every_name_of_every_table_is_of_its_kind() -> None:
    for kind, names in ((Kind.DESCRIBED, models.variants()), (Kind.CAFFE, bundled()), (Kind.ZOO, zoo.networks())):
        assert len(names) > 5
        assert {read(name).kind for name in names} == {kind}


def test_files_are_known_by_their_suffix_else_by_what_they_begin_with(tmp_path: Path) -> None:
    assert read("anywhere/net.onnx").kind is Kind.ONNX
    assert read("net.prototxt").kind is Kind.CAFFE
    (tmp_path / "graph").write_bytes(conv_net().SerializeToString())
    (tmp_path / "deploy.txt").write_text(next(iter(bundled().values())).read_text())
    assert read(str(tmp_path / "graph")).kind is Kind.ONNX
    assert read(str(tmp_path / "deploy.txt")).kind is Kind.CAFFE


def test_an_export_says_of_what_and_by_which_setting() -> None:
    ref = read("resnet50@onnx:torch-script")
    assert (ref.kind, ref.target, ref.export) == (Kind.EXPORT, "resnet50", "torch-script")


ZOOS = "keras, paddle, timm, torchvision, transformers"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("resnet5O", "unknown network 'resnet5O'. Hint: did you mean resnet50 or"),
        ("MobileNet", "did you mean keras:MobileNet"),
        ("torchvision:resnet5O", "did you mean torchvision:resnet50"),
        ("mmcls:convnext_tiny", f"'mmcls' is no zoo ({ZOOS}) and no Python module here"),
        ("my_pkg.nets:make_net", f"'my_pkg.nets' is no zoo ({ZOOS}) and no Python module here"),
        ("nets.py", "'nets.py' is a file of code. Hint: name what makes a network in it, as in nets.py:make_net"),
        ("nets.py:", "Hint: name what makes a network in it, as in nets.py:make_net"),
        ("nets.py:Net", "'nets.py:Net': there is no file nets.py"),
        ("resnet50@torch", "names no export. Hint: write it like resnet50@onnx:torch"),
        ("resnet50@onnx:", "names no export. Hint: write it like resnet50@onnx:torch"),
        ("net.onnx@onnx:torch", "'net.onnx' is no described network, and only those are exported"),
        ("at@home/net", "'at@home/net': there is no such file"),
        ("nowhere/net", "'nowhere/net': there is no such file"),
        (".", "'.' is a folder. Hint: name a file in it"),
        (" ", "a network has no name"),
    ],
)
def test_what_is_no_subject_says_what_is(name: str, says: str) -> None:
    with pytest.raises(UsageError) as refused:
        read(name)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_name_that_is_none_says_which_kinds_there_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnknownNameError) as refused:
        read("xyzzy")
    kinds = ("resnet50", "torchvision:resnet18", "model.onnx", "deploy.prototxt", "resnet50@onnx:torch", "nets.py:make_net")
    assert all(example in str(refused.value) for example in kinds)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nets.py").touch()
    assert {read(example).kind for example in kinds} == set(Kind), "the examples are what they are said to be"


def test_several_are_of_one_kind_or_refused() -> None:
    kind, refs = one_kind(["keras:VGG16", "paddle:vgg16", "keras:VGG16"])
    assert (kind, [r.text for r in refs]) == (Kind.ZOO, ["keras:VGG16", "paddle:vgg16"])
    with pytest.raises(UsageError, match=r"'lenet' is a described network and 'net\.onnx' an ONNX file\."):
        one_kind(["lenet", "net.onnx"])
