"""Networks in the ways in which people write them, by name, each with what it is called with: ``USERS[name](batch)``."""

# mypy: disable-error-code="misc"

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 - as everybody does
from torch.nn.utils import parametrizations, prune
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from torch.utils.checkpoint import checkpoint

from tests.frameworks.module_kinds import Made, Net, image, weights, words


@dataclass
class Pair:
    """What a network is called with, or gives, as a dataclass."""

    x: Tensor
    scale: Tensor


class Square(torch.autograd.Function):
    """A function with a derivative of its own."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        return 2 * ctx.saved_tensors[0] * grad


def three() -> nn.Module:
    return nn.Linear(8, 3)


def heads(**options: Any) -> nn.Module:
    return nn.MultiheadAttention(8, 2, batch_first=True, **options)


def encoder() -> nn.Module:
    return nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2)


def causal(m: Any, x: Tensor) -> Any:
    return m.e(x, is_causal=True, mask=nn.Transformer.generate_square_subsequent_mask(5))


def padded(m: Any, x: Tensor) -> Any:
    return m.e(x, src_key_padding_mask=torch.arange(5)[None].expand(len(x), 5) > 3)


def ragged(m: Any, x: Tensor) -> Any:
    return m.fc(torch.nested.nested_tensor(list(x.detach()))).to_padded_tensor(0.0)


def conv(a: int = 3, b: int = 4, **options: Any) -> nn.Module:
    return nn.Conv2d(a, b, 3, padding=1, **options)


def unet(m: Any, x: Tensor) -> Tensor:
    low = F.relu(m.down(x), inplace=True)
    deep = F.relu(m.mid(F.max_pool2d(low, 2)))
    made: Tensor = m.out(torch.cat([low, m.up(deep)], 1))
    return made


def im2col(m: Any, x: Tensor) -> Tensor:
    columns = F.unfold(x, 3, padding=1)
    return F.fold(m.weight @ columns, x.shape[-2:], 1)


def gathered(m: Any, x: Tensor) -> Tensor:
    """Samples at offsets that a convolution gives, as deformable convolutions do."""
    n, _, h, w = x.shape
    offset = m.offset(x).tanh().permute(0, 2, 3, 1)
    ys, xs = torch.meshgrid(torch.linspace(-1, 1, h), torch.linspace(-1, 1, w), indexing="ij")
    grid = torch.stack([xs, ys], -1)[None].expand(n, -1, -1, -1) + offset
    flat = x.flatten(2).gather(2, torch.zeros(n, x.shape[1], 5, dtype=torch.long))
    return m.c(F.grid_sample(x, grid, align_corners=False)).mean() + flat.sum()


def by_shape(m: Any, x: Tensor) -> Tensor:
    for _ in range(x.shape[-1] // 4):
        x = m.c(x) if x.shape[-1] % 2 == 0 else x
    return x


def packed(m: Any, x: Tensor) -> Tensor:
    given = pack_padded_sequence(x, [5] + [3] * (len(x) - 1), batch_first=True, enforce_sorted=False)
    made: Tensor = m.fc(pad_packed_sequence(m.r(given)[0], batch_first=True)[0])
    return made


def pruned() -> nn.Module:
    net = nn.Sequential(conv(), nn.ReLU(), nn.Flatten(), nn.Linear(256, 3))
    prune.l1_unstructured(net[0], "weight", 0.5)
    prune.random_unstructured(net[3], "bias", 1)
    return net


def hooked() -> nn.Module:
    net = nn.Sequential(conv(), nn.ReLU(), conv(4, 5))
    net[0].register_forward_hook(lambda _, __, y: y * 2)
    net[2].register_forward_pre_hook(lambda _, given: (given[0] + 1,))
    return net


def stubs() -> nn.Module:
    return nn.Sequential(torch.ao.quantization.QuantStub(), conv(), nn.ReLU(), torch.ao.quantization.DeQuantStub())


def scripted() -> nn.Module:
    return nn.Sequential(conv(), torch.jit.script(nn.Sequential(conv(4, 4), nn.ReLU())), conv(4, 2))


def twice(m: Any, x: Tensor) -> Tensor:
    return F.relu(m.c(F.relu(m.c(x))))


def branches(m: Any, x: Tensor) -> Tensor:
    return torch.cat([F.relu(part(x)) for part in m.parts], 1) + sum(part(x) for part in m.parts).mean()


def by_names(m: Any, x: Tensor) -> Tensor:
    made: Tensor = x @ m.d["a"] + m.d["b"]
    return made


def of(run: Callable[..., Any], given: Callable[[int], tuple[Any, ...]], **parts: Callable[[], Any]) -> Callable[[int], Made]:
    """A network of these parts, which are made for each."""
    return lambda n: (Net(run, **{name: make() for name, make in parts.items()}), given(n))


def alone(make: Callable[[], nn.Module], given: Callable[[int], tuple[Any, ...]] = image) -> Callable[[int], Made]:
    return lambda n: (make(), given(n))


LSTM = partial(nn.LSTM, 8, 5, batch_first=True)
USERS: Mapping[str, Callable[[int], Made]] = {
    "functional": of(lambda m, x: F.relu(F.conv2d(x, m.weight, stride=2)), image, weight=lambda: weights(4, 3, 3, 3)),
    "functional transposed": of(
        lambda m, x: F.conv_transpose2d(x, m.weight, stride=2), image, weight=lambda: weights(3, 4, 3, 3)
    ),
    "called twice": of(twice, image, c=lambda: conv(3, 3)),
    "unet": of(unet, image, down=conv, mid=lambda: conv(4, 8), up=lambda: nn.ConvTranspose2d(8, 4, 2, 2), out=lambda: conv(8, 2)),
    "branches": of(branches, image, parts=lambda: nn.ModuleList([conv(), conv(groups=1, bias=False)])),
    "autograd function": of(lambda m, x: m.c(Square.apply(x)), image, c=conv),
    "in place": of(lambda m, x: m.c(x).relu_().add_(1).mul_(2).clamp_(0, 3), image, c=conv),
    "checkpoint": of(lambda m, x: checkpoint(m.c, x, use_reentrant=False), image, c=conv),
    "checkpoint, reentrant": of(lambda m, x: checkpoint(m.c, x, use_reentrant=True), image, c=conv),
    "weight norm": alone(lambda: nn.Sequential(parametrizations.weight_norm(conv()), nn.ReLU())),
    "spectral norm": alone(lambda: nn.Sequential(parametrizations.spectral_norm(conv()), nn.ReLU())),
    "orthogonal": alone(lambda: nn.Sequential(parametrizations.orthogonal(nn.Linear(8, 8)), nn.ReLU()), words),
    "pruned": alone(pruned),
    "hooks": alone(hooked),
    "stubs": alone(stubs),
    "scripted": alone(scripted),
    "fourier": of(lambda m, x: m.c(torch.fft.irfft2(torch.fft.rfft2(x) * m.weight)), image, c=conv, weight=lambda: weights(8, 5)),
    "complex": of(
        lambda m, x: (torch.view_as_complex(x.unflatten(-1, (-1, 2))) @ m.w).abs(),
        words,
        w=lambda: nn.Parameter(torch.ones(4, 3, dtype=torch.complex64)),
    ),
    "im2col": of(im2col, image, weight=lambda: weights(4, 27)),
    "gathered": of(gathered, image, offset=lambda: conv(3, 2), c=conv),
    "by shape": of(by_shape, image, c=lambda: conv(3, 3)),
    "packed lstm": of(packed, words, r=LSTM, fc=lambda: nn.Linear(5, 2)),
    "packed lstm, projected": of(packed, words, r=partial(LSTM, proj_size=3), fc=lambda: nn.Linear(3, 2)),
    "projected": of(lambda m, x: m.r(x)[0], words, r=partial(LSTM, proj_size=3, num_layers=2, bidirectional=True)),
    "parameter dict": of(by_names, words, d=lambda: nn.ParameterDict({"a": weights(8, 3), "b": weights(3)})),
    "dataclass in": of(lambda m, p: m.fc(p.x) * p.scale, lambda n: (Pair(torch.randn(n, 5, 8), torch.ones(3)),), fc=three),
    "dict in": of(
        lambda m, d: m.fc(d["x"]) * d["s"],
        lambda n: ({"x": torch.randn(n, 5, 8), "s": torch.ones(3)},),
        fc=three,
    ),
    "dataclass out": of(lambda m, x: Pair(m.fc(x), x), words, fc=three),
    "einsum and bmm": of(lambda m, x: torch.einsum("bij,jk->bik", x, m.w).bmm(x.mT[:, :4]), words, w=lambda: weights(8, 4)),
    "cross attention": of(
        lambda m, x: m.a(x[:, :2], x, x, average_attn_weights=False)[0],
        words,
        a=heads,
    ),
    "other key size": of(
        lambda m, x: m.a(x, x[..., :6], x[..., :4])[0],
        words,
        a=lambda: heads(kdim=6, vdim=4),
    ),
    "causal": of(lambda m, x: F.scaled_dot_product_attention(m.q(x), x, x, is_causal=True), words, q=lambda: nn.Linear(8, 8)),
    "encoder, causal": of(
        causal,
        words,
        e=encoder,
    ),
    "encoder, padded": of(
        padded,
        words,
        e=encoder,
    ),
    "transformer": of(lambda m, x: m.t(x, x), words, t=lambda: nn.Transformer(8, 2, 1, 1, 16, batch_first=True)),
    "vmap": of(lambda m, x: torch.vmap(m.fc)(x), words, fc=three),
    "map": of(lambda m, x: torch.stack([m.fc(row) for row in x]), words, fc=three),
    "first row": of(lambda m, x: m.a(x[:1]) + m.b(x[:1]), words, a=three, b=three),
    "half": of(lambda m, x: m.fc(x.bfloat16()), words, fc=lambda: three().bfloat16()),
    "autocast": of(lambda m, x: _cast(m, x), words, fc=three),
    "sparse": of(lambda m, x: torch.sparse.mm(torch.eye(5).to_sparse(), m.fc(x[0])), words, fc=three),
    "nested": of(ragged, words, fc=three),
    "bag": of(lambda m, x: m.e((x[..., 0] > 0).long()), words, e=lambda: nn.EmbeddingBag(4, 6)),
    "cell loop": of(lambda m, x: _loop(m, x), words, c=lambda: nn.LSTMCell(8, 5)),
    "scan": of(lambda m, x: torch.cumsum(m.fc(x), 1).softmax(-1).topk(2)[0], words, fc=three),
}


def _cast(m: Any, x: Tensor) -> Any:
    with torch.autocast("cpu", torch.bfloat16):
        return m.fc(x)


def _loop(m: Any, x: Tensor) -> Any:
    state = None
    for step in x.unbind(1):
        state = m.c(step, state)
    assert state is not None
    return state[0]
