"""A network in a file, and copies of one: its layers as they are, each parameter and buffer of floats made anew on arrival."""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import paddle
from paddle import Tensor, nn
from paddle.base.framework import EagerParamBase
from paddle.jit.dy2static.program_translator import StaticFunction, unwrap_decorators

from adapters.paddlepaddle.capture.layers import kept
from adapters.paddlepaddle.capture.values import plain, shape
from adapters.parcel import read as taken
from adapters.parcel import twin
from adapters.parcel import write as put


def unwrapped(net: Any) -> Any:
    """What a parallel network runs."""
    while isinstance(net, paddle.DataParallel):
        net = net._layers
    return net


def dynamic(net: nn.Layer) -> nn.Layer:
    """The same network, to be run as it is written where it is compiled by ``paddle.jit.to_static``."""
    for layer in net.sublayers(include_self=True):
        if isinstance(vars(layer).get("forward"), StaticFunction):
            _, forward = unwrap_decorators(layer.forward)
            layer.forward = forward
    return net


def copied(net: nn.Layer) -> nn.Layer:
    """A copy with tensors of its own under the names that they have."""
    tensors = [*_tensors(net), *(t for layer in net.sublayers(include_self=True) for t in _uninitialised(layer))]
    made: nn.Layer = twin(net, nn.Layer, {id(t): _blank_copy(t) for t in tensors})
    return made


def _blank_copy(tensor: Tensor) -> Tensor:
    """A parameter for a parameter, with what its users wrote on it."""
    if not tensor._is_initialized():
        return tensor
    if not isinstance(tensor, EagerParamBase):
        return tensor.clone().detach()
    made = EagerParamBase(list(tensor.shape), tensor.dtype, trainable=not tensor.stop_gradient)
    made.set_value(tensor)
    vars(made).update(vars(tensor))
    return made


def _tensors(net: nn.Layer) -> list[Tensor]:
    held = (t for layer in net.sublayers(include_self=True) for t in (*layer._parameters.values(), *layer._buffers.values()))
    return list({id(t): t for t in held if isinstance(t, Tensor)}.values())


def _uninitialised(layer: nn.Layer) -> list[Tensor]:
    """Tensors in a layer's own attributes that have no elements yet, which nothing can copy."""
    return [t for t in vars(layer).values() if isinstance(t, Tensor) and not t._is_initialized()]


def weight(net: nn.Layer) -> int:
    """Bytes of its parameters and buffers."""
    return sum(prod(t.shape) * int(t.element_size()) for t in _tensors(net) if t._is_initialized())


def write(parcel: Any, net: nn.Layer, path: Path) -> None:
    """Put plain data, networks and tensors into a file. Raises Unsupported without cloudpickle, and what pickling raises."""
    layers = net.sublayers(include_self=True)
    statistics = {id(p) for layer in layers for name, p in kept(layer) if name == "_mean"}
    bare = {id(t): t for t in _tensors(net) if paddle.is_floating_point(t)}
    order = {key: k for k, key in enumerate(bare)}

    def blank(value: Any) -> Any:
        if not isinstance(value, Tensor):
            return None
        if id(value) in bare:
            low = 0.0 if id(value) in statistics else None
            is_parameter = isinstance(value, EagerParamBase)
            return order[id(value)], shape(value), plain(value.dtype), is_parameter, not value.stop_gradient, value.name, low
        return None if value._is_initialized() else (-1, (0,), plain(value.dtype), False, False, "", None)

    put(parcel, weight(net), blank, _inner, path)


def _inner(value: Any) -> Any:
    """What runs inside of what wraps it."""
    return value.dygraph_function if isinstance(value, StaticFunction) else unwrapped(value)


def read(path: Path, imports: tuple[str, ...]) -> Any:
    """What ``write`` put there, with seeded weights; ``imports`` are the folders that its modules are found in."""
    return taken(path, imports, _made)


def _made(told: Any, _: bool) -> Tensor:
    index, sizes, dtype, is_parameter, trainable, name, low = told
    values = paddle.full(sizes, low, dtype) if low is not None else seeded(index, sizes, dtype)
    if not is_parameter:
        values.stop_gradient = not trainable
        return values
    made = EagerParamBase(list(sizes), dtype, trainable=trainable, name=name)
    made.set_value(values)
    return made


def seeded(index: int, sizes: tuple[int, ...], dtype: str) -> Tensor:
    """Numbers of a size that keeps activations tame, the same for the same index; positive ones along one axis."""
    bound = (3 / max(prod(sizes[:-1]), 1)) ** 0.5 if len(sizes) > 1 else 0.0
    low, high = (-bound, bound) if bound else (0.5, 1.5)
    return paddle.to_tensor(np.random.default_rng(max(index, 0)).uniform(low, high, sizes).astype("float32")).astype(dtype)
