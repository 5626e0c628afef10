"""What a tool's file says of how networks run under it is what a network that looks around finds."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import _get_current_dispatch_mode_stack as modes

from crosscheck.measuring import catalog
from tests.frameworks import captured

pytestmark = pytest.mark.framework
TOOLS = {t.id: t.setting for t in catalog.framework("pytorch").tools if not t.overlay}


FOUND: set[tuple[str, bool]] = set()  # tools run a copy of the network


class Witness(nn.Module):  # type: ignore[misc]
    """A linear layer that notes in which mode it runs, and who watches."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        FOUND.update(
            {
                ("eval mode", not self.training),
                ("gradients on", torch.is_grad_enabled()),
                ("gradients off", not torch.is_grad_enabled()),
                ("hooks on modules", bool(self.fc._forward_hooks or self.fc._forward_pre_hooks)),
                ("traced", torch.jit.is_tracing()),
                ("dispatched", bool(modes())),
            }
        )
        return self.fc(x)


@pytest.mark.parametrize("tool", TOOLS)
def test_a_network_finds_itself_run_as_the_tools_file_says(tool: str) -> None:
    built = captured.native(Witness(), torch.rand(2, 4))
    FOUND.clear()
    captured.said(tool, built)
    assert FOUND
    wrong = {(what, is_so) for what, is_so in FOUND if is_so != (what in TOOLS[tool])}
    assert wrong <= ({("hooks on modules", True)} if "a hook on each child" in TOOLS[tool] else set())
