"""Networks of a user's own: made by the user's code, or brought by a file without their weights, which are made anew."""

from __future__ import annotations

import inspect
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from adapters import maker
from adapters.room import Unsupported, UserError
from adapters.tensorflow_keras import parcel
from adapters.tensorflow_keras.build import Native
from adapters.tensorflow_keras.watched import Watched, watch
from crosscheck.contract.network import Model
from crosscheck.contract.own import Blank, Own

LIBRARIES = tuple(str(Path(m.__file__).parent) for m in (keras, tf) if m.__file__)


def build(model: Model, own: Own, *held: Any, captured: bool = True) -> Native:
    """The network, watched once, which shows its calls, ``captured`` or not; ``model`` gives name and inputs.

    Raises Unsupported and UserError.
    """
    net, args, kwargs = held[0] if held else _found(own)
    try:
        net = plain(net)
    except TypeError as why:
        raise Unsupported(f"{own.maker or model.name}: {why}. {maker.HINT}") from None
    args, kwargs = arranged(net, _filled(args), _filled(kwargs))
    return native(net, args, kwargs, watch(net, args, kwargs, model))


def native(net: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], seen: Watched) -> Native:
    """The network with what was seen of it, and what it was called with."""
    owned = {layer.id: (seen.layers[layer.id],) if layer.id in seen.layers else () for layer in seen.model.layers}
    return Native(net, {}, owned, {}, seen.model, args, kwargs, seen.homes, maker.ended(seen.error, seen.failed, LIBRARIES))


def pack(net: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], path: Path) -> None:
    """Put a network, without its weights, and its arguments into a file. Raises what pickling raises."""
    parcel.write((plain(net), _arrays(args), _arrays(dict(kwargs))), path)


def plain(net: Any) -> Any:
    """The network itself. Raises TypeError for what is none."""
    if not isinstance(net, keras.Layer):
        kind = type(net)
        raise TypeError(f"a {kind.__module__}.{kind.__qualname__} is no keras.Model and no keras.Layer")
    return net


@contextmanager
def spare(net: Any) -> Iterator[Any]:
    """A copy of the network; random numbers are put back."""
    states = random.getstate(), np.random.get_state()
    try:
        yield parcel.copied(plain(net))
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])


def arranged(net: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Arguments as the network takes them: several tensors as a list, and names that are none of its arguments' as a mapping."""
    taken = [p for p in inspect.signature(net.call).parameters.values() if p.name not in ("training", "mask")]
    first, several = taken[:1], [p for p in taken[1:] if p.kind is not p.VAR_KEYWORD]
    if first and kwargs and not args and first[0].default is first[0].empty and first[0].name not in kwargs:
        return (dict(kwargs),), {}
    alone = bool(first) and first[0].kind is not first[0].VAR_POSITIONAL and not several
    return ((list(args),) if len(args) > 1 and alone else args), dict(kwargs)


def _found(own: Own) -> tuple[Any, Any, Any]:
    return parcel.read(Path(own.file), own.path) if own.file else (maker.made(own), own.args, own.kwargs)


def _arrays(value: Any) -> Any:
    """The same arguments with arrays in place of tensors."""
    return tf.nest.map_structure(lambda v: v.numpy() if tf.is_tensor(v) else v, value)


def _filled(value: Any) -> Any:
    """Arguments with seeded tensors for blanks, and tensors for arrays: floats in [-1, 1), the whole number 0, true."""
    if isinstance(value, Blank):
        return _tensor(value)
    if isinstance(value, np.ndarray | keras.Variable):
        return tf.convert_to_tensor(value)
    if type(value) in (tuple, list):
        return type(value)(_filled(v) for v in value)
    return {k: _filled(v) for k, v in value.items()} if isinstance(value, Mapping) else value


def _tensor(blank: Blank) -> Any:
    try:
        dtype = tf.as_dtype(blank.dtype)
    except TypeError:
        raise UserError(f"input type {blank.dtype!r} is none of TensorFlow's. Hint: float32, int64, bool") from None
    if dtype.is_floating:
        drawn = np.random.default_rng(len(blank.shape)).random(blank.shape, dtype=np.float32)
        return tf.cast(drawn * 2 - 1, dtype)
    return tf.ones(blank.shape, dtype) if dtype == tf.bool else tf.zeros(blank.shape, dtype)
