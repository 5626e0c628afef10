"""Small networks, each of one kind that tools which hook modules treat in a way of its own: ``KINDS[name](batch)``."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - as everybody does
from torch.nn.utils import parametrizations, prune

Made = tuple[nn.Module, tuple[Tensor, ...]]


class Net(nn.Module):  # type: ignore[misc]  # torch may not be installed where types are checked
    """Modules and parameters by name, and what is done with them: ``run(net, *inputs)``."""

    def __init__(self, run: Callable[..., Any], **parts: nn.Module | nn.Parameter) -> None:
        super().__init__()
        self.run = run
        for name, part in parts.items():
            setattr(self, name, part)

    def forward(self, *xs: Any) -> Any:
        return self.run(self, *xs)


def weights(*shape: int) -> nn.Parameter:
    return nn.Parameter(torch.ones(shape))


def image(batch: int) -> tuple[Tensor, ...]:
    return (torch.randn(batch, 3, 8, 8),)


def words(batch: int, size: int = 8) -> tuple[Tensor, ...]:
    return (torch.randn(batch, 5, size),)


def indices(batch: int) -> tuple[Tensor, ...]:
    return (torch.zeros(batch, 4, dtype=torch.long),)


class MyConv(nn.Conv2d):  # type: ignore[misc]  # torch may not be installed where types are checked
    """A subclass: no exact class, but a name with Conv in it."""

    def forward(self, input: Tensor) -> Tensor:
        return F.conv2d(input, self.weight - self.weight.mean(), self.bias)


class Adapted(nn.Linear):  # type: ignore[misc]  # torch may not be installed where types are checked
    """A linear layer that holds modules beside its own weight."""

    def __init__(self) -> None:
        super().__init__(8, 6)
        self.down, self.up = nn.Linear(8, 2, bias=False), nn.Linear(2, 6, bias=False)

    def forward(self, input: Tensor) -> Tensor:
        return F.linear(input, self.weight, self.bias) + self.up(self.down(input))


def block(size: int = 4) -> nn.Module:
    inner = nn.Sequential(nn.GroupNorm(2, size), nn.Identity(), nn.GELU())
    return Net(lambda m, x: m.b(m.a(x)) + x, a=nn.Conv2d(size, size, 3, padding=1, bias=False), b=inner)


def nested(depth: int) -> nn.Module:
    net = nn.Sequential(nn.Conv2d(3, 3, 1), nn.BatchNorm2d(3))
    for _ in range(depth):
        net = nn.Sequential(net, nn.Conv2d(3, 3, 1))
    return net


def lists() -> nn.Module:
    def part() -> nn.Module:
        return Net(lambda m, x: m.l[1](m.l[0](x)), l=nn.ModuleList([nn.Linear(8, 8), nn.Sequential(nn.Linear(8, 8), nn.ReLU())]))

    return nn.Sequential(nn.Sequential(Net(lambda m, x: m.l[1](m.l[0](x)), l=nn.ModuleList([part(), part()]))))


def recurrent(kind: type[nn.Module], **options: Any) -> nn.Module:
    size = 10 if options.get("bidirectional") else 5
    return Net(lambda m, x: m.fc(m.r(x)[0]), r=kind(8, 5, batch_first=True, **options), fc=nn.Linear(size, 2))


def tied(**more: nn.Module) -> nn.Module:
    table, head = nn.Embedding(11, 8), nn.Linear(8, 11, bias=False)
    head.weight = table.weight
    return Net(lambda m, i: m.head(m.mid(m.e(i))), e=table, mid=nn.Linear(8, 8), head=head, **more)


def shared() -> nn.Module:
    conv, twice = nn.Conv2d(3, 3, 1), nn.Sequential(nn.Conv2d(3, 3, 3, padding=1), nn.BatchNorm2d(3))
    return nn.Sequential(nn.Sequential(conv, twice), nn.ReLU(), nn.Sequential(twice, conv))


def called_twice() -> nn.Module:
    part = nn.Sequential(nn.Conv2d(3, 3, 3, padding=1), nn.ReLU())
    return Net(lambda m, x: m.c(m.n(m.c(x)) + m.p(m.p(x))), c=nn.Conv2d(3, 3, 1), n=nn.BatchNorm2d(3), p=part)


def held() -> nn.Module:
    inner = Net(
        lambda m, x: m.fc(torch.cat([m.token.expand(len(x), -1, -1), x], 1) + m.pos_weight) * m.weight,
        token=weights(1, 1, 8),
        pos_weight=weights(1, 6, 8),
        weight=weights(8),
        fc=nn.Linear(8, 8),
    )
    scale = Net(lambda m, x: x * m.gamma, gamma=weights(8))
    return Net(lambda m, x: m.fc(m.scale(m.inner(x))) * m.top, inner=inner, scale=scale, fc=nn.Linear(8, 2), top=weights(2))


def frozen() -> nn.Module:
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(144, 2))
    for p in net[0].parameters():
        p.requires_grad = False
    net[3].bias.requires_grad = False
    return net


def rules() -> nn.Module:
    """Classes that have rules of their own somewhere."""
    resized = [nn.Upsample(scale_factor=2, mode="bilinear"), nn.UpsamplingNearest2d(scale_factor=2), nn.Upsample(scale_factor=2)]
    norms = [nn.InstanceNorm2d(4), nn.InstanceNorm2d(4, affine=True), nn.GroupNorm(2, 4, affine=False)]
    pools = [nn.Upsample(scale_factor=0.5, mode="bicubic"), nn.AvgPool2d(2), nn.AdaptiveAvgPool2d(3), nn.MaxPool2d(2, 1)]
    return nn.Sequential(nn.Conv2d(3, 4, 1), nn.Softmax(dim=1), nn.PReLU(4), nn.Hardswish(), *resized, *norms, *pools)


def cells() -> nn.Module:
    parts = {"r": nn.RNNCell(8, 5), "g": nn.GRUCell(8, 5), "l": nn.LSTMCell(8, 5, bias=False), "fc": nn.Linear(5, 2)}
    return Net(lambda m, x: m.fc(m.r(x[:, 0]) + m.g(x[:, 1]) + m.l(x[:, 2])[0]), **parts)


def packed(m: Any, x: Tensor) -> Tensor:
    first = nn.utils.rnn.pack_padded_sequence(x, [5] + [3] * (len(x) - 1), batch_first=True)
    made: Tensor = m.fc(m.r(first)[1][-1])
    return made


def windows(m: Any, x: Tensor) -> Tensor:
    made: Tensor = m.n(m.fc(x.reshape(-1, 4, 8))).reshape(x.shape)
    return made


def leaf_pair() -> nn.Module:
    pair = Net(lambda m, x: (F.linear(x, m.weight) * m.gamma, x), weight=weights(4, 8), gamma=weights(4))
    return Net(lambda m, x: m.fc(m.p(x)[0]), p=pair, fc=nn.Linear(4, 2))


def attention(**options: bool) -> nn.Module:
    return Net(
        lambda m, x: m.fc(m.at(x, x, x, **options)[0]), at=nn.MultiheadAttention(8, 2, batch_first=True), fc=nn.Linear(8, 2)
    )


def normed() -> nn.Module:
    of = nn.utils.weight_norm
    return nn.Sequential(of(nn.Conv2d(3, 4, 3)), nn.ReLU(), nn.Flatten(), of(nn.Linear(144, 3)))


def parametrized() -> nn.Module:
    inner = nn.Sequential(parametrizations.weight_norm(nn.Conv2d(3, 4, 3, padding=1)), nn.ReLU())
    fc = parametrizations.spectral_norm(parametrizations.orthogonal(nn.Linear(4, 4)))
    return nn.Sequential(inner, nn.AdaptiveAvgPool2d(1), nn.Flatten(), fc, nn.Linear(4, 2))


def spectral() -> nn.Module:
    of = nn.utils.spectral_norm
    return nn.Sequential(of(nn.Conv2d(3, 4, 3)), nn.ReLU(), nn.Flatten(), of(nn.Linear(144, 3)))


def pruned() -> nn.Module:
    conv = nn.Conv2d(3, 3, 3, padding=1)
    net = nn.Sequential(
        nn.Sequential(conv, nn.BatchNorm2d(3)), conv, nn.ConvTranspose2d(3, 2, 3, 2), nn.Flatten(), nn.Linear(578, 3)
    )
    prune.random_unstructured(conv, "weight", 0.3)
    prune.l1_unstructured(conv, "bias", 1)
    prune.ln_structured(net[2], "weight", 0.5, n=2, dim=0)
    prune.identity(net[4], "weight")
    return net


def pruned_gates() -> nn.Module:
    net = recurrent(nn.GRU)
    prune.random_unstructured(net.r, "weight_ih_l0", 0.4)
    prune.random_unstructured(net.r, "bias_hh_l0", 2)
    return net


def volumes() -> nn.Module:
    return nn.Sequential(nn.Conv3d(2, 3, 2), nn.BatchNorm3d(3), nn.AdaptiveAvgPool3d(2), nn.Flatten(2), nn.Conv1d(3, 4, 3))


def encoder() -> nn.Module:
    return nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2, enable_nested_tensor=False)


def mapped(m: Any, x: Tensor) -> Any:
    return OrderedDict(a=m.c(x), b=m.c(x)[..., :1])


def conv(**more: nn.Module) -> dict[str, nn.Module]:
    return {"c": nn.Conv2d(3, 3, 1), **more}


def scale() -> nn.Module:
    """A module with a weight that holds nothing but an empty module."""
    return Net(lambda m, x: m.d(x) * m.weight, weight=weights(3, 1, 1), d=nn.Sequential())


KINDS: Mapping[str, Callable[[int], Made]] = {
    "blocks": lambda n: (nn.Sequential(nn.Conv2d(3, 4, 3), block(), block(), nn.Flatten(), nn.Linear(144, 2)), image(n)),
    "deep": lambda n: (nested(5), image(n)),
    "weight norm": lambda n: (normed(), image(n)),
    "spectral norm": lambda n: (spectral(), image(n)),
    "parametrized": lambda n: (parametrized(), image(n)),
    "pruned": lambda n: (pruned(), image(n)),
    "pruned gates": lambda n: (pruned_gates(), words(n)),
    "lstm": lambda n: (recurrent(nn.LSTM, num_layers=2, bidirectional=True), words(n)),
    "gru": lambda n: (recurrent(nn.GRU, bias=False), words(n)),
    "rnn": lambda n: (recurrent(nn.RNN, num_layers=3), words(n)),
    "cells": lambda n: (cells(), words(n)),
    "packed": lambda n: (Net(packed, r=nn.GRU(8, 5, batch_first=True), fc=nn.Linear(5, 2)), words(n)),
    "attention": lambda n: (attention(), words(n)),
    "attention alone": lambda n: (attention(need_weights=False), words(n)),
    "length first": lambda n: (
        Net(
            lambda m, x: m.fc(m.r(m.at(*[x.transpose(0, 1)] * 3)[0])[1][-1]),
            at=nn.MultiheadAttention(8, 2),
            r=nn.GRU(8, 5),
            fc=nn.Linear(5, 2),
        ),
        words(n),
    ),
    "encoder": lambda n: (encoder(), words(n)),
    "parameter list": lambda n: (
        Net(lambda m, x: m.fc(x * m.p[0] + m.p[1]), p=nn.ParameterList([weights(8), weights(8)]), fc=nn.Linear(8, 2)),
        words(n),
    ),
    "twice": lambda n: (called_twice(), image(n)),
    "tuple": lambda n: (Net(lambda m, x: sum(m.t(x)), t=Net(lambda m, x: (m.c(x), x), **conv())), image(n)),
    "mapping": lambda n: (Net(lambda m, x: {"out": m.t(x)["a"]}, t=Net(mapped, **conv())), image(n)),
    "leaf of two": lambda n: (leaf_pair(), words(n)),
    "class name": lambda n: (nn.Sequential(MyConv(3, 4, 3), nn.ReLU()), image(n)),
    "held": lambda n: (held(), words(n)),
    "embedding": lambda n: (Net(lambda m, i: m.fc(m.e(i)), e=nn.Embedding(11, 8), fc=nn.Linear(8, 3)), indices(n)),
    "two inputs": lambda n: (
        Net(lambda m, x, i: m.fc(x)[:, :4] + m.e(i), e=nn.Embedding(11, 3), fc=nn.Linear(8, 3)),
        (*words(n), *indices(n)),
    ),
    "two images": lambda n: (
        Net(lambda m, x, z: m.fc(x) + m.e(z), e=nn.Linear(6, 3), fc=nn.Linear(8, 3)),
        (*words(n), *words(n, 6)),
    ),
    "never called": lambda n: (
        Net(lambda m, x: m.fc(x), fc=nn.Linear(8, 3), aux=nn.Sequential(nn.Linear(8, 5), nn.Linear(5, 5)), more=nn.Linear(2, 2)),
        words(n),
    ),
    "frozen": lambda n: (frozen(), image(n)),
    "tied": lambda n: (tied(), indices(n)),
    "tied with slack": lambda n: (tied(unused=nn.Linear(20, 20)), indices(n)),
    "shared": lambda n: (shared(), image(n)),
    "lists": lambda n: (lists(), words(n)),
    "rules": lambda n: (rules(), image(n)),
    "transposed": lambda n: (nn.Sequential(nn.ConvTranspose2d(3, 4, 3, stride=2), nn.Conv2d(4, 8, 1, groups=4)), image(n)),
    "volumes": lambda n: (volumes(), (torch.randn(n, 2, 5, 6, 7),)),
    "windows": lambda n: (Net(windows, fc=nn.Linear(8, 8), n=nn.LayerNorm(8)), (torch.randn(n, 16, 8),)),
    "by keyword": lambda n: (Net(lambda m, x: m.c(input=x), **conv()), image(n)),
    "list": lambda n: (Net(lambda m, x: m.j([x, x]), j=Net(lambda m, xs: m.c(xs[0] + xs[1]), **conv())), image(n)),
    "hollow": lambda n: (Net(lambda m, x: m.h(m.c(x)), **conv(h=scale())), image(n)),
    "empty": lambda n: (Net(lambda m, x: m.short(x) + m.c(x), **conv(short=nn.Sequential())), image(n)),
    "bare": lambda n: (nn.Conv2d(3, 4, 3), image(n)),
    "adapted": lambda n: (nn.Sequential(Adapted(), nn.ReLU(), nn.Linear(6, 2)), words(n)),
    "doubles": lambda n: (Net(lambda m, x: m.b(m.a(x).double()), a=nn.Linear(8, 8), b=nn.Linear(8, 8).double()), words(n)),
}
