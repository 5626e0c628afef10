"""timm's attention under ptflops, by hand: its formula hides the layers inside, and those elsewhere stay."""

from __future__ import annotations

import pytest

from crosscheck.contract.call import Call
from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from tests.counting.test_modules import call, network

BATCH, LENGTH, HEADS, WIDTH = 2, 3, 2, 4
CHANNELS = HEADS * WIDTH
FORMULA = HEADS * (LENGTH * WIDTH + LENGTH * LENGTH * WIDTH + LENGTH * LENGTH + LENGTH * LENGTH * WIDTH)
ATTENTION = "timm.layers.attention.Attention"


def linear(path: str, out: int) -> Call:
    x = (BATCH, LENGTH, CHANNELS)
    return call(path, x, (*x[:2], out), {"weight": (out, CHANNELS), "bias": (out,)}, name="nn.Linear")


def macs(kind: str) -> int:
    """What ptflops is predicted to give for such an attention of this class, and a linear layer after it."""
    x, settings = (BATCH, LENGTH, CHANNELS), {"num_heads": HEADS, "head_dim": WIDTH}
    root = call("", x, x, name="mine.Net")
    inside = [
        call("attn", x, x, name=kind, leaf=False, settings=settings),
        linear("attn.qkv", 3 * CHANNELS),
        linear("attn.proj", CHANNELS),
    ]
    norm = call("attn.norm", x, x, {"weight": (CHANNELS,), "bias": (CHANNELS,)}, name="nn.LayerNorm")
    tally = engine.tally(network([root, *inside, norm, linear("attn2", 5)]))
    return engine.total(tally, convention.load("ptflops_pytorch"), "compute")


def products(out: int) -> int:
    return LENGTH * (CHANNELS * out + out)


@pytest.mark.parametrize(
    ("kind", "inside"),
    [(ATTENTION, FORMULA), ("mine.Attention", products(3 * CHANNELS) + products(CHANNELS) + LENGTH * CHANNELS)],
)
def test_a_known_attention_is_a_formula_and_any_other_its_layers(kind: str, inside: int) -> None:
    assert macs(kind) == inside + products(5)
