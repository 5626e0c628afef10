"""The variables that a Keras network holds, and its layers by their classes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import keras

from crosscheck.contract.call import Call, Level, Shape

NORMS = (keras.layers.BatchNormalization, keras.layers.LayerNormalization, keras.layers.GroupNormalization)
BUFFER = "buffer"  # what no training changes


def class_name(layer: Any) -> str:
    """``keras.layers.Conv2D`` for Keras' own class, the full name for any other."""
    kind = type(layer)
    own = kind.__module__.startswith("keras.src.layers.")
    return f"keras.layers.{kind.__qualname__}" if own else f"{kind.__module__}.{kind.__qualname__}"


def variables(net: Any, homes: Mapping[int, str], graph: Any) -> Iterator[Call]:
    """Every weight once; ``homes`` has the ids of layers by identity, and of what none of them is, the network's own path."""
    read = set() if graph is None else {id(handle) for handle, _ in graph.captures}
    trained = {id(v) for v in net.trainable_weights}
    owners = {id(v): (layer, homes.get(id(layer))) for layer in _layers(net) for v in layer._trainable_variables}
    owners |= {id(v): (layer, homes.get(id(layer))) for layer in _layers(net) for v in layer._non_trainable_variables}
    for v in net.weights:
        layer, home = owners.get(id(v), (net, None))
        fixed = any(v is x for x in layer._non_trainable_variables)
        attrs = {
            "kind": "running_stats" if fixed else kind(layer, v.name),
            "trainable": id(v) in trained,
            "executed": id(v.value.handle) in read,
            "names": (v.path,),
        }
        yield Call(
            Level.PARAMETER, BUFFER if fixed else "parameter", home or _above(net, layer, homes), (tuple(v.shape),), (), attrs
        )


def _layers(net: Any) -> Sequence[Any]:
    """The network and all layers in it, an outer one before those inside, so that the innermost has the last word."""
    return net._flatten_layers()


def _above(net: Any, layer: Any, homes: Mapping[int, str]) -> str:
    """The home of the innermost layer that has one and holds a layer that has none, such as a cell."""
    holders = [x for x in _layers(net) if id(x) in homes and any(y is layer for y in x._flatten_layers())]
    return homes[id(holders[-1])] if holders else homes[id(net)]


def kind(layer: Any, name: str) -> str:
    """The primitive that a variable's elements are."""
    if isinstance(layer, NORMS):
        return "norm_shift" if name == "beta" else "norm_scale"
    return "bias" if "bias" in name else "weight"


def layer_call(layer: Any, home: str, ins: Sequence[Shape], outs: Sequence[Shape], again: bool) -> Call:
    """One call of a layer."""
    return Call(Level.MODULE, class_name(layer), home, tuple(ins), tuple(outs), {"again": True} if again else {})
