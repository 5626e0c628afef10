"""Writing a network down: every call adds a layer, resolves its shape and returns its id."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from crosscheck.contract.network import Input, Layer, Model, Shape, show_shape
from crosscheck.errors import ShapeError, SpecError
from crosscheck.ops import described as ops


@lru_cache(maxsize=2**14)
def _known(op: str, attrs: tuple[tuple[str, Any], ...], shapes: tuple[Shape, ...]) -> tuple[Mapping[str, Any], Shape]:
    return ops.complete(op, dict(attrs), shapes)


def _complete(op: str, attrs: Mapping[str, Any], shapes: tuple[Shape, ...]) -> tuple[Mapping[str, Any], Shape]:
    """All attributes and the output shape; networks repeat their layers, as do those of one family: each is worked out once."""
    try:
        return _known(op, tuple(attrs.items()), shapes)
    except TypeError:  # an attribute that cannot be a key, such as a list
        return ops.complete(op, attrs, shapes)


class Graph:
    """A network being written down. ``last`` is the id that the next layer reads unless told otherwise."""

    def __init__(self, name: str, input_shape: Shape, *, family: str = "custom", variant: str = "", source: str = "") -> None:
        self.name, self.family, self.variant, self.source = name, family, variant, source
        self.inputs = (Input("input", tuple(input_shape)),)
        self.shapes: dict[str, Shape] = {i.name: i.shape for i in self.inputs}
        self.layers: dict[str, Layer] = {}
        self.containers: dict[str, str] = {}
        self.last = "input"

    def add(self, id: str, op: str, *inputs: str, call_of: str | None = None, functional: bool = False, **attrs: Any) -> str:
        """Append a layer that reads ``inputs`` (else the last one).

        Raises ShapeError naming the layer where it does not fit, SpecError where the id is taken or something named is not there.
        """
        if id in self.shapes:
            raise SpecError(f"{self.name}: layer id {id!r} is used twice. Hint: give every call an id of its own")
        reads = inputs or (self.last,)
        try:
            shapes = tuple([self.shapes[v] for v in reads])
        except KeyError as unknown:
            raise SpecError(f"{self.name}: layer {id!r} reads {unknown.args[0]!r}, which no earlier layer makes") from None
        try:
            full, out = _complete(op, attrs, shapes)
        except ValueError as reason:
            seen = " and ".join(show_shape(s) for s in shapes)
            raise ShapeError(f"{self.name}: layer {id!r} ({op}) does not fit its input {seen}: {reason}") from None
        if call_of is not None:
            called = self.layers.get(call_of)
            if called is None:
                raise SpecError(f"{self.name}: layer {id!r} calls {call_of!r} again, which no earlier layer is")
            if (called.op, dict(called.attrs), called.functional) != (op, full, functional):
                raise SpecError(f"{self.name}: layer {id!r} calls {call_of!r} again with another op or other attributes")
            call_of = called.call_of or call_of
        self.layers[id] = Layer(id, op, full, reads, shapes, (out,), call_of, functional)
        self.shapes[id] = out
        self.last = id
        return id

    def container(self, path: str, kind: str) -> None:
        """Name the class of the container at ``path``; ``""`` is the network itself."""
        self.containers[path] = kind

    def shape(self, value: str | None = None) -> Shape:
        """Shape of a value; of the last one when none is named."""
        return self.shapes[value or self.last]

    def build(self) -> Model:
        """The finished network; its output is the last layer."""
        return Model(
            self.name,
            self.family,
            self.variant,
            self.source,
            self.inputs,
            tuple(self.layers.values()),
            (self.last,),
            dict(self.containers),
        )
