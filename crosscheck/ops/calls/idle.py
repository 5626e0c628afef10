"""Operators that are known to multiply and add nothing; of one that nobody knows, nobody knows what it does."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from crosscheck import toml
from crosscheck.ops.calls.kernel import KERNELS

MOVES, PLAIN = "moves", "plain"


@cache
def kinds() -> Mapping[str, str]:
    """Every idle operator with what it is: it ``moves`` elements, or is ``plain`` arithmetic without a sum of products."""
    told = toml.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return {name: kind for kind in (PLAIN, MOVES) for name in told[kind].split()}


def kind(kernel: str) -> str | None:
    """What an operator is; empty for one that is counted by a formula, None for one that nobody knows."""
    plain = kernel if kernel.startswith("_") and kernel in kinds() else kernel.removesuffix("_")
    return "" if kernel in KERNELS else kinds().get(plain)
