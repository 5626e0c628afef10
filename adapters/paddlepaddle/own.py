"""Networks of a user's own: made by the user's code, or brought by a file without their weights, which are made anew."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import paddle
from paddle import Tensor, nn
from paddle.base import framework

from adapters import maker
from adapters.forms import mapped
from adapters.paddlepaddle.build import Native
from adapters.paddlepaddle.observe import NOTHING, Observation, watch
from adapters.paddlepaddle.parcel import copied, dynamic, read, unwrapped, write
from adapters.paddlepaddle.restore import restored
from adapters.room import Unsupported, UserError
from crosscheck.contract.network import ROOT, Model
from crosscheck.contract.own import Blank, Own

LIBRARIES = (str(Path(paddle.__file__).parent),)


def build(model: Model, own: Own, *held: Any, captured: bool = True) -> Native:
    """The network in eval mode, watched once; ``model`` gives name and inputs. Raises Unsupported and UserError."""
    net, args, kwargs = held[0] if held else _found(own)
    try:
        net = dynamic(plain(net)).eval()
    except TypeError as why:
        raise Unsupported(f"{own.maker or model.name}: {why}. {maker.HINT}") from None
    return watched(net, _filled(args), model, _filled(kwargs), captured=captured)[0]


def watched(
    net: nn.Layer, args: tuple[Any, ...], model: Model, kwargs: Mapping[str, Any] = NOTHING, *, captured: bool = True
) -> tuple[Native, Observation]:
    """The network as tools get it, ``captured`` with its calls."""
    seen = watch(net, args, model, kwargs, captured=captured)
    blocks = {layer: path or ROOT for path, layer in net.named_sublayers(include_self=True) if layer not in seen.calls}
    return Native(
        net, seen.calls, {}, blocks, [], seen.model, tuple(args), kwargs, maker.ended(seen.error, seen.failed, LIBRARIES)
    ), seen


def pack(net: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], path: Path) -> None:
    """Put a network, without its weights, and its arguments into a file. Raises what pickling raises."""
    net = plain(net)
    write((net, _arrays(args), _arrays(dict(kwargs))), net, path)


def plain(net: Any) -> nn.Layer:
    """The network that runs in parallel, else itself. Raises TypeError for what is none."""
    inner = unwrapped(net)
    if not isinstance(inner, nn.Layer):
        kind = type(inner)
        raise TypeError(f"a {kind.__module__}.{kind.__qualname__} is no paddle.nn.Layer")
    return inner


@contextmanager
def spare(net: nn.Layer) -> Iterator[nn.Layer]:
    """A copy of the network; random numbers, the framework's mode and attributes of layers are put back.

    Raises RuntimeError where the network itself was changed all the same.
    """
    states, before = (paddle.get_rng_state(), random.getstate(), np.random.get_state()), mark(net)
    tracer = framework._dygraph_tracer()
    mode = tracer._train_mode
    try:
        with restored(plain(net)):
            yield copied(plain(net))
    finally:
        tracer._train_mode = mode
        paddle.set_rng_state(states[0])
        random.setstate(states[1])
        np.random.set_state(states[2])
    if mark(net) != before:
        raise RuntimeError("something that ran in this process changed the network itself")


def mark(net: nn.Layer) -> Any:
    """What changes where somebody writes into a network: versions of its tensors, flags, how many hooks and names it has."""
    layers = net.sublayers(include_self=True)
    held = [
        (id(t), t._inplace_version())
        for layer in layers
        for t in (*layer._parameters.values(), *layer._buffers.values())
        if t is not None
    ]
    hooks = [(m.training, len(m._forward_pre_hooks), len(m._forward_post_hooks), len(vars(m)), len(m._buffers)) for m in layers]
    return held, hooks


def _found(own: Own) -> tuple[Any, Any, Any]:
    if own.file:
        return read(Path(own.file), own.path)
    return maker.made(own), own.args, own.kwargs


def _arrays(value: Any) -> Any:
    """Arguments with arrays for tensors, which travel."""
    return mapped(value, lambda v: v.numpy() if isinstance(v, Tensor) else v)


def _filled(value: Any) -> Any:
    """Arguments with seeded tensors for blanks, and tensors for arrays: floats in [-1, 1), the whole number 0, true."""
    return mapped(value, _whole)


def _whole(value: Any) -> Any:
    if isinstance(value, Blank):
        return _tensor(value)
    return paddle.to_tensor(value) if isinstance(value, np.ndarray) else value


def _tensor(blank: Blank) -> Tensor:
    if blank.dtype not in TYPES:
        raise UserError(f"input type {blank.dtype!r} is none of Paddle's. Hint: float32, int64, bool")
    if "float" in blank.dtype:
        made = np.random.default_rng(len(blank.shape)).uniform(-1, 1, blank.shape).astype("float32")
        return paddle.to_tensor(made).astype(blank.dtype)
    return paddle.full(blank.shape, blank.dtype == "bool", blank.dtype)


TYPES = ("float16", "bfloat16", "float32", "float64", "bool", "uint8", "int8", "int16", "int32", "int64")
