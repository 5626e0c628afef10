"""A functional Keras model while it grows: symbolic values by neutral id, Keras layers by name, and who owns which."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np

from adapters.weights import Array, Weights, turned
from crosscheck.contract.network import Layer, Model
from crosscheck.contract.traits import Trait, having

NONNEGATIVE = frozenset(having(Trait.NONNEGATIVE))
KEEPS_NONNEGATIVE = frozenset(having(Trait.KEEPS_NONNEGATIVE))
ELEMENTWISE = frozenset(having(Trait.ELEMENTWISE))  # what keeps the order of features after a flatten


def stem(name: str) -> str:
    """A name without the ``_1``, ``_2`` that TensorFlow appends to make name scopes unique, which ignores case."""
    return re.sub(r"(_\d+)+$", "", name).lower()


def scope_name(name: str) -> str:
    """A name with what TensorFlow does not allow in name scopes replaced."""
    clean = re.sub(r"[^A-Za-z0-9_.>-]", "-", name)
    return clean if re.match(r"[A-Za-z0-9.]", clean) else f"x{clean}"


def is_depthwise(layer: Layer) -> bool:
    """True where Keras has a depthwise layer for a convolution: every channel apart, over one or two axes."""
    return layer.op == "conv" and layer.attrs["groups"] == layer.attrs["in_channels"] > 1 and len(layer.attrs["kernel"]) < 3


class Assembly:
    """Values, layers and names of one network; every Keras layer is called by the neutral id it belongs to.

    ``values``: neutral id -> symbolic tensor (N, *spatial, C). ``owned``: id -> Keras layers made for it, paddings included.
    ``orders``: id -> the (C, *spatial) that a flatten of channels-last elements came from, while nothing has undone that order.
    """

    def __init__(self, model: Model, weights: Weights) -> None:
        self.model, self.weights = model, weights
        self.values: dict[str, Any] = {}
        self.owned: dict[str, list[Any]] = {layer.id: [] for layer in model.layers}
        self.owner_of: dict[int, str] = {}  # id() of a symbolic tensor -> neutral id of the call that made it
        self.nonnegative: set[str] = set()  # ids of values that no layer can have made negative
        self.readers: dict[str, list[Layer]] = {}
        for layer in model.layers:
            for value in layer.inputs:
                self.readers.setdefault(value, []).append(layer)
        self.orders: dict[str, tuple[int, ...]] = {}
        self._modules: dict[Hashable, Any] = {}
        self._stems: set[str] = set()
        self._names = {key: self.claim(key) for key in (*(i.name for i in model.inputs), *self.owned)}

    def claim(self, wanted: str) -> str:
        """A name like ``wanted`` that TensorFlow allows as a name scope and that stays distinct without ``_1``, ``_2``."""
        clean = scope_name(wanted)
        name, count = clean, 1
        while stem(name) in self._stems:
            count += 1
            name = f"{clean}.n{count}"
        self._stems.add(stem(name))
        return name

    def name_of(self, id: str) -> str:
        """The Keras name of a layer or an input: the neutral id itself wherever Keras and TensorFlow can tell it apart."""
        return self._names[id]

    def calls(self, layer: Layer) -> tuple[Layer, ...]:
        """All calls of the module that ``layer`` calls, in the order of the description."""
        owner = layer.call_of or layer.id
        return tuple(x for x in self.model.layers if owner in (x.id, x.call_of))

    def is_shared(self, layer: Layer) -> bool:
        """True where the module is called more than once."""
        return len(self.calls(layer)) > 1

    def call(self, layer: Layer, make: Callable[..., Any], inputs: Any, load: Sequence[str] = (), **options: Any) -> Any:
        """The output of ``make(name=…, **options)`` on ``inputs``; the same Keras layer for every call that wants the same.

        ``load`` names the seeded arrays (see adapters.weights) that a new layer gets, in the order of its own weights.
        """
        key = (layer.call_of or layer.id, make, repr(sorted(options.items())))
        module: Any = self._modules.get(key)
        new = module is None
        if new:
            module = self._modules[key] = make(name=self.name_of(layer.id), **options)
            self.owned[layer.id].append(module)
        y = module(inputs)
        if new and load:
            made = self.weights(self.model, layer)
            for variable, name in zip(module.weights, load, strict=True):
                variable.assign(self._native(layer, name, made.pop(name)))
        return self._note(layer, y)

    def helper(self, layer: Layer, suffix: str, make: Callable[..., Any], x: Any, **options: Any) -> Any:
        """The output of an extra Keras layer that ``layer`` needs, a padding for example."""
        module = make(name=self.claim(f"{layer.id}.{suffix}"), **options)
        self.owned[layer.id].append(module)
        return self._note(layer, module(x))

    def _note(self, layer: Layer, y: Any) -> Any:
        self.owner_of[id(y)] = layer.id
        return y

    def _native(self, layer: Layer, name: str, array: Array) -> Array:
        """A seeded array in Keras's layout: kernels end with (C_in, C_out), inputs of a linear layer follow its native input."""
        if layer.op == "linear" and name == "weight":
            order = self.orders.get(layer.inputs[0])
            made = turned(array)
            if not order:
                return made
            made = made.reshape(*order, -1)  # (C, *spatial, F_out)
            return np.moveaxis(made, 0, -2).reshape(-1, len(array))
        if layer.op in ("conv", "conv_transpose") and name == "weight":
            if is_depthwise(layer):  # (C * m, 1, *kernel) -> (*kernel, C, m), both with the m outputs of one channel side by side
                array = array.reshape(layer.attrs["in_channels"], -1, *array.shape[2:])
                return array.transpose(*range(2, array.ndim), 0, 1)
            return np.moveaxis(turned(array.reshape(len(array), -1)).reshape(*array.shape[1:], -1), 0, -2)
        return array

    def may_reorder(self, value: str) -> bool:
        """True where only unshared linear layers read the value, through element-wise layers at most."""
        if value in self.model.outputs:
            return False
        return all(
            self.may_reorder(r.id) if r.op in ELEMENTWISE else r.op == "linear" and not self.is_shared(r)
            for r in self.readers.get(value, ())
        )

    def finish(self, layer: Layer, y: Any) -> None:
        """Note the output of a layer and what is known of its elements."""
        self.values[layer.id] = y
        kept = layer.op in KEEPS_NONNEGATIVE and self.nonnegative.issuperset(layer.inputs)
        if layer.op in NONNEGATIVE or kept:
            self.nonnegative.add(layer.id)
        if layer.op in ELEMENTWISE and layer.inputs[0] in self.orders:
            self.orders[layer.id] = self.orders[layer.inputs[0]]
