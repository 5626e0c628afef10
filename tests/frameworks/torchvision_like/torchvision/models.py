"""``resnet18(weights=None)`` as torchvision has it: one ReLU called twice in a block, functions for the sum and the flatten."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


class BasicBlock(nn.Module):  # type: ignore[misc]
    def __init__(self, before: int, channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(before, channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample: nn.Module | None = None
        if stride != 1 or before != channels:
            self.downsample = nn.Sequential(nn.Conv2d(before, channels, 1, stride, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x: Tensor) -> Tensor:
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += x if self.downsample is None else self.downsample(x)
        made: Tensor = self.relu(out)
        return made


class ResNet(nn.Module):  # type: ignore[misc]
    def __init__(self, num_classes: int = 1000) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        before = 64
        for k in range(4):
            channels, blocks = 64 << k, []
            for index in range(2):
                blocks.append(BasicBlock(before, channels, 2 if k and not index else 1))
                before = channels
            setattr(self, f"layer{k + 1}", nn.Sequential(*blocks))
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(before, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        made: Tensor = self.fc(torch.flatten(self.avgpool(x), 1))
        return made


def resnet18(*, weights: Any = None, **options: Any) -> ResNet:
    """The network with random weights; asking for trained ones is refused."""
    if weights is not None:
        raise ValueError("this would download something")
    return ResNet(**options)


class Odd(nn.Module):  # type: ignore[misc]
    """What no vocabulary has: an activation, a roll and halves; and a mean that drops its axes."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.swish = nn.Hardswish()
        self.fc = nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.roll(self.swish(self.conv(x)), 1, 2)
        first, second = x.chunk(2, 1)
        x = torch.cat([second, first], 1)
        x = x + torch.full(x.shape, 0.5)
        made: Tensor = self.fc(x.mean((2, 3)))
        return made


def odd(*, weights: Any = None) -> Odd:
    """The odd one."""
    return Odd()


class Join(nn.Module):  # type: ignore[misc]
    """A layer of a dense block: it is given the list of all that was made before it."""

    def __init__(self, before: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(before, 4, 3, 1, 1)

    def forward(self, made: list[Tensor]) -> Tensor:
        out: Tensor = self.conv(torch.cat(made, 1))
        return out


class Dense(nn.Module):  # type: ignore[misc]
    """A dense block of two layers."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = Join(3), Join(7)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.fc(torch.flatten(self.pool(self.second([x, self.first([x])])), 1))
        return out


def densenet(*, weights: Any = None) -> Dense:
    """The dense one."""
    return Dense()
