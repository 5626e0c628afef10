"""The graph of one call of a Keras network in inference, as users make it who ask TensorFlow's profiler."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import tensorflow as tf

from crosscheck.contract.network import Shape


def graph(net: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], call: Callable[..., Any] | None = None) -> Any:
    """The graph of ``call``, else of the network itself, on tensors like these, their sizes fixed.

    Raises what the network raises; tensors of a graph that failed are lost with it.
    """
    flat = tf.nest.flatten((args, dict(kwargs)))
    places = [k for k, v in enumerate(flat) if tf.is_tensor(v)]

    def run(*given: Any) -> Any:
        values = list(flat)
        for k, tensor in zip(places, given, strict=True):
            values[k] = tensor
        packed, named = tf.nest.pack_sequence_as((args, dict(kwargs)), values)
        return (call or net)(*packed, **inference(net), **named)

    specs = (tf.TensorSpec(flat[k].shape, flat[k].dtype) for k in places)
    return tf.function(run, autograph=False).get_concrete_function(*specs).graph


def inference(net: Any) -> dict[str, Any]:
    """What tells a network that it is not being trained, where it asks."""
    return {"training": False} if getattr(net, "_call_has_training_arg", False) else {}


def tensors(value: Any) -> list[Any]:
    """Every tensor in a value, in order."""
    return [t for t in tf.nest.flatten(value) if tf.is_tensor(t)]


def shape(tensor: Any) -> Shape:
    """The shape of a tensor as TensorFlow has it; a size that is not known is 0."""
    sizes = tensor.shape
    return (0,) if sizes.rank is None else tuple(0 if n is None else int(n) for n in sizes)
