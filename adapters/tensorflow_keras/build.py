"""Model -> functional Keras model, channels last, every Keras layer named by its neutral id, weights seeded."""

from __future__ import annotations

import gc
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import keras

from adapters.room import Unsupported
from adapters.tensorflow_keras.assembly import Assembly, scope_name, stem
from adapters.tensorflow_keras.kinds import BUILDERS
from adapters.weights import Weights, arrays
from adapters.weights import level as level_arrays
from crosscheck.contract.network import Model
from crosscheck.contract.traits import Trait, having

JOINS = frozenset(having(Trait.JOINS))


@dataclass(frozen=True)
class Native:
    """A functional Keras model and whom its parts belong to.

    ``values``: neutral id -> symbolic output (N, *spatial, C). ``owned``: neutral id -> Keras layers made for it.
    ``calls``: ``assembly.stem`` of a Keras layer's name -> neutral ids of its calls, in the order that the model runs them.
    ``seen`` is what was observed of a network that was not built from a description, ``args`` and ``kwargs`` what it was called
    with, ``homes`` whose each node of its graph is, and ``failed`` why it was not seen to its end.
    """

    net: Any
    values: Mapping[str, Any]
    owned: Mapping[str, tuple[Any, ...]]
    calls: Mapping[str, tuple[str, ...]]
    seen: Model | None = None
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    homes: Mapping[str, str] = field(default_factory=dict)
    failed: str = ""


def build(model: Model) -> Native:
    """The network in Keras. Raises Unsupported for what Keras cannot express."""
    return _built(model, arrays)


def level(model: Model) -> Native:
    """The same, each weight of one number throughout."""
    return _built(model, level_arrays)


def _built(model: Model, weights: Weights) -> Native:
    gc.collect()  # Keras layers and graphs refer to each other; without this the previous network's weights linger
    a = Assembly(model, weights)
    shapes = {i.name: i.shape for i in model.inputs}
    for name, (batch, *rest) in shapes.items():
        a.values[name] = keras.Input(batch_shape=(batch, *rest[1:], rest[0]) if rest else (batch,), name=a.name_of(name))
    for call in model.layers:
        layer = replace(call, functional=model.by_id[call.call_of or call.id].functional)
        if layer.id not in model.outputs and layer.id not in a.readers:
            raise Unsupported(f"layer {layer.id!r}: nothing reads its output, so a functional Keras model leaves it out")
        if layer.op not in BUILDERS:
            raise Unsupported(f"layer {layer.id!r}: the Keras adapter has no op {layer.op!r}")
        xs = [a.values[v] for v in layer.inputs]
        a.finish(layer, BUILDERS[layer.op](a, layer, xs if layer.op in JOINS else xs[0]))
    inputs, outputs = [a.values[name] for name in shapes], [a.values[v] for v in model.outputs]
    net = keras.Model(_one(inputs), _one(outputs), name=scope_name(model.name))
    return Native(net, a.values, {k: tuple(v) for k, v in a.owned.items()}, _calls(net, a))


def fresh(native: Native) -> Native:
    """The same object: the tools here trace the model or read its weights' shapes, and change neither."""
    return native


def facts(native: Native, model: Model) -> Iterator[dict[str, Any]]:
    """Shapes as Keras infers them, in neutral order (N, C, *spatial), and the elements of the weights that Keras lists."""
    for layer in model.layers:
        yield {
            "layer": layer.id,
            "shape": _neutral(native.values[layer.id].shape),
            "params": _elements(w for module in native.owned[layer.id] for w in module.trainable_weights),
            "stats": _elements(w for module in native.owned[layer.id] for w in module.non_trainable_weights),
        }
    yield {
        "layer": "(total)",
        "shape": _neutral(native.net.outputs[0].shape),
        "params": _elements(native.net.trainable_weights),
        "stats": _elements(native.net.non_trainable_weights),
    }


def _one(values: Sequence[Any]) -> Any:
    return values[0] if len(values) == 1 else list(values)


def _neutral(shape: Sequence[int]) -> tuple[int, ...]:
    return tuple(shape) if len(shape) < 3 else (shape[0], shape[-1], *shape[1:-1])


def _elements(weights: Iterable[Any]) -> int:
    return sum(math.prod(w.shape) for w in weights)


def _calls(net: Any, a: Assembly) -> dict[str, tuple[str, ...]]:
    """Neutral ids of the calls of every Keras layer, in the order of ``keras.Function._run_through_graph``."""
    calls: dict[str, list[str]] = {}
    for depth in sorted(net._nodes_by_depth, reverse=True):
        for node in net._nodes_by_depth[depth]:
            if not node.is_input:
                calls.setdefault(stem(node.operation.name), []).append(a.owner_of[id(node.outputs[0])])
    return {name: tuple(ids) for name, ids in calls.items()}
