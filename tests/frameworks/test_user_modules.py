"""Networks as people write them, under every tool in this process: each total is predicted, or who says nothing is known."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

pytest.importorskip("torch")

import torch

from adapters.pytorch.build import Native
from crosscheck.errors import ConventionError
from tests.frameworks import captured
from tests.frameworks.user_modules import USERS

pytestmark = [pytest.mark.framework, pytest.mark.xdist_group("users")]
PATCHING = ("calflops", "calflops_macs")
TRACING = ("fvcore", "torchprofile")
TOOLS = ("torchinfo", "flop_counter", "thop", *PATCHING, "ptflops_pytorch", "ptflops_aten", "torch_profiler", *TRACING)
DIES: Mapping[str, tuple[str, ...]] = {
    "checkpoint, reentrant": TRACING,
    "scripted": ("thop", *PATCHING, "ptflops_aten", *TRACING),
    "packed lstm": (*PATCHING, "ptflops_pytorch"),
    "packed lstm, projected": (*PATCHING, "ptflops_pytorch"),
    "dataclass in": ("torchinfo", *PATCHING, "ptflops_pytorch", *TRACING),
    "dict in": (*PATCHING, "ptflops_pytorch", "ptflops_aten"),
    "dataclass out": ("torchinfo", "fvcore"),
    "vmap": ("torchinfo",),
    "encoder, padded": ("torchinfo", "ptflops_pytorch"),
    "bag": PATCHING,
    "nested": ("torchinfo", "flop_counter", "ptflops_pytorch", *TRACING),
}
"""Tools that end in an error of their own."""
SILENT: Mapping[str, tuple[str, ...]] = {
    "scripted": ("torchinfo", "ptflops_pytorch"),
    "encoder, padded": ("thop", *PATCHING),
}
"""Tools that no prediction is made for, because what they look at could not be seen as they see it."""


def answer(tool: str, built: Native) -> str:
    """How a tool comes out of it: dies, is silent, exact, or leaves residuals, which are told."""
    try:
        said = captured.said(tool, built)
    except Exception:  # noqa: BLE001 - whatever a tool raises
        return "dies"
    try:
        return "exact" if not (left := list(captured.residuals(tool, built, said))) else f"residuals {left}"
    except ConventionError:
        return "silent"


def expected(tool: str, name: str) -> str:
    kinds = {"dies": DIES, "silent": SILENT}
    return next((kind for kind, table in kinds.items() if tool in table.get(name, ())), "exact")


@pytest.mark.parametrize("name", USERS)
def test_every_total_is_predicted_or_who_says_nothing_is_known(name: str) -> None:
    torch.manual_seed(0)
    net, given = USERS[name](2)
    built = captured.native(net, *given)
    assert {tool: answer(tool, built) for tool in TOOLS} == {tool: expected(tool, name) for tool in TOOLS}


def test_most_is_exact() -> None:
    pairs = [(tool, name) for tool in TOOLS for name in USERS]
    assert sum(expected(tool, name) == "exact" for tool, name in pairs) / len(pairs) > 0.9
