"""A network in a file, whatever made it: all of it as it is but for its weights, which are told as blanks and made anew."""

from __future__ import annotations

import copy
import pickle
import sys
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from adapters.limits import room
from adapters.room import Unsupported

SHARE = 3  # of free memory a network may take one part: itself, a copy for a tool, what it computes


def large(size: int) -> bool:
    """Whether a network of so many bytes leaves no room to work with."""
    return SHARE * size > room()


def twin(net: Any, kind: type, instead: Mapping[int, Any]) -> Any:
    """A copy of a network, its modules being of ``kind``, with something ``instead`` of objects by their identity.

    What cannot be copied is shared.
    """
    try:
        return copy.deepcopy(net, dict(instead))
    except Exception:  # noqa: BLE001 - attributes of users raise what they like
        return _twin(net, kind, dict(instead))


def _twin(value: Any, kind: type, made: dict[int, Any]) -> Any:
    """The same modules and tensors anew, once each, and of all else a copy where there is one to be had."""
    if id(value) in made:
        return made[id(value)]
    if isinstance(value, kind):
        other = made[id(value)] = object.__new__(type(value))
        vars(other).update({k: _twin(v, kind, made) for k, v in vars(value).items()})
        return other
    if type(value) in (dict, OrderedDict):
        return type(value)((k, _twin(v, kind, made)) for k, v in value.items())
    if type(value) in (list, tuple, set):
        return type(value)(_twin(v, kind, made) for v in value)
    try:
        return made.setdefault(id(value), copy.deepcopy(value))
    except Exception:  # noqa: BLE001 - it stays the one that it is
        return value


def cloud() -> Any:
    """What pickles classes and functions of a user's script, too. Raises Unsupported where it is not installed."""
    try:
        import cloudpickle
    except ImportError:
        raise Unsupported("cloudpickle is not installed. Install it with: pip install cloudpickle") from None
    return cloudpickle


def write(parcel: Any, size: int, blank: Callable[[Any], Any], inner: Callable[[Any], Any], path: Path) -> None:
    """Put plain data and networks, ``size`` bytes of weights in them, into a file.

    ``blank`` tells a weight as plain data and gives None for anything else, ``inner`` gives what stands in a value's place, most
    often itself. Raises Unsupported without cloudpickle, and what pickling raises.
    """

    class Pickler(cloud().Pickler):  # type: ignore[misc]
        """Leaves weights out, and what wraps a network."""

        def persistent_id(self, value: Any) -> Any:
            return blank(value)

        def reducer_override(self, value: Any) -> Any:
            put = inner(value)
            return (itself, (put,)) if put is not value else super().reducer_override(value)

    with path.open("wb") as file:
        pickle.dump(size, file)
        Pickler(file).dump(parcel)


def read(path: Path, imports: tuple[str, ...], made: Callable[[Any, bool], Any]) -> Any:
    """What ``write`` put there; ``imports`` are the folders that its modules are found in.

    ``made`` makes a weight of what ``blank`` told of it, once however often it is used, and whether the network is large.
    """
    sys.path.extend(p for p in imports if p not in sys.path)
    with path.open("rb") as file:
        size = pickle.load(file)  # noqa: S301 - the user's process wrote it for this one
        return _Unpickler(file, large(size), made).load()


def itself(value: Any) -> Any:
    """What it is given: how pickle makes a value that stands for another."""
    return value


class _Unpickler(pickle.Unpickler):
    """Makes each weight once, however often it is used."""

    def __init__(self, file: Any, large: bool, made: Callable[[Any, bool], Any]) -> None:
        super().__init__(file)
        self.large, self.make, self.made = large, made, dict[Any, Any]()

    def persistent_load(self, pid: Any) -> Any:
        if pid not in self.made:
            self.made[pid] = self.make(pid, self.large)
        return self.made[pid]
