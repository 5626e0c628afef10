"""The messages of an ONNX file that counting needs, without the weights.

Field numbers: onnx/onnx.proto of ONNX 1.17. Bytes of tensors stay in the file; only where they lie is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from crosscheck.importers.onnx.tensor import MOST_RANK, NUMBERS, SMALL, Tensor
from crosscheck.importers.onnx.wire import BYTES, FIXED32, VARINT, Field, Reader, WireError, integer


@dataclass(slots=True)
class Attribute:
    """An attribute of a node: its value, or the name of the attribute of the enclosing function that gives it."""

    name: str = ""
    value: Any = None
    ref: str = ""
    graphs: list[Graph] = field(default_factory=list)


@dataclass(slots=True)
class Node:
    """One call of one operator."""

    name: str = ""
    op: str = ""
    domain: str = ""
    overload: str = ""
    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    attrs: dict[str, Attribute] = field(default_factory=dict)

    def reads(self) -> Iterator[str]:
        """Names of the values that it reads, those included that its bodies read from outside."""
        yield from (name for name in self.inputs if name)
        for attr in self.attrs.values():
            for graph in attr.graphs:
                yield from graph.free


@dataclass(slots=True)
class Value:
    """A named value: sizes of its axes, a number, a name or None where it is open; no ``dims`` where nothing is said of them."""

    name: str = ""
    dims: tuple[int | str | None, ...] | None = None
    tensor: bool = True


@dataclass
class Graph:
    """Nodes, stored tensors, inputs and outputs. What the file says of values in between is read when it is asked for."""

    reader: Reader
    nodes: list[Node] = field(default_factory=list)
    tensors: list[Tensor] = field(default_factory=list)
    inputs: list[Value] = field(default_factory=list)
    outputs: list[Value] = field(default_factory=list)
    infos: list[Field] = field(default_factory=list)

    @cached_property
    def said(self) -> Mapping[str, Value]:
        """What the file says of its values, by name."""
        return {v.name: v for v in [*(_value(self.reader, f[2], f[3], 0) for f in self.infos), *self.outputs]}

    @cached_property
    def free(self) -> tuple[str, ...]:
        """Names of the values that its nodes read from outside, each once."""
        own = {v.name for v in self.inputs} | {t.name for t in self.tensors} | {o for n in self.nodes for o in n.outputs}
        return tuple(dict.fromkeys(name for n in self.nodes for name in n.reads() if name not in own))


@dataclass
class Function:
    """A function that the file defines: nodes over its own inputs, outputs and attributes."""

    name: str = ""
    domain: str = ""
    overload: str = ""
    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    defaults: dict[str, Attribute] = field(default_factory=dict)
    opsets: dict[str, int] = field(default_factory=dict)

    @cached_property
    def known(self) -> frozenset[str]:
        """Names of its inputs."""
        return frozenset(self.inputs)


@dataclass
class File:
    """A whole file: versions, who wrote it, the graph, the functions."""

    ir_version: int = 0
    producer: str = ""
    opsets: dict[str, int] = field(default_factory=dict)
    graph: Graph | None = None
    functions: list[Function] = field(default_factory=list)


def read(reader: Reader) -> File:
    """The file's messages. Raises WireError."""
    found, producers = File(), list[str]()
    for f in reader.fields(0, len(reader.data)):
        number = f[0]
        if number == 1:
            found.ir_version = integer(f)
        elif number in (2, 3):
            producers.append(reader.text(f))
        elif number == 7:
            if found.graph is not None:
                raise WireError("it has two graphs")
            found.graph = reader.message(f, _graph, 1)
        elif number == 8:
            found.opsets |= reader.message(f, _opset, 1)
        elif number == 25:
            found.functions.append(reader.message(f, _function, 1))
    found.producer = " ".join(producers).strip()
    return found


def _opset(reader: Reader, start: int, end: int, _: int) -> dict[str, int]:
    domain, version = "", 0
    for f in reader.fields(start, end):
        if f[0] == 1:
            domain = reader.text(f)
        elif f[0] == 2:
            version = integer(f)
    return {plain_domain(domain): version}


def plain_domain(domain: str) -> str:
    """The domain of ONNX's own operators has two spellings."""
    return "" if domain == "ai.onnx" else domain


def _graph(reader: Reader, start: int, end: int, depth: int) -> Graph:
    found = Graph(reader)
    for f in reader.fields(start, end):
        number = f[0]
        if number == 1:
            found.nodes.append(reader.message(f, _node, depth + 1))
        elif number == 5:
            found.tensors.append(reader.message(f, _tensor, depth + 1))
        elif number == 11:
            found.inputs.append(reader.message(f, _value, depth + 1))
        elif number == 12:
            found.outputs.append(reader.message(f, _value, depth + 1))
        elif number == 13 and f[1] == BYTES:
            reader.keep()
            found.infos.append(f)
        elif number == 15:
            found.tensors.append(reader.message(f, _sparse, depth + 1))
    return found


