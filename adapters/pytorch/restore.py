"""Putting PyTorch back as it was after tools that patch it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812  (the name that every PyTorch user knows)
from torch import nn

_SPACES: tuple[Any, ...] = (torch, F, torch.Tensor)


@contextmanager
def restored(net: nn.Module) -> Iterator[None]:
    """Undo, also after an exception, what is patched inside: functions of ``torch`` and ``torch.nn.functional``, methods of
    ``torch.Tensor``, and the attributes and hooks of every module of ``net``.
    """
    spaces = [(space, dict(vars(space))) for space in _SPACES]
    modules = [(module, dict(vars(module))) for module in net.modules()]
    hooks = [(module, dict(module._forward_pre_hooks), dict(module._forward_hooks)) for module in net.modules()]
    try:
        yield
    finally:
        for space, before in spaces:
            _restore(space, before)
        for module, before in modules:
            vars(module).clear()
            vars(module).update(before)
        for module, pre_hooks, post_hooks in hooks:
            for now, then in ((module._forward_pre_hooks, pre_hooks), (module._forward_hooks, post_hooks)):
                now.clear()
                now.update(then)


def _restore(space: Any, before: dict[str, Any]) -> None:
    """Set back what was replaced; take away what shadows an inherited method: ``Tensor.mul`` is the base class's own."""
    for name, value in list(vars(space).items()):
        if name in before and value is not before[name] and callable(before[name]):
            setattr(space, name, before[name])
        elif name not in before and space is torch.Tensor and hasattr(torch.Tensor.__base__, name):
            delattr(space, name)
