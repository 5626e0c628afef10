"""Activations that files spell out: what is one is read as one, what is nearly one is not, and no count changes."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from crosscheck.counting import engine
from crosscheck.importers.onnx.activations import recognise
from tests.importers.onnx import files as of

N = of.node
HALF, ERF = math.sqrt(0.5), [N("Erf", "s", "e"), N("Add", "e one", "o")]
CUBES = {
    "pow": [N("Pow", "x three", "c")],
    "products": [N("Mul", "x x", "q"), N("Mul", "q x", "c")],
    "products, the other way round": [N("Mul", "x x", "q"), N("Mul", "x q", "c")],
}
TAIL = [N("Mul", "c share", "m"), N("Add", "x m", "t"), N("Mul", "t root", "s"), N("Tanh", "s", "e"), N("Add", "one e", "o")]
ENDS = {
    "half last": [N("Mul", "x o", "p"), N("Mul", "p half", "y")],
    "half first": [N("Mul", "x half", "h"), N("Mul", "h o", "y")],
    "half in the middle": [N("Div", "o two", "p"), N("Mul", "p x", "y")],
}
NUMBERS = {"one": 1.0, "half": 0.5, "two": 2.0, "three": 3.0, "six": 6.0, "share": 0.044715, "root": math.sqrt(2 / math.pi)}
NUMBERS |= {"over": math.sqrt(2), "times": HALF, "sixth": 1 / 6, "none": 0.0}
SPELT: dict[str, tuple[str, list[onnx.NodeProto]]] = {
    "silu": ("SiLU", [N("Sigmoid", "x", "s"), N("Mul", "x s", "y")]),
    "silu, the other way round": ("SiLU", [N("Sigmoid", "x", "s"), N("Mul", "s x", "y")]),
    "hard sigmoid": ("hard swish", [N("HardSigmoid", "x", "s", alpha=1 / 6), N("Mul", "x s", "y")]),
    "clip, sixth first": (
        "hard swish",
        [N("Add", "x three", "a"), N("Clip", "a none six", "c"), N("Div", "c six", "s"), N("Mul", "x s", "y")],
    ),
    "clip, sixth last": (
        "hard swish",
        [N("Add", "x three", "a"), N("Clip", "a none six", "c"), N("Mul", "x c", "s"), N("Mul", "s sixth", "y")],
    ),
    **{f"gelu, {k}": ("GELU", [N("Div", "x over", "s"), *ERF, *end]) for k, end in ENDS.items()},
    "gelu, a product": ("GELU", [N("Mul", "x times", "s"), *ERF, *ENDS["half last"]]),
    **{f"tanh, {c}, {e}": ("GELU, its tanh form,", [*cube, *TAIL, *end]) for c, cube in CUBES.items() for e, end in ENDS.items()},
}
NEARLY: dict[str, list[onnx.NodeProto]] = {
    "a gate of another value": [N("Relu", "x", "r"), N("Sigmoid", "r", "s"), N("Mul", "x s", "y")],
    "a gate that others read": [N("Sigmoid", "x", "s"), N("Mul", "x s", "p"), N("Add", "p s", "y")],
    "another factor": [N("Div", "x two", "s"), *ERF, *ENDS["half last"]],
    "another sum": [N("Div", "x over", "s"), N("Erf", "s", "e"), N("Add", "e two", "o"), *ENDS["half last"]],
    "no half": [N("Div", "x over", "s"), *ERF, N("Mul", "x o", "y")],
    "another half": [N("Div", "x over", "s"), *ERF, N("Mul", "x o", "p"), N("Mul", "p two", "y")],
    "another power": [N("Pow", "x two", "c"), *TAIL, *ENDS["half last"]],
    "another bound": [N("Add", "x three", "a"), N("Clip", "a none two", "c"), N("Div", "c six", "s"), N("Mul", "x s", "y")],
    "another shift": [N("Add", "x two", "a"), N("Clip", "a none six", "c"), N("Div", "c six", "s"), N("Mul", "x s", "y")],
}


def made(nodes: list[onnx.NodeProto], kind: str) -> onnx.ModelProto:
    """A graph of (2, 3, 4); numbers without an axis, or vectors of one."""
    names = {n for x in nodes for n in x.input} & set(NUMBERS)
    shape: tuple[int, ...] = () if kind == "single" else (1,)
    tensors = [numpy_helper.from_array(np.full(shape, NUMBERS[n], np.float32), n) for n in sorted(names)]
    return of.model(of.graph(nodes, [2, 3, 4], tensors))


@pytest.mark.parametrize("kind", ["single", "vector"])
@pytest.mark.parametrize("name", SPELT)
def test_what_is_spelt_out_is_read_as_one(name: str, kind: str, tmp_path: Path) -> None:
    wanted, nodes = SPELT[name]
    if kind == "vector" and "clip" in name:
        kind = "single"  # bounds of a clip have no axis
    found = of.read(made(nodes, kind), tmp_path)
    (reading,) = recognise(found.model)
    assert (reading.kind, reading.elements) == (wanted, 24)
    assert set(reading.nodes) == {x.id for x in found.model.layers}
    assert reading.nodes[-1] == found.model.outputs[0]
    assert [n for n in found.notes if "spelt out" in n] == [
        f"1 times {len(nodes)} nodes are {wanted} spelt out, 24 elements, up to {reading.nodes[-1]}"
    ]
    assert not found.partial


@pytest.mark.parametrize("name", NEARLY)
def test_what_is_nearly_one_is_none(name: str, tmp_path: Path) -> None:
    found = of.read(made(NEARLY[name], "single"), tmp_path)
    assert recognise(found.model) == []
    assert not any("spelt out" in n for n in found.notes)


def test_many_are_one_line_and_counts_are_those_of_the_nodes(tmp_path: Path) -> None:
    nodes = []
    for k in range(5):
        nodes += [N("Sigmoid", f"x{k or ''}", f"s{k}"), N("Mul", f"x{k or ''} s{k}", f"x{k + 1}")]
    found = of.read(of.model(of.graph(nodes, [2, 3], y="x5")), tmp_path)
    (line,) = found.notes
    assert line == "5 times 2 nodes are SiLU spelt out, 30 elements, up to mul_x1, mul_x2, mul_x3 and 2 more"
    assert engine.tally(found.model).totals["mul"]["out_elements"] == 30
