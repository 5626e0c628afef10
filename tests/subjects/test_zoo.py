"""The table of zoo networks: rows that are what they should be, and how they are chosen."""

from __future__ import annotations

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
