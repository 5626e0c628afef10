"""Small modules as people write them, by name: what tools that look at functions treat differently, each with its inputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812  (the name that every PyTorch user knows)
from torch import Tensor, nn

Case = tuple[Callable[[], nn.Module], tuple[Any, ...]]


class Lambda(nn.Module):  # type: ignore[misc]
    """A forward pass as a function of modules and inputs."""

    def __init__(self, forward: Callable[..., Any], *held: nn.Module) -> None:
        super().__init__()
        self.run, self.held = forward, nn.ModuleList(held)

    def forward(self, *xs: Tensor) -> Any:
        """Whatever the function makes."""
        return self.run(*self.held, *xs)


def of(forward: Callable[..., Any], *held: Callable[[], nn.Module]) -> Callable[[], nn.Module]:
    """A maker of a Lambda."""
    return lambda: Lambda(forward, *(make() for make in held))


def linear() -> nn.Module:
    """Four features to four."""
    return nn.Linear(4, 4)


def conv() -> nn.Module:
    """Three channels to four."""
    return nn.Conv2d(3, 4, 3)


class MyConv(nn.Conv2d):  # type: ignore[misc]
    """A class of one's own."""


class MyReLU(nn.ReLU):  # type: ignore[misc]
    """Another."""


CURVES = (nn.ReLU6, nn.Hardswish, nn.PReLU, nn.ELU, nn.GELU, nn.SiLU, nn.Mish, nn.LeakyReLU, nn.Sigmoid)
MODULES: dict[str, Case] = {
    "attention": (lambda: nn.Sequential(nn.TransformerEncoderLayer(16, 4, 32, batch_first=True)), ((2, 5, 16),)),
    "attention, length first": (lambda: nn.TransformerEncoderLayer(16, 4, 32), ((5, 2, 16),)),
    "lstm": (lambda: nn.Sequential(nn.LSTM(8, 16, 2, bidirectional=True, batch_first=True)), ((2, 5, 8),)),
    "gru": (of(lambda m, x: m(x)[0], lambda: nn.GRU(8, 16)), ((5, 2, 8),)),
    "rnn cell": (of(lambda m, x: m(x), lambda: nn.RNNCell(8, 16, bias=False)), ((2, 8),)),
    "products": (
        of(lambda m, x: torch.add(torch.mul(torch.matmul(m(x), x.mT), 2.0), x.bmm(x.mT)) + x @ x.mT, linear),
        ((2, 3, 4),),
    ),
    "product with a vector": (of(lambda m, x: torch.matmul(m(x), torch.ones(4)), linear), ((2, 3, 4),)),
    "product of a vector": (of(lambda m, x: torch.matmul(torch.ones(4), m(x).mT).mul(torch.ones(3)), linear), ((2, 3, 4),)),
    "addmm": (of(lambda m, x: torch.addmm(torch.ones(4), m(x), torch.ones(4, 4)), linear), ((3, 4),)),
    "baddbmm": (of(lambda m, x: torch.baddbmm(torch.ones(1, 1, 3), m(x), x.mT), linear), ((2, 3, 4),)),
    "einsum": (of(lambda m, x: torch.einsum("bij,bkj->bik", m(x), x), linear), ((2, 3, 4),)),
    "einsum of three": (of(lambda m, x: torch.einsum("bij,bkj,bkl->il", m(x), x, x), linear), ((2, 3, 4),)),
    "einsum of outer products": (of(lambda m, x: torch.einsum("i,j,k->ijk", m(x)[0], x[0], x[1]), linear), ((2, 4),)),
    "einsum with dots": (
        of(lambda m, x: torch.einsum("...ij,...kj->...ik", m(x), x), lambda: nn.Linear(37, 37)),
        ((2, 31, 37),),
    ),
    "resizing modules": (
        lambda: nn.Sequential(nn.Conv2d(3, 4, 3, padding="same"), nn.Upsample(scale_factor=2), nn.Upsample(size=(9, 9))),
        ((1, 3, 4, 4),),
    ),
    "curves and norms": (
        lambda: nn.Sequential(
            nn.Conv2d(3, 4, 2, padding="same"),
            *(curve() for curve in CURVES),
            nn.InstanceNorm2d(4),
            nn.GroupNorm(2, 4),
            nn.BatchNorm2d(4, track_running_stats=False),
        ),
        ((2, 3, 5, 5),),
    ),
    "resized by a factor": (of(lambda m, x: F.interpolate(m(x), scale_factor=2.0)[:, :, :5], conv), ((2, 3, 5, 5),)),
    "resized to a size": (of(lambda m, x: F.interpolate(m(x), size=(7, 7), mode="bilinear"), conv), ((2, 3, 5, 5),)),
    "transposed": (lambda: nn.Sequential(nn.ConvTranspose2d(4, 6, 3, 2, 1, 1, groups=2)), ((2, 4, 5, 5),)),
    "classes of one's own": (lambda: nn.Sequential(MyConv(3, 4, 3), MyReLU()), ((2, 3, 5, 5),)),
    "frozen": (lambda: nn.Sequential(nn.Linear(4, 4).requires_grad_(False), nn.Linear(4, 2)), ((2, 4),)),
    "dot product attention": (of(lambda m, x: F.scaled_dot_product_attention(m(x), x, x), linear), ((2, 3, 4),)),
    "called twice": (of(lambda m, x: m(F.relu(m(x))), linear), ((2, 3, 4),)),
    "chunks": (
        of(lambda m, x: torch.cat([c * F.softmax(c, -1) for c in m(x).chunk(2, -1)], -1).mean((1,)), linear),
        ((2, 3, 4),),
    ),
    "embedding": (
        of(lambda m, e, x: m(e(x.long().abs() % 10)) + m(e.weight[:3])[None], linear, lambda: nn.Embedding(10, 4)),
        ((2, 3),),
    ),
}
