"""A network of a user's own, as a worker gets it: where the user's code makes it, or a file that holds it, and its arguments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from crosscheck.contract.network import Input, Layer, Model
from crosscheck.contract.origin import Origin

FLOAT = "float32"
NATIVE = "network"  # the id of the one layer of a network that nobody has watched yet


@dataclass(frozen=True, slots=True)
class Blank:
    """A tensor that is to be made: its shape, batch included, and the name of its type, such as ``int64``."""

    shape: tuple[int, ...]
    dtype: str = FLOAT


@dataclass(frozen=True)
class Own:
    """How a worker gets a user's network, and what the network is called with.

    ``maker`` is ``nets.py:make_net``, in the first folder of ``path``, or ``pkg.mod:make``; else ``file`` holds the network and
    its arguments as the framework's room packed them. Folders of ``path`` go on the path of imports. ``args`` and ``kwargs`` are
    of plain data and Blanks.
    """

    maker: str = ""
    path: tuple[str, ...] = ()
    file: str = ""
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain data; ``Own.from_json`` reads it back unchanged."""
        return {f.name: _plain(getattr(self, f.name)) for f in fields(self)}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Own:
        """Read what ``to_json`` wrote."""
        return Own(**{k: _read(v) for k, v in data.items()})


def _plain(value: Any) -> Any:
    if isinstance(value, Blank):
        return {"blank": list(value.shape), "dtype": value.dtype}
    if isinstance(value, tuple | list):
        return [_plain(v) for v in value]
    return {"mapping": {k: _plain(v) for k, v in value.items()}} if isinstance(value, Mapping) else value


def _read(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_read(v) for v in value)
    if not isinstance(value, dict):
        return value
    if "blank" in value:
        return Blank(tuple(value["blank"]), value["dtype"])
    return {k: _read(v) for k, v in value["mapping"].items()}


def tensors(value: Any, name: str = "input") -> Iterator[tuple[str, Any]]:
    """Every tensor in an argument, whatever made it, with a name; in tuples, lists, mappings and dataclasses too."""
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        yield name, value
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from tensors(part, str(key))
    elif isinstance(value, tuple | list):
        for k, part in enumerate(value):
            yield from tensors(part, f"{name}{k or ''}")
    else:
        for f in getattr(value, "__dataclass_fields__", ()):
            yield from tensors(getattr(value, f), f)


def inputs(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> tuple[Input, ...]:
    """The tensors that a network is called with, in order, under names of which none is there twice."""
    found: dict[str, Input] = {}
    for name, tensor in (*tensors(args), *tensors(kwargs)):
        free = next(n for n in (name, *(f"{name}_{k}" for k in range(2, len(found) + 3))) if n not in found)
        found[free] = Input(free, tuple(int(n) for n in tensor.shape))
    return tuple(found.values())


def unseen(name: str, source: str, given: tuple[Input, ...]) -> Model:
    """A stand-in for the description that only watching a network can give: its name and its inputs."""
    shapes = tuple(i.shape for i in given)
    layer = Layer(NATIVE, "unknown", {}, tuple(i.name for i in given), shapes, shapes[:1] or ((),), origin=Origin(native=source))
    return Model(name, "own", f"as {source} makes it", source, given, (layer,), (NATIVE,))
