"""A network in a file: its modules as they are, each parameter and buffer of floats as shape and type, made anew on arrival."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from adapters.parcel import large, twin
from adapters.parcel import read as taken
from adapters.parcel import write as put
from adapters.pytorch.masks import masks

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


def stored(net: nn.Module) -> nn.Module:
    """The network, on the meta device where it is too large to copy."""
    return net.to("meta") if large(weight(net)) else net


def bare_copy(net: nn.Module) -> nn.Module:
    """A copy; where it is too large, with parameters and buffers on the meta device."""
    if not large(weight(net)):
        return copied(net, {})
    return copied(net, {id(t): _stub(t, "meta") for t in (*net.parameters(), *net.buffers()) if not is_lazy(t)})


def light_copy(net: nn.Module) -> nn.Module:
    """A copy that shares what nothing writes to: the numbers of its weights."""
    return copied(net, {id(p): nn.Parameter(p.detach(), p.requires_grad) for p in net.parameters()})


def copied(net: nn.Module, instead: Mapping[int, Any]) -> nn.Module:
    """A copy, with something ``instead`` of objects by their identity. What cannot be copied is shared."""
    made: nn.Module = twin(net, nn.Module, instead)
    return made


def write(parcel: Any, net: nn.Module, path: Path) -> None:
    """Put plain data, networks and tensors into a file. Raises Unsupported without cloudpickle, and what pickling raises."""
    floats = [t for t in (*net.parameters(), *net.buffers()) if type(t) in _PLAIN and t.is_floating_point() and not is_lazy(t)]
    kept = {id(mask) for module in net.modules() for mask in masks(module).values()}  # what they hold is counted
    bare: dict[int, Tensor] = {id(t): t for t in floats if id(t) not in kept}
    order = {key: k for k, key in enumerate(bare)}

    def blank(value: Any) -> Any:
        if (t := bare.get(id(value))) is None:
            return None
        where = "meta" if t.is_meta else "cpu"
        return order[id(value)], tuple(t.shape), t.dtype, where, isinstance(t, nn.Parameter), t.requires_grad

    put(parcel, weight(net), blank, unwrapped, path)


def read(path: Path, imports: tuple[str, ...]) -> Any:
    """What ``write`` put there, with seeded weights; ``imports`` are the folders that its modules are found in."""
    return taken(path, imports, _made)


def _made(told: Any, is_large: bool) -> Tensor:
    index, shape, dtype, where, parameter, trainable = told
    made = seeded(index, shape, dtype, "meta" if is_large else where)
    return nn.Parameter(made, trainable) if parameter else made


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
