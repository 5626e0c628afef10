"""A file as it is, and which neutral layer each of its nodes is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import onnx

from crosscheck.contract.network import Model


@dataclass(frozen=True)
class Native:
    """An ONNX file and the model that was imported from it; tools read the file anew, so nothing is shared between them.

    ``shapes``: input shapes by name, dynamic dimensions filled in. ``layers``: neutral ids by the first output of their nodes.
    """

    path: str
    shapes: dict[str, tuple[int, ...]]
    layers: dict[str, str]

    @cached_property
    def graph(self) -> Any:
        """Nodes, inputs and outputs, without the weights that lie beside the file."""
        return onnx.load(self.path, load_external_data=False).graph

    @property
    def external(self) -> bool:
        """True where stored tensors lie in other files."""
        return any(t.data_location == onnx.TensorProto.EXTERNAL for t in self.graph.initializer)

    @property
    def dynamic(self) -> dict[str, tuple[int, ...]]:
        """Shapes of the inputs that the file leaves open."""
        return {i.name: self.shapes[i.name] for i in self.graph.input if i.name in self.shapes and _is_open(i)}

    def fix(self, graph: Any) -> None:
        """Write the input shapes into a graph that leaves them open."""
        for value in graph.input:
            for size, dim in zip(self.shapes.get(value.name, ()), value.type.tensor_type.shape.dim, strict=False):
                dim.dim_value = size

    def layer(self, node: Any) -> str | None:
        """Neutral id of a node, found by its first output; None where the importer has no layer for it."""
        return next((self.layers[o] for o in node.output if o in self.layers), None)


def _is_open(value: Any) -> bool:
    return any(dim.WhichOneof("value") != "dim_value" for dim in value.type.tensor_type.shape.dim)


def build(model: Model, path: str) -> Native:
    """What tools need of one file."""
    shapes = {i.name: i.shape for i in model.inputs}
    return Native(path, shapes, {layer.origin.output: layer.id for layer in model.layers if layer.origin.output})


def fresh(native: Native) -> Native:
    """The same object: every tool opens the file for itself."""
    return native


def facts(native: Native, model: Model) -> Iterator[dict[str, Any]]:
    """Nothing yet: what a file says of its shapes is asked by running it."""
    del native, model
    yield from ()
