"""Networks of the package transformers, made of published configurations with random weights: nothing is downloaded."""

from __future__ import annotations

import importlib
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

PATH = Path(__file__).with_suffix(".toml")
_PLAIN = {"use_cache": False}  # one pass over the whole input, as it is counted; a cache is for generating word after word


def made(name: str, changes: Mapping[str, Any], shapes: Sequence[tuple[int, ...]]) -> tuple[nn.Module, tuple[Tensor, ...]]:
    """The network called ``name`` with ``changes`` to its configuration, and inputs of these shapes."""
    row = _rows()[name]
    net = network(row, changes)
    words = net.config.get_text_config().vocab_size if "ids" in row["inputs"] else 0
    floats = next(net.parameters()).dtype
    return net, tuple(_input(what, shape, words, floats) for what, shape in zip(row["inputs"], shapes, strict=True))


def network(row: Mapping[str, Any], changes: Mapping[str, Any]) -> nn.Module:
    """What a row of the table says, in eval mode, on the device that is set."""
    package = importlib.import_module("transformers")
    kind = getattr(package, row["class"])
    config = kind.config_class(**{**_PLAIN, **row.get("config", {}), **changes})
    before = torch.get_default_dtype()
    torch.set_default_dtype(getattr(torch, row.get("type", "float32")))
    try:
        made: nn.Module = kind(config).eval()
    finally:
        torch.set_default_dtype(before)
    return made


@cache
def _rows() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(PATH.read_text(encoding="utf-8"))


def _input(what: str, shape: tuple[int, ...], words: int, floats: torch.dtype) -> Tensor:
    """Indices of ``words``, a mask that hides nothing, or floats in [-1, 1)."""
    if what == "ids":
        return torch.randint(words, shape)
    return torch.ones(shape, dtype=torch.long) if what == "mask" else (torch.rand(shape) * 2 - 1).to(floats)
