"""Tools of functions on modules that nobody described: what is predicted from calls is what the real tools say."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")

import torch
from torch.utils.flop_counter import FlopCounterMode

from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from tests.frameworks import captured
from tests.frameworks.modules import MODULES

pytestmark = [pytest.mark.framework, pytest.mark.xdist_group("captured")]
TOOLS = ("calflops", "calflops_macs", "ptflops_pytorch")


@pytest.mark.parametrize("name", MODULES)
def test_every_total_is_predicted_from_the_calls(name: str) -> None:
    make, inputs = MODULES[name]
    found = {tool: captured.odd(tool, make(), *inputs) for tool in TOOLS}
    assert found == {tool: [] for tool in TOOLS}


def test_rows_of_layers_are_predicted_too_and_what_containers_do_is_in_the_total_alone() -> None:
    make, inputs = MODULES["curves and norms"]
    built = captured.native(make(), torch.randn(*inputs[0]))
    assert built.seen is not None
    wanted = {
        (p.layer, p.metric): p.value for p in engine.predict(engine.tally(built.seen), convention.load("calflops")) if p.value
    }
    rows = {k: v for k, v in captured.said("calflops", built).items() if v and k[1] == "compute"}
    assert rows == {k: v for k, v in wanted.items() if k[1] == "compute"}
    assert len(rows) > 8


def test_the_path_without_hooks_is_kept_beside_the_one_with_hooks() -> None:
    make, inputs = MODULES["attention"]
    built = captured.native(make(), torch.randn(*inputs[0]))
    assert built.seen is not None
    counted = engine.tally(built.seen)
    levels = {call.level for call in built.seen.calls}
    assert {"kernel", "hooked"} <= levels
    n, length, e, hidden = 2, 5, 16, 32
    macs = n * length * (4 * e * e + 2 * length * e + 2 * e * hidden)
    assert engine.total(counted, convention.load("mac"), "compute") == macs
    counter = FlopCounterMode(display=False)
    with torch.no_grad(), counter:
        built.net(*built.inputs)
    assert engine.total(counted, convention.load("flop_counter"), "compute") == counter.get_total_flops() < 2 * macs
