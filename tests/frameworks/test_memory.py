"""Memory and tables of the real tools: what they print of whole networks and of every row, and what the engine says of it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from crosscheck import models
from crosscheck.contract.network import Model
from crosscheck.contract.rows import TOTAL
from crosscheck.conventions import read as convention
from crosscheck.counting import engine
from crosscheck.measuring import catalog
from crosscheck.measuring.plan import Plan, environment
from crosscheck.models.writer import Graph
from crosscheck.studies.figures import record
from crosscheck.studies.figures.record import Figure
from tests.frameworks.served import Served, residual_failures
from tests.random_networks import every_op

OLD = ("torchsummary_151", "torch_summary_145")
TOOLS = (*OLD, "torchinfo_009", "torchinfo")
SIZES = ("memory", "memory_input", "memory_activations", "memory_params")


def several_outputs(outputs: int, batch: int) -> Model:
    """A block with a class of its own from which several values of one rank leave."""
    g = Graph(f"several{outputs}", (batch, 3, 6, 5))
    g.container("split", "Split")
    g.add("stem", "conv", out_channels=3, kernel=1)
    left = [g.add(f"split.conv{k}", "conv", "stem", out_channels=2, kernel=1, padding=0) for k in range(outputs)]
    g.add("join", "concat", *left)
    g.add("relu", "relu")
    return g.build()


@pytest.mark.framework
@pytest.mark.xdist_group("pytorch")
@pytest.mark.parametrize("batch", [1, 2, 64])
def test_every_size_is_predicted_to_the_byte(serving: Callable[[str], Served], batch: int) -> None:
    nets = [models.build(name, batch=batch) for name in ("lenet", "lenet5", "vgg16-cifar")]
    nets += [
        models.build("resnet18", batch=batch, input_shape=(3, 64, 48)),
        models.build("resnet50-v1", batch=batch, input_shape=(3, 32, 32)),
    ]
    nets += [every_op((batch, 4, 9, 8)), several_outputs(2, batch), several_outputs(3, batch)]
    rows = serving("pytorch").run(nets, tools=list(TOOLS)).rows
    assert residual_failures(rows, nets) == []
    measured = {(r.model, r.tool, r.metric) for r in rows if r.layer == TOTAL and r.value is not None}
    assert measured >= {(net.name, tool, metric) for net in nets for tool in TOOLS for metric in SIZES}


@cache
def printed(tool: str, network: str, batch: int, *more: str) -> str:
    """What the real tool prints, in a process of its own with the edition that it belongs to."""
    info = catalog.tool(tool)
    plan = Plan(catalog.framework(info.framework), (), (info,), overlay=info.overlay)
    root = Path(__file__).parents[2]
    env = environment(plan)
    env["PYTHONPATH"] = ":".join(filter(None, [env.get("PYTHONPATH", ""), str(root)]))
    command = [sys.executable, "-P", str(Path(__file__).with_name("print_table.py")), tool, network, str(batch), *more]
    done = subprocess.run(command, capture_output=True, text=True, env=env, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


def table_rows(text: str) -> list[tuple[str, str, str]]:
    """Class, output shape with a batch of 1 where none is told, and parameters of every row of a printed table."""
    found = re.findall(r"^[ │├└─|]*(\w+)(?:-\d+|: \d+-\d+) +\[([-\d, ]+)\] +([\d,]+|--|\(recursive\))$", text, re.MULTILINE)
    return [(kind, re.sub(r"^-1\b", "1", shape).replace(", ", "x"), params) for kind, shape, params in found]


def figures(tool: str, network: str) -> list[Figure]:
    """The published figures of one tool on one network of the project's first documents."""
    return [f for f in record.builtin() if f.source in ("seed-000", "seed-003") and (f.convention, f.network) == (tool, network)]


TABLES = [
    ("torch_summary_145", "alexnet", 1, 23),
    ("torch_summary_145", "vgg19", 1, 47),
    ("torch_summary_145", "resnet152", 1, 514),
    ("torchsummary_151", "resnet18", 64, 68),
    ("torchsummary_151", "resnet50-v1", 64, 174),
]


@pytest.mark.framework
@pytest.mark.xdist_group("printed")
@pytest.mark.parametrize(("tool", "network", "batch", "length"), TABLES)
def test_every_row_of_a_published_table_comes_out_of_the_real_tool(tool: str, network: str, batch: int, length: int) -> None:
    published = [f for f in figures(tool, network) if f.place.startswith("row ")]
    wanted = [(f.variant, f.output_shape, f.value) for f in published]
    assert len(wanted) == length
    assert table_rows(printed(tool, network, batch)) == wanted


@pytest.mark.framework
@pytest.mark.xdist_group("printed")
@pytest.mark.parametrize(("tool", "network", "batch", "length"), TABLES)
def test_published_sizes_come_out_of_the_real_tool_and_of_the_engine(tool: str, network: str, batch: int, length: int) -> None:
    """All but two: ResNet-50's outputs at a batch of 64 are 2^31 elements and more, which 32 bits do not hold."""
    wrapped = network == "resnet50-v1"
    text = printed(tool, network, batch, *(["int32"] if wrapped else []))
    c = convention.load(f"{tool}_int32" if wrapped else tool)
    counted = engine.tally(models.build(network, batch=batch))
    sizes = [f for f in figures(tool, network) + figures(f"{tool}_int32", network) if f.counts in SIZES and not f.place]
    assert {f.counts for f in sizes} == set(SIZES)
    for f in sizes:
        assert f"\n{c.table(f.counts).label.partition(' (')[0]} (MB): {f.value}\n" in text, f.at
        assert f"{engine.total(counted, c, f.counts) / 2**20:.2f}" == f.value, f.at


@pytest.mark.framework
@pytest.mark.xdist_group("printed")
def test_integers_of_32_bits_are_what_makes_the_published_size_of_resnet50_small() -> None:
    here, there = (printed("torchsummary_151", "resnet50-v1", 64, *more) for more in ((), ("int32",)))
    assert "Forward/backward pass size (MB): 17567.99\n" in here
    assert "Forward/backward pass size (MB): 15200.01\n" in there
    assert table_rows(here) == table_rows(there)
    elements = (
        engine.total(engine.tally(models.build("resnet50-v1", batch=64)), convention.load(OLD[0]), "memory_activations") // 8
    )
    assert 2**31 < elements < 2**32
    assert f"{8 * (2**32 - elements) / 2**20:.2f}" == "15200.01"
