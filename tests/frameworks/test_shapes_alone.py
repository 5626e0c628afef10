"""Runs without numbers, on networks that are dear to run: they see what runs with numbers see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pytest

pytest.importorskip("torch")

import torch
from torch import Tensor, nn

from adapters.pytorch import observe
from crosscheck.contract.network import Model
from tests.frameworks import captured, module_kinds, modules, operators

pytestmark = [pytest.mark.framework, pytest.mark.xdist_group("captured")]
Made = tuple[nn.Module, tuple[Any, ...]]


def made(make: Callable[[], nn.Module], shapes: tuple[Any, ...]) -> Made:
    return make(), tuple(torch.randn(*shape) for shape in shapes)


CASES: Mapping[str, Callable[[], Made]] = {
    **{f"{name}, functions": partial(made, *case) for name, case in modules.MODULES.items()},
    **{f"{name}, operators": partial(make, 2) for name, make in operators.MODULES.items()},
    **{f"{name}, modules": partial(make, 2) for name, make in module_kinds.KINDS.items()},
}


def seen(make: Callable[[], Made], dear: float, monkeypatch: pytest.MonkeyPatch) -> Model:
    """The network as it is captured where a call that takes longer than so many seconds is dear."""
    monkeypatch.setattr(observe, "DEAR", dear)
    torch.manual_seed(0)
    net, inputs = make()
    found = captured.native(net, *inputs).seen
    assert found is not None
    return found


@pytest.mark.parametrize("name", CASES)
def test_shapes_alone_tell_what_numbers_tell(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with_numbers, without = (seen(CASES[name], dear, monkeypatch).to_json() for dear in (float("inf"), -1.0))
    assert without == with_numbers


class Choosy(nn.Module):  # type: ignore[misc]  # torch may not be installed where types are checked
    """Takes its way by a number."""

    def __init__(self) -> None:
        super().__init__()
        self.few, self.many = nn.Linear(4, 2), nn.Linear(4, 9)

    def forward(self, x: Tensor) -> Any:
        return self.many(x) if x.abs().sum() > 0 else self.few(x)


def test_a_network_that_asks_for_numbers_gets_them(monkeypatch: pytest.MonkeyPatch) -> None:
    found = seen(lambda: (Choosy(), (torch.ones(1, 4),)), -1.0, monkeypatch)
    assert [x.id for x in found.layers if x.op == "linear"] == ["many"]
    assert {c.outputs for c in found.calls if c.label == "kernel:addmm"} == {((1, 9),)}
    assert not any(c.name == "(failed)" for c in found.calls)
