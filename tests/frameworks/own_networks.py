"""Networks as users write them, each with what it is called with: every way to call one."""

# mypy: disable-error-code="misc, override"

from __future__ import annotations

from collections import UserDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

X = (1, 3, 8, 8)


class Net(nn.Module):
    """A convolution, what nobody described, and a linear layer."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.act = nn.ReLU6()
        self.fc = nn.Linear(144, 5)

    def forward(self, x: Tensor) -> Any:
        return self.fc(self.act(self.conv(x)).flatten(1))


class Two(Net):
    def forward(self, x: Tensor, y: Tensor) -> Any:
        return super().forward(x) + super().forward(y)


class Nested(Net):
    def forward(self, pair: tuple[Tensor, Tensor]) -> Any:
        return super().forward(pair[0] + pair[1])


class Named(Net):
    def forward(self, x: Tensor, *, twice: bool = False, mask: Tensor | None = None) -> Any:
        made = super().forward(x)
        made = made if mask is None else made * mask
        return made + super().forward(x) if twice else made


class Flagged(Net):
    def forward(self, x: Tensor, twice: bool) -> Any:
        return super().forward(x) + super().forward(x) if twice else super().forward(x)


class Words(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(11, 6)
        self.fc = nn.Linear(6, 3)

    def forward(self, input_ids: Tensor, attention_mask: Tensor | None = None) -> Any:
        made = self.table(input_ids)
        return self.fc(made if attention_mask is None else made * attention_mask.unsqueeze(-1))


class Batch(UserDict[str, Tensor]):
    """What tokenizers give."""


class Heads(Net):
    def forward(self, x: Tensor) -> Any:
        made = super().forward(x)
        return made, made.relu()


@dataclass
class Output:
    logits: Tensor
    hidden: Tensor | None = None


class Fields(Net):
    def forward(self, x: Tensor) -> Any:
        return Output(super().forward(x))


class Keys(Net):
    def forward(self, x: Tensor) -> Any:
        return {"logits": super().forward(x), "extra": None}


class Choice(Net):
    def forward(self, x: Tensor) -> Any:
        return int(super().forward(x).argmax()) + 1


class Training(Net):
    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(4)
        self.train()

    def forward(self, x: Tensor) -> Any:
        made = self.norm(self.conv(x))
        return self.fc(made.flatten(1)) if not self.training else made


class Tied(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(11, 6)
        self.head = nn.Linear(6, 11, bias=False)
        self.head.weight = self.table.weight

    def forward(self, ids: Tensor) -> Any:
        return self.head(self.table(ids))


class Shared(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(6, 6)

    def forward(self, x: Tensor) -> Any:
        return self.fc(self.fc(x).relu())


class Lazy(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.LazyConv2d(4, 3)
        self.fc = nn.LazyLinear(5)

    def forward(self, x: Tensor) -> Any:
        return self.fc(self.conv(x).flatten(1))


def frozen() -> nn.Module:
    net = Net()
    net.conv.requires_grad_(False)
    return net


def on_meta() -> nn.Module:
    with torch.device("meta"):
        return Net()


def ids(*shape: int) -> Tensor:
    return torch.arange(6).reshape(shape) % 11


def x() -> Tensor:
    return torch.randn(X, generator=torch.Generator().manual_seed(0))


WAYS: dict[str, Callable[[], tuple[nn.Module, Any]]] = {
    "one tensor": lambda: (Net(), x()),
    "an array": lambda: (Net(), x().numpy()),
    "several": lambda: (Two(), (x(), x())),
    "a shape": lambda: (Net(), X),
    "several shapes": lambda: (Two(), (X, X)),
    "a tuple": lambda: (Nested(), ((x(), x()),)),
    "a dict": lambda: (Net(), {"x": x()}),
    "keyword arguments": lambda: (Named(), {"x": x(), "twice": True, "mask": torch.ones(1, 5)}),
    "a batch of a tokenizer": lambda: (Words(), Batch(input_ids=ids(1, 6), attention_mask=torch.ones(1, 6))),
    "several outputs": lambda: (Heads(), x()),
    "outputs in a dataclass": lambda: (Fields(), x()),
    "outputs in a dict": lambda: (Keys(), x()),
    "an output that is no tensor": lambda: (Choice(), x()),
    "an argument that is no tensor": lambda: (Flagged(), (x(), True)),
    "whole numbers": lambda: (Words(), ids(2, 3)),
    "compiled": lambda: (torch.compile(Net()), x()),
    "parallel": lambda: (nn.DataParallel(Net()), x()),
    "train mode": lambda: (Training(), x()),
    "frozen parts": lambda: (frozen(), x()),
    "tied weights": lambda: (Tied(), ids(1, 6)),
    "a shared module": lambda: (Shared(), torch.randn(2, 6)),
    "lazy modules": lambda: (Lazy(), X),
    "meta device": lambda: (on_meta(), X),
}
"""Each way to call a network."""

MACS = {
    **dict.fromkeys(WAYS, 3 * 4 * 9 * 36 + 144 * 5),
    **dict.fromkeys(
        ("several", "several shapes", "keyword arguments", "an argument that is no tensor"), 2 * (3 * 4 * 9 * 36 + 720)
    ),
    **dict.fromkeys(("a batch of a tokenizer", "whole numbers"), 6 * 6 * 3),
    "tied weights": 6 * 6 * 11,
    "a shared module": 2 * 2 * 6 * 6,
}
"""Multiply-adds, by hand."""
PARAMS = {
    **dict.fromkeys(WAYS, 112 + 725),
    **dict.fromkeys(("a batch of a tokenizer", "whole numbers"), 66 + 21),
    "train mode": 112 + 725 + 8,
    "tied weights": 66,
    "a shared module": 42,
}
"""Parameters, each once, by hand."""

TORCHINFO_DIES = ("outputs in a dataclass", "an output that is no tensor")
"""What torchinfo refuses, in its own words."""
