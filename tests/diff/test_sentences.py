"""The differences of two networks in words: what repeats is one sentence, and it names what differs."""

from __future__ import annotations

from typing import Any

import pytest

from crosscheck import models
from crosscheck.diff import SPELLING, Amounts, compare


def says(here: str, there: str, **options: Any) -> list[str]:
    found = compare(models.build(here), models.build(there, **options))
    assert found.residual == Amounts()
    return [d.says for d in found.differences if d.cause != SPELLING]


def test_v1_and_v15_differ_in_where_the_stride_is() -> None:
    moved, rest = compare(models.build("resnet50"), models.build("resnet50-v1")).differences
    assert moved.says == "3 blocks (layer2.0, layer3.0, layer4.0): stride 2 on the 3×3 convolution here, on the 1×1 there"
    assert moved.amounts == Amounts(3_857_973_248 - 4_089_184_256)
    assert rest.cause == "consequence"
    assert "6 layers do the same on other shapes" in rest.says
    back = says("resnet50-v1", "resnet50")
    assert back[0] == "3 blocks (layer2.0, layer3.0, layer4.0): stride 2 on the 1×1 convolution here, on the 3×3 there"


def test_keras_adds_biases_and_another_epsilon() -> None:
    assert says("resnet50-keras", "resnet50-v1") == [
        "every convolution (53) has a bias here (26,560 parameters), none there",
        "every batch normalisation (53): epsilon 1.001e-05 here, epsilon 1e-05 there",
    ]
    assert len(says("resnet50", "resnet50-keras")) == 4, "and where the stride is, with what follows from it"


def test_the_three_shortcut_options() -> None:
    assert says("resnet18", "resnet18-a") == [
        (
            "on the shortcut of 3 blocks (layer2.0, layer3.0, layer4.0): "
            "convolution 1×1; batch normalisation here, subsampling, stride 2; zero padding there"
        )
    ]
    (c,) = compare(models.build("resnet18"), models.build("resnet18-c")).differences
    assert c.says == (
        "on the shortcut of 5 blocks (layer1.0, layer1.1, layer2.1, layer3.1, layer4.1): "
        "nothing but the value itself here, convolution 1×1; batch normalisation there"
    )
    assert c.amounts.params == 12_043_816 - 11_689_512


def test_the_two_lenets() -> None:
    assert says("lenet", "lenet5") == [
        "input 1x1x28x28 here, 1x1x32x32 there",
        "convolution features.0/features.c1: 3×3, padding 1 here, 5×5, no padding there",
        "2 layers (features.1/features.tanh1, features.4/features.tanh3): ReLUs here, tanh there",
        "2 layers (features.2/features.s2, features.5/features.s4): max poolings here, average poolings there",
        "no activation between fc.0 and fc.1, fc.1 and fc.2 here, tanh there",
    ]


@pytest.mark.parametrize(
    ("here", "there", "wanted"),
    [
        ("vgg16", "vgg16-bn", ["after every convolution (13): nothing here, batch normalisation there"]),
        (
            "vgg16",
            "vgg19",
            ["after 3 ReLUs (features.15, features.22, features.29): nothing here, convolution 3×3; ReLU there"],
        ),
        (
            "resnet50",
            "resnet101",
            [
                (
                    "after layer3.5.relu3: nothing here, 17 more Bottleneck blocks (layer3.6, layer3.7, layer3.8, … layer3.22; "
                    "51 convolutions, 51 batch normalisations, 51 ReLUs, 17 sums) there"
                )
            ],
        ),
        (
            "alexnet-paper",
            "alexnet-ungrouped",
            ["3 convolutions (features.conv2, features.conv4, features.conv5): 2 groups here, no groups there"],
        ),
        ("alexnet", "alexnet-paddle", ["after features.12: average pooling 1×1, which changes nothing here, nothing there"]),
    ],
)
def test_what_repeats_is_one_sentence(here: str, there: str, wanted: list[str]) -> None:
    assert says(here, there) == wanted


def test_blocks_of_another_kind_are_not_taken_apart() -> None:
    told = says("resnet18", "resnet50")
    assert len(told) == 2
    assert "8 Basic blocks" in told[0]
    assert "16 Bottleneck blocks" in told[0]


def test_another_input_is_the_cause_and_other_shapes_the_consequence() -> None:
    found = compare(models.build("alexnet"), models.build("alexnet", input_shape=(3, 227, 227)))
    assert [d.cause for d in found.differences] == ["input", "consequence"]
    assert found.differences[1].amounts == found.difference
