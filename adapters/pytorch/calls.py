"""Names for the calls of a network: every layer's call runs inside a scope that a tool can read later."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from typing import Any

from torch import Tensor, nn

from adapters.pytorch.build import Native
from adapters.pytorch.capture.homes import watched
from adapters.pytorch.container import Call, Container

Scope = Callable[[str], AbstractContextManager[Any]]


@contextmanager
def named_calls(native: Native, scope: Scope) -> Iterator[None]:
    """While it is open, every call of a layer, by its module or by a function, runs inside ``scope(layer id)``.

    No module gets a hook of its own, which would make some networks take another path. Containers of a described network are
    changed, so it wants a copy; padding that a container does before a call stays outside.
    """
    entered: list[AbstractContextManager[Any]] = []
    left = {module: iter(ids) for _, module, ids in native.leaves()}

    def enter(module: nn.Module) -> None:
        layer = next(left.get(module, iter(())), None)
        entered.append(nullcontext() if layer is None else scope(layer))
        entered[-1].__enter__()

    def leave(_: nn.Module) -> None:
        entered.pop().__exit__(None, None, None)

    for container in native.net.modules():
        if isinstance(container, Container):
            container.calls = tuple(_inside(call, scope) for call in container.calls)
    with watched(enter, leave):
        yield


def _inside(call: Call, scope: Scope) -> Call:
    function = call.function
    if function is None:
        return call

    def run(*xs: Tensor, **state: Tensor) -> Tensor:
        with scope(call.id):
            return function(*xs, **state)

    return replace(call, function=run)
