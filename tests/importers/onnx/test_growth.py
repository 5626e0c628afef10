"""Work grows as the file does: each of these took its square, or the product of two of its numbers, and takes a moment now."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import onnx
import pytest
from onnx import helper

from crosscheck.errors import FileError
from crosscheck.importers.onnx import walk
from crosscheck.importers.onnx.load import load
from tests.importers.onnx import files as of

SECONDS = 4.0  # of CPU, several times what each takes
OPSETS = [helper.make_opsetid("", of.OPSET), helper.make_opsetid("f", 1)]


def calls(function: onnx.FunctionProto, count: int, *more: onnx.FunctionProto, tensors: int = 0) -> onnx.ModelProto:
    """A chain of calls of a function."""
    names = ["x", *(f"v{k}" for k in range(1, count)), "y"]
    nodes = [of.node(function.name, a, b, domain="f") for a, b in pairwise(names)]
    return of.model(of.graph(nodes, [1, 8], [of.stored(f"w{k}", 1) for k in range(tensors)]), functions=[function, *more])


def branching(dead: int, tensors: int = 0) -> onnx.FunctionProto:
    """A function of one node, and a branch that is never taken, or that holds tensors and is."""
    names = ["a", *(f"d{k}" for k in range(1, dead)), "e"]
    nodes = [of.node("Relu", a, b) for a, b in pairwise(names)]
    taken, idle = (helper.make_graph(nodes[:n], "g", [], [of.value(names[n])]) for n in (1, dead))
    taken.initializer.extend(of.stored(f"w{k}", 1) for k in range(tensors))
    yes = of.node("Constant", "", "c", value=helper.make_tensor("c", onnx.TensorProto.BOOL, [], [True]))
    body = [yes, of.node("If", "c", "b", then_branch=taken, else_branch=idle)]
    return helper.make_function("f", "F", ["a"], ["b"], body, OPSETS)


def many_inputs() -> onnx.ModelProto:
    names = ["a", *(f"i{k}" for k in range(10_000))]
    return calls(helper.make_function("f", "F", names, ["b"], [of.node("Relu", "a", "b")], OPSETS), 1500)


def long_names() -> onnx.ModelProto:
    made = []
    for k in range(20):
        op, domain = ("Relu", "") if k == 19 else (f"F{k + 1}", "f")
        made.append(
            helper.make_function("f", f"F{k}", ["a"], ["b"], [of.node(op, "a", "b", domain=domain, name="n" * 500_000)], OPSETS)
        )
    return calls(made[0], 60, *made[1:])


GROWING: dict[str, Callable[[], onnx.ModelProto]] = {
    "a dead branch": lambda: calls(branching(3000), 2500),
    "a function of many inputs": many_inputs,
    "long names": long_names,
    "a transposed convolution": lambda: of.model(
        of.graph([of.node("ConvTranspose", "x w", "y", dilations=[3])], [1, 1, 2_000_000], [of.stored("w", 1, 1, 16_000)])
    ),
    "one node of many inputs": lambda: of.model(of.graph([of.node("Max", "x " * 30_000, "y")], [1, 8])),
}


@pytest.mark.parametrize("what", GROWING)
def test_a_file_takes_time_as_it_is_long(what: str, tmp_path: Path) -> None:
    proto = GROWING[what]()
    began = time.process_time()
    of.read(proto, tmp_path)
    assert time.process_time() - began < SECONDS


def test_many_producers_take_time_as_they_are_many(tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(of.conv_net().SerializeToString() + (b"\x12\x10" + b"a" * 16) * 60_000)
    began = time.process_time()
    load(path)
    assert time.process_time() - began < SECONDS


def test_tensors_that_calls_multiply_have_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "MOST_STORED", 1000)
    assert of.read(calls(branching(1, 90), 10), tmp_path).model.layers
    with pytest.raises(FileError, match="it has more than 1,000 stored tensors, functions opened up"):
        of.read(calls(branching(1, 90), 12), tmp_path)