def _node(reader: Reader, start: int, end: int, depth: int) -> Node:
    n = Node()
    reader.keep(4)  # a node weighs more than other parts
    for f in reader.fields(start, end):
        number = f[0]
        if number == 1:
            n.inputs.append(reader.text(f))
        elif number == 2:
            n.outputs.append(reader.text(f))
        elif number == 3:
            n.name = reader.text(f)
        elif number == 4:
            n.op = reader.text(f)
        elif number == 5:
            a = reader.message(f, _attribute, depth + 1)
            n.attrs[a.name] = a
        elif number == 7:
            n.domain = plain_domain(reader.text(f))
        elif number == 8:
            n.overload = reader.text(f)
    return n


def _attribute(reader: Reader, start: int, end: int, depth: int) -> Attribute:
    a = Attribute()
    several: list[Any] | None = None
    for f in reader.fields(start, end):
        number = f[0]
        if number == 1:
            a.name = reader.text(f)
        elif number == 2:
            a.value = _one_float(reader, f)
        elif number == 3:
            a.value = integer(f)
        elif number == 4:
            a.value = reader.text(f)
        elif number in (5, 22):
            a.value = reader.message(f, _tensor if number == 5 else _sparse, depth + 1)
        elif number in (6, 11):
            a.graphs.append(reader.message(f, _graph, depth + 1))
        elif number in (7, 8, 9):
            items = reader.floats(f) if number == 7 else reader.integers(f) if number == 8 else [reader.text(f)]
            several = [] if several is None else several
            several.extend(items)
        elif number == 21:
            a.ref = reader.text(f)
    if several is not None:
        a.value = tuple(several)
    return a


def _one_float(reader: Reader, f: Field) -> float:
    if f[1] != FIXED32:
        raise WireError("an attribute is no number")
    return reader.floats(f)[0]


def _tensor(reader: Reader, start: int, end: int, _: int) -> Tensor:
    t = Tensor()
    dims: list[int] = []
    for f in reader.fields(start, end):
        number = f[0]
        if number == 1:
            dims += reader.integers(f)
        elif number == 2:
            t.dtype = integer(f)
        elif number in NUMBERS:
            if len(t.spans) < SMALL:  # numbers that are not packed have a field each; of many none is wanted
                t.spans.append(f)
        elif number == 8:
            t.name = reader.text(f)
        elif number == 13:
            t.external |= reader.message(f, _entry, 0)
        elif number == 14:
            t.elsewhere = integer(f) == 1
    t.dims = tuple(dims)
    return t


def _sparse(reader: Reader, start: int, end: int, depth: int) -> Tensor:
    """A sparse tensor: the sizes of the whole, the name of its values; none of its numbers."""
    t = Tensor()
    dims: list[int] = []
    for f in reader.fields(start, end):
        if f[0] == 1:
            values = reader.message(f, _tensor, depth + 1)
            t.name, t.dtype = values.name, values.dtype
        elif f[0] == 3:
            dims += reader.integers(f)
    t.dims = tuple(dims)
    return t


def _entry(reader: Reader, start: int, end: int, _: int) -> dict[str, str]:
    pair = {f[0]: reader.text(f) for f in reader.fields(start, end) if f[0] in (1, 2)}
    return {pair.get(1, ""): pair.get(2, "")}


def _value(reader: Reader, start: int, end: int, _: int) -> Value:
    v = Value()
    for f in reader.fields(start, end):
        if f[0] == 1:
            v.name = reader.text(f)
        elif f[0] == 2:
            v.tensor = False
            for kind in _inside(reader, f, 1):
                v.tensor = True
                for shape in _inside(reader, kind, 2):
                    dims = [_dim(reader, d) for d in _inside(reader, shape, 1)]
                    if len(dims) > MOST_RANK:
                        raise WireError(f"a value has {len(dims)} axes")
                    v.dims = tuple(dims)
    return v


def _inside(reader: Reader, outer: Field, number: int) -> list[Field]:
    if outer[1] != BYTES:
        raise WireError(f"field {outer[0]} is no message")
    return [f for f in reader.fields(outer[2], outer[3]) if f[0] == number]


def _dim(reader: Reader, outer: Field) -> int | str | None:
    reader.keep()
    for f in reader.fields(outer[2], outer[3]) if outer[1] == BYTES else ():
        if f[0] == 1 and f[1] == VARINT:
            return integer(f)
        if f[0] == 2:
            return reader.text(f) or None
    return None


def _function(reader: Reader, start: int, end: int, depth: int) -> Function:
    found = Function()
    for f in reader.fields(start, end):
        number = f[0]
        if number == 1:
            found.name = reader.text(f)
        elif number == 4:
            found.inputs.append(reader.text(f))
        elif number == 5:
            found.outputs.append(reader.text(f))
        elif number == 7:
            found.nodes.append(reader.message(f, _node, depth + 1))
        elif number == 9:
            found.opsets |= reader.message(f, _opset, depth + 1)
        elif number == 10:
            found.domain = plain_domain(reader.text(f))
        elif number == 11:
            a = reader.message(f, _attribute, depth + 1)
            found.defaults[a.name] = a
        elif number == 13:
            found.overload = reader.text(f)
    return found
