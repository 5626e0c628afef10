"""What modules make of two samples, which some tools run whatever the batch is, going by all sizes of an output but the first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from adapters.pytorch.capture.forms import form
from adapters.pytorch.capture.frames import hookable
from adapters.pytorch.capture.runs import STOPS, Runs
from crosscheck.contract.call import Call, Level

PAIR = 2


def told(seen: Sequence[Call], runs: Runs) -> list[Call]:
    """The calls, those of modules with ``pair``, the form of what they make of two samples, where more than first sizes is other.

    As they are where the network is called with two samples, or with something else than samples of floats, or cannot take two.
    """
    if runs.kwargs or not runs.args or not all(_single(x) for x in runs.args):
        return [*seen]
    try:
        ran = runs.record(record)
    except STOPS:
        return [*seen]
    modules = [c for c in seen if c.level is Level.MODULE]
    if [c.attrs["path"] for c in modules] != [c.name for c in ran]:
        return [*seen]
    pairs = {id(c): p.attrs["made"] for c, p in zip(modules, ran, strict=True) if not _alike(c, p.attrs["made"])}
    return [replace(c, attrs={**c.attrs, "pair": pairs[id(c)]}) if id(c) in pairs else c for c in seen]


def record(net: nn.Module, args: Sequence[Any], kwargs: Mapping[str, Any], homes: Mapping[str, Sequence[str]]) -> list[Call]:
    """A call of every module by its path, in the order in which they end, with the form of what it makes of two samples."""
    found: list[Call] = []
    handles = []
    for path, module in hookable(net):

        def leave(_: nn.Module, __: Any, made: Any, path: str = path) -> None:
            found.append(Call(Level.MODULE, path, "", attrs={"made": form(made)}))

        handles.append(module.register_forward_hook(leave))
    try:
        with torch.no_grad():
            net(*(x[:1].repeat(PAIR, *(1,) * (x.ndim - 1)) for x in args))
    finally:
        for handle in handles:
            handle.remove()
    return found


def _single(x: Any) -> bool:
    return isinstance(x, Tensor) and x.dtype is torch.float32 and x.ndim > 0 and x.shape[0] not in (0, PAIR)


def _alike(call: Call, pair: tuple[Any, ...]) -> bool:
    """Whether both are the same but for first sizes."""
    made = call.attrs.get("made") or (("tensor", 4, *call.outputs[0]) if call.outputs else ())
    return _rest(made) == _rest(pair)


def _rest(made: Any) -> Any:
    if not isinstance(made, tuple) or not made:
        return made
    return (made[0], *made[3:]) if made[0] == "tensor" else tuple(map(_rest, made))
