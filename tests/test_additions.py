"""What ARCHITECTURE.md says one touches to add something: each is done on a copy of the house, and the command line shows it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
Ask = Callable[..., Any]

FAMILY = '''"""One convolution."""

from crosscheck.models.variant import Variant
from crosscheck.models.writer import Graph

VARIANTS = (Variant("newcomer", "newcomers", "one convolution", (3, 8, 8), 0, "this test"),)


def build(variant, shape, classes):
    """The network."""
    g = Graph(variant.name, shape, family="newcomers", variant=variant.says, source=variant.source)
    g.add("conv", "conv", out_channels=4, kernel=3)
    return g.build()
'''
EDITION = """\
extends = "torchinfo"
id = "torchinfo_doubled"
title = "torchinfo, doubled"
versions = ">=99"
says = "torchinfo, were it to count convolutions twice."

[[compute.weigh]]
ops = ["conv"]
weights = { mac = 2 }
source = "newcomer.py:1"
says = "twice"
"""
TOOL = '''"""A newcomer."""

TOOL = "newcomer"
TITLE = "newcomer(net)"
PACKAGE = "pytest"
CONVENTION = "torchinfo"
METRICS = ("compute",)


def measure(native, model):
    """Nothing."""
'''
FRAMEWORK = '''"""A newcomer."""

FRAMEWORK = "newcomer"
TITLE = "Newcomer"
MODULE = "no_such_module"
EXTRA = "newcomer"
PACKAGES = ("pytest",)
'''
RENDERER = '''"""A document by its title alone."""


def text(document):
    """The name."""
    return f"shouted: {document.name.upper()}\\n"
'''


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the code, with what is compiled of it: Python compiles anew what a test changes."""
    for name in ("crosscheck", "adapters"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("*.pyc.*"))  # one being written
    return tmp_path


@pytest.fixture
def ask(house: Path) -> Ask:
    """The command of the copy; JSON where the words ask for it."""

    def run(*words: str) -> Any:
        done = subprocess.run(
            [sys.executable, "-m", "crosscheck", *words], cwd=house, capture_output=True, text=True, timeout=60, check=False
        )
        assert not done.stderr, done.stderr
        return json.loads(done.stdout) if "json" in words else done.stdout

    return run


def add(path: Path, text: str) -> None:
    """A new file, or more of one that is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


def rows(ask: Ask, what: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ask("list", what, "--format", "json")
    return found


def test_a_family_is_one_file(house: Path, ask: Ask) -> None:
    add(house / "crosscheck/models/families/newcomer.py", FAMILY)
    (row,) = ask("list", "models", "--family", "newcomers", "--format", "json")
    assert (row["MACs"], row["params"]) == (6 * 6 * 4 * 3 * 3 * 3, 4 * 27 + 4)


def test_an_edition_is_one_table_that_extends_another(house: Path, ask: Ask) -> None:
    add(house / "crosscheck/conventions/torchinfo_doubled.toml", EDITION)
    once, twice = (
        ask("count", "lenet", "-c", c, "-m", "compute", "--format", "json") for c in ("torchinfo", "torchinfo_doubled")
    )
    assert twice[0]["value"] > once[0]["value"]


def test_a_tool_is_one_file_and_its_convention(house: Path, ask: Ask) -> None:
    add(house / "adapters/pytorch/tools/newcomer.py", TOOL)
    assert [r["framework"] for r in rows(ask, "tools") if r["tool"] == "newcomer"] == ["pytorch"]


def test_a_framework_is_one_folder(house: Path, ask: Ask) -> None:
    add(house / "adapters/newcomer/__init__.py", FRAMEWORK)
    add(house / "adapters/newcomer/__main__.py", '"""Its process."""\n')
    add(house / "adapters/newcomer/build.py", '"""Its networks."""\n')
    add(house / "adapters/newcomer/tools/__init__.py", '"""Its tools."""\n')
    assert [r["installed"] for r in rows(ask, "frameworks") if r["framework"] == "newcomer"] == ["no"]


def test_a_network_of_a_zoo_is_one_row(house: Path, ask: Ask) -> None:
    path = house / "crosscheck/subjects/zoo.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("networks = [\n", 'networks = [\n    { name = "newcomer" },\n', 1), encoding="utf-8")
    assert "paddle:newcomer" in {r["network"] for r in rows(ask, "zoo")}


def test_a_published_figure_is_one_row(house: Path, ask: Ask) -> None:
    path = house / "crosscheck/studies/figures/data/pycls.csv"
    head, first, *_ = path.read_text(encoding="utf-8").splitlines()
    words = ("figures", "--source", "pycls", "--format", "json")
    before = ask(*words)
    add(path, first + "\n")
    assert (head.split(",")[0], len(ask(*words))) == ("source", len(before) + 1)


def test_a_renderer_is_one_file_and_its_name_in_the_formats(house: Path, ask: Ask) -> None:
    add(house / "crosscheck/report/render/shouted.py", RENDERER)
    path = house / "crosscheck/report/render/__init__.py"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('    html = "html"\n', '    html = "html"\n    shouted = "shouted"\n'), encoding="utf-8")
    assert ask("count", "lenet", "--format", "shouted") == "shouted: COUNT\n"
    assert ask("diff", "lenet", "lenet", "--format", "shouted") == "shouted: DIFF\n"


def test_a_known_gap_is_one_row(house: Path) -> None:
    add(
        house / "crosscheck/known/gaps.toml",
        '\n[[gap]]\nmodel = "newcomer"\ntool = "torchinfo"\nmetric = "compute"\nlayer = "(total)"\nreason = "it is new"\n',
    )
    program = "from crosscheck.known import gaps; print(gaps.load()[-1].model)"
    done = subprocess.run([sys.executable, "-c", program], cwd=house, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "newcomer\n"


CALL = """
from crosscheck.conventions import read
from crosscheck.contract.call import Call, Level
from crosscheck.contract.network import Input, Layer, Model
from crosscheck.counting import engine

call = Call(Level.KERNEL, "newcomer", "mine", ((2, 3), (3, 4)), ((2, 4),))
layer = Layer("mine", "other", {}, ("x",), ((2, 3),), ((2, 4),))
net = Model("net", "net", "", "", (Input("x", (2, 3)),), (layer,), ("mine",), {"": "Net"}, (call,))
print(engine.total(engine.tally(net), read.load("flop_counter"), "compute"))
"""


def test_what_a_tool_does_with_a_call_is_one_rule_and_one_function_where_nobody_counts_it(house: Path) -> None:
    rule = '\n[[compute.call]]\nnames = ["kernel:newcomer"]\nweights = { mac = 5 }\nsource = "newcomer.py:1"\nsays = "five"\n'
    add(house / "crosscheck/conventions/flop_counter.toml", rule)
    path = house / "crosscheck/ops/calls/kernel.py"
    text = path.read_text(encoding="utf-8")
    counter = '"newcomer": lambda call: {"mac": (*call.x, call.y[-1])},'
    line = '        **dict.fromkeys(("mm", '
    path.write_text(text.replace(line, f"        {counter}\n{line}", 1), encoding="utf-8")
    done = subprocess.run([sys.executable, "-c", CALL], cwd=house, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == f"{5 * 2 * 3 * 4}\n"
