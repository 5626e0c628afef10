"""The table of zoo networks: rows that are what they should be, and how they are chosen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crosscheck import models
from crosscheck.contract.network import Model
from crosscheck.errors import UnknownNameError, UsageError
from crosscheck.subjects import zoo


def test_every_row_is_sound() -> None:
    for n in zoo.networks().values():
        assert n.framework in ("pytorch", "paddlepaddle", "tensorflow_keras")
        assert n.maker.endswith(f".{n.name}")
        if n.model:
            assert models.get(n.model).input == n.input, f"{n.id} and {n.model} are for other inputs"
        blank = n.blank()
        assert Model.from_json(blank.to_json()) == blank
    assert {n.zoo for n in zoo.networks().values()} == {"paddle", "keras", "torchvision"}


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
