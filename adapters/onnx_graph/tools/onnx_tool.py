"""onnx-tool: "MACs" in machine instructions, and parameters, of every node that it does not hide."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import numpy as np
import onnx_tool

from adapters.onnx_graph.build import Native
from adapters.room import Unsupported
from crosscheck.contract.network import Model
from crosscheck.contract.rows import TOTAL, Reading

TOOL = "onnx_tool"
TITLE = "onnx_tool.model_profile(file)"
PACKAGE = "onnx-tool"
CONVENTION = "onnx_tool"
METRICS = ("compute", "params")

_UNITS = {"compute": "MACs", "params": "params"}


def measure(native: Native, model: Model) -> Iterator[Reading]:
    """The totals and every node's row, by the steps of ``model_profile``, which itself only prints.

    Raises Unsupported for nodes that onnx-tool does not know, where it needs the shape or the numbers of their output.
    """
    del model
    odd = next((n for n in native.graph.node if n.op_type == "Constant" and n.attribute[0].name != "value"), None)
    if odd is not None:
        raise Unsupported(f"onnx-tool fails on Constant nodes that hold {odd.attribute[0].name} and no tensor ({odd.name!r})")
    inputs = {name: np.zeros(shape, np.float32) for name, shape in native.dynamic.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        graph = onnx_tool.loadmodel(native.path, {"verbose": False}).graph
        graph.graph_reorder_nodes()
        try:
            graph.shape_infer(inputs or None)
            graph.profile(exclude_ops=onnx_tool.NoMacsOps)
        except (ValueError, TypeError, LookupError, AttributeError, AssertionError, RuntimeError) as error:
            raise Unsupported(f"onnx-tool fails on the file: {error!r}") from None
    layers = {name: native.layer(node) for name, node in graph.nodemap.items()}
    sums: dict[tuple[str, str], int] = {}
    for name, node in graph.nodemap.items():
        layer = layers[name]
        if node.op_type in onnx_tool.NoMacsOps or layer is None:
            continue
        for metric, value in (("compute", node.macs[0]), ("params", node.params)):
            sums[layer, metric] = sums.get((layer, metric), 0) + _whole(value)
    for (layer, metric), value in sums.items():
        yield Reading(layer, metric, value, _UNITS[metric])
    yield Reading(TOTAL, "compute", _whole(graph.macs[0]), _UNITS["compute"])
    yield Reading(TOTAL, "params", _whole(graph.params), _UNITS["params"])


def _whole(value: float) -> int:
    """A sum that onnx-tool keeps in double precision. Raises ValueError where it may be rounded."""
    if value != int(value) or value >= 2**53:
        raise ValueError(f"onnx-tool's sum {value!r} is not an exact whole number")
    return int(value)
