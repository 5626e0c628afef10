"""A network in a file: its modules as they are, each parameter and buffer of floats as shape and type, made anew on arrival."""

from __future__ import annotations

import copy
import pickle
import sys
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from adapters.room import Unsupported

SHARE = 3  # of free memory a network may take one part: itself, a copy for a tool, what it computes
WRAPPERS = {"OptimizedModule": "_orig_mod", "DataParallel": "module", "DistributedDataParallel": "module"}
_PLAIN = (Tensor, nn.Parameter, nn.Buffer)


def unwrapped(net: Any) -> Any:
    """What a compiled or a parallel network runs."""
    while (inner := WRAPPERS.get(type(net).__name__)) and isinstance(net, nn.Module):
        net = getattr(net, inner)
    return net


def weight(net: nn.Module) -> int:
    """Bytes of its parameters and buffers, 0 of what is on the meta device or not made yet."""
    held = {id(t): t for t in (*net.parameters(), *net.buffers())}
    return sum(t.numel() * t.element_size() for t in held.values() if not (is_lazy(t) or t.is_meta))


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


def stored(net: nn.Module) -> nn.Module:
    """The network, on the meta device where it is too large to copy."""
    return net.to("meta") if large(weight(net)) else net


def bare_copy(net: nn.Module) -> nn.Module:
    """A copy; where it is too large, with parameters and buffers on the meta device."""
    if not large(weight(net)):
        return copied(net, {})
    return copied(net, {id(t): _stub(t, "meta") for t in (*net.parameters(), *net.buffers()) if not is_lazy(t)})


def copied(net: nn.Module, instead: Mapping[int, Any]) -> nn.Module:
    """A copy, with something ``instead`` of objects by their identity. What cannot be copied is shared."""
    try:
        return copy.deepcopy(net, dict(instead))
    except Exception:  # noqa: BLE001 - attributes of users raise what they like
        twin: nn.Module = _twin(net, dict(instead))
        return twin


def _twin(value: Any, made: dict[int, Any]) -> Any:
    """The same modules and tensors anew, once each, and of all else a copy where there is one to be had."""
    if id(value) in made:
        return made[id(value)]
    if isinstance(value, nn.Module):
        twin = made[id(value)] = nn.Module.__new__(type(value))
        vars(twin).update({k: _twin(v, made) for k, v in vars(value).items()})
        return twin
    if type(value) in (dict, OrderedDict):
        return type(value)((k, _twin(v, made)) for k, v in value.items())
    if type(value) in (list, tuple, set):
        return type(value)(_twin(v, made) for v in value)
    try:
        return made.setdefault(id(value), copy.deepcopy(value))
    except Exception:  # noqa: BLE001 - it stays the one that it is
        return value


def write(parcel: Any, net: nn.Module, path: Path) -> None:
    """Put plain data, networks and tensors into a file. Raises Unsupported without cloudpickle, and what pickling raises."""
    try:
        import cloudpickle
    except ImportError:
        raise Unsupported("cloudpickle is not installed. Install it with: pip install cloudpickle") from None
    bare: dict[int, Tensor] = {
        id(t): t for t in (*net.parameters(), *net.buffers()) if type(t) in _PLAIN and t.is_floating_point() and not is_lazy(t)
    }
    order = {key: k for k, key in enumerate(bare)}

    class Pickler(cloudpickle.Pickler):
        """Leaves weights out, and what wraps a network."""

        def persistent_id(self, value: Any) -> Any:
            if (t := bare.get(id(value))) is None:
                return None
            where = "meta" if t.is_meta else "cpu"
            return order[id(value)], tuple(t.shape), t.dtype, where, isinstance(t, nn.Parameter), t.requires_grad

        def reducer_override(self, value: Any) -> Any:
            inner = unwrapped(value)
            return (_itself, (inner,)) if inner is not value else super().reducer_override(value)

    with path.open("wb") as file:
        pickle.dump(weight(net), file)
        Pickler(file).dump(parcel)


def read(path: Path, imports: tuple[str, ...]) -> Any:
    """What ``write`` put there, with seeded weights; ``imports`` are the folders that its modules are found in."""
    sys.path.extend(p for p in imports if p not in sys.path)
    with path.open("rb") as file:
        size = pickle.load(file)  # noqa: S301 - the user's process wrote it for this one
        return _Unpickler(file, large(size)).load()


def _itself(value: Any) -> Any:
    return value


class _Unpickler(pickle.Unpickler):
    """Makes each weight once, however often it is used."""

    def __init__(self, file: Any, large: bool) -> None:
        super().__init__(file)
        self.device, self.made = "meta" if large else "", dict[int, Tensor]()

    def persistent_load(self, pid: Any) -> Tensor:
        index, shape, dtype, where, parameter, trainable = pid
        if index not in self.made:
            made = seeded(index, shape, dtype, self.device or where)
            self.made[index] = nn.Parameter(made, trainable) if parameter else made
        return self.made[index]


def seeded(index: int, shape: tuple[int, ...], dtype: torch.dtype, device: str) -> Tensor:
    """Numbers of a size that keeps activations tame, the same for the same index; positive ones along one axis."""
    made = torch.empty(shape, dtype=dtype, device=device)
    if device == "meta":
        return made
    bound = (3 / max(made[0].numel(), 1)) ** 0.5 if len(shape) > 1 and shape[0] else 0.0
    low, high = (-bound, bound) if bound else (0.5, 1.5)
    with torch.no_grad():
        return made.uniform_(low, high, generator=torch.Generator().manual_seed(index))


def _stub(tensor: Tensor, device: str) -> Tensor:
    made = torch.empty(tensor.shape, dtype=tensor.dtype, device=device)
    return nn.Parameter(made, tensor.requires_grad) if isinstance(tensor, nn.Parameter) else made
