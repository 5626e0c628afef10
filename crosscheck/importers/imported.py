"""What importers of every format share: the network that comes of a file, shapes that a user gives, errors of a layer or node."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from crosscheck.contract.network import Layer, Model, Shape, numel, show_shape
from crosscheck.contract.text import clean
from crosscheck.errors import FileError, UsageError
from crosscheck.importers import modules, nodes
from crosscheck.importers.facts import Facts
from crosscheck.importers.modules import Modules, Spelled

MOST_SIZE = 2**31 - 1  # of one axis
MOST_ELEMENTS = 2**63 - 1  # of one tensor, which is what its bytes are addressed with
MOST_KERNEL = 1 << 14
SHOWN = 3  # of a kind, in a note


@dataclass(frozen=True)
class Imported:
    """A network from a file, and what its reader should know; ``partial`` where not all of it could be counted.

    ``facts`` are what the file says of nodes beside, by the id of the layer; ``spelled`` finds activations that its nodes spell
    out.
    """

    model: Model
    notes: tuple[str, ...] = ()
    partial: bool = False
    facts: Mapping[str, Facts] = field(default_factory=dict)
    spelled: Spelled = lambda _: ()

    def walked(self, how: str) -> Model:
        """The file as a tool meets it that walks through its ``nodes``, or that goes by what ONNX's inference has ``told``."""
        return nodes.read(self.model, self.facts, told=how == "told") if how else self.model

    @cached_property
    def modules(self) -> Modules:
        """The file as the modules that it may have been made of."""
        return modules.read(self.model, self.facts, self.spelled)


def parse_inputs(texts: list[str]) -> dict[str, Shape]:
    """``x=1x3x224x224`` by name; a shape alone is the only input's, under ``""``. Raises UsageError."""
    found: dict[str, Shape] = {}
    for text in texts:
        name, _, sizes = text.rpartition("=")
        parts = re.split(r"[x×,]", sizes.strip()) if sizes.strip() else []
        if not text.strip() or not all(re.fullmatch(r"[0-9]{1,10}", p) and 0 < int(p) <= MOST_SIZE for p in parts):
            raise UsageError(f"input {clean(text)!r} is no name and shape. Hint: write it like x=1x3x224x224")
        if name in found:
            raise UsageError(f"input {clean(name)!r} is given twice")
        found[name] = tuple(map(int, parts))
    return found


def uncounted(layers: Iterable[Layer]) -> list[str]:
    """Nodes that the engine does not know, a line for each native kind, with an upper bound."""
    notes: list[str] = []
    kinds: dict[str, list[Layer]] = {}
    for layer in layers:
        if layer.op == "unknown":
            kinds.setdefault(layer.origin.native, []).append(layer)
    for kind, alike in kinds.items():
        bounds = [x.origin.bound for x in alike]
        most = "no bound is known" if None in bounds else f"at most {sum(numel(b) for b in bounds if b is not None):,} MACs"
        inside = f"inside: {alike[0].origin.bodies}" if alike[0].origin.bodies else ""
        shown = ", ".join(
            f"{x.id} ({' and '.join(map(show_shape, x.in_shapes)) or 'nothing'} → "
            + ("an unknown shape)" if x.origin.unshaped else " and ".join(map(show_shape, x.out_shapes)) + ")")
            for x in alike[:SHOWN]
        )
        more = f" and {len(alike) - SHOWN} more" if len(alike) > SHOWN else ""
        notes.append(
            f"not counted: {len(alike)} {kind}, {most}: {shown}{more}"
            + "".join(f"; {s}" for s in (inside, alike[0].origin.why) if s)
        )
    return notes


def sound(shape: Shape, what: str, rank: int, least: int = 0) -> Shape:
    """A shape that can be: of up to ``rank`` axes, of sizes from ``least`` on. Raises FileError."""
    if len(shape) > rank:
        raise FileError(f"{what} has {len(shape)} axes, more than {rank}")
    for d in shape:
        if not least <= d <= MOST_SIZE:
            raise FileError(f"{what} is {show_shape(shape)[:200]}: a size must be from {least} to {MOST_SIZE:,}")
    if numel(shape) > MOST_ELEMENTS:
        raise FileError(f"{what} is {show_shape(shape)[:200]}, more elements than any machine holds")
    return shape


class MisfitError(ValueError):
    """The node contradicts itself or its inputs; says how."""


class UnshapedError(ValueError):
    """The shape of an input is not known, so nothing can be said of the node."""


def one_axis(axis: int, rank: int) -> int:
    """An axis, counted from the front; raises MisfitError where it is not there."""
    if not -rank <= axis < max(rank, 1):
        raise MisfitError(f"axis {axis} is not one of {rank}")
    return axis % rank if rank else 0
