"""Whose a call is, in a run where no module has a hook of its own: PyTorch then runs some modules as one operator.

Hooks on all modules of the process leave a network that path.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from torch import nn
from torch.nn.modules import module as modules

from crosscheck.contract.network import ROOT


class Homes:
    """Homes of the calls of modules: the id that each call got when the network was watched, else the module's path."""

    def __init__(self, net: nn.Module, ids: Mapping[str, Sequence[str]]) -> None:
        self.paths = {module: path for path, module in net.named_modules()}
        self.left = {path: iter(names) for path, names in ids.items()}

    def of(self, module: nn.Module) -> str | None:
        """Home of the call of a module that begins now; None of one that is no part of the network."""
        path = self.paths.get(module)
        return None if path is None else next(self.left.get(path, iter(())), path or ROOT)


@contextmanager
def watched(before: Callable[[nn.Module], None], after: Callable[[nn.Module], None]) -> Iterator[None]:
    """Around every call of any module, without a hook on it; ``after`` also where the call raised."""

    def enter(module: nn.Module, _: Any) -> None:
        before(module)

    def leave(module: nn.Module, _: Any, __: Any) -> None:
        after(module)

    handles = [
        modules.register_module_forward_pre_hook(enter),
        modules.register_module_forward_hook(leave, always_call=True),
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
