"""Networks of a user's own: made by the user's code, or brought by a file without their weights, which are made anew."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from adapters import maker
from adapters.forms import mapped
from adapters.pytorch.build import Native
from adapters.pytorch.capture.runs import STOPS
from adapters.pytorch.observe import watch
from adapters.pytorch.parcel import bare_copy, read, stored, unwrapped, write
from adapters.pytorch.restore import restored
from adapters.room import Unsupported, UserError
from crosscheck.contract.network import Model
from crosscheck.contract.own import Blank, Own

LIBRARIES = (str(Path(torch.__file__).parent),)


def build(model: Model, own: Own, *held: Any, captured: bool = True) -> Native:
    """The network in eval mode, watched; ``model`` gives name and inputs. Raises Unsupported and UserError."""
    net, args, kwargs = held[0] if held else _found(own)
    try:
        net = plain(net).eval()
    except TypeError as why:
        raise Unsupported(f"{own.maker or model.name}: {why}. {maker.HINT}") from None
    args, kwargs = _filled(args), _filled(kwargs)
    if _on_meta(net):
        args, kwargs = _moved(args), _moved(kwargs)
    if any(is_lazy(p) for p in (*net.parameters(), *net.buffers())):
        _set_up(net, args, kwargs)
    seen = watch(net, args, model, kwargs, captured=captured)
    failed = maker.ended(seen.error, seen.failed, LIBRARIES)
    return Native(seen.before, args, seen.calls, {}, seen.blocks, seen.model, kwargs, failed, seen.by_numbers)


def pack(net: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], path: Path) -> None:
    """Put a network, without its weights, and its arguments into a file. Raises what pickling raises."""
    net = plain(net)
    write((net, args, dict(kwargs)), net, path)


def plain(net: Any) -> nn.Module:
    """The network that is compiled or run in parallel, else itself. Raises TypeError for what is none."""
    inner = unwrapped(net)
    if not isinstance(inner, nn.Module):
        kind = type(inner)
        raise TypeError(f"a {kind.__module__}.{kind.__qualname__} is no torch.nn.Module")
    return inner


@contextmanager
def spare(net: nn.Module) -> Iterator[nn.Module]:
    """A copy of the network, on the meta device where memory is short; random numbers and patched functions are put back.

    Raises RuntimeError where the network itself was changed all the same.
    """
    states, before = (torch.get_rng_state(), random.getstate(), np.random.get_state()), mark(net)
    try:
        with restored(net):
            yield bare_copy(plain(net))
    finally:
        torch.set_rng_state(states[0])
        random.setstate(states[1])
        np.random.set_state(states[2])
    if mark(net) != before:
        raise RuntimeError("something that ran in this process changed the network itself")


def mark(net: nn.Module) -> Any:
    """What changes where somebody writes into a network: versions of its tensors, flags, how many hooks and names it has."""
    held = [(name, id(t), t._version) for name, t in (*net.named_parameters(), *net.named_buffers()) if not is_lazy(t)]
    modules = [(m.training, len(m._forward_hooks), len(m._forward_pre_hooks), len(vars(m))) for m in net.modules()]
    return held, modules


def _found(own: Own) -> tuple[Any, Any, Any]:
    os.environ["TORCHDYNAMO_DISABLE"] = "1"  # what a network compiles inside runs as it is written, as one that is compiled does
    if own.file:
        return read(Path(own.file), own.path)
    net = maker.made(own)
    return (stored(net) if isinstance(net, nn.Module) else net), own.args, own.kwargs


def _set_up(net: nn.Module, args: Any, kwargs: Any) -> None:
    """Run a network with lazy modules once, so that they know their shapes."""
    try:
        with torch.no_grad():
            net(*args, **kwargs)
    except STOPS as error:
        raise UserError(f"{type(net).__name__}, with lazy modules: {maker.told(error, LIBRARIES)}") from error


def _filled(value: Any) -> Any:
    """Arguments with seeded tensors for blanks, and tensors for arrays: floats in [-1, 1), the whole number 0, true."""
    return mapped(value, _whole)


def _whole(value: Any) -> Any:
    if isinstance(value, Blank):
        return _tensor(value)
    return torch.from_numpy(value) if isinstance(value, np.ndarray) else value


def _tensor(blank: Blank) -> Tensor:
    dtype = getattr(torch, blank.dtype, None)
    if not isinstance(dtype, torch.dtype):
        raise UserError(f"input type {blank.dtype!r} is none of PyTorch's. Hint: float32, int64, bool")
    if dtype.is_floating_point:
        return (torch.rand(blank.shape, generator=torch.Generator().manual_seed(len(blank.shape))) * 2 - 1).to(dtype)
    return torch.ones(blank.shape, dtype=dtype) if dtype is torch.bool else torch.zeros(blank.shape, dtype=dtype)


def _on_meta(net: nn.Module) -> bool:
    first = next(net.parameters(), None)
    return first is not None and first.is_meta


def _moved(value: Any) -> Any:
    """The same arguments with tensors on the meta device."""
    if isinstance(value, Tensor):
        return value.to("meta")
    if type(value) in (tuple, list):
        return type(value)(_moved(v) for v in value)
    return {k: _moved(v) for k, v in value.items()} if isinstance(value, Mapping) else value
