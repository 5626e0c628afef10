"""A network written down as it is seen to run: one layer a call, under the names and with the attributes of native objects.

Every framework's ``observe.py`` fills a Recorder; nothing of a description goes in but the network's name and its inputs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from crosscheck.contract.call import Call
from crosscheck.contract.network import Input, Layer, Model, Shape
from crosscheck.contract.origin import DESCRIBED, Origin
from crosscheck.contract.traits import Trait, having

UNKNOWN = "unknown"
OTHER = "other"  # an op that nobody described, where the kernels below it tell what it does
WIRING = frozenset(having(Trait.WIRING))


@dataclass(frozen=True)
class Seen:
    """What a call does: its op, its attributes, and ``stored``, the elements of native tensors by kind of parameter.

    ``native`` is what the framework calls it, where the vocabulary has no op for it.
    """

    op: str
    attrs: Mapping[str, Any] = field(default_factory=dict)
    stored: Mapping[str, int] = field(default_factory=dict)
    native: str = ""


JOINS = frozenset(having(Trait.JOINS))


def whole(seen: Seen, native: str, given: int, read: int) -> Seen:
    """``seen``, unless it joins tensors of which some come from nowhere in sight, such as constants made on the way."""
    return unknown(f"{native} with a tensor that no call made") if seen.op in JOINS and read < given else seen


def unknown(native: str) -> Seen:
    """A call that the vocabulary has no op for, under the name that the framework gives it."""
    return Seen(UNKNOWN, native=native)


def tensors(value: Any, kind: type, outer: tuple[int, ...] = ()) -> list[Any]:
    """Every tensor in a value, in order, in tuples, lists, mappings and dataclasses; ``outer`` are those that it stands in."""
    if isinstance(value, kind):
        return [value]
    inside = (*outer, id(value))
    return [] if id(value) in outer else [t for part in _parts(value) for t in tensors(part, kind, inside)]


def _parts(value: Any) -> Iterable[Any]:
    if isinstance(value, Mapping):
        return value.values()
    if isinstance(value, tuple | list):
        return value
    return (getattr(value, name, None) for name in getattr(type(value), "__dataclass_fields__", ()))


def same_padding(x: Shape, kernel: Sequence[int], stride: Sequence[int], dilation: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Padding SAME of a window over (N, C, spatial…) as (before, after) per axis: output size ⌈n / stride⌉, the odd one after.

    Source: https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2, which Paddle follows.
    """
    pads = []
    for n, k, s, d in zip(x[2:], kernel, stride, dilation, strict=True):
        total = max(0, (-(-n // s) - 1) * s + d * (k - 1) + 1 - n)
        pads.append((total // 2, total - total // 2))
    return tuple(pads)


class Recorder:
    """Layers in the order in which they run; ``values`` maps a native tensor's identity to the name of its value."""

    def __init__(self, inputs: Sequence[tuple[str, Shape]], reserved: Collection[str] = (), *, kernels: bool = False) -> None:
        """``reserved`` are paths of modules, which no function may take; ``kernels`` tell of what no op does."""
        self.reserved, self.kernels = frozenset(reserved), kernels
        self.inputs = tuple(Input(name, tuple(shape)) for name, shape in inputs)
        self.named = frozenset(i.name for i in self.inputs)
        self.layers: dict[str, Layer] = {}
        self.taken: dict[str, int] = {}  # the last number that a name got
        self.values: dict[int, str] = {}
        self.alive: list[Any] = []  # an identity is good only as long as its tensor lives
        self.first: dict[int, str] = {}  # identity of a module -> id of its first call

    def name(self, tensor: Any, value: str) -> None:
        """A native tensor is from now on the value of that name."""
        self.alive.append(tensor)
        self.values[id(tensor)] = value

    def reads(self, tensors: Sequence[Any]) -> list[str]:
        """Names of the values that some native tensors are; those that no call made, such as parameters, are left out."""
        return [self.values[id(t)] for t in tensors if id(t) in self.values]

    def claim(self, wanted: str, *, module: bool = False) -> str:
        """``wanted``, or ``wanted_2`` and so on where that is taken; a path of a module is for that ``module`` alone."""
        name, count = wanted, self.taken.get(wanted, 1)
        while name in self.layers or name in self.named or (name in self.reserved and not (module and name == wanted)):
            count += 1
            name = f"{wanted}_{count}"
        self.taken[wanted] = count
        return name

    def add(
        self,
        wanted: str,
        seen: Seen,
        reads: Sequence[str],
        shapes: tuple[Sequence[Shape], Sequence[Shape]],
        module: Any = None,
        function: bool = False,
    ) -> str:
        """One call; the id that it got. A module that was called before is called again."""
        name = self.claim(wanted, module=module is not None)
        if self.kernels and seen.op == UNKNOWN:
            seen = replace(seen, op=OTHER)
        again = None if module is None else self.first.get(id(module))
        if module is not None and again is None:
            self.first[id(module)] = name
        stored = dict(seen.stored) if seen.stored and again is None else None
        origin = Origin(native=seen.native, stored=stored) if stored or seen.native else DESCRIBED
        ins, outs = ([tuple(int(n) for n in s) for s in side] for side in shapes)
        functional = function and seen.op not in WIRING
        self.layers[name] = Layer(
            name, seen.op, dict(seen.attrs), tuple(reads), tuple(ins), tuple(outs), again, functional, origin
        )
        return name

    def several(
        self,
        wanted: str,
        native: str,
        reads: Sequence[str],
        shapes: tuple[Sequence[Shape], Sequence[Shape]],
        made: Sequence[Any],
        module: Any = None,
    ) -> str:
        """A call that makes several tensors, which no op of the vocabulary does: under its native name, with all its values."""
        name = self.add(wanted, unknown(native), reads, shapes, module, function=module is None)
        for tensor, value in zip(made, self.layers[name].values, strict=True):
            self.name(tensor, value)
        return name

    def model(self, like: Model, outputs: Sequence[str], containers: Mapping[str, str], calls: Sequence[Call] = ()) -> Model:
        """The observed network under the name and variant of ``like``."""
        layers, title = tuple(self.layers.values()), (like.name, like.family, like.variant, like.source)
        return Model(*title, self.inputs, layers, tuple(outputs), dict(containers), tuple(calls))
