"""The neutral description of a network: a graph of layers with every shape resolved.

Shapes are ``(N, C, H, W)`` (or ``(N, C, L)``, ``(N, C, D, H, W)``, ``(N, F)``), batch included. Layer ids are dotted paths
such as ``layer1.0.conv1``; the part before the last dot names the container that the layer lives in.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from crosscheck.contract.call import Call, tuples
from crosscheck.contract.nest import OUTSIDE, Nest, nest
from crosscheck.contract.origin import DESCRIBED, Origin
from crosscheck.errors import SpecError

Shape = tuple[int, ...]
Attr = Any  # int | float | bool | str | None | nested tuples of int


BARE = "(bare)"  # kind of the root where the network is a single layer and no container
CONTAINER = "container"  # op of a container in rows and conventions; its id is its path, or ROOT
ROOT = "(root)"


def numel(shape: Iterable[int]) -> int:
    """Number of elements of a shape."""
    return math.prod(shape)


def show_shape(shape: Iterable[int]) -> str:
    """A shape as ``1x3x224x224``."""
    return "x".join(str(d) for d in shape)


@dataclass(frozen=True, slots=True)
class Input:
    """One input of a network: its name and its shape, batch included."""

    name: str
    shape: Shape


@dataclass(frozen=True, slots=True)
class Layer:
    """One call of one operation.

    ``inputs`` names what comes in: ids of earlier layers, names of model inputs, or ``id:1`` for the second output of ``id``.
    ``call_of`` is the id of the layer whose module, and so whose parameters, this call uses once more. ``functional`` asks for
    a native call without a module of its own. ``attrs`` are the operation's parameters; ``origin`` tells where the call was read
    and how it is written there.
    """

    id: str
    op: str
    attrs: Mapping[str, Attr]
    inputs: tuple[str, ...]
    in_shapes: tuple[Shape, ...]
    out_shapes: tuple[Shape, ...]
    call_of: str | None = None
    functional: bool = False
    origin: Origin = DESCRIBED

    @property
    def x(self) -> Shape:
        """Shape of the first input; ``()`` where nothing comes in."""
        return self.in_shapes[0] if self.in_shapes else ()

    @property
    def y(self) -> Shape:
        """Shape of the first output."""
        return self.out_shapes[0]

    @property
    def values(self) -> tuple[str, ...]:
        """Names of its outputs: its id, then ``id:1``, ``id:2`` and so on."""
        return (self.id, *(f"{self.id}:{k}" for k in range(1, len(self.out_shapes))))

    @property
    def path(self) -> tuple[str, ...]:
        """The containers that the layer lives in, outermost first, then its own name."""
        return tuple(self.id.split("."))

    @property
    def kind(self) -> str:
        """``layer``, ``functional`` for a call without a module of its own, or ``container``."""
        return "functional" if self.functional else CONTAINER if self.op == CONTAINER else "layer"

    @property
    def depth(self) -> int:
        """How deep its module is nested; a layer called again lives where it was first called."""
        return (self.call_of or self.id).count(".") + 1

    def with_origin(self, **changes: Any) -> Layer:
        """The same call with other fields of its origin."""
        return replace(self, origin=replace(self.origin, **changes))


@dataclass(frozen=True)
class Model:
    """A network with every shape resolved.

    ``containers`` maps a container's path to its class name; ``""`` is the root, ``BARE`` where there is a single layer only.
    ``calls`` are what was seen to run below the layers, where the network was captured.
    ``at`` is the index of the layer that makes a value, OUTSIDE where that is an input.
    """

    name: str
    family: str
    variant: str
    source: str
    inputs: tuple[Input, ...]
    layers: tuple[Layer, ...]
    outputs: tuple[str, ...]
    containers: Mapping[str, str] = field(default_factory=dict)
    calls: tuple[Call, ...] = ()
    at: Mapping[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse repeated ids, values used before they exist and calls of layers that are not there."""
        known = dict.fromkeys((i.name for i in self.inputs), OUTSIDE)
        if len(known) != len(self.inputs):
            raise SpecError(f"{self.name}: two inputs share a name")
        for k, layer in enumerate(self.layers):
            if layer.id in known:
                raise SpecError(f"{self.name}: layer id {layer.id!r} is used twice. Hint: give every call an id of its own")
            for value in layer.inputs:
                if value not in known:
                    raise SpecError(f"{self.name}: layer {layer.id!r} reads {value!r}, which no earlier layer makes")
            if layer.call_of is not None and known.get(layer.call_of, OUTSIDE) == OUTSIDE:
                raise SpecError(f"{self.name}: layer {layer.id!r} calls {layer.call_of!r} again, which no earlier layer is")
            known[layer.id] = k
            if len(layer.out_shapes) > 1:
                known |= dict.fromkeys(layer.values, k)
        lost = [v for v in self.outputs if v not in known]
        if lost or not self.outputs:
            raise SpecError(f"{self.name}: output {lost[0]!r} is made by no layer" if lost else f"{self.name}: no outputs")
        object.__setattr__(self, "at", known)

    @cached_property
    def nest(self) -> Nest:
        """Where its layers stand: containers, what is read and what leaves a container, by index."""
        return nest([x.id for x in self.layers], (x.inputs for x in self.layers), self.outputs, self.at)

    @cached_property
    def alike(self) -> tuple[int, ...]:
        """For every layer the index of the first one that is the same to its op, as deep, and the same kind of call."""
        first: dict[Any, int] = {}
        found = []
        for k, x in enumerate(self.layers):
            origin = None if x.origin is DESCRIBED else x.origin
            depth = x.id.count(".") if x.call_of is None else -x.depth
            key = (x.op, x.in_shapes, x.out_shapes, tuple(x.attrs.values()), depth, x.functional, origin)
            found.append(first.setdefault(key, k))
        return tuple(found)

    @cached_property
    def by_id(self) -> dict[str, Layer]:
        """Layers by id."""
        return {layer.id: layer for layer in self.layers}

    @property
    def input_text(self) -> str:
        """The input shapes as text: ``1x3x224x224``, several joined by ``+``."""
        return "+".join(show_shape(i.shape) for i in self.inputs)

    @property
    def batch(self) -> int:
        """First dimension of the first input; 1 where that is a single number."""
        return self.inputs[0].shape[0] if self.inputs[0].shape else 1

    @property
    def bare(self) -> bool:
        """True where the network is one layer without any container around it."""
        return self.containers.get("") == BARE

    @cached_property
    def blocks(self) -> frozenset[str]:
        """Ids of all containers: the paths that layers live in, or that calls have for their home, and ROOT."""
        homes = (call.home for call in self.calls if call.home not in self.by_id)
        return frozenset((ROOT, *self.nest.paths[1:], *homes))

    def kind_of(self, path: str) -> str:
        """Class name of the container at ``path``; ``Sequential`` where the description names none."""
        return self.containers.get(path, "Sequential" if path else self.family.capitalize())

    def to_json(self) -> dict[str, Any]:
        """Plain data for a job file; ``Model.from_json`` reads it back unchanged."""
        return {
            "name": self.name,
            "family": self.family,
            "variant": self.variant,
            "source": self.source,
            "inputs": [[i.name, list(i.shape)] for i in self.inputs],
            "layers": [
                {
                    "id": x.id,
                    "op": x.op,
                    "attrs": dict(x.attrs),
                    "inputs": list(x.inputs),
                    "in_shapes": [list(s) for s in x.in_shapes],
                    "out_shapes": [list(s) for s in x.out_shapes],
                    "call_of": x.call_of,
                    "functional": x.functional,
                    "origin": x.origin.to_json(),
                }
                for x in self.layers
            ],
            "outputs": list(self.outputs),
            "containers": dict(self.containers),
            "calls": [call.to_json() for call in self.calls],
        }

    @staticmethod
    def from_json(data: Mapping[str, Any] | str) -> Model:
        """Read what ``to_json`` wrote; lists become tuples again."""
        d = json.loads(data) if isinstance(data, str) else data
        return Model(
            name=d["name"],
            family=d["family"],
            variant=d["variant"],
            source=d["source"],
            inputs=tuple(Input(n, tuple(s)) for n, s in d["inputs"]),
            layers=tuple(
                Layer(
                    id=x["id"],
                    op=x["op"],
                    attrs={k: tuples(v) for k, v in x["attrs"].items()},
                    inputs=tuple(x["inputs"]),
                    in_shapes=tuples(x["in_shapes"]),
                    out_shapes=tuples(x["out_shapes"]),
                    call_of=x["call_of"],
                    functional=x["functional"],
                    origin=Origin.from_json(x["origin"]),
                )
                for x in d["layers"]
            ),
            outputs=tuple(d["outputs"]),
            containers=d["containers"],
            calls=tuple(map(Call.from_json, d.get("calls", ()))),
        )
