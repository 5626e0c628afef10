"""``tf.compat.v1.profiler.profile`` on the graph of the model's concrete function, as users ask it for float operations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import tensorflow as tf

from adapters.tensorflow_keras.assembly import stem
from adapters.tensorflow_keras.build import Native
from adapters.tensorflow_keras.capture.graph import graph as whole
from crosscheck.contract.network import Model
from crosscheck.contract.rows import TOTAL, Reading

TOOL = "tf_profiler"
TITLE = "tf.compat.v1.profiler.profile"
PACKAGE = "tensorflow-cpu|tensorflow"
CONVENTION = "tf_profiler"
METRICS = ("compute",)
SETTING = "inference, nothing runs; nodes of the graph of one call"


def measure(native: Native, model: Model) -> Iterable[Reading]:
    """The profiler's total_float_ops, and its float_ops per node summed over the nodes of each layer's call."""
    graph = whole(native.net, native.args, native.kwargs) if native.homes else _graph(native.net)
    builder: Any = tf.compat.v1.profiler.ProfileOptionBuilder
    options = builder(builder.float_operation()).with_empty_output().build()
    root = tf.compat.v1.profiler.profile(graph, cmd="scope", options=options)
    owners, said = {} if native.homes else _owners(graph, native), dict[str, int]()
    for node in _nodes(root):
        layer = native.homes.get(node.name) if native.homes else owners.get(_scope(node.name))
        if layer is not None and node.float_ops:
            said[layer] = said.get(layer, 0) + node.float_ops
    rows = [
        Reading(home, "compute", said[home], "flops") for home in dict.fromkeys((*model.by_id, *model.blocks)) if home in said
    ]
    return [*rows, Reading(TOTAL, "compute", root.total_float_ops, "flops")]


def _graph(net: Any) -> Any:
    """The graph of one inference with a static batch; with an unknown batch the profiler counts nothing."""
    function = tf.function(lambda *xs: net(xs[0] if len(xs) == 1 else list(xs), training=False), autograph=False)
    return function.get_concrete_function(*(tf.TensorSpec(x.shape, x.dtype) for x in net.inputs)).graph


def _nodes(node: Any) -> Iterator[Any]:
    yield node
    for child in node.children:
        yield from _nodes(child)


def _scope(name: str) -> str:
    """``model/layer`` of an operation's name ``model/layer/…/Conv2D``; empty outside every layer."""
    parts = name.split("/")
    return "/".join(parts[:2]) if len(parts) > 2 else ""


def _owners(graph: Any, native: Native) -> dict[str, str]:
    """Name scope -> neutral layer id: the k-th scope that bears a Keras layer's name is the k-th call of that layer."""
    owners: dict[str, str] = {}
    seen: dict[str, int] = {}
    for operation in graph.get_operations():
        scope = _scope(operation.name)
        name = stem(scope.rpartition("/")[2])
        calls = native.calls.get(name, ())
        if scope and scope not in owners and seen.get(name, 0) < len(calls):
            owners[scope] = calls[seen.get(name, 0)]
            seen[name] = seen.get(name, 0) + 1
    return owners
