"""ONNX files for tests, written with ``onnx.helper``; what they count is counted by hand or by ``onnx`` itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from crosscheck.importers.imported import Imported
from crosscheck.importers.onnx.load import load

OPSET = 17
Dims = Sequence[int | str | None]


def stored(name: str, *dims: int, dtype: Any = np.float32) -> onnx.TensorProto:
    """A stored tensor of distinct values."""
    return numpy_helper.from_array((np.arange(prod(dims)).reshape(dims) % 7 + 1).astype(dtype), name)


def ints(name: str, *values: int) -> onnx.TensorProto:
    """A stored vector of integers."""
    return numpy_helper.from_array(np.array(values, np.int64), name)


def node(op: str, reads: str, makes: str, **attrs: Any) -> onnx.NodeProto:
    """A node; names are separated by blanks, ``_`` is an input or output left out; it is named after its first output."""
    ins, outs = (["" if n == "_" else n for n in text.split()] for text in (reads, makes))
    name = attrs.pop("name", f"{op.lower()}_{outs[0]}")
    return helper.make_node(op, ins, outs, name=name, **attrs)


def value(name: str, dims: Dims | None = None) -> onnx.ValueInfoProto:
    """A float input or output."""
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, dims)


def graph(
    nodes: Sequence[onnx.NodeProto], x: Dims | None, tensors: Sequence[onnx.TensorProto] = (), y: str = "y", name: str = "net"
) -> onnx.GraphProto:
    """A graph from input ``x`` to output ``y``."""
    return helper.make_graph(nodes, name, [value("x", x)] if x is not None else [], [value(y)], list(tensors))


def model(
    made: onnx.GraphProto, opset: int = OPSET, functions: Sequence[onnx.FunctionProto] = (), **more: Any
) -> onnx.ModelProto:
    """A model; ``f`` is the domain of its functions."""
    domains = [helper.make_opsetid("", opset)] + [helper.make_opsetid("f", 1)] * bool(functions)
    return helper.make_model(made, opset_imports=domains, functions=list(functions), **more)


def read(proto: onnx.ModelProto, folder: Path, **inputs: tuple[int, ...]) -> Imported:
    """What the importer makes of a model."""
    path = folder / "net.onnx"
    path.write_bytes(proto.SerializeToString())
    return load(path, inputs)


def conv_net(opset: int = OPSET, x: Dims = (1, 3, 8, 8), name: str = "conv") -> onnx.ModelProto:
    """A convolution, a norm, an activation, a pooling and a linear layer: 3·4·9·64 + 4·10 MACs."""
    nodes = [
        node("Conv", "x w b", "c", name=name, pads=[1, 1, 1, 1]),
        node("BatchNormalization", "c s t m v", "n"),
        node("Relu", "n", "r"),
        node("GlobalAveragePool", "r", "p"),
        node("Flatten", "p", "f"),
        node("Gemm", "f fw fb", "y", transB=1),
    ]
    tensors = [stored("w", 4, 3, 3, 3), stored("b", 4), *(stored(k, 4) for k in "stmv"), stored("fw", 10, 4), stored("fb", 10)]
    return model(graph(nodes, x, tensors), opset)


def spelled_out(x: str, y: str, *pads: int) -> tuple[list[onnx.NodeProto], list[onnx.TensorProto]]:
    """A padding as TorchScript's exporter spells it: last axis first, filled up with zeros, paired, turned round, laid flat."""
    k = {name: f"{y}_{name}" for name in ("pads", "zero", "eight", "first", "pairs", "start", "end", "back", "flat")}
    constants = [ints(k["pads"], *pads), ints(k["zero"], 0), ints(k["eight"], 8), ints(k["pairs"], -1, 2)]
    constants += [ints(k["start"], -1), ints(k["end"], -(2**63) + 1), ints(k["back"], -1), ints(k["flat"], -1)]
    nodes = [
        node("Shape", k["pads"], f"{y}_n"),
        node("Sub", f"{k['eight']} {y}_n", f"{y}_lacking"),
        node("ConstantOfShape", f"{y}_lacking", f"{y}_zeros", value=ints("z", 0)),
        node("Concat", f"{k['pads']} {y}_zeros", f"{y}_all", axis=0),
        node("Reshape", f"{y}_all {k['pairs']}", f"{y}_pairs_"),
        node("Slice", f"{y}_pairs_ {k['start']} {k['end']} {k['zero']} {k['back']}", f"{y}_turned"),
        node("Transpose", f"{y}_turned", f"{y}_ends", perm=[1, 0]),
        node("Reshape", f"{y}_ends {k['flat']}", f"{y}_row"),
        node("Cast", f"{y}_row", f"{y}_whole", to=TensorProto.INT64),
        node("Pad", f"{x} {y}_whole", y),
    ]
    return nodes, constants


def elements(proto: onnx.ModelProto) -> int:
    """Elements of every stored tensor and constant of a model, by onnx alone."""
    return sum(_elements(proto.graph))


def _elements(g: onnx.GraphProto) -> Iterator[int]:
    yield from (prod(t.dims) for t in g.initializer)
    for n in g.node:
        for a in n.attribute:
            if n.op_type == "Constant":
                yield prod(a.t.dims) if a.HasField("t") else max(len(a.ints) + len(a.floats) + len(a.strings), 1)
            for inner in [a.g] if a.HasField("g") else a.graphs:
                yield from _elements(inner)


def ops_of(found: Imported) -> Counter[str]:
    """How often each op is in a network."""
    return Counter(layer.op for layer in found.model.layers)
