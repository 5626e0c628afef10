"""Small PyTorch modules that tools of operators treat differently: a name, and what makes the module and its inputs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

Made = tuple[nn.Module, tuple[Any, ...]]


class Run(nn.Module):  # type: ignore[misc]
    """A module whose forward pass is a function of itself and its inputs."""

    def __init__(self, function: Callable[..., Any], **parts: nn.Module) -> None:
        super().__init__()
        self.function = function
        for name, part in parts.items():
            self.add_module(name, part)

    def forward(self, *xs: Tensor) -> Any:
        return self.function(self, *xs)


@dataclass
class Answer:
    """An output that no tracer looks into."""

    out: Tensor


def of(function: Callable[..., Any], *shapes: tuple[int, ...]) -> Callable[[int], Made]:
    """A function of tensors alone; the first axis of each is the batch."""
    return lambda n: (Run(lambda _, *xs: function(*xs)), tuple(torch.randn(n, *shape) for shape in shapes))


def layer(make: Callable[[], nn.Module], *shape: int) -> Callable[[int], Made]:
    """One module of PyTorch's own behind a linear layer, so that it is not alone."""
    return lambda n: (nn.Sequential(make(), nn.Identity()), (torch.randn(n, *shape),))


def _shared(n: int) -> Made:
    run = Run(lambda m, x: m.b(m.a(m.a(x))) + m.a(x), a=nn.Linear(6, 6), b=nn.Conv1d(5, 5, 3, padding=1))
    return run, (torch.randn(n, 5, 6),)


def _frozen(n: int) -> Made:
    net = nn.Sequential(nn.Linear(6, 4), nn.BatchNorm1d(4), nn.Linear(4, 4, bias=False))
    net[0].requires_grad_(False)
    return net, (torch.randn(n, 6),)


def _inside(x: Tensor) -> Tensor:
    x = x.clone()
    x += 1
    x *= 2
    return x.add_(x)


def _repeated(x: Tensor) -> Tensor:
    bias = torch.ones(1, x.shape[1], 1, 1)
    return bias + x + bias * x + x * 2.0 + (1 + x)


def _quantised() -> nn.Module:
    return torch.ao.quantization.quantize_dynamic(nn.Sequential(nn.Linear(6, 5)).eval(), {nn.Linear})


