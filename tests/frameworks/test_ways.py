"""Networks that take their way by the numbers they are given, and parts that are compiled or run out of sight."""

# mypy: disable-error-code="misc"

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytest.importorskip("torch")

import torch
from torch import Tensor, nn

from adapters.pytorch import own
from adapters.room import Unsupported
from crosscheck.contract.call import FAILED, Level
from crosscheck.contract.own import Blank, Own
from crosscheck.measuring import catalog
from tests.frameworks import captured

pytestmark = pytest.mark.framework
TOOLS = [t.id for t in catalog.framework("pytorch").tools if not t.overlay]
OTHERS = 3  # experts besides the first


class Experts(nn.Module):
    """Each row goes to the expert that a gate gives most to."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = nn.Linear(6, 1 + OTHERS)
        self.experts = nn.ModuleList(nn.Linear(6, 5 + k) for k in range(1 + OTHERS))

    def forward(self, x: Tensor) -> Tensor:
        best = self.gate(x).argmax(-1)
        rows = [expert(x[best == k]).sum(-1) for k, expert in enumerate(self.experts) if bool((best == k).any())]
        return torch.cat(rows)


class Asking(nn.Module):
    """Asks for a number, and runs alike whatever it is."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(6, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(x) * float(x.abs().max() > 0)


class Spectrum(nn.Module):
    """Complex parameters beside a module."""

    def __init__(self) -> None:
        super().__init__()
        self.weight, self.mix = nn.Parameter(torch.randn(4, 5, dtype=torch.cfloat)), nn.Conv1d(4, 4, 1)

    def forward(self, x: Tensor) -> Tensor:
        return torch.fft.irfft(torch.fft.rfft(x) * self.weight, n=x.shape[-1]) + self.mix(x)


class Queries(nn.Module):
    """Learnt queries, widened to the batch, that a module is given."""

    def __init__(self) -> None:
        super().__init__()
        self.queries, self.fc = nn.Parameter(torch.randn(3, 6)), nn.Linear(6, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.queries.expand(len(x), -1, -1)) + x.mean()


def gated(x: Tensor) -> Tensor:
    return torch.sigmoid(x) * x


class Parts(nn.Module):
    """A function and a layer that are compiled, inside a network that is not."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.fc, self.gate = nn.Conv2d(3, 4, 3), torch.compile(nn.Linear(4, 2)), torch.compile(gated)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.gate(self.conv(x)).mean((2, 3)))


class Flexible(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        from torch.nn.attention.flex_attention import flex_attention

        return flex_attention(x, x, x)


@pytest.mark.parametrize("tool", TOOLS)
def test_a_tool_that_gets_the_networks_own_inputs_goes_its_way(tool: str) -> None:
    assert captured.odd(tool, Experts(), (1, 4, 6)) == []


def test_where_numbers_decide_no_tool_is_predicted_on_numbers_of_its_own() -> None:
    net = captured.native(Experts(), torch.randn(1, 8, 6))
    with pytest.raises(Unsupported, match="takes its way by them"):
        net.kinds("torchsummary_151")


@pytest.mark.parametrize("net", [Asking(), Queries()])
def test_where_they_do_not_it_may_have_numbers_of_its_own(net: nn.Module) -> None:
    assert captured.native(net, torch.randn(2, 6)).kinds("torchsummary_151") == [torch.float32]


def test_complex_parameters_beside_a_module_have_no_bytes_in_torchinfo() -> None:
    assert captured.odd("torchinfo", Spectrum(), (2, 4, 8)) == []


def test_what_flop_counter_cannot_run_without_gradients_is_named() -> None:
    with pytest.raises(Unsupported, match="view of a parameter"):
        captured.said("flop_counter", captured.native(Queries(), torch.randn(2, 6)))


def test_compiled_parts_run_as_they_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "TORCHDYNAMO_DISABLE", "")
    maker = Own("tests.frameworks.test_ways:Parts", (str(Path(__file__).parents[2]),), "", (Blank((2, 3, 8, 8)),), {})
    built = own.build(captured.blank([torch.rand(2, 3, 8, 8)]), maker)
    wrong = {tool: list(captured.residuals(tool, built, captured.said(tool, built))) for tool in TOOLS}
    assert {tool: found for tool, found in wrong.items() if found} == {}


def test_functions_that_run_out_of_sight_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "TORCHDYNAMO_DISABLE", "1")
    seen = captured.native(Flexible(), torch.randn(1, 2, 128, 16)).seen
    assert seen is not None
    lost = [c.attrs["reason"] for c in seen.calls if c.level is Level.FUNCTION and c.name == FAILED]
    assert any("flex_attention runs functions" in why for why in lost)
