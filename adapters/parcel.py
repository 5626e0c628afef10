"""A network in a file, whatever made it: all of it as it is but for its weights, which are told as blanks and made anew."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from adapters.room import Unsupported

SHARE = 3  # of free memory a network may take one part: itself, a copy for a tool, what it computes


def room() -> int:
    """Bytes of memory that are free."""
    path = Path("/proc/meminfo")
    if not path.exists():
        return sys.maxsize
    told = dict(line.split(":") for line in path.read_text(encoding="ascii").splitlines())
    return 1024 * int(told["MemAvailable"].split()[0])


def large(size: int) -> bool:
    """Whether a network of so many bytes leaves no room to work with."""
    return SHARE * size > room()


def write(parcel: Any, size: int, blank: Callable[[Any], Any], inner: Callable[[Any], Any], path: Path) -> None:
    """Put plain data and networks, ``size`` bytes of weights in them, into a file.

    ``blank`` tells a weight as plain data and gives None for anything else, ``inner`` gives what stands in a value's place, most
    often itself. Raises Unsupported without cloudpickle, and what pickling raises.
    """
    try:
        import cloudpickle
    except ImportError:
        raise Unsupported("cloudpickle is not installed. Install it with: pip install cloudpickle") from None

    class Pickler(cloudpickle.Pickler):
        """Leaves weights out, and what wraps a network."""

        def persistent_id(self, value: Any) -> Any:
            return blank(value)

        def reducer_override(self, value: Any) -> Any:
            put = inner(value)
            return (_itself, (put,)) if put is not value else super().reducer_override(value)

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


def _itself(value: Any) -> Any:
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
