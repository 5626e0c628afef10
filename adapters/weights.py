"""Seeded weights in neutral layouts, the same for every framework: distinct, non-trivial, of a size that keeps activations tame.

Layouts: convolution ``(C_out, C_in / groups, *kernel)``, transposed ``(C_in, C_out / groups, *kernel)``,
linear ``(out, in)``, everything else ``(C,)``.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crosscheck.contract.network import Layer, Model
from crosscheck.contract.traits import Trait, having

Array = NDArray[np.float32]
Draw = Callable[[str, tuple[int, ...], float, float], Array]
Weights = Callable[[Model, Layer], dict[str, Array]]
ROWS = 128  # that are turned at a time: a few cache lines of each column


def _uniform(key: str, shape: tuple[int, ...], low: float, high: float) -> Array:
    rng = np.random.Generator(np.random.SFC64(zlib.crc32(key.encode())))
    values: Array = rng.random(shape, dtype=np.float32)
    values *= np.float32(high - low)
    values += np.float32(low)
    return values


def _level(_: str, shape: tuple[int, ...], __: float, high: float) -> Array:
    """One number throughout, which takes a sixth of the time; of a weight it makes the mean of what comes in, or less."""
    return np.full(shape, high * high / 3 if len(shape) > 1 else high, dtype=np.float32)


def arrays(model: Model, layer: Layer) -> dict[str, Array]:
    """Arrays of one layer by name: ``weight`` and ``bias``, or ``scale``, ``shift``, ``mean`` and ``var``; often none.

    Seeded by the network's name, the layer's id and the array's name alone, so batch and framework change nothing.
    """
    return _arrays(model, layer, _uniform)


def level(model: Model, layer: Layer) -> dict[str, Array]:
    """The same with one number throughout each, for networks of which nobody reads a number."""
    return _arrays(model, layer, _level)


def _arrays(model: Model, layer: Layer, draw: Draw) -> dict[str, Array]:
    key = f"{model.name}/{layer.call_of or layer.id}/"
    a: dict[str, Any] = dict(layer.attrs)
    if layer.op in having(Trait.BIASED):
        if layer.op == "conv":
            shape = (a["out_channels"], a["in_channels"] // a["groups"], *a["kernel"])
        elif layer.op == "conv_transpose":
            shape = (a["in_channels"], a["out_channels"] // a["groups"], *a["kernel"])
        else:
            shape = (a["out_features"], a["in_features"])
        bound = float(np.sqrt(3.0 / np.prod(shape[1:])))
        made = {"weight": draw(key + "weight", shape, -bound, bound)}
        if a["bias"]:
            size = (a["out_features"],) if layer.op == "linear" else (a["out_channels"],)
            made["bias"] = draw(key + "bias", size, -0.1, 0.1)
        return made
    if layer.op in having(Trait.AFFINE):
        shape = (a["features"],) if layer.op == "layernorm" else (a["channels"],)
        made = {}
        if layer.op == "batchnorm":
            made = {"mean": draw(key + "mean", shape, -0.2, 0.2), "var": draw(key + "var", shape, 0.5, 1.5)}
        if a["affine"]:
            made["scale"] = draw(key + "scale", shape, 0.3, 0.9)
            made["shift"] = draw(key + "shift", shape, -0.2, 0.2)
        return made
    return {}


def turned(array: Array) -> Array:
    """A matrix (m, n) as (n, m), laid out anew; a few rows at a time, as the cache holds no column of a large one."""
    made = np.empty(array.shape[::-1], array.dtype)
    for start in range(0, len(array), ROWS):
        made[:, start : start + ROWS] = array[start : start + ROWS].T
    return made


def input_array(model: Model, index: int = 0) -> Array:
    """A seeded input of the model's shape, values in [-1, 1)."""
    source = model.inputs[index]
    return _uniform(f"{model.name}/{source.name}", source.shape, -1.0, 1.0)
