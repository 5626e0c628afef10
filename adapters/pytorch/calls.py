"""Names for the calls of a network: every layer's call runs inside a scope that a tool can read later."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from typing import Any

from torch import Tensor, nn

from adapters.pytorch.build import Native
from adapters.pytorch.container import Call, Container

Scope = Callable[[str], AbstractContextManager[Any]]


def name_calls(native: Native, scope: Scope) -> None:
    """Make every call of a layer, by its module or by a function, run inside ``scope(layer id)``.

    It changes the network, so it wants a copy; padding that a container does before a call stays outside.
    """
    entered: list[AbstractContextManager[Any]] = []

    def enter(ids: Iterator[str], module: nn.Module, given: Any) -> None:
        entered.append(scope(next(ids)))
        entered[-1].__enter__()

    def leave(module: nn.Module, given: Any, made: Any) -> None:
        entered.pop().__exit__(None, None, None)

    for _, module, ids in native.leaves():
        module.register_forward_pre_hook(partial(enter, iter(ids)))
        module.register_forward_hook(leave)
    for container in native.net.modules():
        if isinstance(container, Container):
            container.calls = tuple(_inside(call, scope) for call in container.calls)


def _inside(call: Call, scope: Scope) -> Call:
    function = call.function
    if function is None:
        return call

    def run(*xs: Tensor, **state: Tensor) -> Tensor:
        with scope(call.id):
            return function(*xs, **state)

    return replace(call, function=run)
