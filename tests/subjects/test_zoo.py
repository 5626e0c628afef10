"""The table of zoo networks: rows that are what they should be, and how they are chosen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crosscheck import models
from crosscheck.contract.network import Model
from crosscheck.errors import UnknownNameError, UsageError
from crosscheck.measuring import catalog
from crosscheck.subjects import observed, zoo
from crosscheck.subjects.zoo import Package


def test_every_row_is_sound() -> None:
    for n in zoo.networks().values():
        assert n.framework in ("pytorch", "paddlepaddle", "tensorflow_keras")
        assert n.maker.endswith(f".{n.name}")
        if n.model:
            assert models.get(n.model).input == n.input, f"{n.id} and {n.model} are for other inputs"
        blank = n.blank()
        assert Model.from_json(blank.to_json()) == blank
    assert {n.zoo for n in zoo.networks().values()} == {"paddle", "keras", "torchvision", "timm", "transformers"}


def test_networks_are_chosen_by_id_by_name_by_zoo_and_by_framework() -> None:
    assert [n.id for n in zoo.select(["resnet50"])] == ["paddle:resnet50", "keras:ResNet50", "torchvision:resnet50"]
    assert [n.id for n in zoo.select(["keras:VGG16"])] == ["keras:VGG16"]
    assert {n.zoo for n in zoo.select(["keras"])} == {"keras"}
    assert {n.framework for n in zoo.select(frameworks=["paddlepaddle"])} == {"paddlepaddle"}
    assert all(n.default for n in zoo.select())
    with pytest.raises(UnknownNameError, match="keras:ResNet50"):
        zoo.select(["keras:ResNet5"])
    with pytest.raises(UsageError, match="leaves none"):
        zoo.select(["keras:VGG16"], ["pytorch"])


def test_a_network_takes_its_batch_as_a_tensor_as_a_list_or_as_a_pair() -> None:
    plain, listed, pair = (replace(zoo.get("torchvision:resnet18"), call=call, batch=2) for call in zoo.CALLS)
    assert plain.blank().input_text == "2x3x224x224"
    assert listed.blank().input_text == "3x224x224+3x224x224"
    assert pair.blank().input_text == "2x3x224x224+2x3x224x224"


def test_names_of_networks_lie_in_the_modules_that_their_zoo_keeps_them_in() -> None:
    makers = {"resnet18": "", "fcn_resnet50": "segmentation.", "r3d_18": "video.", "ssd300_vgg16": "detection."}
    for name, group in makers.items():
        assert zoo.get(f"torchvision:{name}").maker == f"torchvision.models.{group}{name}"
    assert sum(n.zoo == "torchvision" for n in zoo.networks().values()) >= 100


TIMM = [n for n in zoo.networks().values() if n.zoo == "timm"]


def test_timm_is_a_sample_with_every_file_of_a_family() -> None:
    families = [n.maker.split(".")[2] for n in TIMM]
    assert len(TIMM) == 150
    assert len(set(families)) == 98
    assert max(families.count(f) for f in families) == 3
    assert "A sample" in zoo.choice("timm")
    assert zoo.choice("torchvision") == ""


def test_a_package_that_imports_another_is_taken_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    n = TIMM[0]
    assert [p.name for p in n.packages] == ["timm", "torchvision"]
    assert n.needs == (Package("torchvision", zoo.get("torchvision:resnet18").overlay),)
    where = {"timm-": "1.0", "torchvision-": "0.28"}
    monkeypatch.setattr(catalog, "installed_version", lambda p, overlay="": where.get(overlay[: len(p) + 1], ""))
    assert n.libraries == tuple(p.overlay for p in n.packages)
    assert (n.version, observed.missing(n)) == ("1.0", "")
    monkeypatch.setattr(catalog, "installed_version", lambda p, overlay="": "1.0" if p == "timm" else "")
    assert n.libraries == ()
    assert "torchvision is not installed" in observed.missing(n)