MODULES: dict[str, Callable[[int], Made]] = {
    "conv1d": layer(lambda: nn.Conv1d(4, 6, 3), 4, 8),
    "conv2d": layer(lambda: nn.Conv2d(4, 6, (3, 2), stride=2, padding=1, dilation=(1, 2), groups=2), 4, 9, 8),
    "conv2d_same": layer(lambda: nn.Conv2d(4, 6, 3, padding="same"), 4, 8, 8),
    "conv2d_circular": layer(lambda: nn.Conv2d(4, 6, 3, padding=1, padding_mode="circular"), 4, 8, 8),
    "conv3d": layer(lambda: nn.Conv3d(2, 3, 2, bias=False), 2, 4, 4, 4),
    "transposed": layer(lambda: nn.ConvTranspose2d(4, 6, 3, stride=2, groups=2), 4, 5, 5),
    "transposed_even": layer(lambda: nn.ConvTranspose1d(4, 4, 3, stride=2, groups=2), 4, 5),
    "conv2d_of_one": lambda n: (Run(lambda m, x: m.a(x[0]), a=nn.Conv2d(4, 6, 3)), (torch.randn(n, 4, 6, 6),)),
    "linear": layer(lambda: nn.Linear(6, 5), 6),
    "linear_of_many": layer(lambda: nn.Linear(6, 5), 3, 4, 6),
    "linear_turned": lambda n: (Run(lambda m, x: m.a(x.transpose(1, 2)), a=nn.Linear(3, 5)), (torch.randn(n, 3, 6),)),
    "norms": layer(
        lambda: nn.Sequential(
            nn.BatchNorm2d(4), nn.BatchNorm2d(4, affine=False), nn.LayerNorm(6), nn.GroupNorm(2, 4, affine=False)
        ),
        4,
        6,
        6,
    ),
    "norms_of_the_batch": layer(
        lambda: nn.Sequential(
            nn.BatchNorm2d(4, track_running_stats=False), nn.InstanceNorm2d(4), nn.InstanceNorm2d(4, affine=True)
        ),
        4,
        6,
        6,
    ),
    "rms_norm": layer(lambda: nn.RMSNorm(6), 4, 6),
    "pools": layer(lambda: nn.Sequential(nn.AvgPool2d(2), nn.MaxPool2d(2), nn.AdaptiveAvgPool2d(1)), 4, 8, 8),
    "pools_of_lines": layer(lambda: nn.Sequential(nn.AvgPool1d(2), nn.AdaptiveAvgPool1d(2)), 4, 8),
    "activations": layer(
        lambda: nn.Sequential(nn.LeakyReLU(), nn.LeakyReLU(inplace=True), nn.GELU(), nn.PReLU(), nn.Hardswish(), nn.Softmax(-1)),
        4,
        8,
    ),
    "resized": of(
        lambda x: [functional.interpolate(x, scale_factor=2, mode=m) for m in ("nearest", "bilinear", "bicubic")], (3, 4, 4)
    ),
    "sampled": of(
        lambda x, g: [functional.grid_sample(x, g, mode=m, align_corners=False) for m in ("bilinear", "nearest", "bicubic")],
        (3, 4, 4),
        (5, 5, 2),
    ),
    "in_place": of(_inside, (3, 4)),
    "repeated": of(_repeated, (3, 4, 4)),
    "means": of(lambda x: (x.mean(), x.mean((1, 2)), x.sum(-1), x.var(-1), x - 1, x / 2, 1 - x), (3, 4, 4)),
    "matmul": of(lambda x, y: (x @ y, x[0, 0] @ y, x[0] @ y[0], x[0, 0] @ y[0]), (4, 6), (6, 5)),
    "products": of(
        lambda x, y: (torch.bmm(x, y), torch.mm(x[0], y[0]), torch.baddbmm(x @ y, x, y), torch.addmm(x[0] @ y[0], x[0], y[0])),
        (4, 6),
        (6, 5),
    ),
    "sizes": of(lambda x: x.reshape(x.shape[0] * x.shape[1], -1) * (x.shape[1] * 2), (4, 6)),
    "einsum": of(lambda x, y: (torch.einsum("bij,bjk->bik", x, y), torch.einsum("bij,bjk->bk", x, y)), (40, 6), (6, 57)),
    "einsum_plain": of(lambda x, y: torch.einsum("abc,abd->acd", x, y), (4, 6), (4, 5)),
    "einsum_hidden": of(lambda x, y: torch.einsum("...ij,...jk->...ik", x, y), (3, 4, 6), (3, 6, 5)),
    "einsum_of_three": of(lambda x, y, z: torch.einsum("bij,bjk,bkl->bil", x, y, z), (4, 6), (6, 5), (5, 3)),
    "attention": of(lambda x: functional.scaled_dot_product_attention(x, x, x), (2, 4, 6)),
    "masked_attention": of(lambda x, m: functional.scaled_dot_product_attention(x, x, x, attn_mask=m), (2, 4, 6), (1, 4, 4)),
    "multihead": lambda n: (
        Run(lambda m, x: m.a(x, x, x, need_weights=False)[0], a=nn.MultiheadAttention(8, 2, batch_first=True)),
        (torch.randn(n, 4, 8),),
    ),
    "multihead_weights": lambda n: (Run(lambda m, x: m.a(x, x, x), a=nn.MultiheadAttention(8, 2)), (torch.randn(4, n, 8),)),
    "encoder": layer(lambda: nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 4, 8),
    "encoder_of_two": lambda n: (
        nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2, enable_nested_tensor=False),
        (torch.randn(n, 4, 8),),
    ),
    "decoder": lambda n: (nn.TransformerDecoderLayer(8, 2, 16, batch_first=True), (torch.randn(n, 4, 8), torch.randn(n, 3, 8))),
    "lstm": layer(lambda: nn.LSTM(6, 5, num_layers=2, bidirectional=True), 4, 6),
    "lstm_first": layer(lambda: nn.LSTM(6, 5, batch_first=True), 4, 6),
    "gru": layer(lambda: nn.GRU(6, 5), 4, 6),
    "rnn": layer(lambda: nn.RNN(6, 5), 4, 6),
    "lstm_cell": layer(lambda: nn.LSTMCell(6, 5), 6),
    "gru_cell": layer(lambda: nn.GRUCell(6, 5), 6),
    "bilinear": lambda n: (nn.Bilinear(4, 5, 3), (torch.randn(n, 4), torch.randn(n, 5))),
    "distance": of(torch.cdist, (4, 6), (5, 6)),
    "embedding": lambda n: (nn.Sequential(nn.Embedding(10, 4), nn.Linear(4, 3)), (torch.randint(0, 10, (n, 5)),)),
    "shared": _shared,
    "frozen": _frozen,
    "fourier": of(lambda x: x + torch.fft.fft2(x).real, (3, 4, 4)),
    "answer": lambda n: (Run(lambda m, x: Answer(m.a(x)), a=nn.Linear(6, 5)), (torch.randn(n, 6),)),
    "quantised": lambda n: (nn.Sequential(_quantised(), nn.ReLU()), (torch.randn(n, 3, 6),)),
}
