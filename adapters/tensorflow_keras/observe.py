"""A Keras network as it runs: every operation of the functional graph, in the order in which Keras calls them.

Keras's own loop over the graph runs on real tensors, with every operation wrapped; an activation that a layer applies itself
becomes a layer of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np

from adapters.recorder import Recorder, Seen, unknown
from adapters.tensorflow_keras import read
from adapters.tensorflow_keras.build import Native
from adapters.weights import input_array
from crosscheck.contract.network import Model, Shape


@dataclass
class Observation:
    """What was seen: the network, and by the name of a Keras layer the ids of its calls and the layer itself."""

    model: Model
    calls: dict[str, tuple[str, ...]] = field(default_factory=dict)
    layers: dict[str, Any] = field(default_factory=dict)


def observe(native: Native, model: Model) -> Model:
    """The network that Keras built. Of ``model`` only the name and the inputs are used."""
    return watch(native.net, model).model


def watch(net: Any, like: Model) -> Observation:
    """Run ``net`` once on seeded inputs of the shapes of ``like`` and write down what runs."""
    arrays = [input_array(like, k) for k in range(len(like.inputs))]
    given = [keras.ops.convert_to_tensor(np.moveaxis(a, 1, -1) if a.ndim > 2 else a) for a in arrays]
    recorder = Recorder([(i.name, neutral(x.shape)) for i, x in zip(like.inputs, given, strict=True)])
    seen = _Watch(recorder)
    for source, tensor in zip(like.inputs, given, strict=True):
        recorder.name(tensor, source.name)
    made = seen.run(net, given)
    outputs = recorder.reads(keras.tree.flatten(made))
    containers = {"": type(net).__name__}
    return Observation(
        recorder.model(like, outputs, containers), {name: tuple(ids) for name, ids in seen.calls.items()}, seen.layers
    )


def neutral(shape: Sequence[Any]) -> Shape:
    """(N, *spatial, C) as (N, C, *spatial)."""
    sizes = tuple(int(n) for n in shape)
    return sizes if len(sizes) < 3 else (sizes[0], sizes[-1], *sizes[1:-1])


class _Watch:
    """Writes down calls of operations."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self.calls: dict[str, list[str]] = {}
        self.layers: dict[str, Any] = {}

    def run(self, net: Any, given: Any) -> Any:
        """The output of a functional network, whose operations run wrapped."""
        graph = getattr(net, "_functional", net)  # a Sequential keeps its graph there
        return graph._run_through_graph(given, operation_fn=self.wrap)

    def wrap(self, operation: Any) -> Any:
        """The operation, noted; a network inside the network is looked into."""
        if isinstance(operation, keras.Model):
            return lambda *args, **_: self.run(operation, keras.tree.flatten(args))

        def call(*args: Any, **kwargs: Any) -> Any:
            made = operation(*args, **({"training": False} | kwargs if self._trains(operation) else kwargs))
            self._note(operation, keras.tree.flatten(args), made)
            return made

        return call

    @staticmethod
    def _trains(operation: Any) -> bool:
        return bool(getattr(operation, "_call_has_training_arg", False))

    def _note(self, operation: Any, given: Sequence[Any], made: Any) -> None:
        reads = self.recorder.reads(given)
        xs, name = [neutral(t.shape) for t in given if hasattr(t, "shape")], str(operation.name)
        if isinstance(made, list | tuple | dict):
            found = keras.tree.flatten(made)
            outs = [neutral(t.shape) for t in found]
            self.calls.setdefault(name, []).append(
                self.recorder.several(name, f"keras {type(operation).__name__}", reads, (xs, outs), found)
            )
            self.layers[name] = operation
            return
        y = neutral(made.shape)
        if isinstance(operation, keras.layers.Identity):
            self.recorder.name(made, reads[0])
            return
        is_layer = isinstance(operation, keras.layers.Layer)
        seen = read.layer(operation, xs, y) if is_layer else unknown(f"keras.ops {type(operation).__name__}")
        function = not is_layer or isinstance(operation, read.FUNCTIONS)
        kept = (*xs[0][:2], *(1,) * (len(xs[0]) - 2))
        drops = seen.op == "adaptive_avgpool" and len(y) != len(kept)  # a pooling that drops its axes
        module = operation if is_layer else None
        id_ = self.recorder.add(name, seen, reads, (xs, [kept if drops else y]), module, function=function)
        self.calls.setdefault(name, []).append(id_)
        self.layers[name] = operation
        if drops:
            id_ = self.recorder.add(f"{id_}.flatten", Seen("flatten"), [id_], ([kept], [y]))
        extra = read.fused(operation) if is_layer else None
        if extra is not None:
            id_ = self.recorder.add(f"{id_}.activation", extra, [id_], ([y], [y]), function=True)
        self.recorder.name(made, id_)
